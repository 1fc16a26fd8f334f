"""The dataset screen: what its keys ask of the lab, and what it shows while nothing has come."""

import pytest

from console.screens.datasets import DatasetScreen
from tests.screens.consoles import ROOMY, SMALL, USUAL, Time, console_of, running, until
from tests.screens.fake_lab import FakeLab, dataset
from tests.screens.fakes import FakeDesk
from widgets.paged_grid import KEPT, STRETCH


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


async def test_each_view_asks_once_and_shows_what_it_was_told():
    lab = FakeLab()
    async with running(lab=lab) as pilot:
        await open_datasets(pilot)
        seen = {}
        for name, pane in (
            ("summary", "#dataset-columns"),
            ("sample", "#dataset-sample"),
            ("quality", "#dataset-quality"),
            ("spread", "#dataset-plot"),
            ("series", "#dataset-plot"),
        ):
            await pilot.press("right_square_bracket")
            await until(pilot, lambda name=name: lab.asked_for(name))
            await pilot.pause()
            seen[name] = pilot.app.screen.query_one(pane)
        picture = shown(pilot, "#dataset-plot")

    assert seen["summary"].row("2")[3].text == "12"
    assert seen["quality"].row("1")[2].text == "yes"
    assert "a picture of price" in picture
    assert lab.asked_for("series")[-1]["column"] == "price"


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
        before = shown(pilot, "#lab-tabs")
        lab.datasets = [dataset("ticks", 9, is_live=True)]
        await until(pilot, lambda: "ticks, 9 rows" in shown(pilot, "#lab-tabs"))
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
        await until(pilot, lambda: "ticks, 5 rows" in shown(pilot, "#lab-tabs"))
        await pilot.press("x")
        lab.may_answer.set()
        await until(pilot, lambda: "ticks: 500 rows" in shown(pilot, "#lab-remarks"))

    [asked] = lab.asked_for("follow")
    assert asked == {"name": "ticks", "symbols": ["AAPL"], "every": 1.0, "rows": 500}
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
