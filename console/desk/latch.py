"""The halt latch: one file, which any process may create and only a re-arm removes.

Standard library only, so that `killcord halt` can pull it while all else is broken.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

LONGEST_WORD = 500
LONGEST_FILE = 65_536
UNREADABLE = "unreadable"
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Latched:
    """What the latch file says; times as ISO 8601 text, UTC."""

    id: str
    reason: str
    by: str
    at: str
    keeps: str = ""
    """`stops` when the protective stops of open positions are to stay, `none` when not, empty
    when the desk's setting decides."""


def plain(word: str) -> str:
    """Return what somebody wrote on one line, as text that can be stored and shown anywhere."""
    line = " ".join(word[: LONGEST_WORD * 4].split())
    return "".join(letter for letter in line if letter.isprintable())[:LONGEST_WORD]


def pull(latch: Path, said: Latched) -> Latched:
    """Create the latch durably; return what it says, which is the first puller's word, if any.

    Raises:
        OSError: when the file can neither be created nor is there.
    """
    handle = create(latch)
    if handle is None:
        found = read(latch)
        # It may be made a moment ago and not written yet: what its puller told us says more.
        return said if found is None or found.id == UNREADABLE else found
    fill(latch, handle, said)
    return said


def create(latch: Path) -> int | None:
    """Make the latch, which holds from here on; return the handle for `fill`, None if it was there.

    Raises:
        OSError: when it can neither be created nor is there.
    """
    try:
        return os.open(latch, _NEW, 0o600)
    except FileExistsError:
        return None
    except (FileNotFoundError, NotADirectoryError):
        # looked at last, for the folder is nearly always there and a halt waits for this
        latch.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return create(latch)


def fill(latch: Path, handle: int, said: Latched) -> None:
    """Write what a new latch says, and make it and its folder durable."""
    try:
        os.write(handle, json.dumps(asdict(said)).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    _sync_folder(latch.parent)


def is_pulled(latch: Path) -> bool:
    """Return whether the latch is there; a folder that cannot be read counts as pulled."""
    try:
        latch.lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def read(latch: Path) -> Latched | None:
    """Return what the latch says, or None when there is none.

    A latch with unreadable content still holds: it is told as pulled by an unknown hand.
    """
    try:
        content = _content(latch)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Latched(id=UNREADABLE, reason=f"latch cannot be read: {error}", by="?", at="")
    try:
        said = json.loads(content)
        return Latched(**{name: plain(word) for name, word in said.items()})
    except (AttributeError, RecursionError, TypeError, ValueError):
        return Latched(id=UNREADABLE, reason="latch file without a readable reason", by="?", at="")


def lift(latch: Path) -> None:
    """Remove the latch durably. OSError when it cannot be."""
    latch.unlink(missing_ok=True)
    _sync_folder(latch.parent)


def renew(latch: Path, said: Latched) -> Latched:
    """Exchange the latch's word durably; it is there all the while. OSError when it cannot be."""
    draft = latch.with_name(f"{latch.name}.new")
    handle = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    try:
        os.write(handle, json.dumps(asdict(said)).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    draft.replace(latch)
    _sync_folder(latch.parent)
    return said


def _content(latch: Path) -> bytes:
    # Anybody may have made it: a pipe must not be waited for, nor a giant be read.
    handle = os.open(latch, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(handle, LONGEST_FILE)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
