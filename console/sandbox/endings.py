"""How a run can end other than well; each message is one sentence for whoever wrote the code."""

from enum import StrEnum


class Limit(StrEnum):
    """Which bound a run went beyond."""

    CPU = "cpu"
    WALL = "wall"
    MEMORY = "memory"
    PRINTED = "printed"
    RESULT = "result"


class SandboxProblem(Exception):  # noqa: N818 - the message is for people
    """Something that was asked of the sandbox cannot be done; the message says why."""


class NoIsolation(SandboxProblem):
    """This machine cannot hold code in, so none is run; the message says what to install."""


class Mistake(SandboxProblem):
    """The code is wrong; the message begins with its line where that is known."""

    def __init__(self, text: str, line: int | None = None) -> None:
        super().__init__(text if line is None else f"line {line}: {text}")
        self.line = line
        """Counted from 1; None where no line of the code is to blame."""


class Ended(SandboxProblem):
    """The run was ended before the code was done."""

    def __init__(self, text: str, limit: Limit | None = None) -> None:
        super().__init__(text)
        self.limit = limit
        """Which bound it went beyond; None when it ended by itself."""
