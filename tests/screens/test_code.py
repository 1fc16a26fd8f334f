"""The code screen: what its keys ask of the lab, and what it shows of a run."""

import pytest
from textual.events import Paste

from console.screens.code import CodeScreen
from tests.screens.consoles import SMALL, USUAL, Time, console_of, running, until
from tests.screens.fake_lab import FakeLab
from tests.screens.fakes import FakeDesk
from widgets.editor import MOST_COLOURED

CODE = '''"""How far the close is from its mean."""
PARAMETERS = {"window": 20}

@np.vectorize
def share(close, mean):
    return 100 * (close / mean - 1)  # percent

mean = df.close.rolling(PARAMETERS["window"]).mean()
show(df.tail(2), "the last days")
plot(share=share(df.close, mean))
result = df.assign(mean=mean)'''
DESK = {
    "files": ["means", "older"],
    "datasets": ["daily", "prices"],
    "name": "means",
    "text": CODE,
    "holds": True,
    "wall": "Code runs inside bubblewrap 0.8.0 and a filter of system calls: no network, no files.",
}
DONE = {
    "number": 7,
    "name": "means",
    "at": "2026-03-02T19:30:05+00:00",
    "seconds": 0.26,
    "problem": None,
    "line": None,
    "has_result": True,
    "lines": [
        [["the last days, 2 rows:", "strong"]],
        [["ts          symbol   close", "words"]],
        [["2021-03-30  SPY     394.73", "words"]],
        [["2021-03-31  SPY     396.33", "words"]],
        [],
        [["   ┌───────────┐", "quiet"]],
        [["3.1┤", "quiet"], ["  ▗▞▙▙▟██  ", "info"], ["│", "quiet"]],
        [["0.2┤", "quiet"], ["▄▛▀        ", "info"], ["│", "quiet"]],
    ],
    "count": 8,
}
WRONG = {
    **DONE,
    "lines": [[["so far", "words"]]],
    "count": 1,
    "problem": "line 6: NameError: name 'cloze' is not defined",
    "line": 6,
}


class CodeLab(FakeLab):
    def __init__(self, ran=DONE):
        super().__init__()
        self.answers = {
            "code_desk": DESK,
            "code_run": ran,
            "code_newest": None,
            "code_save": {},
            "code_keep": {"words": "means: 2 rows."},
            "code_open": {"name": "older", "text": "x = 1", "is_new": False},
            "code_stock": {"files": ["outside", "means"], "datasets": ["daily", "prices"]},
            "code_past": {"lines": [[["number  when", "words"]]], "text": "y = 2"},
        }


def editor(pilot):
    return pilot.app.screen.query_one("#code-editor")


def said(pilot):
    return pilot.app.screen.query_one("#lab-remarks").plain


async def open_code(pilot):
    await pilot.press("C")
    await until(pilot, lambda: isinstance(pilot.app.screen, CodeScreen))
    await until(pilot, lambda: editor(pilot).text)


async def write(pilot, key, text):
    await pilot.press(key)
    await until(pilot, lambda: pilot.app.screen.query_one("#lab-line").display)
    pilot.app.screen.query_one("#lab-line").value = text
    await pilot.press("enter")


async def test_what_stands_in_the_editor_is_saved_and_run():
    lab = CodeLab()
    async with running(lab=lab) as pilot:
        await open_code(pilot)
        await write(pilot, "f2", "prices daily")
        await until(pilot, lambda: "prices, daily" in str(editor(pilot).border_subtitle))
        await write(pilot, "f3", "window=50")
        await pilot.press(*"x=1", "enter", "f5")
        await until(pilot, lambda: lab.asked_for("code_run"))
        await until(pilot, lambda: "F9 keeps" in said(pilot))
        output = pilot.app.screen.query_one("#code-output").plain

    ran = lab.asked_for("code_run")[0]
    assert lab.asked_for("code_save") == [{"name": "means", "text": f"x=1\n{CODE}", "known": CODE}]
    assert (ran["text"], ran["data"]) == (f"x=1\n{CODE}", ["prices", "daily"])
    assert ran["parameters"] == {"window": "50"}
    assert "2021-03-31  SPY     396.33" in output


async def test_a_mistake_is_said_and_its_line_is_gone_to():
    async with running(lab=CodeLab(WRONG)) as pilot:
        await open_code(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: "NameError" in said(pilot))
        wrong = editor(pilot)
        at, drawn = wrong.cursor_location, dict(wrong._highlights)
        await pilot.press("a")
        after = dict(wrong._highlights)

    assert at == (5, 0)
    assert drawn[5] == [(0, None, "mistake")]
    assert after[5] != drawn[5]


