"""What the code screen asks: its files, a run, and what was run before. Answers are texts."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from console.commands import code_text
from console.commands.code_files import clean_code, file_names, has_file, read_file, write_file
from console.commands.code_limits import code_limits
from console.commands.code_shown import Shown, lines_of, piece_of
from console.commands.code_tables import keep_result, read_tables
from console.commands.data_tables import clean, kept_words
from console.folders import StateFolder
from console.lab.catalog import Catalog
from console.sandbox.endings import SandboxProblem
from console.sandbox.history import KEPT, History
from console.sandbox.isolation import find_isolation
from console.sandbox.limits import RunLimits
from console.sandbox.running import Bench, Outcome
from console.screens.lab_link import Far

Words = dict[str, Any]
FIRST = '''"""df is the first dataset, show() a table, plot() lines; a `result` can be kept."""
PARAMETERS = {"rows": 5}

show(df.tail(PARAMETERS["rows"]), "the last rows")
'''


def stock(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return the files and datasets there are now: a shell may have made some."""
    del asked, far
    with closing(Catalog(folder.lab)) as catalog:
        datasets = [dataset.name for dataset in catalog.all()]
    return {"files": file_names(folder.code), "datasets": datasets}


def desk(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return the files and datasets there are, and whether code can be run; get a worker ready."""
    told = stock(folder, asked, far)
    name = next(iter(told["files"]), "")
    text = clean_code(read_file(folder.code, name) if name else FIRST)
    told |= {"name": name, "text": text}
    try:
        ready = bench(code_limits(folder))
        ready.warm()
    except SandboxProblem as problem:
        return {**told, "holds": False, "wall": str(problem)}
    return {**told, "holds": True, "wall": ready.isolation.described(ready.limits)}


def open_file(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return a file's text; of one that there is not, that it is new."""
    del far
    if not has_file(folder.code, asked["name"]):
        return {"name": asked["name"], "text": "", "is_new": True}
    return {"name": asked["name"], "text": read_file(folder.code, asked["name"]), "is_new": False}


def save(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Write a file, unless somebody else has written another text into it."""
    del far
    write_file(folder.code, asked["name"], asked["text"], known=asked["known"])
    return {"name": asked["name"]}


def run(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Run what stands in the editor, write it down, and return everything it made as text."""
    far(0.0, "running …")
    with closing(Catalog(folder.lab)) as catalog, History(folder.code) as history:
        at = datetime.now(UTC)
        ready = bench(code_limits(folder))
        tables = read_tables(catalog, asked["data"])
        try:
            outcome = ready.run(asked["text"], tables, asked["parameters"])
        finally:
            ready.warm()
        number = history.add(
            at,
            asked["name"],
            asked["text"],
            tables=asked["data"],
            parameters=outcome.parameters,
            seconds=outcome.seconds,
            problem="" if outcome.problem is None else str(outcome.problem),
        )
        lines = lines_of(outcome, asked["width"])
        history.keep_lines(number, lines)
    _last[:] = [(outcome, asked["name"], number, tuple(asked["data"]))]
    problem = outcome.problem
    return {
        "number": number,
        "name": clean(asked["name"]),
        "at": at.isoformat(),
        "seconds": outcome.seconds,
        "problem": None if problem is None else clean(str(problem), 500),
        "line": getattr(problem, "line", None),
        "has_result": outcome.result is not None,
        **_begun(lines),
    }


def newest(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return what the newest run of any console made; None when there was none."""
    del asked, far
    with History(folder.code) as history:
        number, lines = history.newest_lines()
        past = history.get(number)
    if past is None:
        return None
    return {
        "number": past.number,
        "name": clean(past.name),
        "at": past.at.isoformat(),
        "seconds": past.seconds,
        "problem": clean(past.problem, 500) or None,
        **_begun(lines),
    }


def more_lines(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return further lines of the run that was told last."""
    del folder, far
    return {"lines": piece_of(_lines, asked["first"])}


def _begun(lines: Shown) -> Words:
    """Return the first lines of a run and how many there are; the others are asked for."""
    _lines[:] = lines
    return {"lines": piece_of(lines, 0), "count": len(lines)}


def keep(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Make a dataset of what the last run gave back."""
    del far
    if not _last:
        raise SandboxProblem("Nothing was run yet: there is no `result` to keep.")
    outcome, name, number, data = _last[0]
    with closing(Catalog(folder.lab)) as catalog:
        kept = keep_result(catalog, outcome, asked["name"], (f"{name}, run {number}", data))
    return {"words": kept_words(kept)}


def past(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return the runs there were, or the code of one of them."""
    del far
    with History(folder.code) as history:
        if asked.get("number") is None:
            words = code_text.history_words(history.all()[:KEPT])
            return {"lines": [[(line, "words")] for line in words.splitlines()]}
        found = history.get(asked["number"])
    if found is None:
        raise SandboxProblem(f"No run is numbered {asked['number']}.")
    return {"name": clean(found.name), "text": clean_code(found.code)}


def bench(limits: RunLimits) -> Bench:
    """Return what runs the code of this process within such limits.

    Raises:
        NoIsolation: when there is no wall here; it is looked for again at the next question.
    """
    if _bench and _bench[0].limits != limits:
        close_bench()
    if not _bench:
        _bench.append(Bench(find_isolation(), limits))
    return _bench[0]


def close_bench() -> None:
    """End the worker that waits."""
    while _bench:
        _bench.pop().close()


_bench: list[Bench] = []


_last: list[tuple[Outcome, str, int, tuple[str, ...]]] = []
_lines: list[Any] = []


ANSWERS: dict[str, Callable[[StateFolder, Words, Far], Any]] = {
    "code_desk": desk,
    "code_stock": stock,
    "code_open": open_file,
    "code_save": save,
    "code_run": run,
    "code_newest": newest,
    "code_lines": more_lines,
    "code_keep": keep,
    "code_past": past,
}
