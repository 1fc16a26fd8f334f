"""Draw the pictures of the README and of the analytics page: the real console on an embedded venue.

Run by `make screenshots`. A market that moves never gives the same picture twice.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # a script has its own folder on the path, not the project's

from textual.pilot import Pilot  # noqa: E402 - only now can ours be found

from console.app import Killcord  # noqa: E402 - as above
from console.commands.launch import await_end, ensure_desk  # noqa: E402 - as above
from console.domain.receipts import Outcome, Receipt  # noqa: E402 - as above
from console.folders import StateFolder, state_folder  # noqa: E402 - as above
from console.link.replica import Replica  # noqa: E402 - as above
from widgets.lines import LinePane  # noqa: E402 - as above

PICTURE = ROOT / "docs/screenshots/main.svg"
STUDIES = ROOT / "docs/using/pictures/studies.svg"
INSIGHT = ROOT / "docs/using/pictures/insight.svg"
SIZE = (120, 40)
PATIENCE = 600
"""Tenths of a second in which something must come about."""
READINGS_AFTER = 70.0
"""Seconds until most readings have seen enough."""
LINES = (
    "buy 100 AAPL",
    "buy 25 NVDA",
    "sell 40 AAPL @ {ask:.2f} gtc",
    "alert NVDA above {high:.2f}",
)


def main() -> int:
    """Draw the picture; return the exit status."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["KILLCORD_STATE"] = place
        folder = state_folder("demo")
        ensure_desk(folder, ["--seed", "7"])
        asyncio.run(_draw(folder))
        return 0 if await_end(folder) else 1


async def _draw(folder: StateFolder) -> None:
    app = Killcord(
        lambda: Replica(folder.socket, "console"),
        profile=folder.profile,
        halt_alone=no_halt,
        log_file=folder.path / "console.log",
    )
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.session is not None and app.session.link.state.is_ready)
        for line in LINES:
            await _send(pilot, app, line)
        await pilot.press("1", "g", "j", "j")  # AAPL, the third of the watchlist
        await asyncio.sleep(READINGS_AFTER)
        await pilot.press("slash", *"buy 50 AAPL")
        await asyncio.sleep(1.0)
        _save(app, PICTURE)
        await pilot.press("escape", "escape", "1", "M", "N", "P")
        await asyncio.sleep(2.0)
        _save(app, STUDIES)
        await pilot.press("i")
        await until(pilot, lambda: "together" in _text(app) and "of all three" in _text(app))
        await asyncio.sleep(2.0)
        _save(app, INSIGHT)
        if app.session is not None:
            await app.session.link.desk.stop_desk()


def _save(app: Killcord, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(app.export_screenshot(title="Killcord"), encoding="utf-8")


def _text(app: Killcord) -> str:
    return "".join(pane.plain for pane in app.screen.query(LinePane))


async def _send(pilot: Pilot[None], app: Killcord, line: str) -> None:
    """Type a line and send it: prices are filled in from the market of the moment."""
    session = app.session
    if session is None:
        raise RuntimeError("there is no session to type in")
    quotes = session.link.state.quotes
    written = line.format(ask=quotes["AAPL"].ask * 1.004, high=quotes["NVDA"].ask * 1.01)
    await pilot.press("slash", *written)
    await asyncio.sleep(0.5)
    for _ in range(2):
        await pilot.press("enter")
        await asyncio.sleep(1.0)
    await pilot.press("escape", "escape")


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    for _ in range(PATIENCE):
        if holds():
            return
        await pilot.pause(0.1)
    raise TimeoutError("the desk never became ready: see its log")


async def no_halt(_reason: str) -> Receipt:
    """Stand where a console would halt without its desk."""
    return Receipt(outcome=Outcome.UNKNOWN, detail="nothing is halted for a picture")


if __name__ == "__main__":
    sys.exit(main())