async def test_a_run_that_lasts_is_stopped_by_a_key():
    lab = CodeLab()
    lab.may_answer.clear()
    async with running(lab=lab) as pilot:
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, CodeScreen))
        await pilot.press("f4")
        nothing = said(pilot)
        lab.may_answer.set()
        await until(pilot, lambda: editor(pilot).text)
        lab.may_answer.clear()
        await pilot.press("f5")
        await until(pilot, lambda: pilot.app.screen.is_working)
        await pilot.press("f5")
        busy = said(pilot)
        await pilot.press("f4")
        lab.may_answer.set()
        await until(pilot, lambda: not pilot.app.screen.is_working)

    assert "Nothing runs." in nothing
    assert "Something runs already" in busy
    assert lab.canceled == ["code"]


async def test_leaving_saves_what_was_written():
    lab = CodeLab()
    async with running(lab=lab) as pilot:
        await open_code(pilot)
        await pilot.press("z", "escape")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, CodeScreen))

    assert lab.asked_for("code_save") == [{"name": "means", "text": f"z{CODE}", "known": CODE}]


async def test_files_and_past_runs_are_opened_and_results_kept():
    lab = CodeLab()
    async with running(lab=lab) as pilot:
        await open_code(pilot)
        await write(pilot, "ctrl+o", "older.py")
        await until(pilot, lambda: editor(pilot).text == "x = 1")
        await write(pilot, "ctrl+s", "newer")
        await until(pilot, lambda: "Saved as newer" in said(pilot))
        await write(pilot, "f9", "means")
        await until(pilot, lambda: "means: 2 rows." in said(pilot))
        await write(pilot, "f8", "3")
        await until(pilot, lambda: editor(pilot).text == "y = 2")
        title = editor(pilot).border_title
        await write(pilot, "f2", "nothing")
        await until(pilot, lambda: "no dataset nothing" in said(pilot))

    assert lab.asked_for("code_save") == [{"name": "newer", "text": "x = 1", "known": ""}]
    assert lab.asked_for("code_keep") == [{"name": "means"}]
    assert {"number": 3} in lab.asked_for("code_past")
    assert title == "run-3.py"


async def test_a_file_that_was_written_elsewhere_meanwhile_is_offered_and_opened():
    lab = CodeLab()
    async with running(lab=lab) as pilot:
        await open_code(pilot)
        await pilot.press("ctrl+o")
        line = pilot.app.screen.query_one("#lab-line")
        await until(pilot, lambda: "outside, means" in line.placeholder)
        await pilot.press(*"outside", "enter")
        await until(pilot, lambda: "outside is open" in said(pilot))
        opened = editor(pilot).text
        lab.answers["code_open"] = {"name": "fresh", "text": "", "is_new": True}
        await write(pilot, "ctrl+o", "fresh")
        await until(pilot, lambda: "fresh is a new file" in said(pilot))

    assert opened == "x = 1"
    assert lab.asked_for("code_open") == [{"name": "outside"}, {"name": "fresh"}]


async def test_a_text_that_could_not_be_saved_keeps_its_file():
    lab = CodeLab()
    lab.troubles["code_save"] = "older holds another text, which is kept."
    async with running(lab=lab) as pilot:
        await open_code(pilot)
        await write(pilot, "ctrl+s", "older")
        await until(pilot, lambda: "another text" in said(pilot))
        title = editor(pilot).border_title

    assert title == "means.py"


async def test_pasted_text_can_do_nothing_to_the_terminal():
    async with running(lab=CodeLab()) as pilot:
        await open_code(pilot)
        editor(pilot).post_message(Paste("a = 1\x1b[2J\x07\r\n\tb = '\u202e'\n"))
        await until(pilot, lambda: "b = " in editor(pilot).text)
        text = editor(pilot).text

    assert text.startswith("a = 1[2J\n    b = ''\n")


