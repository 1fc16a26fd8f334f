"""The dataset screen: what its keys ask of the lab, and what it shows while nothing has come."""

import pytest

from console.screens.datasets import DatasetScreen
from tests.screens.consoles import ROOMY, SMALL, USUAL, Time, console_of, running, until
from tests.screens.fake_lab import FakeLab, dataset
from tests.screens.fakes import FakeDesk
from widgets.paged_grid import KEPT, STRETCH

TABLE, PLOT = "#dataset-findings-table", "#dataset-findings-plot"


def shown(pilot, name):
    return pilot.app.screen.query_one(name).plain


async def open_datasets(pilot):
    await pilot.press("T")
    await until(pilot, lambda: isinstance(pilot.app.screen, DatasetScreen))
    await until(pilot, lambda: pilot.app.screen.query_one("#dataset-list").keys)
    await pilot.pause()


async def write(pilot, key, text):
    """Press a key that asks for a line, and enter one."""
    await pilot.press(key)
    pilot.app.screen.line.value = text
    await pilot.press("enter")


async def test_a_jump_among_a_million_rows_waits_for_no_file():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        await until(pilot, lambda: "190.00" in shown(pilot, "#dataset-rows"))
        lab.may_answer.clear()
        await pilot.press("tab", "G", "g")
        await write(pilot, "colon", "765432")
        before = shown(pilot, "#dataset-rows")
        lab.may_answer.set()
        await until(pilot, lambda: "…" not in shown(pilot, "#dataset-rows"))
        after = shown(pilot, "#dataset-rows")

    assert "765,432  …" in before
    assert "▸  765,432  2026-03-02 20:37:11  AAPL" in after


async def test_only_what_is_looked_at_last_is_read_after_a_long_scroll():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        await until(pilot, lambda: "190.00" in shown(pilot, "#dataset-rows"))
        lab.may_answer.clear()
        await pilot.press("tab")
        grid = pilot.app.screen.query_one("#dataset-rows")
        for stretch in range(1, 2 * KEPT):
            grid.go_to(stretch * STRETCH)
        await pilot.pause()
        lab.may_answer.set()
        await until(pilot, lambda: grid.missing() is None)
        for stretch in range(2 * KEPT):
            grid.go_to(stretch * STRETCH)
            await until(pilot, lambda: grid.missing() is None)

    assert len(lab.asked_for("page")) <= 3 + 2 * KEPT + 1
    assert len(grid._stretches) == KEPT


async def test_each_view_has_a_key_and_shows_what_it_was_told():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        for key, view, text, drawn in (
            ("3", "sample", "190.40", ""),
            ("4", "quality", "backward", ""),
            ("5", "distribution", "", "a picture of distribution price"),
            ("6", "series", "", "a picture of series price  last"),
            ("7", "outliers", "+5,776.1", "a picture of outliers price 3.5 765,432"),
            ("8", "segment", "MSFT", "a picture of segment price symbol AAPL"),
            ("9", "correlate", "-0.550", "a picture of correlate pearson price size"),
            ("0", "compare", "+0.010", "a picture of compare quotes price"),
        ):
            await pilot.press(key)
            if text:
                await until(pilot, lambda text=text: text in shown(pilot, TABLE))
            if drawn:
                await until(pilot, lambda drawn=drawn: drawn in shown(pilot, PLOT))
            assert lab.asked[-1][1]["view"] == view
        await pilot.press("2")
        columns = pilot.app.screen.query_one("#dataset-columns")
        await until(pilot, lambda: columns.row("2")[3].text == "12")

    assert [cell.text for cell in columns.row("2")][:3] == ["price", "number", "price"]


async def test_arrows_choose_a_line_sets_the_terms_and_enter_goes_to_the_row():
    lab = FakeLab(dataset("prices", 1_000_000), dataset("quotes", 9), dataset("touched", 9))
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        await pilot.press("0", "right")
        await until(pilot, lambda: "compare touched price" in shown(pilot, PLOT))
        await pilot.press("9", "right")
        await until(pilot, lambda: "correlate spearman" in shown(pilot, PLOT))
        await pilot.press("7")
        await write(pilot, "o", "far=5")
        await until(pilot, lambda: "outliers price 5.0" in shown(pilot, PLOT))
        await write(pilot, "o", "how=best")
        await until(pilot, lambda: "means nothing to Outliers" in shown(pilot, "#lab-remarks"))
        found = lab.asked_for("finding")
        await pilot.press("9")
        await until(pilot, lambda: "spearman price size" in shown(pilot, PLOT))
        await pilot.press("j")
        await until(pilot, lambda: "spearman price bid" in shown(pilot, PLOT))
        await pilot.press("7")
        await until(pilot, lambda: "765,432" in shown(pilot, TABLE))
        await pilot.press("enter")
        row = "▸  765,432  2026-03-02 20:37:11  AAPL"
        await until(pilot, lambda: row in shown(pilot, "#dataset-rows"))

    assert found[-1]["far"] == 5.0


