"""`killcord halt`: pull the cord from any shell, with or without a desk.

Standard library only. The latch file comes first and stops every desk of the
profile; then the desk is asked to sweep and prove it; if it does not answer
within a second this process sweeps the broker itself.
"""

import argparse
import json
import os
import pwd
import signal
import socket
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from console.commands.halt_words import add_halt
from console.commands.latching import Latching
from console.desk.covering import covered
from console.desk.latch import Latched, plain
from console.folders import PROFILES, StateFolder, state_folder

LATCH_SECONDS = 3.0
"""How long a disk may take for the latch before we go on without it."""
ANSWER_SECONDS = 1.0
"""How long a desk may take to say that it is latched before we act alone."""
PROOF_SECONDS = 60.0
"""How long we wait for the desk's proof before we say that it is not confirmed."""

CONFIRMED, NOT_LATCHED, NOT_CONFIRMED = 0, 1, 3


def main(arguments: list[str]) -> int:
    """Halt the profile; return 0 confirmed, 1 not even latched, 3 latched but not confirmed."""
    options = grammar().parse_args(arguments)
    folder = state_folder(options.profile)
    if options.drill:
        from console.commands.drill import main as drill  # noqa: PLC0415 - a drill is no halt

        return drill(folder, wants_json=options.json)
    if options.receipt or options.out is not None:
        from console.commands import receipts  # noqa: PLC0415 - a halt must not wait for it

        return receipts.newest(folder, out=options.out, wants_json=options.json)
    # A terminal that goes away in the middle must not end what it has begun.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    reason = plain(options.reason)
    said = Latched(
        id=options.pull or uuid.uuid4().hex[:12],
        reason=reason,
        by=f"{_user()} (command line)",
        at=datetime.now(UTC).isoformat(),
        keeps="stops" if options.keep_stops else "",
    )
    report = _Report(folder.profile, as_json=options.json)
    latching = Latching(folder.latch, said)
    is_latched = _is_latched(latching, said, report, LATCH_SECONDS)
    confirmed = _through_the_desk(folder, said, report)
    if confirmed is None:
        if is_latched and not os.path.lexists(folder.latch):
            # A re-arm was under way and has taken away the latch that we had found.
            latching = Latching(folder.latch, said)
            is_latched = _is_latched(latching, said, report, LATCH_SECONDS)
        confirmed = _alone(folder, report, keeps_stops=options.keep_stops)
    if is_latched is None:
        is_latched = _is_latched(latching, said, report, 0.0)
    report.finish(confirmed=confirmed, is_latched=bool(is_latched))
    if not is_latched:
        return NOT_LATCHED
    return CONFIRMED if confirmed else NOT_CONFIRMED


def grammar() -> argparse.ArgumentParser:
    """Return the grammar of the command; the docs are made from it too."""
    made = argparse.ArgumentParser(
        prog="killcord halt",
        description="Stop all trading of a profile and prove that nothing is left open.",
        epilog="exit status: 0 confirmed, 1 the latch could not be set, 3 not confirmed",
    )
    made.add_argument(
        "--profile",
        choices=PROFILES,
        default=os.environ.get("KILLCORD_PROFILE", "demo"),
        help="which desk and which broker (default: demo)",
    )
    made.add_argument(
        "--reason", default="halted from the command line", help="kept in the latch and the audit"
    )
    made.add_argument(
        "--pull", default="", metavar="ID", help="carry on this pull; the cord calls it so"
    )
    made.add_argument(
        "--drill",
        action="store_true",
        help="practise on a venue and a desk of its own; the profile is not touched",
    )
    add_halt(made)
    made.add_argument("--json", action="store_true", help="one JSON object instead of words")
    return made


