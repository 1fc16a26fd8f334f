"""Which symbols deserve to be streamed: what is held, working, shown or on a ticket."""

from collections import deque
from collections.abc import Sequence

from console.desk.analyst import Analyst
from console.desk.feed import Feed
from console.desk.limits import Pace
from console.desk.store import Store
from console.desk.universe import Universe
from console.desk.workers import Sleep
from console.domain.events import Event, OrderUpdated, PositionsReported

TICKETS_KEPT = 20
"""Symbols of the last tickets that stay subscribed, so that their prices are fresh."""


class Attention:
    """Keeps the feed on what somebody looks at or has money in."""

    def __init__(
        self,
        *,
        store: Store,
        feed: Feed,
        analyst: Analyst,
        universe: Universe,
        pace: Pace,
        sleep: Sleep,
    ) -> None:
        self._store = store
        self._feed = feed
        self._analyst = analyst
        self._universe = universe
        self._pace = pace
        self._sleep = sleep
        self._tickets: deque[str] = deque(maxlen=TICKETS_KEPT)

    def start(self) -> None:
        """Stream what is held and working, now and from now on."""
        self._follow_book()
        self._store.listen(self.see)

    def see(self, event: Event) -> None:
        """Look at one event: has what we hold or have working changed?"""
        if isinstance(event, OrderUpdated | PositionsReported):
            self._follow_book()

    def show(self, console: str, symbols: Sequence[str], focus: str | None) -> None:
        """Stream these symbols for a console, and analyse the one in focus."""
        wished = (*symbols, focus) if focus else tuple(symbols)
        self._feed.hold(("console", console), filter(self._may_exist, wished))
        self._analyst.look(console, focus)

    def hide(self, console: str) -> None:
        """The console has gone: nothing is wanted for it any more."""
        self._feed.hold(("console", console), ())
        self._analyst.look(console, None)

    def follow_ticket(self, symbol: str) -> None:
        """Stream the symbol of a ticket for a while."""
        if symbol in self._tickets or not self._may_exist(symbol):
            return
        self._tickets.append(symbol)
        self._feed.hold("tickets", self._tickets)

    async def wait_for_quote(self, symbol: str) -> None:
        """Give a symbol that nobody watched a moment for its first quote."""
        if symbol in self._store.state.quotes or self._universe.objection_to(symbol):
            return
        for _ in range(max(int(self._pace.quote_patience / self._pace.quote_poll), 1)):
            await self._sleep(self._pace.quote_poll)
            if symbol in self._store.state.quotes:
                return

    def _follow_book(self) -> None:
        state = self._store.state
        working = {order.request.symbol for order in state.orders.values() if order.is_open}
        self._feed.hold("orders", working)
        self._feed.hold("positions", state.positions or ())

    def _may_exist(self, symbol: str) -> bool:
        # Until the broker has told its list, nothing is kept from a console.
        return self._universe.assets is None or symbol in self._universe.assets
