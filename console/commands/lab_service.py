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
from types import FrameType
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
    """Notes an interrupt where it would leave an import half done, else lets it end the work."""

    def __init__(self) -> None:
        self._is_noted = False
        self.hold()

    def hold(self) -> None:
        """Only note an interrupt from now on."""
        self._is_noted = False
        signal.signal(signal.SIGINT, self._note)

    def let(self) -> None:
        """Let an interrupt end the work, one that was noted too."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if self._is_noted:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._is_noted = True


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
        say(far=share, words=words)

    try:
        answer = known(asked.pop("ask"))
        interrupts.let()
        said = {"said": answer(folder, asked, far)}
    except KeyboardInterrupt:
        said = {"wrong": CANCELED}
    except BrokenPipeError:
        raise
    except (LabProblem, SandboxProblem, NoDesk, LinkError, ValueError, OSError) as problem:
        said = {"wrong": str(problem)}
    except Exception as error:  # noqa: BLE001 - the worker's boundary: the screen must hear of it
        said = {"wrong": f"The lab failed ({type(error).__name__}: {error})."}
    finally:
        interrupts.hold()
    say(**said)


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