def _user() -> str:
    """Return who halts; a user without a name in the system's list may halt too."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _is_latched(
    latching: Latching, said: Latched, report: "_Report", seconds: float
) -> bool | None:
    """Wait for the latch; return whether it holds, None while the disk does not tell."""
    try:
        latched = latching.wait(seconds)
    except OSError as error:
        report.failed(f"THE LATCH COULD NOT BE SET: {error.strerror}, {error.filename}")
        return False
    if latched is None:
        report.failed("THE DISK DOES NOT ANSWER, so the latch is not known to hold; going on")
        return None
    report.latched(latched, is_first=latched.id == said.id)
    return True


def _alone(folder: StateFolder, report: "_Report", *, keeps_stops: bool) -> bool:
    if keeps_stops:
        report.say("without a desk no stop is kept: every order is canceled")
    from console.commands.sweep_alone import sweep  # noqa: PLC0415 - its HTTP modules cost more than all else

    return sweep(folder, report.say)


class _Report:
    """What is printed: words as they come, or one JSON object at the end."""

    def __init__(self, profile: str, *, as_json: bool) -> None:
        self._profile = profile
        self._as_json = as_json
        self._began = time.monotonic()
        self._lines: list[str] = []
        self._latched: dict[str, str] | None = None
        self.kept = 0
        """How many stops the desk says it has spared."""

    def say(self, text: str) -> None:
        """Tell one step with the milliseconds since the command began."""
        line = f"{(time.monotonic() - self._began) * 1000:7.0f} ms  {text}"
        self._lines.append(line)
        if not self._as_json:
            self._print(line)

    def latched(self, latched: Latched, *, is_first: bool) -> None:
        """Tell that the latch holds, and whose word it carries."""
        self._latched = {"id": latched.id, "reason": latched.reason, "by": latched.by}
        if is_first:
            self.say("latched: no order of this profile leaves any more")
            self.say(covered(self._profile))
        else:
            self.say(f"already halted by {latched.by}: {latched.reason}")

    def failed(self, text: str) -> None:
        """Tell what went wrong, on the error stream too."""
        self.say(text)
        with suppress(OSError, ValueError):
            print(text, file=sys.stderr, flush=True)

    def finish(self, *, confirmed: bool, is_latched: bool) -> None:
        """Tell the end of it."""
        if self._as_json:
            found = {
                "latched": self._latched,
                "confirmed": confirmed and is_latched,
                "covers": covered(self._profile),
                "steps": self._lines,
            }
            self._print(json.dumps(found))
        elif not is_latched:
            self._print("THE LATCH IS NOT SET: whatever was swept, a desk may send again.")
        elif confirmed:
            besides = f" besides {self.kept} kept stop{'s' * (self.kept != 1)}" if self.kept else ""
            self._print(f"HALTED and CONFIRMED: the broker shows no open order{besides}.")
        else:
            self._print("HALTED, NOT CONFIRMED: open orders may still stand at the broker.")

    def _print(self, line: str) -> None:
        """Print, if anybody still reads: a pipe that was closed must not end a sweep."""
        try:
            print(line, flush=True)
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                # what is left in the buffer would fail once more at the interpreter's end
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _through_the_desk(folder: StateFolder, said: Latched, report: _Report) -> bool | None:
    """Ask the desk to sweep; None when it must be done from here, which is told."""
    here = "sweeping the broker from here"
    try:
        if _follow(_desk_says(folder, said), report):
            return True
    except OSError:
        report.say(f"no desk answered within {ANSWER_SECONDS:g} s: {here}")
        return None
    report.say(f"the desk went quiet before its proof: {here}")
    return None


def _desk_says(folder: StateFolder, said: Latched) -> Iterator[dict[str, object]]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as desk:
        desk.settimeout(ANSWER_SECONDS)
        desk.connect(str(folder.halt_socket))
        asked = {"reason": said.reason, "id": said.id, "keeps": said.keeps}
        desk.sendall(json.dumps(asked, ensure_ascii=False).encode() + b"\n")
        with desk.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                desk.settimeout(PROOF_SECONDS)
                yield json.loads(line)


def _follow(answers: Iterator[dict[str, object]], report: _Report) -> bool:
    """Tell each new line of the desk's checklist; return whether it ended in a proof."""
    told = set[tuple[str, str]]()
    is_latched = False
    try:
        for answer in answers:
            is_latched = True
            if answer.get("error"):
                report.say(f"the desk: {answer['error']}")
            _tell_steps(answer.get("steps"), told, report)
            if answer.get("confirmed"):
                report.kept = int(str(answer.get("kept") or 0))
                report.say(f"the desk: {answer.get('receipt') or 'confirmed'}")
                return True
    except (OSError, ValueError):
        if not is_latched:
            raise OSError from None
        return False
    if not is_latched:
        raise OSError("it closed the door")
    return False


def _tell_steps(steps: object, told: set[tuple[str, str]], report: _Report) -> None:
    if not isinstance(steps, list):
        return
    for step in steps:
        key = (str(step.get("name")), f"{step.get('status')} {step.get('detail', '')}".strip())
        if key not in told and step.get("status") != "waiting":
            told.add(key)
            report.say(f"the desk: {key[0]}: {key[1]}")
