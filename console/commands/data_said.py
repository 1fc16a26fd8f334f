"""What is said of columns in a line: `COLUMN=ROLE` and `COLUMN=UNIT`."""

from console.domain.market import Timeframe
from console.lab.datasets import Role
from console.lab.problems import LabProblem, shown

UNITS = ("s", "ms", "us", "ns")


def role_said(said: str) -> tuple[str, Role]:
    """Return a column and its role.

    Raises:
        LabProblem: when it says none.
    """
    name, _, role = said.rpartition("=")
    if not name:
        raise LabProblem(f"{shown(said)} is no COLUMN=ROLE: the roles are {', '.join(Role)}.")
    return name, role_called(role)


def role_called(word: str) -> Role:
    """Return the role of this name.

    Raises:
        LabProblem: when there is none.
    """
    try:
        return Role(word.lower())
    except ValueError:
        raise LabProblem(f"{shown(word)} is no role: the roles are {', '.join(Role)}.") from None


def timeframe_called(word: str) -> Timeframe:
    """Return the length of bars of this name, whatever the case.

    Raises:
        LabProblem: when there is none.
    """
    for timeframe in Timeframe:
        if timeframe.value.lower() == word.lower():
            return timeframe
    known = ", ".join(timeframe.value for timeframe in Timeframe)
    raise LabProblem(f"{shown(word)} is no length of bars: there are {known}.")


def unit_said(said: str) -> tuple[str, str]:
    """Return a column and the unit in which it counts time.

    Raises:
        LabProblem: when it says none.
    """
    name, _, unit = said.rpartition("=")
    if name and unit in UNITS:
        return name, unit
    raise LabProblem(f"{shown(said)} is no COLUMN=UNIT: the units are {', '.join(UNITS)}.")
