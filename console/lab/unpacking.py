"""The bytes of a file as they are unpacked, bounded: a small file cannot become a huge one."""

import codecs
import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from console.lab.limits import MIB, LoadLimits
from console.lab.problems import Unreadable, shown

Told = Callable[[float], None]
"""Called with how much of the file has been read: 0 to 1."""
PACKED = (".gz", ".zip")
_BOMS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_WIDE = ("utf-16", "utf-32")


class Source(io.RawIOBase):
    """Reads a file, unpacks it, and proves that it is text in its encoding, as UTF-8."""

    def __init__(
        self, path: Path, limits: LoadLimits, *, encoding: str = "utf-8", told: Told | None = None
    ) -> None:
        """Open the file.

        Raises:
            Unreadable: when it cannot be, or is no file.
        """
        self.path = path
        self.trouble: Unreadable | None = None
        """What went wrong inside a reader that hides its reasons."""
        self._limits, self._told = limits, told
        self._raw = _open(path)
        self._size = max(os.fstat(self._raw.fileno()).st_size, 1)
        self._packed = _unpacked(path, self._raw, limits)
        self._decoder = _decoder(encoding)
        self.encoding = encoding
        self._unpacked = self._line = 0
        self._column = 0
        self._kept = b""
        self._is_first = True
        self._is_last = False

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes of UTF-8, at most a mebibyte; nothing at the end.

        Raises:
            Unreadable: when it is too large, damaged or not in its encoding.
        """
        wanted = MIB if size < 0 else min(size, MIB)
        while len(self._kept) < wanted and not self._is_last:
            try:
                self._kept += self._more()
            except Unreadable as trouble:
                self.trouble = trouble
                raise
        given, self._kept = self._kept[:wanted], self._kept[wanted:]
        return given

    def back(self, data: bytes) -> None:
        """Put bytes back, to be read again."""
        self._kept = data + self._kept

    def close(self) -> None:
        """Close the file."""
        self._packed.close()
        self._raw.close()
        super().close()

    def _more(self) -> bytes:
        try:
            data = self._packed.read(MIB)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
            raise Unreadable(
                f"{self.path.name}: what is packed in it is damaged ({error}): pack it again."
            ) from None
        self._is_last = not data
        self._unpacked += len(data)
        self._refuse_bombs()
        if self._told is not None:
            self._told(min(self._raw.tell() / self._size, 1.0))
        return self._as_utf8(data)

    def _refuse_bombs(self) -> None:
        limits, read = self._limits, max(self._raw.tell(), 1)
        _refuse_bomb(self.path, limits, packed=read, unpacked=self._unpacked)

    def _as_utf8(self, data: bytes) -> bytes:
        if self._is_first and data:
            self._is_first = False
            self._refuse_boms(data)
            data = data.removeprefix(codecs.BOM_UTF8) if self.encoding == "utf-8" else data
        try:
            text = self._decoder.decode(data, final=self._is_last)
        except UnicodeDecodeError as error:
            self._count(bytes(error.object[: error.start]))
            raise Unreadable(
                f"{self.path.name}, line {self._line + 1:,}, column {self._column + 1:,}: the byte"
                f" 0x{error.object[error.start]:02x} is not {self.encoding}: give --encoding,"
                " such as latin-1."
            ) from None
        if "\0" in text:
            self._count(text[: text.index("\0")].encode())
            raise Unreadable(
                f"{self.path.name}, line {self._line + 1:,}, column {self._column + 1:,}: there"
                " is a NUL byte, so this is no text: name the right file or --encoding."
            )
        sound = text.encode()
        self._count(sound)
        return sound

    def _refuse_boms(self, data: bytes) -> None:
        for mark, name in _BOMS.items():
            if data.startswith(mark) and not self.encoding.startswith(_WIDE):
                raise Unreadable(f"{self.path.name} is in {name}: give --encoding {name}.")

    def _count(self, data: bytes) -> None:
        lines = data.count(b"\n")
        self._line += lines
        tail = data[data.rfind(b"\n") + 1 :] if lines else data
        self._column = len(tail) if lines else self._column + len(tail)


def _open(path: Path) -> IO[bytes]:
    try:
        if not path.is_file():
            # a pipe or a device could be waited on for ever
            raise Unreadable(f"There is no file at {shown(str(path))}.")
        return path.open("rb")
    except OSError as error:
        raise Unreadable(f"{shown(str(path))} cannot be read: {error.strerror}.") from None


def _unpacked(path: Path, raw: IO[bytes], limits: LoadLimits) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return gzip.GzipFile(fileobj=raw, mode="rb")  # type: ignore[return-value]  # it reads bytes
    if path.suffix.lower() == ".zip":
        return _only_member(path, raw, limits)
    return raw


def _refuse_bomb(path: Path, limits: LoadLimits, *, packed: int, unpacked: int) -> None:
    if unpacked > limits.unpacked_bytes:
        raise Unreadable(
            f"{path.name} is larger than {limits.unpacked_bytes / MIB:,.0f} MiB unpacked: split it."
        )
    if unpacked > limits.ratio_from and unpacked > limits.ratio * packed:
        raise Unreadable(
            f"{path.name} unpacks to more than {limits.ratio} times its size, as bombs do: if it"
            " is honest, unpack it yourself and load what comes out."
        )


def _only_member(path: Path, raw: IO[bytes], limits: LoadLimits) -> IO[bytes]:
    try:
        packed = zipfile.ZipFile(raw)
        files = [entry for entry in packed.infolist() if not entry.is_dir()]
        if len(files) != 1:
            raise Unreadable(
                f"{path.name} holds {len(files):,} files: pack the one that is wanted alone."
            )
        if Path(files[0].filename).suffix.lower() in (*PACKED, ".parquet"):
            raise Unreadable(f"{path.name} holds a packed file again: unpack it first.")
        # what a zip says of itself is believed only so far: no more than that is read
        told = files[0]
        _refuse_bomb(path, limits, packed=max(told.compress_size, 1), unpacked=told.file_size)
        return packed.open(told)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise Unreadable(f"{path.name} is no zip file that can be read ({error}).") from None


def _decoder(encoding: str) -> codecs.IncrementalDecoder:
    try:
        made = codecs.getincrementaldecoder(encoding)("strict")
        made.decode(b"")
    except (LookupError, ValueError, AttributeError):
        raise Unreadable(f"There is no encoding {shown(encoding)}: utf-8, latin-1 …") from None
    if not isinstance(made.decode(b""), str):
        raise Unreadable(f"{shown(encoding)} is no encoding of text: utf-8, latin-1 …")
    made.reset()
    return made
