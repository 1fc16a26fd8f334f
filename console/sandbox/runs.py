"""Runs a trader's code, inside the sandbox: tables and parameters in, what it made out.

The code finds `df` (the first table, if there is one), `tables` by name, `show` and `plot`, and
leaves a table as `result` if it wants to give one back. A `PARAMETERS = {...}` at its top
declares its parameters with their defaults. pandas and numpy are loaded only where there is
a table, so that an empty run is quick.
"""

import ast
import sys
import traceback
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any

NAME = "<your code>"
DECLARED = "PARAMETERS"
MOST_SHOWN_ROWS = 1_000
MOST_POINTS = 10_000
MOST_SHOWN = 50
"""Tables and figures of one run."""
MOST_LINES = 50
"""Of one figure."""
MOST_WORDS = 500
_READ_ONLY = "destination is read-only"
Say = Callable[..., None]
Value = bool | int | float | str


class Wrong(Exception):  # noqa: N818 - reads as what it is
    """Something the code asks for cannot be; the message says why."""


def serve(job: Any, files: Sequence[Any], say: Say, hear: Callable[[], Any]) -> None:
    """Run the job's code and say what came of it."""
    del hear
    made: dict[str, Any] = {"kind": "made", "shown": [], "parameters": {}}
    blobs: list[Any] = []
    try:
        tables = {name: _frame(file) for name, file in zip(job.head["tables"], files, strict=True)}
        code, made["parameters"] = compiled(job.head["code"], job.head["parameters"])
        names = _names(tables, made["shown"], blobs)
        exec(code, names)  # noqa: S102 - what the sandbox is for
        result = names.get("result")
        if result is not None:
            made["result"] = len(blobs)
            blobs.append(_as_arrow(result, "result"))
    except BaseException as error:  # noqa: BLE001 - the boundary of a stranger's code
        made["mistake"] = mistake_of(error)
    sys.stdout.flush()
    say(made, *blobs)


def compiled(text: str, wanted: Mapping[str, str]) -> tuple[Any, dict[str, Value]]:
    """Return the code with its parameters set as wanted, and those parameters.

    Raises:
        SyntaxError: when the text is no Python.
        Wrong: when a parameter is not declared, or cannot have that value.
    """
    tree = ast.parse(text, NAME)
    declared: Any = next((step for step in tree.body if _declares(step)), None)
    values: dict[str, Value] = {}
    if declared is not None:
        values = _declared(declared)
    for name, said in wanted.items():
        if name not in values:
            known = ", ".join(values) or "none"
            raise Wrong(f"the code declares no parameter {name!r}; it declares {known}")
        values[name] = _read(name, said, values[name])
    if declared is not None:
        fresh = ast.parse(repr(values), mode="eval").body
        declared.value = ast.copy_location(fresh, declared.value)
        ast.fix_missing_locations(declared)
    return compile(tree, NAME, "exec", dont_inherit=True), values


def mistake_of(error: BaseException) -> dict[str, Any]:
    """Return what is wrong and in which line of the code."""
    if isinstance(error, SyntaxError) and error.filename == NAME:
        return {"text": f"{error.msg}", "line": error.lineno}
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == NAME]
    line = lines[-1] if lines else None
    if isinstance(error, MemoryError):
        return {"text": "there is not enough memory for this", "line": line, "memory": True}
    if isinstance(error, Wrong):
        return {"text": str(error), "line": line}
    if _READ_ONLY in str(error):
        return {"text": "the table's memory is lent: begin with df = df.copy()", "line": line}
    words = str(error).strip().splitlines()
    told = f"{type(error).__name__}: {words[0]}" if words else type(error).__name__
    return {"text": told[:MOST_WORDS], "line": line}


def _declares(step: ast.stmt) -> bool:
    if not isinstance(step, ast.Assign) or len(step.targets) != 1:
        return False
    target = step.targets[0]
    return isinstance(target, ast.Name) and target.id == DECLARED


