"""A run of code as the lab tells it: its first lines at once, the others piece by piece.

No turn of the console's loop has more than a piece to read, however much the code printed.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from console.screens.lab_link import Lab, LabTrouble
from widgets.analytics_code import CodeRun

HAND = "code"
Told = dict[str, Any]


async def whole_run(told: Told, more: Callable[[int], Awaitable[Told | None]]) -> CodeRun:
    """Return the run with all its lines; `more` gives those from a line on, or None."""
    lines = list(told["lines"])
    while len(lines) < told["count"]:
        piece = await more(len(lines))
        if piece is None or not piece["lines"]:
            break
        lines += piece["lines"]
    return CodeRun(
        number=told["number"],
        name=told["name"],
        at=datetime.fromisoformat(told["at"]),
        seconds=told["seconds"],
        lines=lines,
        problem=told["problem"] or "",
    )


async def newest_run(lab: Lab) -> CodeRun | None:
    """Return the newest run of an earlier console; None where there is none to be had."""
    try:
        told = await lab.ask(HAND, "code_newest")
        if told is None:
            return None
        return await whole_run(told, lambda first: lab.ask(HAND, "code_lines", first=first))
    except LabTrouble:
        return None
