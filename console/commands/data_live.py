"""Follow the stream into a dataset: at each step a row of every symbol that has news."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from console.commands.asking import attached
from console.domain.market import Quote, Trade
from console.domain.state import TradingState
from console.folders import StateFolder
from console.lab.catalog import Catalog
from console.lab.datasets import Dataset
from console.lab.live import LiveWriter
from console.lab.problems import LabProblem, shown

LEAST_STEP = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWish:
    """What to follow: whose quotes and trades, how often, into how many rows, for how long."""

    name: str
    symbols: tuple[str, ...]
    every: float = 1.0
    """Seconds."""
    rows: int = 10_000
    seconds: float | None = None
    """None: until it is interrupted."""

    def __post_init__(self) -> None:
        if not self.symbols:
            raise LabProblem("A live dataset is of symbols: name them, such as AAPL MSFT.")
        if not LEAST_STEP <= self.every < float("inf"):
            raise LabProblem(f"The steps are of {LEAST_STEP} seconds at least.")


def step_said(text: str) -> float:
    """Return how long a step is, in seconds.

    Raises:
        LabProblem: when it is no length.
    """
    try:
        return float(text)
    except ValueError:
        raise LabProblem(f"{shown(text)} is no number of seconds: write every=1.") from None


def follow(
    catalog: Catalog, folder: StateFolder, wish: LiveWish, told: Callable[[int], None]
) -> Dataset:
    """Follow until the time is over or an interrupt comes; return what it has become.

    Raises:
        LabProblem: when the name is taken, or something is wrong with the wish.
        NoDesk: when no desk is running; nothing is kept then.
    """
    catalog.refuse_taken(wish.name)
    with suppress(KeyboardInterrupt):  # the usual end
        asyncio.run(_follow(catalog, folder, wish, told))
    return catalog.get(wish.name)


async def _follow(
    catalog: Catalog, folder: StateFolder, wish: LiveWish, told: Callable[[int], None]
) -> None:
    async with attached(folder) as desk:
        await desk.replica.show(wish.symbols)
        words = f"{' '.join(wish.symbols)} every {wish.every:g} s"
        _, writer = catalog.open_ring(wish.name, wish.symbols, wish.rows, detail=words)
        steps = Steps(writer, wish.symbols)
        loop = asyncio.get_running_loop()
        begun = step = loop.time()
        with writer:
            while wish.seconds is None or step - begun < wish.seconds:
                steps.take(desk.state, desk.replica.now() or datetime.now(UTC))
                told(writer.rows)
                step = max(step + wish.every, loop.time())
                await asyncio.sleep(step - loop.time())


class Steps:
    """Writes what is new at each step; a symbol without news gets no row, and nothing is filled."""

    def __init__(self, writer: LiveWriter, symbols: Sequence[str]) -> None:
        self._writer = writer
        self._symbols = symbols
        self._told: dict[str, tuple[Quote | None, Trade | None]] = {}

    def take(self, state: TradingState, at: datetime) -> None:
        """Write one step."""
        for symbol in self._symbols:
            quote, trade = state.quotes.get(symbol), state.trades.get(symbol)
            before = self._told.get(symbol, (None, None))
            if quote is before[0] and trade is before[1]:
                continue
            self._told[symbol] = quote, trade
            figures = {} if quote is None else _quoted(quote)
            if trade is not None:
                figures |= {"last": trade.price, "last_size": trade.size}
            self._writer.append(at, symbol, figures)


def _quoted(quote: Quote) -> dict[str, float]:
    return {
        "bid": quote.bid,
        "bid_size": quote.bid_size,
        "ask": quote.ask,
        "ask_size": quote.ask_size,
    }
