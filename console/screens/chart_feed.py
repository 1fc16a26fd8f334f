"""Fetches the bars the chart shows: anew for another symbol or timeframe, and as time passes."""

import logging

from console.domain.market import Timeframe
from console.screens.desk_link import DeskLink
from widgets.chart import Chart

logger = logging.getLogger(__name__)

BARS = 400
REFRESH_SECONDS = 10.0
"""How often the newest bars are fetched again; a bar's close is the broker's, not ours."""

TIMEFRAMES = tuple(Timeframe)


class ChartFeed:
    """Which bars are wanted, and the way to them."""

    def __init__(self, link: DeskLink) -> None:
        self.symbol: str | None = None
        self.timeframe = Timeframe.MIN_1
        self._link = link
        self._loaded: tuple[str, Timeframe] | None = None

    def step(self, places: int) -> bool:
        """Take longer (+1) or shorter (-1) bars. Return whether there were any."""
        place = TIMEFRAMES.index(self.timeframe) + places
        if not 0 <= place < len(TIMEFRAMES):
            return False
        self.timeframe = TIMEFRAMES[place]
        return True

    async def load(self, chart: Chart) -> None:
        """Fetch the bars now wanted; the chart drops them if it expects others by then."""
        symbol, timeframe = self.symbol, self.timeframe
        if symbol is None:
            return
        if (symbol, timeframe) != (chart.symbol, chart.timeframe):
            chart.expect(symbol, timeframe)
        if not self._link.is_attached:
            return
        try:
            bars = await self._link.desk.bars(symbol, timeframe, BARS)
        except Exception as error:  # noqa: BLE001 - a worker's boundary: the link's errors are many
            logger.info("no bars of %s: %s", symbol, error)
            if self._loaded == (symbol, timeframe):
                return  # what stands is older but true; the next fetch may do better
            chart.fail(symbol, timeframe, f"No bars of {symbol}: {error}")
            return
        self._loaded = (symbol, timeframe)
        chart.set_bars(symbol, timeframe, bars)
