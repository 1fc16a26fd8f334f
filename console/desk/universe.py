"""What can be traded at this broker: its list of instruments, kept up to date."""

import logging
from collections.abc import Callable, Mapping

from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.workers import Sleep
from console.domain.instruments import Asset
from console.ports import Broker, BrokerError

log = logging.getLogger(__name__)


class Universe:
    """The broker's instruments by symbol."""

    def __init__(
        self, *, broker: Broker, connections: Connections, pace: Pace, sleep: Sleep
    ) -> None:
        self._broker = broker
        self._connections = connections
        self._pace = pace
        self._sleep = sleep
        self.on_loaded: Callable[[], None] = lambda: None
        self.assets: Mapping[str, Asset] | None = None
        """None until the broker has told."""

    def asset(self, symbol: str) -> Asset | None:
        """Return the instrument, or None when it is not listed or the list is not here yet."""
        return None if self.assets is None else self.assets.get(symbol)

    def objection_to(self, symbol: str) -> str:
        """Return why a symbol cannot be looked at, as a sentence; empty when it can."""
        if self.assets is None:
            return "The broker has not told its list of instruments yet; try again in a moment."
        if symbol not in self.assets:
            return f"{symbol} is no instrument of this broker; check the spelling."
        return ""

    async def work(self) -> None:
        """Ask for the list, and again from time to time."""
        pause = self._pace.retry_first
        while True:
            try:
                assets = await self._connections.ask(self._broker.assets())
            except BrokerError as error:
                log.warning("the list of instruments could not be had: %s", error)
                await self._sleep(pause)
                pause = min(pause * 2, self._pace.retry_longest)
                continue
            self.assets = {asset.symbol: asset for asset in assets}
            self.on_loaded()
            await self._sleep(self._pace.assets_every)
