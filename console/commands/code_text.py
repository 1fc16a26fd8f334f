"""What `killcord code` prints: everything a stranger's code said is made harmless first."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from console.commands.data_tables import cell, clean
from console.commands.drawing import Picture, blank, picture
from console.commands.tables import aligned
from console.sandbox.history import PastRun
from console.sandbox.running import Figure, Outcome, ShownTable
from widgets.outside import neutral

SHOWN_ROWS = 20
CHART = (78, 16)


def outcome_words(outcome: Outcome) -> str:
    """Return everything a run made, as text."""
    parts = [harmless(outcome.printed).rstrip("\n")]
    parts += [shown_words(one) for one in outcome.shown]
    if outcome.result is not None:
        parts.append(table_words("result", outcome.result, outcome.result.num_rows))
    return "\n\n".join(part for part in parts if part)


def harmless(text: str) -> str:
    """Return printed text line by line without anything that could act; tabs become spaces."""
    return "\n".join(neutral(line.expandtabs()) for line in text.split("\n"))


def shown_words(shown: ShownTable | Figure) -> str:
    """Return a table or a figure as text."""
    if isinstance(shown, ShownTable):
        return table_words(shown.title, shown.head, shown.rows)
    return f"{neutral(shown.title)}\n{drawn(shown)}".lstrip("\n")


def table_words(title: str, table: pa.Table, rows: int) -> str:
    """Return the first rows of a table, and how many there are."""
    header = [clean(name) for name in table.column_names]
    told = [[cell(value) for value in row.values()] for row in _rows(table)]
    count = f"{rows:,} row{'s' * (rows != 1)}"
    head = f"{neutral(title)}, {count}" if title else count
    more = f", the first {len(told)}" if rows > len(told) else ""
    return f"{head}{more}:\n{aligned(header, told)}"


def drawn(figure: Figure) -> str:
    """Return a figure's lines as a chart of characters."""
    lines = figure_picture(figure, CHART)
    return "\n".join("".join(text for text, _ in line) for line in lines)


def figure_picture(figure: Figure, size: tuple[int, int]) -> Picture:
    """Return a figure's lines as a picture of so many columns and rows."""
    known = {
        neutral(name): [(at, value) for at, value in enumerate(line) if value is not None]
        for name, line in figure.lines.items()
    }
    if not any(known.values()):
        return [[("(nothing to draw)", 0)]]
    chart = blank(size)
    for name, points in known.items():
        if points:
            places, values = zip(*points, strict=True)
            chart.draw(chart.signal(list(places), list(values), marker="hd").lines().label(name))
    chart.legend(x=2, y=1)
    return picture(chart)


def history_words(runs: Sequence[PastRun]) -> str:
    """Return the past runs as a table."""
    if not runs:
        return "No code was run yet: killcord code run FILE."
    header = ("number", "when", "file", "data", "seconds", "how it ended")
    rows = [
        (
            str(run.number),
            run.at.astimezone().strftime("%Y-%m-%d %H:%M"),
            clean(run.name),
            clean(", ".join(run.tables)) or "—",
            f"{run.seconds:.2f}",
            clean(run.problem) or "done",
        )
        for run in runs
    ]
    return aligned(header, rows)


def outcome_facts(outcome: Outcome, number: int) -> dict[str, Any]:
    """Return what a run made as plain values."""
    return {
        "number": number,
        "seconds": round(outcome.seconds, 3),
        "parameters": dict(outcome.parameters),
        "printed": outcome.printed,
        "problem": None if outcome.problem is None else str(outcome.problem),
        "line": getattr(outcome.problem, "line", None),
        "shown": [_shown_facts(one) for one in outcome.shown],
        "result": None if outcome.result is None else outcome.result.to_pylist(),
    }


def _shown_facts(shown: ShownTable | Figure) -> dict[str, Any]:
    if isinstance(shown, ShownTable):
        return {"title": shown.title, "count": shown.rows, "rows": shown.head.to_pylist()}
    return {"title": shown.title, "lines": dict(shown.lines)}


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.slice(0, SHOWN_ROWS).to_pylist()
    return rows
