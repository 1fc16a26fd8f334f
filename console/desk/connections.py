"""What the desk knows of its connections, told once a second and at every change."""

import asyncio
import statistics
from collections import deque
from collections.abc import Awaitable, Collection
from datetime import datetime
from typing import TypeVar

from console.desk.gauges import Gauges
from console.desk.store import Store
from console.domain.connections import Channel, Connection, Link
from console.domain.events import ConnectionChanged
from console.ports import (
    BrokerError,
    BrokerUnavailable,
    Clock,
    KeysRefused,
    OrderRejected,
    Postponed,
)

T = TypeVar("T")
FAILURES_IN_A_ROW = 2
"""Calls that must fail one after the other before the way to the broker counts as down."""
ROUND_TRIPS = 50
"""Round trips from which the latency is reckoned."""


class Connections:
    """One line for each channel to the broker."""

    def __init__(self, *, store: Store, clock: Clock, gauges: Gauges | None = None) -> None:
        self._store = store
        self._clock = clock
        self._gauges = gauges or Gauges()
        self._links = dict.fromkeys(Channel, Link.DOWN)
        self._details = dict.fromkeys(Channel, "")
        self._heard: dict[Channel, datetime] = {}
        self._mute_symbols: tuple[str, ...] = ()
        self._failures = 0
        self._round_trips: deque[float] = deque(maxlen=ROUND_TRIPS)

    def link(self, channel: Channel) -> Link:
        """Return how a channel is doing."""
        return self._links[channel]

    def heard_at(self, channel: Channel) -> datetime | None:
        """Return when anything last came over a channel."""
        return self._heard.get(channel)

    def hear(self, channel: Channel) -> None:
        """Something came over the channel just now."""
        self._heard[channel] = self._clock.now()

    def change(self, channel: Channel, link: Link, detail: str = "") -> None:
        """The channel is in another state now; told at once."""
        if (link, detail) == (self._links[channel], self._details[channel]):
            return
        self._links[channel], self._details[channel] = link, detail
        self._tell(channel)

    def mark_mute(self, symbols: Collection[str]) -> None:
        """Exactly these symbols are silent among talking ones; told when it is news."""
        marked = tuple(sorted(symbols))
        if marked != self._mute_symbols:
            self._mute_symbols = marked
            self._tell(Channel.MARKET_DATA)

    def measure(self) -> None:
        """Tell the age of every channel."""
        for channel in Channel:
            self._tell(channel)

    async def ask(self, question: Awaitable[T], within: float | None = None) -> T:
        """Wait for a REST call of the broker, and note how long it took and how it went.

        Raises what the call raises, and TimeoutError after `within` seconds.
        """
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(within):
                answer = await question
        except (OrderRejected, KeysRefused):
            self._answered(began)
            raise
        except Postponed:
            raise
        except (BrokerError, TimeoutError) as error:
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                self.change(Channel.REST, Link.DOWN, str(error) or "no answer in time")
            raise
        self._answered(began)
        return answer

    async def ask_within(self, seconds: float, question: Awaitable[T]) -> T:
        """Ask, but give up after `seconds`. BrokerUnavailable when the time was over."""
        try:
            return await self.ask(question, within=seconds)
        except TimeoutError as error:
            raise BrokerUnavailable(f"the broker did not answer within {seconds:g} s") from error

    def _answered(self, began: float) -> None:
        self._round_trips.append((self._clock.monotonic() - began) * 1_000)
        self._failures = 0
        self.hear(Channel.REST)
        self.change(Channel.REST, Link.LIVE)

    def _tell(self, channel: Channel) -> None:
        latency = None
        if channel is Channel.REST and self._round_trips:
            latency = round(statistics.median(self._round_trips), 3)
        connection = Connection(
            channel=channel,
            link=self._links[channel],
            at=self._clock.now(),
            heard_at=self._heard.get(channel),
            latency_ms=latency,
            detail=self._details[channel],
            heard=self._gauges.quotes_heard() if channel is Channel.MARKET_DATA else 0,
            bad=self._bad(channel),
            mute_symbols=self._mute_symbols if channel is Channel.MARKET_DATA else (),
            allowance=self._gauges.allowance() if channel is Channel.REST else None,
        )
        self._store.apply(ConnectionChanged(connection))

    def _bad(self, channel: Channel) -> int:
        if channel is Channel.MARKET_DATA:
            return self._gauges.bad_quotes()
        return self._gauges.bad_updates() if channel is Channel.TRADING else 0