def _declared(step: Any) -> dict[str, Value]:
    try:
        values = ast.literal_eval(step.value)
    except ValueError:
        values = None
    plain = isinstance(values, dict) and all(
        isinstance(name, str) and isinstance(value, Value) for name, value in values.items()
    )
    if not plain:
        raise Wrong(f"{DECLARED} must be written out: names with numbers, words, True or False")
    return dict(values)


def _read(name: str, said: str, default: Value) -> Value:
    if isinstance(default, bool):
        if said.lower() in ("true", "false"):
            return said.lower() == "true"
        raise Wrong(f"the parameter {name} is true or false, not {said!r}")
    try:
        return type(default)(said)
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise Wrong(f"the parameter {name} is {kind}, not {said!r}") from None


def _names(tables: dict[str, Any], shown: list[Any], blobs: list[Any]) -> dict[str, Any]:
    def add(what: dict[str, Any]) -> None:
        if len(shown) >= MOST_SHOWN:
            raise Wrong(f"a run shows at most {MOST_SHOWN} tables and figures")
        shown.append(what)

    def show(table: Any, title: str = "") -> None:
        """Show a table in the analytics pane, its first 1,000 rows."""
        count = len(table)
        blob = _as_arrow(table[:MOST_SHOWN_ROWS], "show")
        add({"kind": "table", "title": str(title)[:MOST_WORDS], "rows": count, "blob": len(blobs)})
        blobs.append(blob)

    def plot(*lines: Any, title: str = "", **named: Any) -> None:
        """Draw lines over their places, named or not."""
        series = {f"line {place}": line for place, line in enumerate(lines, 1)} | named
        if len(series) > MOST_LINES:
            raise Wrong(f"a figure has at most {MOST_LINES} lines, this one has {len(series):,}")
        told = [
            {"name": name[:MOST_WORDS], "blob": place}
            for place, name in enumerate(series, len(blobs))
        ]
        drawn = [_points(line) for line in series.values()]
        add({"kind": "figure", "title": str(title)[:MOST_WORDS], "lines": told})
        blobs.extend(drawn)

    names = {"__name__": "__main__", "tables": tables, "show": show, "plot": plot}
    if tables:
        import numpy as np  # noqa: PLC0415 - only with tables
        import pandas as pd  # noqa: PLC0415 - as above

        names |= {"df": next(iter(tables.values())), "np": np, "pd": pd}
    return names


def _points(line: Any) -> bytes:
    """Return a line's numbers, what is none of them as a gap."""
    numbers = array("d", map(float, line))
    if len(numbers) > MOST_POINTS:
        raise Wrong(f"a line has at most {MOST_POINTS:,} points, this one has {len(numbers):,}")
    gap = float("nan")
    return array("d", [y if abs(y) < float("inf") else gap for y in numbers]).tobytes()


def _frame(file: Any) -> Any:
    """Return a table as pandas has it, on the memory that was lent where that can be."""
    import pyarrow as pa  # noqa: PLC0415 - only with tables

    table = pa.ipc.open_file(pa.py_buffer(file)).read_all()
    return table.to_pandas(split_blocks=True, use_threads=False)


def _as_arrow(told: Any, where: str) -> Any:
    """Return a table as an Arrow stream."""
    import pandas as pd  # noqa: PLC0415 - only where there is a table
    import pyarrow as pa  # noqa: PLC0415 - as above

    if isinstance(told, pd.Series):
        told = told.to_frame("value" if told.name is None else told.name)
    if isinstance(told, dict):
        told = pd.DataFrame(told)
    if isinstance(told, pd.DataFrame):
        is_counted = isinstance(told.index, pd.RangeIndex) and told.index.name is None
        whole = told if is_counted else told.reset_index()
        whole = whole.rename(columns=str)
        told = pa.Table.from_pandas(whole, preserve_index=False, nthreads=1)
    if not isinstance(told, pa.Table):
        raise Wrong(f"{where} takes a table or a series, not {type(told).__name__}")
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, told.schema) as writer:
        writer.write_table(told)
    return sink.getvalue()
