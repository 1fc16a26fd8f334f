"""Lines that are written on the dataset screen: which file to load, what to take, how to merge."""

import shlex
from collections.abc import Mapping
from typing import Any

from widgets.dataset_view import DatasetFacts

LOAD_HINT = "a .csv, .json, .jsonl or .parquet file, and a name if it is to have another"
TAKE_HINT = "bars AAPL MSFT, orders, positions, fills, audit, or live AAPL every=tick rows=9000"
ROLE_HINT = "COLUMN=ROLE: time, symbol, price, size, side, id, category, value, text"
MERGE_HINT = "OTHER asof within=1min into=NAME, or OTHER on=COLUMN,COLUMN how=inner into=NAME"
SOURCES = ("bars", "orders", "positions", "fills", "audit", "live")
ALWAYS = ("name",)
BARS_TERMS: Mapping[str, type] = {"timeframe": str, "limit": int}
LIVE_TERMS: Mapping[str, type] = {"every": str, "rows": int}
TERMS: Mapping[str, Mapping[str, type]] = {"bars": BARS_TERMS, "live": LIVE_TERMS}
LOAD_OPTIONS = ("name", "encoding", "text", "time", "role")
MANY = frozenset({"text", "time", "role"})
"""Options that may be said more than once."""


def read_load(text: str) -> dict[str, Any]:
    """Return the file, the name that may stand after it, and options as the command has them.

    Raises:
        ValueError: with the sentence that says what is wrong.
    """
    line, *options = text.split(" --")
    path, _, name = line.rpartition(" ")
    if not path or "." in name or "/" in name:
        path, name = line, ""
    wish: dict[str, Any] = {"path": path.strip(), "name": name}
    for option in options:
        word, _, value = option.strip().partition(" ")
        if word not in LOAD_OPTIONS or not value:
            known = ", ".join(f"--{known}" for known in LOAD_OPTIONS)
            raise ValueError(f"--{option.strip()} says nothing: write {known} with a value.")
        if word in MANY:
            wish.setdefault(word, []).append(value.strip())
        else:
            wish[word] = value.strip()
    return wish


def read_take(text: str) -> dict[str, Any]:
    """Return the source, its symbols and the terms it is taken by.

    Raises:
        ValueError: with the sentence that says what is wrong.
    """
    source, *words = text.split()
    source = source.lower()
    if source not in SOURCES:
        raise ValueError(f"Nothing is called {source}: take {', '.join(SOURCES)}.")
    terms = dict(word.split("=", 1) for word in words if "=" in word)
    symbols = [word.upper() for word in words if "=" not in word]
    taken: dict[str, Any] = {
        "source": source,
        "symbols": list(dict.fromkeys(symbols)),
        "name": terms.pop("name", source),
    }
    if source == "live":
        taken |= {"every": "1", "rows": 10_000}
    for name, value in terms.items():
        taken[name] = _term(source, name, value)
    if source in ("bars", "live") and not symbols:
        raise ValueError(f"{source} are of symbols: name them, such as {source} AAPL MSFT.")
    return taken


def merge_line(first: DatasetFacts, second: DatasetFacts | None) -> str:
    """Return the line a merge of the two would usually be asked by."""
    if second is None:
        return ""
    into = f"into={first.name}-{second.name}"
    if _has_time(first) and _has_time(second):
        return f"{second.name} asof {into}"
    theirs = {name for name, _, _ in second.columns}
    keys = [
        name
        for name, _, role in first.columns
        if name in theirs and role in ("symbol", "id", "time", "category")
    ]
    return f"{second.name} on={','.join(keys)} {into}" if keys else f"{second.name} on= {into}"


def read_merge(text: str, name: str) -> dict[str, Any]:
    """Return with which dataset to merge, by what, and how the result is called.

    Raises:
        ValueError: with the sentence that says what is wrong.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise ValueError('A quote is not closed: write on="order id".') from None
    terms = dict(word.split("=", 1) for word in words if "=" in word)
    plain = [word for word in words if "=" not in word]
    others = [word for word in plain if word != "asof"]
    if len(others) != 1:
        raise ValueError(f"Name the one dataset to merge {name} with, such as quotes asof.")
    if strange := terms.keys() - {"on", "how", "within", "into"}:
        raise ValueError(f"A merge has no {min(strange)}: it has asof, on, how, within, into.")
    return {
        "other": others[0],
        "into": terms.get("into") or f"{name}-{others[0]}",
        "on": [key for key in terms.get("on", "").split(",") if key],
        "how": terms.get("how", "inner"),
        "is_as_of": "asof" in plain,
        "within": terms.get("within"),
    }


def _has_time(dataset: DatasetFacts) -> bool:
    return any(role == "time" for _, _, role in dataset.columns)


def _term(source: str, name: str, value: str) -> str | int:
    terms = TERMS.get(source, {})
    kind = terms.get(name)
    if kind is None:
        raise ValueError(f"{source} has no {name}: it has {', '.join([*ALWAYS, *terms])}.")
    if kind is str:
        return value
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"{name}={value} is no whole number.") from None
