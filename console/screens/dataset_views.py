"""The views of the dataset screen, and the terms each of them is asked by."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from widgets.dataset_view import DatasetFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at a dataset."""

    id: str
    """As the lab is asked for it."""
    label: str
    has_table: bool = True
    has_picture: bool = False
    terms: tuple[str, ...] = ()
    """What can be said of it, by the words one writes."""


VIEWS = (
    View(id="rows", label="Rows"),
    View(id="summary", label="Columns"),
    View(id="sample", label="Sample", terms=("rows", "seed")),
    View(id="quality", label="Quality"),
    View(
        id="distribution",
        label="Distribution",
        has_table=False,
        has_picture=True,
        terms=("column",),
    ),
    View(
        id="series",
        label="Series",
        has_table=False,
        has_picture=True,
        terms=("column", "every", "how"),
    ),
    View(id="outliers", label="Outliers", has_picture=True, terms=("column", "far")),
    View(id="segment", label="Segments", has_picture=True, terms=("column", "by")),
    View(id="correlate", label="Correlations", has_picture=True, terms=("method",)),
    View(id="compare", label="Compare", has_picture=True, terms=("with",)),
)
ROWS, COLUMNS = VIEWS[:2]
BY_ID: Mapping[str, View] = {view.id: view for view in VIEWS}
KEPT = frozenset({"sample", "series", "outliers", "segment", "correlate"})
"""Views whose table can become a dataset."""
METHODS = ("pearson", "spearman")
HOWS = ("last", "first", "mean", "median", "sum", "min", "max", "count", "ohlc")
SAMPLE_ROWS, MOST_SAMPLE = 100, 500
FAR = 3.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the views are asked by; it stays as one goes from view to view."""

    column: str = ""
    by: str = ""
    far: float = FAR
    method: str = METHODS[0]
    every: str = ""
    """How long a step of a time series is; empty for the rows as they are."""
    how: str = HOWS[0]
    rows: int = SAMPLE_ROWS
    seed: int = 0
    other: str = ""
    """The dataset this one is compared with."""

    def fitted(self, dataset: DatasetFacts, others: tuple[str, ...]) -> "Terms":
        """Return the terms with what the dataset does not have in place of what it has not."""
        names = tuple(name for name, _, _ in dataset.columns)
        rest = tuple(name for name in others if name != dataset.name)
        return replace(
            self,
            column=_known(self.column, dataset.numbers),
            by=self.by if self.by in names else _usual_key(dataset),
            other=_known(self.other, rest),
        )

    def stepped(
        self, view: View, places: int, dataset: DatasetFacts, others: tuple[str, ...]
    ) -> "Terms":
        """Return the terms with the view's choice one farther: column, method, other dataset."""
        rest = tuple(name for name in others if name != dataset.name)
        if "column" in view.terms:
            return replace(self, column=_next(self.column, dataset.numbers, places))
        if "method" in view.terms:
            return replace(self, method=_next(self.method, METHODS, places))
        if "with" in view.terms:
            return replace(self, other=_next(self.other, rest, places))
        return self

    def said(self, view: View) -> dict[str, Any]:
        """Return the view's terms by their words."""
        every: dict[str, Any] = {
            "column": self.column,
            "by": self.by,
            "far": self.far,
            "method": self.method,
            "every": self.every,
            "how": self.how,
            "rows": self.rows,
            "seed": self.seed,
            "with": self.other,
        }
        return {word: every[word] for word in view.terms}

    def words(self, view: View) -> str:
        """Return the view's terms as one writes them."""
        told = self.said(view).items()
        return " ".join(f"{word}={_written(value)}" for word, value in told if value != "")


def read_terms(text: str, view: View, terms: Terms) -> Terms:
    """Return the terms after a line of them.

    Raises:
        ValueError: with the sentence that says what is wrong.
    """
    try:
        words = shlex.split(text)
    except ValueError:
        raise ValueError('A quote is not closed: write column="last price".') from None
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or name not in view.terms:
            known = ", ".join(f"{term}=" for term in view.terms) or "no terms"
            raise ValueError(f"{word} means nothing to {view.label}: it has {known}.")
        terms = _with(terms, name, value)
    return terms


def _with(terms: Terms, name: str, value: str) -> Terms:
    told: dict[str, Any] = {_FIELDS.get(name, name): _READ.get(name, str)(value)}
    return replace(terms, **told)


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if 0 <= number < float("inf"):
        return number
    raise ValueError(f"{value} is no number of 0 or more.")


def _seed(value: str) -> int:
    return int(_number(value))


def _rows(value: str) -> int:
    count = int(_number(value))
    if 1 <= count <= MOST_SAMPLE:
        return count
    raise ValueError(f"A sample has 1 to {MOST_SAMPLE} rows, not {count:,}.")


def _method(value: str) -> str:
    if value in METHODS:
        return value
    raise ValueError(f"{value} is no method: write {' or '.join(METHODS)}.")


def _how(value: str) -> str:
    if value in HOWS:
        return value
    raise ValueError(f"{value} is no way to take a step: write {', '.join(HOWS)}.")


_FIELDS = {"with": "other"}
_READ: Mapping[str, Callable[[str], Any]] = {
    "far": _number,
    "seed": _seed,
    "rows": _rows,
    "method": _method,
    "how": _how,
}


def _written(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if not text or text == shlex.quote(text) else shlex.quote(text)


def _known(name: str, names: tuple[str, ...]) -> str:
    return name if name in names else next(iter(names), "")


def _next(name: str, names: tuple[str, ...], places: int) -> str:
    if name not in names:
        return next(iter(names), "")
    return names[(names.index(name) + places) % len(names)]


def _usual_key(dataset: DatasetFacts) -> str:
    """Return the column one would make parts by: the symbol, else a category, else words."""
    for wanted in ("symbol", "side", "category", "text"):
        for name, _, role in dataset.columns:
            if role == wanted:
                return name
    return next((name for name, kind, _ in dataset.columns if kind != "time"), "")
