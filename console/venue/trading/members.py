"""The accounts that trade here: each has keys, an exchange of its own view, and one common line."""

from collections.abc import Iterator
from contextvars import ContextVar
from decimal import Decimal
from uuid import uuid4

from console.venue.books import Record
from console.venue.keys import Keys
from console.venue.trading.accounts import Account, AccountOpened
from console.venue.trading.engine import Engine
from console.venue.trading.exchange import Exchange
from console.venue.trading.hours import AlwaysOpen, Hours
from console.venue.view import MarketView

ASKING: ContextVar[str] = ContextVar("asking", default="")
"""The key of the request being served; the first account's when nobody asks."""


class Members:
    """Every account with its exchange, in the order they were opened."""

    def __init__(self, *, view: MarketView, opened: AccountOpened) -> None:
        self.keys = Keys(key=opened.key, secret=opened.secret)
        self._view = view
        self._engine = Engine(view=view)
        self._exchanges: dict[str, Exchange] = {}
        self._hours: Hours = AlwaysOpen()
        self.first = self.admit(opened)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._exchanges.values())

    @property
    def asking(self) -> Exchange:
        """The exchange as the account sees it whose request is being served."""
        return self._exchanges.get(ASKING.get(), self.first)

    @property
    def asking_id(self) -> str:
        """The id of the account whose request is being served; empty for a key nobody has."""
        exchange = self._exchanges.get(ASKING.get())
        return exchange.account.opened.id if exchange else ""

    @property
    def hours(self) -> Hours:
        """When everybody trades."""
        return self._hours

    @hours.setter
    def hours(self, hours: Hours) -> None:
        self._hours = hours
        for exchange in self:
            exchange.hours = hours

    def admit(self, opened: AccountOpened) -> Exchange:
        """Let an account trade."""
        account = Account(opened, mark=self._view.last_price)
        exchange = Exchange(
            account=account, view=self._view, hours=self._hours, engine=self._engine
        )
        self._exchanges[opened.key] = exchange
        self.keys.add(opened.key, opened.secret)
        return exchange

    @property
    def halted(self) -> set[str]:
        """Symbols in which orders are taken and nothing trades."""
        return self._engine.halted

    @property
    def may_close_suspended(self) -> bool:
        """Whether accounts that have suspended trading may still close positions."""
        return self._engine.may_close_suspended

    @may_close_suspended.setter
    def may_close_suspended(self, may_close: bool) -> None:
        self._engine.may_close_suspended = may_close

    def halt(self, symbol: str) -> None:
        """Let nothing trade in a symbol."""
        self._engine.halted.add(symbol)

    def resume(self, symbol: str, now: int) -> None:
        """Let a symbol trade again: what waited comes in, what rests is matched."""
        self._engine.halted.discard(symbol)
        for exchange in self:
            exchange.resume(symbol, now)
        self._engine.match_both(symbol, now)

    def take_up(self, record: Record) -> None:
        """Go on where the books of an earlier run end, every account of them."""
        _restore(self.first, record)
        for other in record.others.values():
            _restore(self.admit(other.opened), other)


def _restore(exchange: Exchange, record: Record) -> None:
    exchange.account.settings = record.settings
    exchange.watchlists.restore(record.watchlists.values())
    if record.day_closed:
        exchange.account.last_equity = record.day_closed.equity
    exchange.restore(record.orders.values(), record.fills, record.activities)


def new_account(cash: Decimal, now: int) -> AccountOpened:
    """Return a fresh account with keys of its own."""
    keys = Keys.fresh()
    id_ = uuid4()
    return AccountOpened(
        id=str(id_),
        number=f"PA{id_.hex[:10].upper()}",
        key=keys.key,
        secret=keys.secret,
        cash=cash,
        at=now,
    )
