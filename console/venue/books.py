"""The exchange's books on disk: what was acknowledged is there after a kill -9.

One line per step, a JSON array of everything that changed in it, written before
anybody is told. A step is on disk whole or not at all: a line torn by the end of
the process is cut off at the next start.
"""

import fcntl
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from console.venue.trading.accounts import AccountOpened, Activity, DayClosed, Settings
from console.venue.trading.orders import Fill, Order
from console.venue.trading.watchlists import Watchlist, WatchlistDeleted


class Whose(msgspec.Struct, frozen=True, kw_only=True, tag="whose"):
    """Whose the rest of a line is, when it is not the first account's."""

    account: str


AccountEntry = Order | Fill | Settings | DayClosed | Activity | Watchlist | WatchlistDeleted
Entry = AccountOpened | AccountEntry | Whose

OWNER_ONLY = 0o600


class BooksUnreadable(Exception):  # noqa: N818 - says what is wrong, not that something is
    """The file holds something that is not a venue's books."""


@dataclass(slots=True, kw_only=True)
class Record:
    """What the books say, brought forward: the last telling of everything."""

    opened: AccountOpened
    settings: Settings = field(default_factory=Settings)
    day_closed: DayClosed | None = None
    orders: dict[str, Order] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    activities: list[tuple[int, Activity]] = field(default_factory=list)
    """What moved the account besides fills, each after how many of them."""
    watchlists: dict[str, Watchlist] = field(default_factory=dict)
    entries: int = 0
    """How many entries the books have, over all accounts; counted with the first one."""
    latest_at: int = 0
    """The venue's time of the last entry."""
    others: dict[str, "Record"] = field(default_factory=dict)
    """The accounts opened after the first, by id."""


class Books:
    """An append-only file that one venue at a time may hold.

    Raises:
        BooksUnreadable: when another venue holds it.
        OSError: when it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encode = msgspec.json.Encoder().encode
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise BooksUnreadable(
                f"another venue keeps its books in {path.name}; stop it or name another file"
            ) from None
        if os.fstat(self._file).st_ino != path.stat().st_ino:
            os.close(self._file)
            raise BooksUnreadable(f"another venue has just rewritten {path.name}; start again")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def append(self, entries: Sequence[Entry]) -> None:
        """Write one step; returns when a kill of this process cannot undo it.

        Raises:
            OSError: when it cannot be written, or not whole.
        """
        if not entries:
            return
        line = self._encode(entries) + b"\n"
        written = os.write(self._file, line)
        while written < len(line):
            written += os.write(self._file, line[written:])

    def rewrite(self, lines: Iterable[Sequence[Entry]]) -> None:
        """Put other lines in the place of all there are, whole or not at all.

        Raises:
            OSError: when they cannot be written; the old ones stand then.
        """
        draft = self._path.with_name(self._path.name + ".draft")
        file = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, OWNER_ONLY)
        fcntl.flock(file, fcntl.LOCK_EX)
        with os.fdopen(os.dup(file), "wb") as written:
            for entries in lines:
                written.write(self._encode(entries) + b"\n")
        os.fsync(file)
        draft.replace(self._path)
        os.close(self._file)
        self._file = file

    def read(self) -> Record | None:
        """Return the account the books tell of, or None when they are empty.

        Raises:
            BooksUnreadable: when a whole line makes no sense.
        """
        text = self._path.read_bytes()
        whole = text.rfind(b"\n") + 1
        os.ftruncate(self._file, whole)
        os.lseek(self._file, 0, os.SEEK_END)
        account: Record | None = None
        decode = msgspec.json.Decoder(list[Entry]).decode
        for place, line in enumerate(text[:whole].splitlines(), 1):
            try:
                account = _bring_forward(account, decode(line))
            except msgspec.DecodeError as error:
                raise BooksUnreadable(
                    f"line {place} of {self._path.name} is not an entry of a venue's books "
                    f"({error}); move the file away to begin new books"
                ) from error
        return account


def _bring_forward(first: Record | None, entries: Iterable[Entry]) -> Record | None:
    account = first
    for entry in entries:
        if isinstance(entry, AccountOpened):
            account = Record(opened=entry, latest_at=entry.at)
            if first is None:
                first = account
            else:
                first.others[entry.id] = account
        elif isinstance(entry, Whose):
            account = first.others.get(entry.account) if first else None
        elif account is not None:
            _note(account, entry)
        if first is not None and not isinstance(entry, Whose | AccountOpened):
            first.entries += 1
    return first


def _note(account: Record, entry: AccountEntry) -> None:
    match entry:
        case Order():
            account.orders[entry.id] = entry
            account.latest_at = max(account.latest_at, entry.updated_at)
        case Fill():
            account.fills.append(entry)
        case Activity():
            account.activities.append((len(account.fills), entry))
        case Settings():
            account.settings = entry
        case DayClosed():
            account.day_closed = entry
        case Watchlist():
            account.watchlists[entry.id] = entry
        case WatchlistDeleted():
            account.watchlists.pop(entry.id, None)
