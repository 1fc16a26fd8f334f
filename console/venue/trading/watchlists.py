"""An account's watchlists: named, ordered lists of symbols, each symbol once."""

from collections.abc import Callable, Iterable
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from console.venue.trading.rejections import malformed, not_found

LONGEST_NAME = 64


class Watchlist(msgspec.Struct, frozen=True, kw_only=True, tag="watchlist"):
    """One list, in the order its owner made."""

    id: str
    name: str
    created_at: int
    updated_at: int
    symbols: tuple[str, ...] = ()


class WatchlistDeleted(msgspec.Struct, frozen=True, kw_only=True, tag="watchlist_deleted"):
    """A list that is no more."""

    id: str


class Watchlists:
    """The lists of one account, in the order they came; `note` hears of every change."""

    def __init__(self, note: Callable[[Watchlist | WatchlistDeleted], None]) -> None:
        self._lists: dict[str, Watchlist] = {}
        self._note = note

    def all(self) -> tuple[Watchlist, ...]:
        """Return every list."""
        return tuple(self._lists.values())

    def restore(self, lists: Iterable[Watchlist]) -> None:
        """Take up the lists of an earlier run."""
        self._lists = {known.id: known for known in lists}

    def of_id(self, id_: str) -> Watchlist:
        """Return a list by its id.

        Raises:
            Rejection: when there is none.
        """
        if id_ not in self._lists:
            raise not_found(f"watchlist not found: {id_}")
        return self._lists[id_]

    def of_name(self, name: str) -> Watchlist:
        """Return a list by its name.

        Raises:
            Rejection: when there is none.
        """
        for found in self._lists.values():
            if found.name == name:
                return found
        raise not_found(f"watchlist not found: {name[:LONGEST_NAME]}")

    def create(self, name: str, symbols: Iterable[str], now: int) -> Watchlist:
        """Make a list.

        Raises:
            Rejection: when the name is taken, too long or empty.
        """
        self._check_name(name)
        once = tuple(dict.fromkeys(symbols))
        id_ = str(uuid4())
        return self._keep(
            Watchlist(id=id_, name=name, created_at=now, updated_at=now, symbols=once)
        )

    def update(
        self, found: Watchlist, name: str | None, symbols: Iterable[str] | None, now: int
    ) -> Watchlist:
        """Rename a list, fill it anew, or both.

        Raises:
            Rejection: when the name is taken, too long or empty.
        """
        if name is not None and name != found.name:
            self._check_name(name)
        return self._keep(
            replace(
                found,
                name=found.name if name is None else name,
                symbols=found.symbols if symbols is None else tuple(dict.fromkeys(symbols)),
                updated_at=now,
            )
        )

    def add(self, found: Watchlist, symbol: str, now: int) -> Watchlist:
        """Put a symbol at the end of a list.

        Raises:
            Rejection: when it is there already.
        """
        if symbol in found.symbols:
            raise malformed(f"duplicate symbol: {symbol}")
        return self._keep(replace(found, symbols=(*found.symbols, symbol), updated_at=now))

    def remove(self, found: Watchlist, symbol: str, now: int) -> Watchlist:
        """Take a symbol out of a list.

        Raises:
            Rejection: when it is not there.
        """
        if symbol not in found.symbols:
            raise not_found(f"symbol not found in watchlist: {symbol}")
        left = tuple(kept for kept in found.symbols if kept != symbol)
        return self._keep(replace(found, symbols=left, updated_at=now))

    def delete(self, found: Watchlist) -> None:
        """Forget a list."""
        del self._lists[found.id]
        self._note(WatchlistDeleted(id=found.id))

    def _keep(self, changed: Watchlist) -> Watchlist:
        self._lists[changed.id] = changed
        self._note(changed)
        return changed

    def _check_name(self, name: str) -> None:
        if not name.strip():
            raise malformed("watchlist name is required")
        if len(name) > LONGEST_NAME:
            raise malformed(f"watchlist name must be no more than {LONGEST_NAME} characters")
        if any(found.name == name for found in self._lists.values()):
            raise malformed("watchlist name must be unique")
