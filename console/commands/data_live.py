"""Follow the stream into a dataset: a step's newest, every tick, or bars as they become whole."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from console.commands.asking import Desk, attached
from console.commands.data_said import timeframe_called
from console.commands.live_rows import BarRows, Steps, TickRows
from console.domain.market import Timeframe
from console.folders import StateFolder
from console.lab.catalog import Catalog
from console.lab.datasets import Dataset
from console.lab.live import BARRED, QUOTED, LiveWriter
from console.lab.problems import LabProblem, shown
from console.link.errors import DeskRefused, LinkError

LEAST_STEP = 0.05
EVERY_TICK = "tick"
ASK_SECONDS = 0.25
"""How often the ticks that came are fetched: the desk keeps them until then."""

OnRows = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWish:
    """What to follow: whose quotes and trades, how often, into how many rows, for how long."""

    name: str
    symbols: tuple[str, ...]
    every: str = "1"
    """Seconds of a step, `tick` for every tick, or the length of bars."""
    rows: int = 10_000
    seconds: float | None = None
    """None: until it is interrupted."""

    def __post_init__(self) -> None:
        if not self.symbols:
            raise LabProblem("A live dataset is of symbols: name them, such as AAPL MSFT.")
        if self.timeframe is Timeframe.DAY_1:
            raise LabProblem("Live bars last 1Min to 1Hour: take bars --timeframe 1Day for days.")
        if self.step is not None and not LEAST_STEP <= self.step < float("inf"):
            raise LabProblem(f"The steps are of {LEAST_STEP} seconds at least.")

    @property
    def is_every_tick(self) -> bool:
        """Whether no tick is left out."""
        return self.every == EVERY_TICK

    @property
    def step(self) -> float | None:
        """How many seconds a step lasts; None for ticks and bars."""
        try:
            return float(self.every)
        except ValueError:
            return None

    @property
    def timeframe(self) -> Timeframe | None:
        """How long the bars last; None for ticks and steps."""
        if self.is_every_tick or self.step is not None:
            return None
        try:
            return timeframe_called(self.every)
        except LabProblem:
            raise LabProblem(
                f"{shown(self.every)} is no pace: write seconds such as 1, tick, or 1Min for bars."
            ) from None

    @property
    def words(self) -> str:
        """How the origin of the dataset tells it."""
        if self.is_every_tick:
            pace = "every tick"
        elif self.timeframe is not None:
            pace = f"{self.timeframe.value} bars"
        else:
            pace = f"every {self.step:g} s"
        return f"{' '.join(self.symbols)} {pace}"


def follow(catalog: Catalog, folder: StateFolder, wish: LiveWish, told: OnRows) -> Dataset:
    """Follow until the time is over or an interrupt comes; return what it has become.

    Raises:
        LabProblem: when the name is taken, or something is wrong with the wish.
        NoDesk: when no desk is running; nothing is kept then.
    """
    catalog.refuse_taken(wish.name)
    lost = Lost()
    with suppress(KeyboardInterrupt):  # the usual end
        asyncio.run(_follow(catalog, folder, wish, told, lost))
    dataset = catalog.get(wish.name)
    return catalog.note(dataset, lost.words) if lost.words else dataset


class Lost:
    """What is not in the dataset, because nobody could keep it or the desk was gone."""

    def __init__(self) -> None:
        self.missed = 0
        self.breaks = 0

    @property
    def words(self) -> str:
        """Say what is missing; nothing when nothing is."""
        parts = [
            *([f"{self.missed:,} ticks came faster than they were kept"] if self.missed else []),
            *([f"the desk was not heard {self.breaks:,} times"] if self.breaks else []),
        ]
        return f"Not all is in it: {' and '.join(parts)}." if parts else ""


async def _follow(
    catalog: Catalog, folder: StateFolder, wish: LiveWish, told: OnRows, lost: Lost
) -> None:
    async with attached(folder) as desk:
        await desk.replica.show(wish.symbols)
        _, writer = catalog.open_ring(
            wish.name,
            wish.symbols,
            wish.rows,
            detail=wish.words,
            figures=QUOTED if wish.timeframe is None else BARRED,
        )
        with writer:
            if wish.step is not None:
                await _follow_steps(desk, writer, wish, told)
            else:
                await _follow_ticks(desk, writer, wish, told, lost)


async def _follow_steps(desk: Desk, writer: LiveWriter, wish: LiveWish, told: OnRows) -> None:
    steps, length = Steps(writer, wish.symbols), wish.step or LEAST_STEP
    loop = asyncio.get_running_loop()
    begun = step = loop.time()
    while wish.seconds is None or step - begun < wish.seconds:
        steps.take(desk.state, _now(desk))
        told(writer.rows)
        step = max(step + length, loop.time())
        await asyncio.sleep(step - loop.time())


async def _follow_ticks(
    desk: Desk, writer: LiveWriter, wish: LiveWish, told: OnRows, lost: Lost
) -> None:
    rows = (
        TickRows(writer) if wish.timeframe is None else BarRows(writer, wish.timeframe, _now(desk))
    )
    tap, is_heard = secrets.token_hex(6), True
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while wish.seconds is None or loop.time() - begun < wish.seconds:
        try:
            has_more = await _fetch(desk, tap, wish, rows, lost)
        except DeskRefused as refused:
            raise LabProblem(f"The desk gives no ticks: {refused}") from None
        except LinkError:
            # the ticks of the meantime are nowhere; the replica attaches anew by itself
            lost.breaks += is_heard
            is_heard, has_more = False, False
        else:
            is_heard = True
        told(writer.rows)
        await asyncio.sleep(0 if has_more else ASK_SECONDS)


async def _fetch(
    desk: Desk, tap: str, wish: LiveWish, rows: TickRows | BarRows, lost: Lost
) -> bool:
    """Write the ticks that came; return whether more wait."""
    ticks = await desk.link.ticks(tap, wish.symbols)
    lost.missed += ticks.missed
    for tick in ticks:
        rows.take(tick)
    rows.close(_now(desk))
    return ticks.has_more


def _now(desk: Desk) -> datetime:
    return desk.replica.now() or datetime.now(UTC)
