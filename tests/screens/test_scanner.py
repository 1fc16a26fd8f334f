"""The scanner screen: what its keys ask of the desk, and what it shows of a scan."""

from dataclasses import replace
from datetime import timedelta

from console.domain.receipts import Outcome, Receipt
from console.domain.scans import Facts, Mark, Scan, ScanRow, ScanState
from console.scanning.rules import RULES
from console.screens.scanner import ScannerScreen
from tests.screens import pictures
from tests.screens.consoles import running, until
from tests.screens.fakes import FakeDesk
from tests.screens.test_pictures import SIZES, picture

MOVERS = RULES[1]


def row(symbol, change, mark=Mark.SAME, trades=None, tier=None, **more):
    facts = Facts(
        symbol=symbol,
        at=pictures.NOW - timedelta(minutes=1),
        price=48.2,
        change=change,
        trades_per_minute=trades,
        volume=1_250_000.0,
        **more,
    )
    return ScanRow(facts=facts, mark=mark, tier=tier, is_explosive=change > 20)


ROWS = (
    row("RKT", 31.4, Mark.NEW, 2_140, 1_000.0, spread=0.08),
    row("KO", 12.04, Mark.UP, 730, 500.0, spread=0.02),
    row("XOM", 10.0, Mark.DOWN, 512, 500.0),
    row("IBM", 10.0, Mark.NOT_KNOWN),
)
SCAN = Scan(
    rule=RULES[0],
    universe="all tradable",
    state=ScanState.DONE,
    at=pictures.NOW,
    day=pictures.NOW.date(),
    total=10_412,
    scanned=10_412,
    rows=ROWS,
    gone=("TSLA",),
    not_known=1_204,
    stale=1_180,
    compared_with=pictures.NOW - timedelta(hours=1),
)


def shown(pilot, name):
    return pilot.app.screen.query_one(name).plain


async def open_scanner(pilot):
    await pilot.press("S")
    await until(pilot, lambda: isinstance(pilot.app.screen, ScannerScreen))
    await pilot.pause()


async def test_a_rule_is_chosen_scanned_by_and_canceled():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await open_scanner(pilot)
        await pilot.press("right", "enter", "x", "left", "left", "enter")
        await until(pilot, lambda: len(desk.asked_for("scan")) == 2)

    assert desk.asked_for("scan") == [
        ("movers", "all tradable", None),
        ("after-hours", "all tradable", None),
    ]
    assert len(desk.asked_for("cancel_scan")) == 1


async def test_a_key_puts_the_selected_row_on_the_watchlist():
    desk = FakeDesk()
    desk.scanned = SCAN
    async with running(desk) as pilot:
        await open_scanner(pilot)
        await until(pilot, lambda: pilot.app.screen.query_one("#scan").selected)
        await pilot.press("j", "w")
        await until(pilot, lambda: desk.asked_for("watch"))

    assert desk.asked_for("watch") == [("KO", True)]


async def test_without_a_row_nothing_is_watched():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await open_scanner(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "No row" in shown(pilot, "#scan-remarks"))

    assert desk.asked_for("watch") == []


async def test_a_running_scan_is_followed_to_its_end():
    desk = FakeDesk()
    desk.scanned = replace(
        SCAN, state=ScanState.RUNNING, scanned=2_600, rows=ROWS[:1], trouble="waiting"
    )
    async with running(desk) as pilot:
        await open_scanner(pilot)
        await until(pilot, lambda: "2,600 of 10,412" in shown(pilot, "#scan-head"))
        half_way = shown(pilot, "#scan-head")
        remarks = shown(pilot, "#scan-remarks")
        desk.scanned = SCAN
        await until(pilot, lambda: "complete" in shown(pilot, "#scan-head"))
        found = pilot.app.screen.query_one("#scan").keys

    assert half_way.count("█") == 4
    assert "waiting" in remarks
    assert found == ("RKT", "KO", "XOM", "IBM")


async def test_a_symbol_file_becomes_the_universe_and_its_mistakes_are_said(tmp_path):
    desk = FakeDesk()
    good, bad = tmp_path / "tech.txt", tmp_path / "bad.txt"
    good.write_text("AAPL\nMSFT # soft\n")
    bad.write_text("A A\n")
    async with running(desk) as pilot:
        await open_scanner(pilot)
        await pilot.press("f")
        field = pilot.app.screen.query_one("#symbol-file")
        field.value = str(bad)
        await pilot.press("enter")
        await until(pilot, lambda: "line 1" in shown(pilot, "#scan-remarks"))
        field.value = str(good)
        await pilot.press("enter")
        await until(pilot, lambda: not field.display)
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked_for("scan"))

    assert desk.asked_for("scan") == [("trades", "tech.txt", ("AAPL", "MSFT"))]


async def test_own_rules_can_be_chosen_and_a_mistake_in_them_is_said(tmp_path):
    desk = FakeDesk()
    desk.welcome = replace(desk.welcome, state_folder=str(tmp_path))
    (tmp_path / "scans.toml").write_text('[rule.busy]\nconditions = ["price > 1"]\n')
    async with running(desk) as pilot:
        await open_scanner(pilot)
        await pilot.press("left", "enter")
        await until(pilot, lambda: desk.asked_for("scan"))
        await pilot.press("escape")
        (tmp_path / "scans.toml").write_text("[rule.busy]\n")
        await open_scanner(pilot)
        await until(pilot, lambda: "conditions must be" in shown(pilot, "#scan-remarks"))

    assert desk.asked_for("scan") == [("busy", "all tradable", None)]


async def test_a_denial_is_shown_and_a_lost_desk_too():
    desk = FakeDesk()
    desk.answers["scan"] = Receipt(outcome=Outcome.DENIED, detail="A scan is running.")
    async with running(desk) as pilot:
        await open_scanner(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "A scan is running" in shown(pilot, "#scan-remarks"))
        desk.lose()
        await pilot.press("enter")
        await until(pilot, lambda: "does not tell" in shown(pilot, "#scan-remarks"))


def scanned(app):
    screen = app.screen
    return isinstance(screen, ScannerScreen) and "RKT" in screen.query_one("#scan").keys


@SIZES
def test_a_scan_that_is_complete(snap_compare, size):
    desk = FakeDesk()
    desk.scanned = SCAN
    picture(snap_compare, size, ("S",), desk=desk, ready=scanned)


@SIZES
def test_a_scan_that_ended_early(snap_compare, size):
    desk = FakeDesk()
    desk.scanned = replace(
        SCAN,
        state=ScanState.FAILED,
        scanned=200,
        trouble="Alpaca answered 500: internal error",
        not_scanned=("MSFT", "MSTR", "MU", "NVDA"),
    )
    picture(snap_compare, size, ("S",), desk=desk, ready=scanned)
