"""The market as it comes in: subscribed for whoever looks, kept in rings and in the state.

Symbols are wanted by holders (the watchlist, positions, open orders, each
console); a symbol is streamed as long as anybody holds it.
"""

import asyncio
import logging
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from console.desk.connections import Connections
from console.desk.evidence import Evidence
from console.desk.last_prints import LastPrints
from console.desk.limits import Limits
from console.desk.reopenings import Reopenings
from console.desk.rings import Rings
from console.desk.store import Store
from console.desk.taps import Taps
from console.desk.workers import Sleep, Workers
from console.domain.connections import Channel, Link
from console.domain.events import MarketMoved
from console.domain.market import Quote, Trade
from console.domain.windows import MarketWindow
from console.ports import BrokerError, Clock, History, MarketStream, Tick

log = logging.getLogger(__name__)

REOPENED = "opened anew, and nothing has come yet"


class Feed:
    """Where quotes and trades come in."""

    def __init__(
        self,
        *,
        stream: MarketStream,
        history: History,
        store: Store,
        connections: Connections,
        clock: Clock,
        limits: Limits,
        workers: Workers,
        sleep: Sleep,
        has_real_time: bool = False,
    ) -> None:
        self._stream = stream
        self._history = history
        self._store = store
        self._connections = connections
        self._clock = clock
        self._pace = limits.pace
        self._workers = workers
        self._sleep = sleep
        self._rings = Rings(limits.ring_capacity)
        self.taps = Taps(clock)
        self._holders: dict[Hashable, frozenset[str]] = {}
        self._subscribed: frozenset[str] = frozenset()
        self._leaving: frozenset[str] = frozenset()
        """What may be streamed still, because an unsubscription of it has not come through."""
        self._renewed: frozenset[str] = frozenset()
        """What is to be unsubscribed and subscribed again."""
        self._returning: frozenset[str] = frozenset()
        """Of these the last known prices are not asked for: no answer must pass for the stream."""
        self.evidence = Evidence(self._pace.cross_check_tolerance)
        self._reopenings = Reopenings(self._pace.mute_after)
        self._is_up = False
        self._last_prints = LastPrints()
        self._late_after = limits.stale_after
        self._has_real_time = has_real_time
        self._changed = asyncio.Event()
        self._patient_since = clock.monotonic()

    @property
    def wanted(self) -> frozenset[str]:
        """Every symbol that somebody holds."""
        return frozenset().union(*self._holders.values())

    @property
    def streamed(self) -> frozenset[str]:
        """Every symbol that the stream has been asked for."""
        return self._subscribed

    def start(self) -> None:
        """Begin to listen, to subscribe and to watch over the stream."""
        self._stream.start(self._on_ticks, self._on_link)
        self._workers.keep("market subscriptions", self._subscribe)
        self._workers.keep("market days", self._follow_days)
        self._workers.keep("market watchdog", self._watch)

    async def stop(self) -> None:
        """End the stream."""
        await self._stream.stop()

    def hold(self, holder: Hashable, symbols: Iterable[str]) -> None:
        """Want exactly these symbols for `holder` from now on; none lets go of it."""
        wished = frozenset(symbols)
        if wished == self._holders.get(holder, frozenset()):
            return
        if wished:
            self._holders[holder] = wished
        else:
            del self._holders[holder]
        self._changed.set()

    def renew(self, symbols: Iterable[str]) -> None:
        """Unsubscribe and subscribe what is streamed of these symbols."""
        renewed = self._subscribed & frozenset(symbols)
        self._renewed |= renewed
        self.evidence.begin(renewed, self._clock.monotonic())
        self._changed.set()

    def window(self, symbol: str) -> MarketWindow:
        """Return what is kept of one symbol, for an analysis."""
        trade_at, trade_price, trade_size, sets_last, sets_range = self._rings.trades(symbol)
        quote_at, bid, bid_size, ask, ask_size = self._rings.quotes(symbol)
        return MarketWindow(
            trade_at=trade_at,  # type: ignore[arg-type] # an array serves as a sequence
            trade_price=trade_price,  # type: ignore[arg-type] # as above
            trade_size=trade_size,  # type: ignore[arg-type] # as above
            trade_sets_last=sets_last,  # type: ignore[arg-type] # as above
            trade_sets_range=sets_range,  # type: ignore[arg-type] # as above
            quote_at=quote_at,  # type: ignore[arg-type] # as above
            bid=bid,  # type: ignore[arg-type] # as above
            bid_size=bid_size,  # type: ignore[arg-type] # as above
            ask=ask,  # type: ignore[arg-type] # as above
            ask_size=ask_size,  # type: ignore[arg-type] # as above
            day=self._store.state.days.get(symbol),
            now=self._clock.now(),
        )

    def trades(self, symbol: str) -> tuple[Sequence[float], Sequence[float]] | None:
        """Return when trades that set the last price were made and at what; None without any."""
        at, price, _, sets_last, _ = self._rings.trades(symbol)
        setting = sets_last > 0
        return (at[setting], price[setting]) if setting.any() else None  # type: ignore[return-value] # as above

    def _on_ticks(self, ticks: Sequence[Tick]) -> None:
        """Keep every tick; tell the state the newest of each symbol, once a batch."""
        self._connections.hear(Channel.MARKET_DATA)
        self._patient_since = self._clock.monotonic()
        self._reopenings.flow(self._patient_since)
        quotes: dict[str, Quote] = {}
        trades: dict[str, Trade] = {}
        prints: dict[str, Trade] = {}
        for tick in ticks:
            self._rings.add(tick)
            if isinstance(tick, Quote):
                quotes[tick.symbol] = tick
                continue
            prints[tick.symbol] = tick
            if self._last_prints.sets_last(tick):
                trades[tick.symbol] = tick
        self.evidence.hear(quotes.values())
        self.evidence.hear(prints.values())
        if self.taps.is_open:
            self.taps.hear(ticks)
        if self._connections.link(Channel.MARKET_DATA) is Link.MUTE:
            self._connections.change(Channel.MARKET_DATA, Link.LIVE)
        told = tuple(self._aged(quote) for quote in quotes.values())
        self._store.apply(MarketMoved(quotes=told, trades=tuple(trades.values())))

    def _aged(self, quote: Quote) -> Quote:
        """Return the quote; one that was served late is as old as the market made it."""
        clock = self._store.state.clock
        if clock is None or not self._has_real_time:
            return quote
        late = clock.market_time(quote.received_at) - quote.at
        if late.total_seconds() <= self._late_after:
            return quote
        return replace(quote, received_at=quote.received_at - late)

    def _on_link(self, link: Link, detail: str) -> None:
        # Only within one connection is an older print a late one: a tape may begin anew.
        self._last_prints.begin_anew()
        self._patient_since = self._clock.monotonic()
        self.evidence.begin_anew(self._patient_since)
        self._is_up = link is Link.LIVE
        if self._is_up and self._reopenings.tries and not detail:
            # One that was mute is live once it talks, not once it stands.
            self._connections.change(Channel.MARKET_DATA, Link.MUTE, REOPENED)
            return
        self._connections.change(Channel.MARKET_DATA, link, detail)

    async def _subscribe(self) -> None:
        self._changed.set()  # one that died has left something undone
        while True:
            await self._changed.wait()
            self._changed.clear()
            wanted = self.wanted
            added = wanted - self._subscribed
            renewed, self._renewed = self._renewed & self._subscribed, frozenset()
            dropped = ((self._subscribed | self._leaving) - wanted) | renewed
            if renewed:
                self._returning |= renewed
                self._changed.set()
            try:
                await self._change_subscription(sorted(added), sorted(dropped))
            except (BrokerError, TimeoutError) as error:
                log.warning("the market data could not be subscribed: %s", error)
                self._changed.set()
                await self._sleep(self._pace.retry_first)

    async def _change_subscription(self, added: Sequence[str], dropped: Sequence[str]) -> None:
        if added:
            await self._stream.subscribe(added)
            self._subscribed |= set(added)
            self._leaving -= set(added)
            self.evidence.begin(added, self._clock.monotonic())
            new, self._returning = set(added) - self._returning, self._returning - set(added)
            if new:
                self._workers.run("last known prices", self._fetch_last_known(sorted(new)))
        if dropped:
            # Not known to be streamed from here on: whoever wants one again subscribes anew.
            self._subscribed -= set(dropped)
            self._leaving |= set(dropped)
            self.evidence.end(dropped)
            await self._stream.unsubscribe(dropped)
            self._leaving -= set(dropped)

    async def _fetch_last_known(self, symbols: Sequence[str]) -> None:
        """Show what was last known of the symbols until the stream speaks of them."""
        try:
            quotes, trades = await self._history.latest(symbols)
            days = await self._history.days(symbols)
        except BrokerError as error:
            log.warning("the last known prices could not be had: %s", error)
            return
        state = self._store.state
        self._store.apply(
            MarketMoved(
                quotes=tuple(q for q in quotes if _is_news(state.quotes.get(q.symbol), q.at)),
                trades=tuple(t for t in trades if _is_news(state.trades.get(t.symbol), t.at)),
                days=tuple(days),
            )
        )

    async def _follow_days(self) -> None:
        while True:
            await self._sleep(self._pace.days_every)
            symbols = sorted(self._subscribed)
            if not symbols:
                continue
            try:
                days = await self._history.days(symbols)
            except BrokerError as error:
                log.warning("the bars of the day could not be had: %s", error)
                continue
            self._store.apply(MarketMoved(days=tuple(days)))

    async def _watch(self) -> None:
        while True:
            await self._sleep(self._pace.measure_every)
            self._connections.measure()
            self._look_for_silence()

    def _look_for_silence(self) -> None:
        """Call the stream mute when it is silent, and open it anew, ever more seldom."""
        silence = self._silence()
        if silence < self._pace.mute_after:
            return
        why = f"silent for {self._pace.mute_after:g} s in an open session: "
        if silence >= self._reopenings.wait:
            self._reopenings.spend()
            self.reopen(f"{why}reconnecting")
            return
        wait = f"the next try is {self._reopenings.wait:.0f} s after the last"
        self._connections.change(Channel.MARKET_DATA, Link.MUTE, why + wait)

    def reopen(self, why: str) -> None:
        """Connect anew: what looks like a connection is none."""
        self._patient_since = self._clock.monotonic()
        self._connections.change(Channel.MARKET_DATA, Link.MUTE, why)
        self._workers.run("market stream reconnect", self._stream.reconnect())

    def _silence(self) -> float:
        """Return for how many seconds nothing came though something should have."""
        clock = self._store.state.clock
        is_in_session = clock is not None and clock.is_open
        link = self._connections.link(Channel.MARKET_DATA)
        if not is_in_session and self._reopenings.tries:
            self._reopenings.begin_anew()
            if self._is_up and link is Link.MUTE:
                self._connections.change(Channel.MARKET_DATA, Link.LIVE)
        if not (is_in_session and link is not Link.DOWN and self._subscribed):
            self._patient_since = self._clock.monotonic()
        return self._clock.monotonic() - self._patient_since


def _is_news(known: Quote | Trade | None, told_at: datetime) -> bool:
    # What the stream told is newer than a snapshot that was on its way at the same time.
    return known is None or told_at > known.at
