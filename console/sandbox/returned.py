"""A table that a stranger wrote, read so that it takes no more memory than it says.

Arrow would unpack a compressed body to any size it names, and gives no word about it before;
so what comes before a body is looked at here, as the columnar format lays it out. A few bytes may
also stand for many values: a word that a dictionary lends to a million rows, columns that lie on
each other, rows of nothing. So what all of it takes written out is counted before it is.
"""

import struct

import pyarrow as pa
import pyarrow.compute as pc

MOST_COLUMNS = 2_000
VALUE_BYTES = 8
"""What each value counts at least, however narrow it came: numbers are kept that wide."""
_LINK, _SLOT, _KIND = struct.Struct("<i"), struct.Struct("<H"), struct.Struct("<B")
_MESSAGE_KIND, _MESSAGE_HEADER = 1, 2
_DICTIONARY, _BATCH = 2, 3
_DICTIONARY_DATA, _BATCH_COMPRESSION = 1, 3
_OPTIONS = pa.ipc.IpcReadOptions(ensure_native_endian=False)
"""Turning bytes around would copy every column, also those that lie on each other."""


class UnreadKind(Exception):  # noqa: N818 - reads as what it is
    """A table has a column of a kind that is not read; the message names it."""


class TooLarge(Exception):  # noqa: N818 - reads as what it is
    """A table takes more than it may, once its values are written out."""


def read_table(blob: bytes, most: int) -> tuple[pa.Table, int]:
    """Return the table, on the bytes it came in, and what it takes written out.

    Args:
        blob: what came.
        most: how many bytes it may take.

    Raises:
        pyarrow.ArrowException: when it is none.
        ValueError: when it has too many columns, or is packed.
        UnreadKind: when a column is of a kind whose size cannot be told.
        TooLarge: when it would take more.
    """
    for message in pa.ipc.MessageReader.open_stream(pa.py_buffer(blob)):
        # older ones may say outside the header that they are compressed
        if message.metadata_version != pa.ipc.MetadataVersion.V5:
            raise ValueError("an old kind of table")
        if _is_compressed(message.metadata.to_pybytes()):
            raise ValueError("a compressed table")
    with pa.ipc.open_stream(pa.py_buffer(blob), options=_OPTIONS) as stream:
        if len(stream.schema) > MOST_COLUMNS:
            raise ValueError("too many columns")
        for column in stream.schema:
            if not _is_read(column.type):
                raise UnreadKind(str(column.type))
        table = stream.read_all()
    table.validate()
    _refuse_more(max(table.nbytes, _least(table)), most)
    # only now: it looks at every value, also where columns lie on each other
    table.validate(full=True)
    size = sum(_written_out(chunk) for column in table.columns for chunk in column.chunks)
    _refuse_more(size, most)
    return table, size


def _refuse_more(size: int, most: int) -> None:
    if size > most:
        raise TooLarge(f"{size:,} bytes")


def _least(table: pa.Table) -> int:
    return VALUE_BYTES * int(table.num_rows) * max(int(table.num_columns), 1)


def _is_read(kind: pa.DataType) -> bool:
    """Return whether it can be told what values take: views and runs lend one to many."""
    if isinstance(kind, pa.BaseExtensionType):
        return _is_read(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return _is_flat(kind.value_type)
    if pa.types.is_struct(kind):
        return all(_is_read(part.type) for part in kind)
    if _is_list(kind):
        return _is_read(kind.value_type)
    return _is_flat(kind)


def _is_flat(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_primitive(kind)
        or pa.types.is_null(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_fixed_size_binary(kind)
        or _has_lengths(kind)
    )


def _has_lengths(kind: pa.DataType) -> bool:
    return any(
        is_one(kind)
        for is_one in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_binary,
            pa.types.is_large_binary,
        )
    )


def _is_list(kind: pa.DataType) -> bool:
    return any(
        is_one(kind)
        for is_one in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    )


def _written_out(values: pa.Array) -> int:
    """Return what the values take, each on its own."""
    kind, least = values.type, VALUE_BYTES * len(values)
    if isinstance(kind, pa.BaseExtensionType):
        return _written_out(values.storage)
    if pa.types.is_dictionary(kind):
        return least + _lent(values)
    if pa.types.is_struct(kind):
        return least + sum(map(_written_out, values.flatten()))
    if _is_list(kind):
        return least + _written_out(values.flatten())
    return max(least, int(values.nbytes))


def _lent(values: pa.DictionaryArray) -> int:
    """Return how long the words of a dictionary are, as often as they are lent."""
    if not _has_lengths(values.dictionary.type):
        width = 0 if pa.types.is_null(values.dictionary.type) else values.dictionary.type.bit_width
        return len(values) * width // 8
    counted = pc.value_counts(values.indices.drop_null())
    lengths = pc.binary_length(values.dictionary).take(counted.field("values"))
    often = zip(lengths.to_pylist(), counted.field("counts").to_pylist(), strict=True)
    return sum((length or 0) * times for length, times in often)


def _is_compressed(told: bytes) -> bool:
    """Return whether a message's body is.

    Raises:
        ValueError: when it cannot be told.
    """
    try:
        root = _followed(told, 0)
        kind_at = _field(told, root, _MESSAGE_KIND)
        header_at = _field(told, root, _MESSAGE_HEADER)
        kind = 0 if kind_at is None else _KIND.unpack_from(told, kind_at)[0]
        if header_at is None or kind not in (_DICTIONARY, _BATCH):
            return False
        batch = _followed(told, header_at)
        if kind == _DICTIONARY:
            data_at = _field(told, batch, _DICTIONARY_DATA)
            if data_at is None:
                return False
            batch = _followed(told, data_at)
        return _field(told, batch, _BATCH_COMPRESSION) is not None
    except struct.error:
        raise ValueError("a message that breaks off") from None


def _followed(told: bytes, at: int) -> int:
    """Return where the link at this place leads."""
    return at + int(_LINK.unpack_from(told, at)[0])


def _field(told: bytes, table: int, number: int) -> int | None:
    """Return where a field of a table lies; None when it was left out."""
    slots = table - int(_LINK.unpack_from(told, table)[0])
    place = 4 + 2 * number
    if place >= _SLOT.unpack_from(told, slots)[0]:
        return None
    offset = int(_SLOT.unpack_from(told, slots + place)[0])
    return table + offset if offset else None
