"""The two streams of the desk over a wire that drops, doubles, holds back and goes mute."""

from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Any

from console.adapters.alpaca.executions import trade_update
from console.domain.connections import Link
from console.domain.market import Bar, Day, Quote, Timeframe, Trade
from console.domain.order_ids import is_ours
from console.venue.markets.market import QuoteTick, Tick
from tests.sim.faults import Faults
from tests.sim.timeline import ProcessLoop


class Line:
    """One connection at a time; what is on its way when it ends is lost."""

    def __init__(self, loop: ProcessLoop, rng: Random, faults: Faults) -> None:
        self._loop = loop
        self._rng = rng
        self._faults = faults
        self._connection = 0
        self._is_up = False
        self._last_due = 0.0
        self.is_mute = False

    def open(self, on_link: Callable[[Link, str], None]) -> None:
        """Connect, which may take more than one try."""
        self._on_link = on_link
        self._loop.call_later(self._rng.uniform(0.01, 0.3), self._connect)

    def cut(self, why: str) -> None:
        """End the connection and open another one."""
        if not self._is_up:
            return
        self._is_up, self.is_mute = False, False
        self._connection += 1
        self._on_link(Link.DOWN, why)
        self._loop.call_later(self._rng.uniform(0.05, 1.5), self._connect)

    def send(self, seconds: float, deliver: Callable[[Any], None], told: Any, *, is_ordered: bool):
        """Let something arrive later, in order unless told otherwise."""
        if not self._is_up or self.is_mute:
            return
        due = self._loop.time() + seconds
        if is_ordered:
            due = self._last_due = max(due, self._last_due)
        self._loop.call_at(due, self._arrive, self._connection, deliver, told)

    def _connect(self) -> None:
        if self._is_up:
            return
        if self._faults.refuses_streams():
            self._loop.call_later(self._rng.uniform(0.3, 2.0), self._connect)
            return
        self._is_up = True
        self._connection += 1
        self._on_link(Link.LIVE, "")

    def _arrive(self, connection: int, deliver: Callable[[Any], None], told: Any) -> None:
        if connection == self._connection and self._is_up:
            deliver(told)


class SimTradingStream:
    """What happens to our orders, as the adapter would read it."""

    def __init__(self, loop: ProcessLoop, rng: Random, faults: Faults, note) -> None:
        self.line = Line(loop, rng, faults)
        self._rng = rng
        self._faults = faults
        self._note = note

    def start(self, on_updates: Callable[[Sequence[Any]], None], on_link) -> None:
        self._on_updates = on_updates
        self.line.open(on_link)

    async def reconnect(self) -> None:
        self.line.cut("reconnecting")

    async def stop(self) -> None:
        return

    def publish(self, event: dict[str, Any]) -> None:
        """Send one event down the line, as the faults of this moment have it."""
        for seconds, is_ordered in self._faults.deliveries():
            self.line.send(seconds, self._deliver, event, is_ordered=is_ordered)

    def _deliver(self, event: dict[str, Any]) -> None:
        order = event["order"]
        self._note(f"told {event['event']} {order['client_order_id']} {order['filled_qty']}")
        self._on_updates(trade_update({"stream": "trade_updates", "data": event}, is_ours))


class SimMarketStream:
    """Quotes and trades of what is subscribed."""

    def __init__(self, loop: ProcessLoop, rng: Random, faults: Faults, clock) -> None:
        self.line = Line(loop, rng, faults)
        self._clock = clock
        self._rng = rng
        self._wanted: set[str] = set()

    def start(self, on_ticks: Callable[[Sequence[Any]], None], on_link) -> None:
        self._on_ticks = on_ticks
        self.line.open(on_link)

    async def subscribe(self, symbols: Sequence[str]) -> None:
        self._wanted |= set(symbols)

    async def unsubscribe(self, symbols: Sequence[str]) -> None:
        self._wanted -= set(symbols)

    async def reconnect(self) -> None:
        self.line.cut("reconnecting")

    async def stop(self) -> None:
        return

    def publish(self, ticks: Sequence[Tick]) -> None:
        """Send the ticks of one moment down the line."""
        wanted = [tick for tick in ticks if tick.symbol in self._wanted]
        if wanted:
            self.line.send(self._rng.uniform(0.001, 0.05), self._deliver, wanted, is_ordered=True)

    def _deliver(self, ticks: Sequence[Tick]) -> None:
        now = self._clock.now()
        self._on_ticks([_read(tick, now) for tick in ticks])


def _read(tick: Tick, now: datetime) -> Quote | Trade:
    if isinstance(tick, QuoteTick):
        return Quote(
            symbol=tick.symbol,
            bid=tick.bid,
            bid_size=tick.bid_size,
            ask=tick.ask,
            ask_size=tick.ask_size,
            at=now,
            received_at=now,
        )
    return Trade(symbol=tick.symbol, price=tick.price, size=tick.size, at=now, received_at=now)


class NoHistory:
    """The past is not what is simulated here."""

    async def bars(self, symbol: str, timeframe: Timeframe, limit: int) -> Sequence[Bar]:
        return ()

    async def days(self, symbols: Sequence[str]) -> Sequence[Day]:
        return ()

    async def latest(self, symbols: Sequence[str]) -> tuple[Sequence[Quote], Sequence[Trade]]:
        return (), ()

    async def compared(self, symbols: Sequence[str]) -> Sequence[Quote | Trade]:
        return ()

    async def close(self) -> None:
        return
