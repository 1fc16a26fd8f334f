"""Draw the screens of the lab for the docs: recorded minutes as a dataset, and a back-test of them.

    python tools/lab_pictures.py

It starts a demo desk and a venue in a folder of its own and ends them. The minutes are those of
`../shared/data`; without them nothing is drawn.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from console.app import Killcord  # noqa: E402 - after the path is set
from console.bootstrap.lab_processes import LabProcesses  # noqa: E402 - as above
from console.commands.launch import await_end, ensure_desk  # noqa: E402 - as above
from console.commands.running import stop_desk  # noqa: E402 - as above
from console.folders import StateFolder, state_folder  # noqa: E402 - as above
from console.link.replica import Replica  # noqa: E402 - as above
from tools.screenshots import no_halt, until  # noqa: E402 - as above

MINUTES = ROOT / "../shared/data/bars-minute.parquet"
PLACE = ROOT / "docs/screenshots"
SIZE = (120, 40)
TERMS = "fast=5:25:5 slow=30:60:10 spread-bps=1"


def main() -> int:
    """Draw the pictures; return the exit status."""
    if not MINUTES.is_file():
        print(f"there are no minutes at {MINUTES}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as place:
        os.environ["KILLCORD_STATE"] = place
        os.chdir(place)
        shutil.copy(MINUTES, "minutes.parquet")
        folder = state_folder("demo")
        ensure_desk(folder, ["--seed", "7"])
        try:
            asyncio.run(_draw(folder))
        finally:
            stop_desk(folder.profile)
        return 0 if await_end(folder) else 1


async def _draw(folder: StateFolder) -> None:
    app = Killcord(
        lambda: Replica(folder.socket, "console"),
        profile=folder.profile,
        halt_alone=no_halt,
        log_file=folder.path / "console.log",
        lab=LabProcesses(folder.profile),
    )
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session is not None and app.session.link.state.is_ready)
        await _datasets(pilot, app)
        await pilot.press("escape")
        await _backtests(pilot, app)


async def _datasets(pilot: Pilot[None], app: Killcord) -> None:
    await pilot.press("T")
    await until(pilot, lambda: bool(app.screen.query("#dataset-tabs")))
    await pilot.press("f", *"minutes.parquet", "enter")
    await until(pilot, lambda: "2013-10-" in _plain(app, "#dataset-rows"))
    _keep(app, "datasets")
    await pilot.press("6", *["right"] * 3)
    await until(pilot, lambda: "━ SPY close" in _plain(app, "#dataset-findings-plot"))
    _keep(app, "dataset-series")
    await pilot.press("7", "right")
    await until(pilot, lambda: "farther than 3.5" in _plain(app, "#dataset-findings-words"))
    await until(pilot, lambda: "◆" in _plain(app, "#dataset-findings-plot"))
    _keep(app, "dataset-outliers")


async def _backtests(pilot: Pilot[None], app: Killcord) -> None:
    await pilot.press("B")
    await until(pilot, lambda: "momentum" in _plain(app, "#run-head"))
    await pilot.press("y", *["backspace"] * 8, *"SPY", "enter")
    await pilot.press("b", *"minutes", "enter", "o", *TERMS, "enter", "enter")
    await until(pilot, lambda: "total return" in _plain(app, "#run-figures"))
    _keep(app, "backtest")
    await pilot.press("right_square_bracket")
    await until(pilot, lambda: "equity, dollars" in _plain(app, "#run-equity"))
    _keep(app, "backtest-equity")


def _plain(app: Killcord, name: str) -> str:
    found = app.screen.query(name)
    return str(getattr(found.first(), "plain", "")) if found else ""


def _keep(app: Killcord, name: str) -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    picture = app.export_screenshot(title="Killcord")
    (PLACE / f"{name}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
