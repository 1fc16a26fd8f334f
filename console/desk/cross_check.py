"""Finds the symbol that is mute among talking ones, by asking the source; and has it cured.

A stream can be connected, answer pings and tell of a hundred symbols while it keeps one back.
Silence proves nothing, for a quiet stock is silent too: what the source has told over REST
meanwhile does. Its prices are compared here and shown nowhere.
"""

import logging
from collections.abc import Collection, Sequence

from console.desk.alerts import AlertDesk
from console.desk.connections import Connections
from console.desk.evidence import Voice
from console.desk.feed import Feed
from console.desk.limits import Pace
from console.desk.reopenings import Reopenings
from console.desk.store import Store
from console.desk.workers import Sleep
from console.domain.alerts import AlertKind, Severity
from console.domain.connections import Channel, Link
from console.domain.market import Quote
from console.ports import BrokerError, Clock, History

log = logging.getLogger(__name__)

MOST_ASKED = 100
"""Symbols in one question."""
MOST_ALERTS = 3
"""Symbols found at once that are told one by one."""
FIRST_RECONNECT = 60.0
LONGEST_RECONNECT = 900.0
"""Seconds between two reconnects for one symbol, which cost all the others a gap."""


class CrossCheck:
    """Holds the stream's word against the source's."""

    def __init__(
        self,
        *,
        feed: Feed,
        history: History,
        store: Store,
        alerts: AlertDesk,
        connections: Connections,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._feed = feed
        self._history = history
        self._store = store
        self._alerts = alerts
        self._connections = connections
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._asked: dict[str, float] = {}
        self._mute = set[Voice]()
        self._reconnects = Reopenings(FIRST_RECONNECT, longest=LONGEST_RECONNECT)
        self._reconnected_at: float | None = None

    async def ask(self) -> None:
        """Ask the source again and again, whenever its answer could tell something."""
        while True:
            await self._sleep(self._pace.cross_check_every)
            symbols = self._next_symbols()
            if symbols and self._is_worth_it():
                await self._compare(symbols)

    async def judge(self) -> None:
        """Look again and again whether the stream keeps something back."""
        while True:
            await self._sleep(self._pace.measure_every)
            self._look()

    def _is_worth_it(self) -> bool:
        """Whether the market moves and both ways to it stand."""
        clock = self._store.state.clock
        is_open = clock is not None and clock.is_open
        ways = (Channel.MARKET_DATA, Channel.REST)
        return is_open and all(self._connections.link(way) is Link.LIVE for way in ways)

    def _next_symbols(self) -> Sequence[str]:
        """Return those that were not asked for the longest time."""
        streamed = self._feed.streamed
        self._asked = {s: at for s, at in self._asked.items() if s in streamed}
        return sorted(streamed, key=lambda s: (self._asked.get(s, -1.0), s))[:MOST_ASKED]

    async def _compare(self, symbols: Sequence[str]) -> None:
        asked = self._clock.monotonic()
        self._asked.update(dict.fromkeys(symbols, asked))
        try:
            ticks = await self._history.compared(symbols)
        except BrokerError as error:
            log.info("the stream could not be held against the source: %s", error)
            return
        self._feed.evidence.compare(ticks, asked=asked, now=self._clock.monotonic())

    def _look(self) -> None:
        """See who is mute now, and who talks again."""
        self._end_episodes()
        if self._is_worth_it():
            self._treat(self._feed.evidence.mute(self._clock.monotonic()))
        self._connections.mark_mute({voice.symbol for voice in self._mute})

    def _end_episodes(self) -> None:
        """Forget what talks again, and what cannot be judged any more."""
        # Prints are rare: a symbol whose quotes are back waits for no print to be trusted.
        back = {voice.symbol for voice in self._mute if self._feed.evidence.has_told(voice)}
        for symbols in _bundles(back):
            text = f"{_listed(symbols)} told again."
            self._alerts.alert(AlertKind.STALE, Severity.INFO, text, _only(symbols))
        clock = self._store.state.clock
        is_open = clock is not None and clock.is_open
        judged = self._feed.wanted - back if is_open else frozenset()
        self._mute = {voice for voice in self._mute if voice.symbol in judged}
        if not self._mute:
            self._reconnects.begin_anew()

    def _treat(self, mute: set[Voice]) -> None:
        """Subscribe what is new anew; when that did not help, open the connection anew."""
        new = mute - self._mute
        self._mute |= new
        found = {voice.symbol for voice in new}
        for symbols in _bundles(found):
            self._tell(symbols, {voice for voice in new if voice.symbol in symbols})
        if found:
            self._feed.renew(found)
        if (stubborn := mute - new) and self._may_reconnect():
            self._reconnected_at = self._clock.monotonic()
            self._reconnects.spend()
            symbols = sorted({voice.symbol for voice in stubborn})
            self._feed.reopen(f"{_listed(symbols)} kept back: reconnecting")

    def _may_reconnect(self) -> bool:
        """Whether a reconnect may help now: not while the stream itself says what is wrong."""
        stream = self._store.state.connections.get(Channel.MARKET_DATA)
        if stream is None or stream.detail:
            return False
        if not self._reconnects.tries or self._reconnected_at is None:
            return True
        return self._clock.monotonic() - self._reconnected_at >= self._reconnects.wait

    def _tell(self, symbols: Sequence[str], voices: Collection[Voice]) -> None:
        words = " and ".join(sorted({_word(voice) for voice in voices}))
        text = (
            f"{_listed(symbols)} mute on a stream that talks: {words} move at the source, and none "
            "is told. The desk subscribes anew."
        )
        log.warning("%s", text)
        self._alerts.alert(AlertKind.STALE, self._severity(symbols), text, _only(symbols))

    def _severity(self, symbols: Sequence[str]) -> Severity:
        """Money at stake makes it critical."""
        state = self._store.state
        worked = {order.request.symbol for order in state.open_orders}
        is_at_stake = any(s in worked or state.position_of(s) is not None for s in symbols)
        return Severity.CRITICAL if is_at_stake else Severity.WARNING


def _bundles(symbols: Collection[str]) -> Sequence[Sequence[str]]:
    """Return what is told in one alert each: a few by themselves, many as one."""
    ordered = sorted(symbols)
    return [[symbol] for symbol in ordered] if len(ordered) <= MOST_ALERTS else [ordered]


def _listed(symbols: Sequence[str]) -> str:
    more = len(symbols) - MOST_ALERTS
    named = ", ".join(symbols[:MOST_ALERTS])
    if more > 0:
        return f"{named} and {more} more are"
    return f"{named} {'is' if len(symbols) == 1 else 'are'}"


def _only(symbols: Sequence[str]) -> str | None:
    return symbols[0] if len(symbols) == 1 else None


def _word(voice: Voice) -> str:
    return "quotes" if voice.kind is Quote else "trades"
