"""Drawing a table of 50 rows and 10 columns that changes ten times a second.

Our grid against Textual's DataTable, in one process, on a terminal of 120x60
that only counts bytes.
"""

import asyncio
import gc
import random
import statistics
import time
from collections.abc import Callable

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.widget import Widget
from textual.widgets import DataTable

from tests.bench.results import Result, say
from themes.palettes import FIRST, load_themes, stylesheet
from widgets.cells import Cell, Line
from widgets.columns import Column
from widgets.grid import Grid

ROWS, COLUMNS, FRAMES, WARM = 50, 10, 40, 10
ROUNDS = 3
SIZE = (120, 60)
MEASURES = (("draw a frame", "ms CPU", "<= 0.2"), ("bytes of a frame", "B", "<= 0.5"))
Frame = list[list[str]]


class CountingDriver(HeadlessDriver):
    """A terminal that counts what it is sent."""

    sent = 0

    def write(self, data: str) -> None:
        CountingDriver.sent += len(data.encode())


class Bench(App[None]):
    CSS = stylesheet() + "DataTable, Grid { height: 1fr; scrollbar-size-vertical: 1; }"

    def __init__(self, table: Widget) -> None:
        super().__init__(driver_class=CountingDriver)
        for theme in load_themes():
            self.register_theme(theme)
        self.theme = FIRST
        self._table = table

    @property
    def is_headless(self) -> bool:
        return False  # paint as on a terminal: a headless app draws nothing

    def compose(self):
        yield self._table


def frames(changed: int) -> list[Frame]:
    """The same market for both tables: `changed` rows move in each frame."""
    chance = random.Random(7)
    prices = [100 + 7.3 * row for row in range(ROWS)]
    made = []
    for _ in range(FRAMES + WARM):
        for row in chance.sample(range(ROWS), changed):
            prices[row] += chance.choice((-0.01, 0.01, 0.02))
        made.append([_texts(row, price) for row, price in enumerate(prices)])
    return made


def _texts(row: int, price: float) -> list[str]:
    base = 100 + 7.3 * row
    touch = [f"{price - 0.01:.2f}", f"{price + 0.01:.2f}"]
    change = [f"{price - base:+.2f}", f"{(price / base - 1) * 100:+.2f}%"]
    size = int(price * 100) % 900
    return [f"SYM{row}", f"{price:.2f}", *change, str(size), *touch, str(size), "0.02", "41.2M"]


async def measure(table: Widget, start: Callable[[], None], draw: Callable[[int], None]) -> tuple:
    """Return CPU milliseconds and bytes a frame."""
    app = Bench(table)
    async with app.run_test(headless=False, size=SIZE) as pilot:
        await pilot.pause()
        start()
        await pilot.pause()
        cpu, sent = [], []
        for number in range(FRAMES + WARM):
            before, bytes_before = time.process_time(), CountingDriver.sent
            draw(number)
            await _painted(app)
            cpu.append((time.process_time() - before) * 1e3)
            sent.append(CountingDriver.sent - bytes_before)
    return statistics.median(cpu[WARM:]), statistics.median(sent[WARM:])


async def _painted(app: App) -> None:
    """Let the messages of one frame run until the screen has been written."""
    done = asyncio.Event()
    app.screen.call_after_refresh(done.set)
    await done.wait()


async def measure_data_table(story: list[Frame]) -> tuple:
    table = DataTable(cursor_type="row")

    def start() -> None:
        for column in range(COLUMNS):
            table.add_column(f"C{column}", key=str(column), width=9)
        for row, texts in enumerate(story[0]):
            table.add_row(*texts, key=str(row))

    def draw(number: int) -> None:
        known, told = story[max(number - 1, 0)], story[number]
        for row, (old, new) in enumerate(zip(known, told, strict=True)):
            for column, (was, now) in enumerate(zip(old, new, strict=True)):
                if was != now:
                    table.update_cell(str(row), str(column), now)

    return await measure(table, start, draw)


async def measure_grid(story: list[Frame]) -> tuple:
    grid = Grid([Column(label=f"C{column}", width=9) for column in range(COLUMNS)])
    drawn: list[Line] = [()] * ROWS

    def draw(number: int) -> None:
        known, told = story[max(number - 1, 0)], story[number]
        for row, texts in enumerate(told):
            if not drawn[row] or texts != known[row]:
                drawn[row] = tuple(Cell(text) for text in texts)
        grid.set_rows({str(row): line for row, line in enumerate(drawn)})

    return await measure(grid, lambda: draw(0), draw)


async def main() -> None:
    gc.freeze()
    for changed in (ROWS, 10):
        story = frames(changed)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(await measure_data_table(story))
            ours.append(await measure_grid(story))
        for index, (name, unit, goal) in enumerate(MEASURES):
            mine = statistics.median(each[index] for each in ours)
            baseline = statistics.median(each[index] for each in theirs)
            row = f"{name}, {changed} of {ROWS} rows moving"
            say(Result(name=row, ours=mine, baseline=baseline, unit=unit, goal=goal))


if __name__ == "__main__":
    asyncio.run(main())
