"""The lab's process beside a console: what its screens ask is answered here, line by line.

Its first line says that it is ready. A line of JSON asks (`id`, `ask` and what it takes), one
or more answer: `far` and `words` while it works, then `said`, or `wrong` with a sentence. An
interrupt gives up what runs. The end of the input ends the process.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, TextIO

from console.commands.asking import NoDesk
from console.folders import StateFolder, state_folder
from console.lab.problems import LabProblem
from console.link.errors import LinkError
from console.sandbox.endings import SandboxProblem
from console.screens.lab_link import CANCELED, Far

MANNERS = 5
"""How much later than the console and the desk it gets the processor, where all want it."""

Words = dict[str, Any]
Answer = Callable[[StateFolder, Words, Far], Any]


def main() -> int:
    """Answer until there is nobody to ask."""
    folder = state_folder(sys.argv[1])
    os.nice(MANNERS)
    questions, answers = sys.stdin, os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # what a library prints is no answer
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    interrupts = Interrupts()
    try:
        answers.write('{"ready": true}\n')
        answers.flush()
        while line := questions.readline():
            serve(folder, json.loads(line), answers, interrupts, _answered)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), answers.fileno())
        return 1
    return 0


class Interrupts:
    """Notes an interrupt where it would tear something, else lets it end the work, once."""

    def __init__(self) -> None:
        self._is_let = self._is_noted = False
        signal.signal(signal.SIGINT, self._meet)

    def hold(self) -> None:
        """Only note an interrupt from now on."""
        self._is_noted = False
        self._is_let = False

    def let(self) -> None:
        """Let an interrupt end the work, one that was noted too."""
        self._is_let = True
        if self._is_noted:
            self._meet()

    def _meet(self, *_: object) -> None:
        if not self._is_let:
            self._is_noted = True
            return
        # none must follow that would end the ending of the work
        self._is_let = False
        raise KeyboardInterrupt


def serve(
    folder: StateFolder,
    asked: Words,
    answers: TextIO,
    interrupts: Interrupts,
    known: Callable[[str], Answer],
) -> None:
    """Answer one question; whatever goes wrong is one sentence."""
    number = asked.pop("id")

    def say(**told: Any) -> None:
        answers.write(json.dumps({"id": number, **told}) + "\n")
        answers.flush()

    def far(share: float, words: str = "") -> None:
        interrupts.hold()  # it would leave half a line
        say(far=share, words=words)
        interrupts.let()

    try:
        answer = known(asked.pop("ask"))
        said = {"said": _worked(lambda: answer(folder, asked, far), interrupts)}
    except KeyboardInterrupt:
        said = {"wrong": CANCELED}
    except BrokenPipeError:
        raise
    except (LabProblem, SandboxProblem, NoDesk, LinkError, ValueError, OSError) as problem:
        said = {"wrong": str(problem)}
    except Exception as error:  # noqa: BLE001 - the worker's boundary: the screen must hear of it
        said = {"wrong": f"The lab failed ({type(error).__name__}: {error})."}
    say(**said)


def _worked(work: Callable[[], Any], interrupts: Interrupts) -> Any:
    """Do what can be interrupted to its very last step."""
    try:
        interrupts.let()
        return work()
    finally:
        interrupts.hold()


def _answered(what: str) -> Answer:
    """Import only what a question needs."""
    if what.startswith("code_"):
        from console.commands import code_answers  # noqa: PLC0415 - as the docstring says

        return code_answers.ANSWERS[what]
    if what.startswith("run"):
        from console.commands import run_answers  # noqa: PLC0415 - as the docstring says

        return run_answers.ANSWERS[what]
    from console.commands import dataset_answers  # noqa: PLC0415 - as the docstring says

    if what in dataset_answers.ANSWERS:
        return dataset_answers.ANSWERS[what]
    from console.commands import dataset_figures  # noqa: PLC0415 - as the docstring says

    return dataset_figures.ANSWERS[what]


if __name__ == "__main__":
    sys.exit(main())
