"""Lines that are written on the dataset screen: which file to load, what to take from the desk."""

from collections.abc import Mapping
from typing import Any

LOAD_HINT = "a .csv, .json, .jsonl or .parquet file, and a name if it is to have another"
TAKE_HINT = "bars AAPL MSFT, orders, positions, fills, audit, or live AAPL MSFT every=1 rows=10000"
ROLE_HINT = "COLUMN=ROLE: time, symbol, price, size, side, id, category, value, text"
SOURCES = ("bars", "orders", "positions", "fills", "audit", "live")
LIVE_TERMS: Mapping[str, type] = {"every": float, "rows": int}


def read_load(text: str) -> dict[str, Any]:
    """Return the file, and the name that may stand after it."""
    path, _, name = text.rpartition(" ")
    if not path or "." in name or "/" in name:
        path, name = text, ""
    return {"path": path.strip(), "name": name}


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
        taken |= {"every": 1.0, "rows": 10_000}
    for name, value in terms.items():
        taken[name] = _term(source, name, value)
    if source in ("bars", "live") and not symbols:
        raise ValueError(f"{source} are of symbols: name them, such as {source} AAPL MSFT.")
    return taken


def _term(source: str, name: str, value: str) -> float | int:
    kind = LIVE_TERMS.get(name) if source == "live" else None
    if kind is None:
        known = "name, every, rows" if source == "live" else "name"
        raise ValueError(f"{source} has no {name}: it has {known}.")
    try:
        number: float | int = kind(value)
    except ValueError:
        raise ValueError(f"{name}={value} is no number.") from None
    return number
