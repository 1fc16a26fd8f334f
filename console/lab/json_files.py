"""JSON as records (one array of objects) or lines (an object a line), read object by object.

Every value becomes text for the same decision a CSV file gets; what was a string stays words.
"""

import json
from collections.abc import Iterator
from typing import Any, NoReturn

import pyarrow as pa

from console.lab.headers import column_names
from console.lab.limits import LoadLimits
from console.lab.problems import Unreadable, shown
from console.lab.unpacking import Source

BATCH_ROWS = 16_384
BATCH_CELLS = 1_000_000
_LONGEST_WHOLE = len(str(2**63)) + 1
_SPACE = " \t\r\n"


class _NotJson(ValueError):  # noqa: N818 - caught where the line is known
    """A word that Python's reader takes and JSON does not know."""


class JsonFile:
    """A file of objects."""

    def __init__(self, source: Source, limits: LoadLimits, notes: list[str]) -> None:
        self._source, self._limits, self._notes = source, limits, notes
        self._decoder = json.JSONDecoder(parse_constant=_refuse, parse_int=_whole)
        self._text = ""
        self._at = 0
        self._line = 1
        self._ended = False
        self._names: dict[str, str] = {}
        self.kinds: dict[str, set[type]] = {}
        """What JSON said of each column, under its name in the table."""

    @property
    def names(self) -> list[str]:
        """The columns so far, in the order in which they came."""
        return list(self._names.values())

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows, all cells text; later batches may have more columns.

        Raises:
            Unreadable: at the first object that is none.
        """
        rows: list[dict[str, str | None]] = []
        cells = 0
        for told in self._objects():
            rows.append({self._name(key): self._cell(key, value) for key, value in told.items()})
            cells += len(told)
            if len(rows) >= BATCH_ROWS or cells >= BATCH_CELLS:
                yield self._batch(rows)
                rows, cells = [], 0
        if rows:
            yield self._batch(rows)

    def _batch(self, rows: list[dict[str, str | None]]) -> pa.RecordBatch:
        columns = [pa.array([row.get(name) for row in rows], pa.string()) for name in self.names]
        return pa.record_batch(columns, names=self.names)

    def _objects(self) -> Iterator[dict[str, Any]]:
        if not self._skip(_SPACE + "\ufeff"):
            raise self._wrong("there is nothing in the file")
        is_array = self._text[self._at] == "["
        self._at += is_array
        is_first = True
        while self._skip(_SPACE):
            if is_array and self._closes(is_first=is_first):
                return
            yield self._object()
            is_first = False
        if is_array:
            raise self._wrong("the array is never closed with ']'")

    def _closes(self, *, is_first: bool) -> bool:
        """Take the comma before the next object; return whether the array ends instead."""
        if self._text[self._at] == "]":
            self._at += 1
            if self._skip(_SPACE):
                raise self._wrong("there is more after the array")
            return True
        if is_first:
            return False
        if self._text[self._at] != ",":
            raise self._wrong("a comma or ']' is missing")
        self._at += 1
        if not self._skip(_SPACE):
            raise self._wrong("the array is never closed with ']'")
        return False

    def _object(self) -> dict[str, Any]:
        if self._text[self._at] != "{":
            raise self._wrong("an object, which begins with '{', was expected")
        while True:
            try:
                told, end = self._decoder.raw_decode(self._text, self._at)
            except _NotJson as error:
                raise self._wrong(str(error)) from None
            except RecursionError:
                raise self._wrong("brackets stand too deep inside each other") from None
            except ValueError as error:
                if self._is_more():
                    continue
                raise self._misread(error) from None
            self._advance(end)
            return dict(told)

    def _is_more(self) -> bool:
        """Read on, if there is more, because the object may be longer than what is here."""
        if self._ended:
            return False
        if len(self._text) - self._at > self._limits.row_bytes:
            raise self._wrong(f"an object is longer than {self._limits.row_bytes:,} characters")
        data = self._source.read()
        while data and data[-1] >= 0x80 and (more := self._source.read(1)):  # noqa: PLR2004 - inside a letter
            data += more
        if not data:
            self._ended = True
            return False
        self._text = self._text[self._at :] + data.decode(errors="replace")
        self._at = 0
        return True

    def _skip(self, letters: str) -> bool:
        """Skip white space; return whether anything follows."""
        while True:
            end = self._at
            while end < len(self._text) and self._text[end] in letters:
                end += 1
            self._advance(end)
            if end < len(self._text):
                return True
            if not self._is_more():
                return False

    def _advance(self, end: int) -> None:
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _name(self, key: str) -> str:
        known = self._names.get(key)
        if known is not None:
            return known
        self._names[key] = ""
        if len(self._names) > self._limits.columns:
            raise self._wrong(f"there are more than {self._limits.columns:,} columns")
        (name,) = column_names(self._source.path.name, [key], self._limits, self._notes)
        if name in self.kinds:
            raise self._wrong(f"two columns are called {shown(name)}: rename one")
        self._names[key] = name
        self.kinds[name] = set()
        return name

    def _cell(self, key: str, value: object) -> str | None:
        if value is None:
            return None
        self.kinds[self._names[key]].add(type(value))
        match value:
            case str():
                if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
                    raise self._wrong(f"the text under {shown(key)} holds half a letter")
                return value
            case bool():
                return "true" if value else "false"
            case int() | float():
                return repr(value)
        return json.dumps(value, ensure_ascii=False)

    def _misread(self, error: ValueError) -> Unreadable:
        if not isinstance(error, json.JSONDecodeError):
            return self._wrong(shown(str(error)))
        before = self._text[: error.pos]
        line = self._line + self._text.count("\n", self._at, error.pos)
        column = error.pos - before.rfind("\n")
        return Unreadable(
            f"{self._source.path.name}, line {line:,}, column {column:,}: this is no JSON"
            f" ({error.msg[:1].lower()}{error.msg[1:]}): mend it there."
        )

    def _wrong(self, why: str) -> Unreadable:
        return Unreadable(
            f"{self._source.path.name}, line {self._line:,}: {why}: JSON is read as an array of"
            " objects, or as one object a line."
        )


def _refuse(word: str) -> NoReturn:
    raise _NotJson(f"JSON knows no {word}, write null")


def _whole(digits: str) -> int | float:
    """Return an integer, as a float when it has more digits than any integer that is stored."""
    return int(digits) if len(digits.removeprefix("-")) < _LONGEST_WHOLE else float(digits)