async def test_a_text_of_a_length_that_keys_would_wait_for_is_not_coloured():
    async with running(lab=CodeLab()) as pilot:
        await open_code(pilot)
        editor(pilot).open("x = 1\n" * (MOST_COLOURED // 6))
        short = len(editor(pilot)._highlights)
        editor(pilot).open("x = 1\n" * (MOST_COLOURED // 6 + 1))
        long = len(editor(pilot)._highlights)

    assert (short, long) == (MOST_COLOURED // 6, 0)


async def test_where_no_code_can_be_held_in_it_is_said():
    lab = CodeLab()
    lab.answers["code_desk"] = {**DESK, "holds": False, "wall": "Your code was not run: no bwrap."}
    async with running(lab=lab) as pilot:
        await open_code(pilot)
        await until(pilot, lambda: "not run: no bwrap" in said(pilot))


async def test_the_newest_run_takes_the_place_of_the_readings_and_a_key_turns_the_page():
    async with running(lab=CodeLab(WRONG)) as pilot:
        main = pilot.app.screen
        readings, run = main.query_one("#analytics"), main.query_one("#newest-run")
        await pilot.press("c")
        await until(pilot, lambda: main.focused is run)
        before = run.plain
        await pilot.press("6", "c")
        await until(pilot, lambda: main.focused is readings)
        await open_code(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: "NameError" in run.plain)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.screen is main and main.focused is run)
        await until(pilot, lambda: run.region.height > 2 and not readings.display)
        shown, title, aside = run.plain, str(run.border_title), str(run.border_subtitle)
        await pilot.press("shift+tab", "c")
        await until(pilot, lambda: main.focused is readings and not run.display)
        hint = str(readings.border_subtitle)

    assert "No code has been run." in before
    assert shown.splitlines() == ["line 6: NameError: name 'cloze' is not defined", "so far"]
    assert (title, aside) == ("6 Analytics code means", "run 7, 14:30:05 ET, 0.26 s")
    assert hint == "c: run 7"


async def test_the_newest_run_of_an_earlier_console_is_found_at_its_key():
    lab = CodeLab()
    lab.answers["code_newest"] = WRONG
    async with running(lab=lab) as pilot:
        run = pilot.app.screen.query_one("#newest-run")
        await pilot.press("c")
        await until(pilot, lambda: "so far" in run.plain)
        aside = str(run.border_subtitle)
        await pilot.press("c", "c")
        await until(pilot, lambda: pilot.app.screen.focused is run)

    assert aside == "run 7, 2026-03-02 14:30:05 ET, 0.26 s"
    assert lab.asked_for("code_newest") == [{}]


class LongLab(CodeLab):
    """Tells a run of many lines a few at a time, as the lab does."""

    def _code_lines(self, first):
        return {"lines": [[[f"line {first + place}", "words"]] for place in range(200)]}


async def test_a_long_run_comes_in_pieces_and_is_read_only_where_it_is_seen():
    lab = LongLab({**DONE, "lines": [], "count": 5_000})
    async with running(lab=lab) as pilot:
        await open_code(pilot)
        await pilot.press("f5")
        output = pilot.app.screen.query_one("#code-output")
        await until(pilot, lambda: "run 7" in str(output.border_subtitle))
        seen = Seen(output._lines._told)
        output.show(seen, "the same")
        await until(pilot, lambda: 0 in seen.places)
        await pilot.pause()

    assert [asked["first"] for asked in lab.asked_for("code_lines")] == list(range(0, 5_000, 200))
    assert len(seen) == 5_000
    assert len(seen.places) <= USUAL[1]


class Seen(list):
    """Remembers which of its places were looked at."""

    def __init__(self, told):
        super().__init__(told)
        self.places = set()

    def __getitem__(self, place):
        self.places.add(place)
        return super().__getitem__(place)


async def test_a_small_screen_shows_the_newest_run_at_its_key():
    async with running(size=SMALL, lab=CodeLab()) as pilot:
        main = pilot.app.screen
        run = main.query_one("#newest-run")
        await open_code(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: "SPY" in run.plain)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.screen is main)
        hidden = run.display
        await pilot.press("c")
        await until(pilot, lambda: main.focused is run and run.region.height > 2)
        await pilot.press("tab")
        await until(pilot, lambda: main.focused is not run)
        after = {node.id for node in main.focused.ancestors_with_self}

    assert not hidden
    assert "ticket" in after


@pytest.mark.parametrize("size", [SMALL, USUAL], ids=["80x24", "120x40"])
def test_the_code_screen(snap_compare, size):
    app = console_of(FakeDesk(), Time(), lab=CodeLab(WRONG if size == SMALL else DONE))

    async def draw(pilot):
        await until(pilot, lambda: app.session is not None and app.session.link.is_attached)
        await open_code(pilot)
        editor(pilot).cursor_blink = False
        await pilot.press("f5")
        await until(
            pilot, lambda: "run 7" in str(app.screen.query_one("#code-output").border_subtitle)
        )
        app.session.draw_frame()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=draw)


def test_the_newest_run_on_the_main_screen(snap_compare):
    app = console_of(FakeDesk(), Time(), lab=CodeLab())

    async def draw(pilot):
        await until(pilot, lambda: app.session is not None and app.session.link.is_attached)
        main = app.screen
        await until(pilot, lambda: "last" in main.query_one("#chart").plain)
        main.query_one("OrderLine").cursor_blink = False
        await open_code(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: "SPY" in main.query_one("#newest-run").plain)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: app.screen is main)
        await pilot.press("6")
        await until(pilot, lambda: main.focused is main.query_one("#newest-run"))
        app.session.draw_frame()
        await pilot.pause()

    assert snap_compare(app, terminal_size=USUAL, run_before=draw)
