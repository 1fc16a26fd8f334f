"""An account's watchlists: named, ordered lists of symbols, each symbol once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import uuid4

from console.venue.trading.rejections import malformed, not_found

LONGEST_NAME = 64


@dataclass(slots=True, kw_only=True)
class Watchlist:
    """One list, in the order its owner made."""

    name: str
    created_at: int
    updated_at: int
    symbols: list[str] = field(default_factory=list)
    id: str = field(default_factory=lambda: str(uuid4()))


class Watchlists:
    """The lists of one account, in the order they came."""

    def __init__(self) -> None:
        self._lists: dict[str, Watchlist] = {}

    def all(self) -> tuple[Watchlist, ...]:
        """Return every list."""
        return tuple(self._lists.values())

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
        made = Watchlist(
            name=name, created_at=now, updated_at=now, symbols=[*dict.fromkeys(symbols)]
        )
        self._lists[made.id] = made
        return made

    def update(
        self, found: Watchlist, name: str | None, symbols: Iterable[str] | None, now: int
    ) -> None:
        """Rename a list, fill it anew, or both.

        Raises:
            Rejection: when the name is taken, too long or empty.
        """
        if name is not None and name != found.name:
            self._check_name(name)
            found.name = name
        if symbols is not None:
            found.symbols = [*dict.fromkeys(symbols)]
        found.updated_at = now

    def delete(self, found: Watchlist) -> None:
        """Forget a list."""
        del self._lists[found.id]

    def _check_name(self, name: str) -> None:
        if not name.strip():
            raise malformed("watchlist name is required")
        if len(name) > LONGEST_NAME:
            raise malformed(f"watchlist name must be no more than {LONGEST_NAME} characters")
        if any(found.name == name for found in self._lists.values()):
            raise malformed("watchlist name must be unique")


def add_symbol(found: Watchlist, symbol: str, now: int) -> None:
    """Put a symbol at the end of a list.

    Raises:
        Rejection: when it is there already.
    """
    if symbol in found.symbols:
        raise malformed(f"duplicate symbol: {symbol}")
    found.symbols.append(symbol)
    found.updated_at = now


def remove_symbol(found: Watchlist, symbol: str, now: int) -> None:
    """Take a symbol out of a list.

    Raises:
        Rejection: when it is not there.
    """
    if symbol not in found.symbols:
        raise not_found(f"symbol not found in watchlist: {symbol}")
    found.symbols.remove(symbol)
    found.updated_at = now
