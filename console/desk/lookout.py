"""What the desk keeps an eye on: prices, our orders, the links, the market's moves."""

import bisect
from collections import defaultdict
from datetime import datetime

from console.desk.alerts import AlertDesk
from console.desk.connections import Connections
from console.desk.feed import Feed
from console.desk.limits import Limits
from console.desk.store import Store
from console.desk.workers import Sleep
from console.domain.alerts import AlertKind, Crossing, Severity
from console.domain.connections import Allowance, Channel, Connection, Link
from console.domain.events import (
    ConnectionChanged,
    CrossingUpdated,
    Event,
    FillBooked,
    HaltChanged,
    MarketMoved,
    OrderUpdated,
)
from console.domain.fills import Fill
from console.domain.halt import Halt
from console.domain.orders import Order, OrderStatus, Side
from console.domain.prices import dollars
from console.ports import Clock

SCARCE = 0.25
"""The part of the requests a minute from which on the adapter holds questions back."""
PLENTY = 0.5
"""The part at which the scarcity is over."""


class Lookout:
    """Turns what happens into alerts, each cause once."""

    def __init__(
        self,
        *,
        store: Store,
        alerts: AlertDesk,
        feed: Feed,
        connections: Connections,
        clock: Clock,
        limits: Limits,
        sleep: Sleep,
    ) -> None:
        self._store = store
        self._alerts = alerts
        self._feed = feed
        self._connections = connections
        self._clock = clock
        self._limits = limits
        self._sleep = sleep
        self._armed: dict[str, list[Crossing]] = {}
        self._told: set[tuple[str, ...]] = set()
        self._lost_at: dict[Channel, datetime] = {}
        """Since when nothing certain has come over each channel in trouble."""
        self._was_live: set[Channel] = set()
        self._stale: set[str] = set()
        self._moved_at: dict[str, float] = {}
        self._is_short = False

    def start(self) -> None:
        """Look at every event from now on; what is known already is no news."""
        for order in self._store.state.orders.values():
            self._told.add((order.key, order.status.value))
        self._index_crossings()
        self._store.listen(self.see)

    def see(self, event: Event) -> None:
        """Look at one event."""
        match event:
            case MarketMoved():
                self._see_prices(event)
            case CrossingUpdated():
                self._index_crossings()
            case OrderUpdated(order):
                self._see_order(order)
            case FillBooked(fill):
                self._see_fill(fill)
            case ConnectionChanged(connection):
                self._see_connection(connection)
            case HaltChanged(halt=halt):
                self._see_halt(halt)
            case _:
                return

    async def work(self) -> None:
        """Look for what no event tells: silence and slow moves."""
        while True:
            await self._sleep(self._limits.pace.measure_every)
            self._look_for_stale_quotes()
            for symbol in sorted(self._feed.wanted):
                self._look_for_a_move(symbol)

    def _index_crossings(self) -> None:
        armed = defaultdict(list)
        for crossing in self._store.state.crossings.values():
            if crossing.is_armed:
                armed[crossing.symbol].append(crossing)
        self._armed = dict(armed)
        self._feed.hold("crossings", self._armed)

    def _see_prices(self, moved: MarketMoved) -> None:
        if not self._armed:
            return
        for trade in moved.trades:
            self._alerts.cross(self._armed.get(trade.symbol, ()), trade.price)
        for quote in moved.quotes:
            if quote.symbol in self._armed and quote.is_sound:
                self._alerts.cross(self._armed[quote.symbol], quote.mid)

    def _see_order(self, order: Order) -> None:
        if not self._is_first(order.key, order.status.value):
            return
        if order.status is OrderStatus.REJECTED:
            reason = order.reason or "the broker gave no reason"
            text = f"Rejected: {order.request}: {reason}"
            self._alerts.alert(AlertKind.REJECT, Severity.WARNING, text, order.request.symbol)
        if order.status is OrderStatus.UNKNOWN:
            text = f"No answer to {order.request}: it may or may not exist. Looking it up."
            self._alerts.alert(AlertKind.UNKNOWN, Severity.CRITICAL, text, order.request.symbol)

    def _see_fill(self, fill: Fill) -> None:
        verb = "Bought" if fill.side is Side.BUY else "Sold"
        text = f"{verb} {fill.qty:f} {fill.symbol} @ {dollars(fill.price)}."
        self._alerts.alert(AlertKind.FILL, Severity.INFO, text, fill.symbol)

    def _see_connection(self, connection: Connection) -> None:
        channel = connection.channel
        self._see_allowance(connection.allowance)
        if connection.link is Link.LIVE:
            self._was_live.add(channel)
            if lost_at := self._lost_at.pop(channel, None):
                text = f"The connection for {channel.value} is back."
                text += _gap(channel, (connection.at - lost_at).total_seconds())
                self._alerts.alert(AlertKind.SYSTEM, Severity.INFO, text)
            return
        if connection.link is Link.RECONCILING or channel in self._lost_at:
            return
        if channel in self._was_live:
            # Prices come all the time: they are missing since the last one, not since the word.
            heard_at = connection.heard_at if channel is Channel.MARKET_DATA else None
            self._lost_at[channel] = heard_at or connection.at
            text = f"The connection for {channel.value} is {connection.link.value}"
            text += f": {connection.detail}" if connection.detail else "."
            kind = AlertKind.STALE if channel is Channel.MARKET_DATA else AlertKind.SYSTEM
            self._alerts.alert(kind, Severity.CRITICAL, text)

    def _see_allowance(self, allowance: Allowance | None) -> None:
        """Tell once that questions wait; it is over when most of a minute is there again."""
        if allowance is None:
            return
        part = allowance.remaining / allowance.limit
        if part > PLENTY:
            self._is_short = False
        elif part <= SCARCE and not self._is_short:
            self._is_short = True
            text = (
                f"Only {allowance.remaining} of {allowance.limit} requests a minute are left: "
                "questions wait, then orders; cancels and the halt pass."
            )
            self._alerts.alert(AlertKind.SYSTEM, Severity.WARNING, text)

    def _see_halt(self, halt: Halt | None) -> None:
        if halt is None:
            self._alerts.alert(AlertKind.HALT, Severity.WARNING, "Re-armed: trading is active.")
            self._told = {told for told in self._told if told[0] != "halt"}
            return
        if self._is_first("halt", halt.id, "pulled"):
            text = f"HALTED by {halt.by}: {halt.reason}"
            self._alerts.alert(AlertKind.HALT, Severity.CRITICAL, text)
        if halt.is_confirmed and self._is_first("halt", halt.id, "confirmed"):
            self._alerts.alert(AlertKind.HALT, Severity.WARNING, "The halt is confirmed.")

    def _look_for_stale_quotes(self) -> None:
        state = self._store.state
        is_quiet = self._connections.link(Channel.MARKET_DATA) is not Link.LIVE
        if state.clock is None or not state.clock.is_open or is_quiet:
            self._stale.clear()
            return
        for symbol in state.watchlist:
            quote = state.quotes.get(symbol)
            if quote is None:
                continue
            age = quote.age(self._clock.now())
            if age < self._limits.stale_alert_after:
                self._stale.discard(symbol)
            elif symbol not in self._stale:
                self._stale.add(symbol)
                text = f"{symbol} has had no new quote for {age:.0f} s."
                self._alerts.alert(AlertKind.STALE, Severity.WARNING, text, symbol)

    def _look_for_a_move(self, symbol: str) -> None:
        """Compare the last trade with the first within the window; one alert a window."""
        window = self._feed.trades(symbol)
        if window is None:
            return
        times, prices = window
        newest = float(times[-1])
        span = self._limits.move_window
        if newest - self._moved_at.get(symbol, 0.0) < span:
            return
        first = bisect.bisect_left(times, newest - span)
        change = float(prices[-1]) / float(prices[first]) - 1
        if abs(change) < self._limits.move_fraction:
            return
        self._moved_at[symbol] = newest
        minutes = (newest - float(times[first])) / 60
        text = f"{symbol} moved {change:+.2%} in {minutes:.1f} min, to {float(prices[-1]):g}."
        self._alerts.alert(AlertKind.MOVE, Severity.WARNING, text, symbol)

    def _is_first(self, *what: str) -> bool:
        if what in self._told:
            return False
        self._told.add(what)
        return True


def _gap(channel: Channel, seconds: float) -> str:
    """Return what the gap means: prices are gone, orders were asked for."""
    if channel is Channel.MARKET_DATA:
        return f" What was told in the {seconds:.0f} s before is missing in ticks and readings."
    if channel is Channel.TRADING:
        return f" What happened in the {seconds:.0f} s before was asked of the broker."
    return ""
