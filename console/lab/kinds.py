"""From text to the kind of a column, decided by every row and not by the first ones."""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from console.lab.datasets import Kind

NOTHING = ("", "NA", "N/A", "null", "NULL", "NaN", "nan", "None")
"""What stands for a missing value in a CSV file, unquoted."""
MICROS, NANOS = pa.timestamp("us", "UTC"), pa.timestamp("ns", "UTC")

_DIGITS = r"(?:0|[1-9][0-9]{0,17}|[1-8][0-9]{18})"
"""What fits into 64 bits and has no leading zero: a name may be made of digits too."""
_WHOLE = rf"^-?{_DIGITS}$"
_NUMBER = (
    rf"^[+-]?(?:{_DIGITS}|(?:0|[1-9][0-9]*)?\.[0-9]+|(?:0|[1-9][0-9]*)\."
    r"|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?[eE][+-]?[0-9]{1,3}|\.[0-9]+[eE][+-]?[0-9]{1,3}"
    r"|(?i:inf|infinity))$"
)
_FLAG = r"^(?:true|false|True|False|TRUE|FALSE)$"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
_TIME = rf"^{_DAY}(?:{_CLOCK}(?: ?Z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)?)?$"
_ZONE = r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$"
"""How an offset ends; a bare date ends like one and is looked for first."""
_FINE = r"\.[0-9]{7,9}"
_OFFSET = rf"^{_DAY}{_CLOCK}.*{_ZONE}"
_PATTERNS = ((Kind.FLAG, _FLAG), (Kind.WHOLE, _WHOLE), (Kind.NUMBER, _NUMBER), (Kind.TIME, _TIME))
_ARROW = {
    Kind.FLAG: pa.bool_(),
    Kind.WHOLE: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.TIME: MICROS,
    Kind.TEXT: pa.string(),
}

_STORED: tuple[tuple[Callable[[pa.DataType], bool], Kind], ...] = (
    (pa.types.is_boolean, Kind.FLAG),
    (pa.types.is_integer, Kind.WHOLE),
    (pa.types.is_floating, Kind.NUMBER),
    (pa.types.is_decimal, Kind.EXACT),
    (pa.types.is_timestamp, Kind.TIME),
    (pa.types.is_date, Kind.TIME),
    (pa.types.is_string, Kind.TEXT),
    (pa.types.is_large_string, Kind.TEXT),
    (pa.types.is_null, Kind.TEXT),
)


class Guess:
    """What a column of text may still be, as its rows come by."""

    def __init__(self, *, is_text: bool = False) -> None:
        self._open = [] if is_text else list(_PATTERNS)
        self._is_empty = True
        self._is_fine = False
        self.has_bare_times = False

    @property
    def kind(self) -> Kind:
        """What all rows so far can be; text when there were none."""
        return self._open[0][0] if self._open and not self._is_empty else Kind.TEXT

    @property
    def arrow(self) -> pa.DataType:
        """The type in which the column is stored; nanoseconds only where some are told."""
        return NANOS if self.kind is Kind.TIME and self._is_fine else _ARROW[self.kind]

    def narrow(self, texts: pa.Array) -> None:
        """Take some rows into account."""
        if texts.null_count == len(texts):
            return
        self._is_empty = False
        self._open = [
            (kind, pattern)
            for kind, pattern in self._open
            if pc.all(pc.match_substring_regex(texts, pattern)).as_py()
        ]
        if any(kind is Kind.TIME for kind, _ in self._open):
            self._is_fine |= pc.any(pc.match_substring_regex(texts, _FINE)).as_py()
            self.has_bare_times |= not pc.all(pc.match_substring_regex(texts, _OFFSET)).as_py()

    def only(self, kinds: frozenset[Kind]) -> None:
        """Leave only these: JSON says itself what is a number and what a word."""
        self._open = [(kind, pattern) for kind, pattern in self._open if kind in kinds]


def converted(texts: pa.Array, arrow: pa.DataType) -> pa.Array:
    """Return the texts as values of the type.

    Raises:
        pyarrow.ArrowInvalid: when one of them is none, such as the 31st of February.
    """
    if pa.types.is_boolean(arrow):
        return pc.equal(pc.utf8_lower(texts), "true")
    if pa.types.is_timestamp(arrow):
        return pc.cast(_zoned(texts), arrow)
    if pa.types.is_floating(arrow):
        texts = pc.replace_substring_regex(texts, r"^\+", "")
    return pc.cast(texts, arrow)


def _zoned(texts: pa.Array) -> pa.Array:
    """Return times with their offset; those without one are taken to be in UTC."""
    is_day = pc.match_substring_regex(texts, rf"^{_DAY}$")
    is_bare = pc.or_(is_day, pc.invert(pc.match_substring_regex(texts, _ZONE)))
    clocked = pc.if_else(is_day, pc.binary_join_element_wise(texts, "00:00", " "), texts)
    zoned = pc.if_else(is_bare, pc.binary_join_element_wise(clocked, "Z", ""), clocked)
    return pc.replace_substring_regex(zoned, " Z$", "Z")


def kind_of(arrow: pa.DataType) -> Kind | None:
    """Return the kind a stored column of this type is, or None for what is not stored."""
    return next((kind for is_one, kind in _STORED if is_one(arrow)), None)


def as_numbers(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return numbers of any kind as floats, the nearest ones where they are too long."""
    return pc.cast(values, pa.float64(), safe=False)


def stored_type(arrow: pa.DataType) -> pa.DataType:
    """Return the type in which a column that is one of ours is kept."""
    if pa.types.is_integer(arrow):
        return pa.int64()
    if pa.types.is_floating(arrow):
        return pa.float64()
    if pa.types.is_timestamp(arrow):
        return NANOS if arrow.unit == "ns" else MICROS
    if pa.types.is_date(arrow):
        return MICROS
    if pa.types.is_boolean(arrow) or pa.types.is_decimal(arrow):
        return arrow
    return pa.string()
