"""A table that a stranger wrote, read so that it takes no more memory than it says.

Arrow would unpack a compressed body to any size it names, and gives no word about it before;
so what comes before a body is looked at here, as the columnar format lays it out.
"""

import struct

import pyarrow as pa

MOST_COLUMNS = 2_000
_LINK, _SLOT, _KIND = struct.Struct("<i"), struct.Struct("<H"), struct.Struct("<B")
_MESSAGE_KIND, _MESSAGE_HEADER = 1, 2
_DICTIONARY, _BATCH = 2, 3
_DICTIONARY_DATA, _BATCH_COMPRESSION = 1, 3
_OPTIONS = pa.ipc.IpcReadOptions(ensure_native_endian=False)
"""Turning bytes around would copy every column, also those that lie on each other."""


def read_table(blob: bytes) -> pa.Table:
    """Return the table, on the bytes it came in, every offset of it looked at.

    Raises:
        pyarrow.ArrowException: when it is none.
        ValueError: when it has too many columns, or is packed.
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
        table = stream.read_all()
    table.validate(full=True)
    return table


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
