"""Halt keys among the bytes a terminal sends: a state machine that only looks on.

Every byte is passed on as it came and at once, the halt keys too; nothing is held back.
A key counts in each encoding terminals have for it: the plain one, the kitty keyboard
protocol's, xterm's modifyOtherKeys. It does not count within a bracketed paste, nor
within a string that the terminal itself answers with, which may end with the same byte
as the key. Standard library only.
"""

import re
from enum import Enum

CTRL_G = b"\x07"
PASTE_BEGIN, PASTE_END = b"\x1b[200~", b"\x1b[201~"
G_KEYS = frozenset({103, 71})
"""`g` and, with the lock on, `G`, as codepoints."""
F12_KEY = 24
OTHER_KEY = 27
"""What a sequence of modifyOtherKeys begins with."""
LOCKS = 64 | 128
"""Caps lock and num lock, as bits of a modifier: they change no halt key."""
CTRL = 4

SEQUENCE_SECONDS = 0.5
"""A sequence whose rest has not come by then never was one: somebody typed its first bytes."""
STRING_GAP_SECONDS = 0.25
STRING_SECONDS = 1.0
"""The same for strings: Alt and a letter begins like one and has no end."""
PASTE_SECONDS = 2.0
"""A paste that is silent for so long swallows no halt key that comes alone: its end is lost."""

_NEXT = re.compile(rb"[\x07\x1b]")
_CSI = re.compile(rb"\x1b\[([\x30-\x3f]{0,48})[\x20-\x2f]{0,4}([\x40-\x7e])")
_BEGUN = re.compile(rb"\x1b(?:\[[\x30-\x3f]{0,48}[\x20-\x2f]{0,4}|[\]PX^_])?\Z")
_STRING = re.compile(rb"\x1b([\]PX^_])(?=[\x20-\x7e\x80-\xff])")
_STRING_STOP = re.compile(rb"[\x00-\x1f]")


class _Within(Enum):
    """Where the next byte falls."""

    KEYS = "keys"
    PASTE = "paste"
    REPLY = "reply"
    """An operating system command: BEL ends it."""
    STRING = "string"
    """Any other control string: BEL is a part of it."""


class HaltKeys:
    """Counts the presses of a halt key in a stream of bytes, however it is cut."""

    def __init__(self) -> None:
        self._within = _Within.KEYS
        self._begun = b""
        self._fed_at = 0.0
        self._string_at = 0.0

    def feed(self, data: bytes, at: float = 0.0) -> int:
        """Return how many halt keys end in `data`, which came `at` this many seconds."""
        if data == CTRL_G and self._within is _Within.KEYS and not self._begun:
            self._fed_at = at
            return 1  # the one that is waited for: as below, without looking for anything
        self._forget(data, at)
        self._fed_at = at
        text, self._begun = self._begun + data, b""
        place, halts = 0, 0
        while place < len(text):
            match self._within:
                case _Within.PASTE:
                    place = self._end_of_paste(text, place)
                case _Within.KEYS:
                    place, is_key = self._next_key(text, place)
                    halts += is_key
                case _:
                    place = self._end_of_string(text, place)
        return halts

    def _forget(self, data: bytes, at: float) -> None:
        """Drop what has waited too long for its end."""
        silence = at - self._fed_at
        if silence > SEQUENCE_SECONDS and self._within is not _Within.PASTE:
            self._begun = b""
        if self._within in (_Within.REPLY, _Within.STRING):
            if silence > STRING_GAP_SECONDS or at - self._string_at > STRING_SECONDS:
                self._within = _Within.KEYS
        elif self._within is _Within.PASTE and silence > PASTE_SECONDS and is_halt_key(data):
            self._within, self._begun = _Within.KEYS, b""

    def _end_of_paste(self, text: bytes, place: int) -> int:
        end = text.find(PASTE_END, place)
        if end >= 0:
            self._within = _Within.KEYS
            return end + len(PASTE_END)
        self._begun = _tail_that_begins(PASTE_END, text[place:])
        return len(text)

    def _end_of_string(self, text: bytes, place: int) -> int:
        """Go to where the string ends: at its terminator, or at a byte that no string has."""
        stop = _STRING_STOP.search(text, place)
        if stop is None:
            return len(text)
        byte, after = stop[0], stop.end()
        if byte == CTRL_G and self._within is _Within.STRING:
            return after
        if byte != b"\x1b":
            self._within = _Within.KEYS
            return after
        if after == len(text):
            self._begun = byte
            return after
        self._within = _Within.KEYS
        return after + 1 if text[after] == ord("\\") else stop.start()

    def _next_key(self, text: bytes, place: int) -> tuple[int, bool]:
        """Return where to go on, and whether a halt key ends there."""
        found = _NEXT.search(text, place)
        if found is None:
            return len(text), False
        if found[0] == CTRL_G:
            return found.end(), True
        start = found.start()
        if _BEGUN.match(text, start):
            self._begun = text[start:]
            return len(text), False
        if string := _STRING.match(text, start):
            self._within = _Within.REPLY if string[1] == b"]" else _Within.STRING
            self._string_at = self._fed_at
            return string.end(), False
        sequence = _CSI.match(text, start)
        if sequence is None:
            return start + 1, False
        if sequence[0] == PASTE_BEGIN:
            self._within = _Within.PASTE
        return sequence.end(), _is_halting(sequence)


def is_halt_key(data: bytes) -> bool:
    """Return whether `data` is one halt key and nothing else."""
    if data == CTRL_G:
        return True
    sequence = _CSI.fullmatch(data)
    return sequence is not None and _is_halting(sequence)


def _is_halting(sequence: "re.Match[bytes]") -> bool:
    try:
        fields = [[int(part or 0) for part in f.split(b":")] for f in sequence[1].split(b";")]
    except ValueError:
        return False
    if sequence[2] == b"u":
        return bool(G_KEYS & {fields[0][0], fields[0][-1]}) and _pressed(fields) == CTRL
    if sequence[2] != b"~":
        return False
    if fields[0] == [OTHER_KEY]:
        return len(fields) > 2 and fields[2][0] in G_KEYS and _pressed(fields) == CTRL  # noqa: PLR2004 - 27 ; modifier ; key
    return fields[0] == [F12_KEY] and _pressed(fields) == 0


def _pressed(fields: list[list[int]]) -> int:
    """Return the modifiers of a key that was pressed; -1 when it was repeated or let go."""
    modifier, event = ([*fields[1], 0, 0] if len(fields) > 1 else [0, 0])[:2]
    if event > 1:
        return -1
    return max(modifier - 1, 0) & ~LOCKS


def _tail_that_begins(wanted: bytes, text: bytes) -> bytes:
    """Return the longest end of `text` with which `wanted` begins."""
    lengths = range(min(len(wanted) - 1, len(text)), 0, -1)
    return next((text[-n:] for n in lengths if wanted.startswith(text[-n:])), b"")