async def test_two_datasets_are_merged_and_the_result_says_of_which():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        await pilot.press("m")
        offered = pilot.app.screen.line.value
        await pilot.press("enter")
        await until(pilot, lambda: "of prices#1, quotes#2" in shown(pilot, "#lab-remarks"))
        await until(pilot, lambda: "prices-quotes, 9 rows" in shown(pilot, "#dataset-tabs"))

    assert offered == "quotes asof into=prices-quotes"
    [asked] = lab.asked_for("merge")
    assert asked == {
        "name": "prices",
        "other": "quotes",
        "into": "prices-quotes",
        "on": [],
        "how": "inner",
        "is_as_of": True,
        "within": None,
    }


async def test_what_is_found_is_kept_exported_and_dropped():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        await pilot.press("s")
        await until(pilot, lambda: "Rows makes no dataset" in shown(pilot, "#lab-remarks"))
        await pilot.press("8")
        await until(pilot, lambda: "MSFT" in shown(pilot, TABLE))
        await write(pilot, "s", "parts")
        await until(pilot, lambda: "parts, 2 rows" in shown(pilot, "#dataset-tabs"))
        await write(pilot, "e", "parts.csv")
        await until(pilot, lambda: "parts.csv: 9 rows." in shown(pilot, "#lab-remarks"))
        await write(pilot, "d", "part")
        await until(pilot, lambda: "Nothing is dropped" in shown(pilot, "#lab-remarks"))
        await write(pilot, "d", "parts")
        await until(pilot, lambda: "parts is dropped" in shown(pilot, "#lab-remarks"))
        left = pilot.app.screen.query_one("#dataset-list").keys

    [kept] = lab.asked_for("keep")
    assert kept == {
        "name": "prices",
        "view": "segment",
        "into": "parts",
        "column": "price",
        "by": "symbol",
    }
    assert left == ("prices", "quotes")


async def test_a_file_is_loaded_with_progress_and_its_mistake_is_one_sentence():
    lab = FakeLab()
    lab.progress["load"] = [(0.5, "more.csv")]
    lab.troubles["load"] = "more.csv, line 3: there are 3 cells where the header has 2: mend it."
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        lab.may_answer.clear()
        await write(pilot, "f", "more.csv")
        await until(pilot, lambda: "50% more.csv" in shown(pilot, "#lab-remarks"))
        await pilot.press("escape", "x")
        still_there = isinstance(pilot.app.screen, DatasetScreen)
        lab.may_answer.set()
        await until(pilot, lambda: "line 3" in shown(pilot, "#lab-remarks"))
        del lab.troubles["load"]
        await write(pilot, "f", "more.csv mine")
        await until(pilot, lambda: "mine" in pilot.app.screen.query_one("#dataset-list").keys)

    assert still_there
    assert lab.canceled == ["work"]
    assert lab.asked_for("load")[-1] == {"path": "more.csv", "name": "mine"}
    assert lab.closed == 1


async def test_a_live_dataset_is_read_again_as_it_grows():
    lab = FakeLab(dataset("ticks", 5, is_live=True))
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        before = shown(pilot, "#dataset-tabs")
        lab.datasets = [dataset("ticks", 9, is_live=True)]
        await until(pilot, lambda: "ticks, 9 rows" in shown(pilot, "#dataset-tabs"))
        live = pilot.app.screen.query_one("#dataset-list").row("ticks")

    assert "5 rows" in before
    assert live[0].text == "●"


async def test_a_live_dataset_is_begun_chosen_and_ended_from_the_screen():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        lab.may_answer.clear()
        await write(pilot, "t", "live aapl rows=500 name=ticks")
        await until(pilot, lambda: lab.asked_for("follow"))
        lab.datasets.append(dataset("ticks", 5, is_live=True))
        await until(pilot, lambda: "ticks, 5 rows" in shown(pilot, "#dataset-tabs"))
        await pilot.press("x")
        lab.may_answer.set()
        await until(pilot, lambda: "ticks: 500 rows" in shown(pilot, "#lab-remarks"))

    [asked] = lab.asked_for("follow")
    assert asked == {"name": "ticks", "symbols": ["AAPL"], "every": "1", "rows": 500}
    assert lab.canceled == ["live:ticks"]


async def test_a_column_is_given_its_role():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        await write(pilot, "r", "price=value")
        await until(pilot, lambda: "is the value now" in shown(pilot, "#lab-remarks"))

    assert lab.asked_for("roles") == [{"name": "prices", "roles": {"price": "value"}}]


@pytest.mark.parametrize(
    "size",
    [SMALL, USUAL, pytest.param(ROOMY, marks=pytest.mark.long)],
    ids=["80x24", "120x40", "200x60"],
)
def test_the_dataset_screen(snap_compare, size):
    app = console_of(FakeDesk(), Time(), lab=FakeLab())

    async def draw(pilot):
        await until(pilot, lambda: app.session is not None and app.session.link.is_attached)
        await open_datasets(pilot)
        await until(pilot, lambda: "190.00" in shown(pilot, "#dataset-rows"))
        app.session.draw_frame()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=draw)
