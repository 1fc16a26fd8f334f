"""The trading floor: where clock, market, exchange, books and streams meet.

Every change goes one way: the exchange makes it, the books write it down, and
only then the journal notes it, the streams tell it and the caller is answered.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from console.domain.market import Timeframe
from console.venue.bands import Bands
from console.venue.books import Books
from console.venue.clock import VenueClock
from console.venue.faults.standing import Faults
from console.venue.journal import Journal
from console.venue.keys import Keys
from console.venue.markets.market import Listing, Market, MarketBar, QuoteTick, Tick
from console.venue.rest.rate_limit import RateLimit
from console.venue.scenarios import Stage
from console.venue.shelf import Shelf
from console.venue.streams.data_stream import DataHub
from console.venue.streams.notices import notice
from console.venue.streams.subscriptions import Notice, Told
from console.venue.streams.trading_stream import TradingHub
from console.venue.trading.accounts import AccountOpened
from console.venue.trading.calendar import TradingCalendar
from console.venue.trading.exchange import Exchange
from console.venue.trading.hours import SessionHours
from console.venue.trading.members import Members, new_account
from console.venue.trading.orders import EventKind, OrderEvent
from console.venue.trading.proceedings import Change
from console.venue.view import MarketView
from console.venue.wire.market import Tapes
from console.venue.wire.timestamps import DAY
from console.venue.wire.trading import asset_id
from console.venue.written import write_down

if TYPE_CHECKING:
    from console.venue.coin_feed import CoinFeed

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Floor:
    """Everything the routes and the streams share."""

    clock: VenueClock
    market: Market
    view: MarketView
    members: Members
    tapes: Tapes
    journal: Journal
    faults: Faults
    rate_limit: RateLimit
    calendar: TradingCalendar
    data_hub: DataHub
    trading_hub: TradingHub
    has_real_hours: bool
    books: Books | None = None
    bands: Bands | None = None
    listings: dict[str, Listing] = field(init=False)
    assets: dict[str, Listing] = field(init=False)
    told_until: int = field(init=False)
    shelf: Shelf = field(init=False, default_factory=Shelf)
    stage: Stage = field(init=False, default_factory=Stage)
    coins: "CoinFeed | None" = field(init=False, default=None)
    halted: set[str] = field(init=False, default_factory=set)
    """Symbols nothing is quoted or traded of; their market goes on unseen."""
    told_besides: list[Callable[[int, int], list[Told]]] = field(init=False, default_factory=list)
    """What else the data stream tells of a stretch of time, once somebody has listened."""
    _is_settling: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.listings = {listing.symbol: listing for listing in self.market.listings}
        self.assets = {asset_id(symbol): listing for symbol, listing in self.listings.items()}
        self.told_until = self.clock.now()

    @property
    def exchange(self) -> Exchange:
        """The exchange as the account sees it that is asking; else as the first does."""
        return self.members.asking

    @property
    def keys(self) -> Keys:
        """Who may come in."""
        return self.members.keys

    @property
    def now(self) -> int:
        """The venue's time."""
        return self.clock.now()

    def listing(self, symbol_or_id: str) -> Listing | None:
        """Return a listed stock by its symbol or asset id."""
        return self.listings.get(symbol_or_id.upper()) or self.assets.get(symbol_or_id)

    def command(self, act: Callable[[Exchange, int], T]) -> T:
        """Do something to the exchange, write it down, tell it; the second step follows soon.

        Raises:
            Rejection: what the exchange says against it.
        """
        exchange = self.exchange
        try:
            return act(exchange, self.now)
        finally:
            self.commit()
            if exchange.has_due:
                self._settle_soon()

    def commit(self) -> None:
        """Write down what has changed, then tell it."""
        for exchange in self.members:
            if changes := exchange.take_changes():
                self._commit(exchange, changes)

    def _commit(self, exchange: Exchange, changes: Sequence[Change]) -> None:
        opened = exchange.account.opened
        if self.books:
            is_first = exchange is self.members.first
            write_down(self.books, changes, owner=None if is_first else opened.id)
        for change in changes:
            if isinstance(change, OrderEvent):
                self.journal.happened(change)
                self.trading_hub.publish(change, opened.key)
                self._hold_cancel(exchange, change)

    def open_account(self, cash: Decimal) -> AccountOpened:
        """Let another account trade here, with keys of its own."""
        opened = new_account(cash, self.now)
        if self.books:
            self.books.append([opened])
        self.members.admit(opened)
        return opened

    def _hold_cancel(self, exchange: Exchange, event: OrderEvent) -> None:
        """Let a cancel stay pending for as long as a fault says."""
        if not self.faults or event.kind is not EventKind.PENDING_CANCEL:
            return
        if seconds := self.faults.cancel_seconds(event.order.terms.symbol):
            exchange.held_cancels.add(event.order.id)
            loop = asyncio.get_running_loop()
            loop.call_later(seconds, self._release_cancel, exchange, event.order.id)

    def _release_cancel(self, exchange: Exchange, order_id: str) -> None:
        exchange.held_cancels.discard(order_id)
        self.settle()

    def _settle_soon(self) -> None:
        if self._is_settling:
            return
        self._is_settling = True
        asyncio.get_running_loop().call_soon(self.settle)

    def settle(self) -> None:
        """Let what commands asked for happen."""
        self._is_settling = False
        for exchange in self.members:
            exchange.settle(self.now)
        self.commit()

    def tell(self, ticks: Sequence[Tick], bars: Sequence[Told] = ()) -> None:
        """Let ticks trade, then tell them; of what is halted neither."""
        if self.halted:
            ticks = [tick for tick in ticks if tick.symbol not in self.halted]
        hours = self.members.hours
        if self.bands and hours.is_open(self.told_until):
            if self.has_real_hours:
                self.bands.widen(hours.next_close(self.told_until) - self.told_until)
            ticks = self.bands.within(ticks)
        self.members.first.on_ticks(ticks)
        self.commit()
        self.data_hub.publish([*ticks, *bars])

    def move(self, symbol: str, price: float) -> None:
        """Move a market at once, and tell of it."""
        moved = self.market.move(symbol, price, self.told_until)
        self.tell(moved)

    def halt(self, symbol: str, reason: str, *, code: str = "H") -> None:
        """Stop quotes and trades of a symbol; orders wait."""
        if symbol not in self.listings:
            return
        self.tell([QuoteTick(symbol, self.told_until, 0.0, 0, 0.0, 0)])
        self.halted.add(symbol)
        self.members.halt(symbol)
        self.announce({"channel": "statuses", "symbol": symbol, "sc": code, "rc": reason})

    def resume(self, symbol: str) -> None:
        """Let a symbol trade again, from its next quote on."""
        self.halted.discard(symbol)
        self.members.resume(symbol, self.now)
        self.commit()
        self.announce({"channel": "statuses", "symbol": symbol, "sc": "T", "rc": ""})

    def announce(self, body: Mapping[str, Any]) -> Notice:
        """Tell something besides ticks on the data stream.

        Raises:
            Rejection: when it makes no sense.
        """
        last = self.view.trades.get(str(body.get("symbol", "")).upper())
        told = notice(body, at=self.now, tape=self.tapes.of, last=last)
        self.data_hub.publish([told])
        return told

    def latest_bar(self, symbol: str, timeframe: Timeframe) -> MarketBar | None:
        """Return the newest bar there is, looking back some days."""
        bars = self.recent_bars(symbol, timeframe)
        return bars[-1] if bars else None

    def recent_bars(self, symbol: str, timeframe: Timeframe) -> Sequence[MarketBar]:
        """Return the bars of the last hours, or days for daily ones."""
        reach = 10 * DAY if timeframe is Timeframe.DAY_1 else DAY // 6
        now = self.now
        bars = self.market.bars(symbol, timeframe, now - reach, now)
        return bars or self.market.bars(symbol, timeframe, now - 7 * DAY, now)

    async def hours_known(self) -> None:
        """Wait until the sessions of the real exchange are loaded, if they matter."""
        if self.has_real_hours and not isinstance(self.members.hours, SessionHours):
            self.members.hours = SessionHours(await self.calendar.days())
