"""The other page of the analytics output: what the newest run of the trader's code made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from widgets import figures
from widgets.code_view import CodeOutput, Part

NONE_RUN = "No code has been run."


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRun:
    """One run of code, as it is shown."""

    number: int
    name: str
    """Of the file."""
    at: datetime
    seconds: float
    lines: Sequence[Sequence[Part]]
    problem: str
    """Empty when it ran to its end."""


class NewestRun(CodeOutput):
    """The text, tables and figures of the newest run; before the first one, a sentence."""

    HEADING = "Analytics code"

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.say(NONE_RUN)

    def show_run(self, run: CodeRun, *, is_earlier: bool = False) -> None:
        """Draw a run from its beginning; a mistake stands first, of an earlier one the day too."""
        wrong = [[(run.problem, "caution")]] if run.problem else []
        day = f"{run.at.astimezone(figures.NEW_YORK):%Y-%m-%d} " if is_earlier else ""
        took = f"{day}{figures.clock(run.at)} ET, {run.seconds:.2f} s"
        self.show([*wrong, *run.lines], f"{self.HEADING} {run.name}", f"run {run.number}, {took}")
