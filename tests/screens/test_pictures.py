"""Pictures of the screens, on a clock that stands still."""

import pytest

from tests.screens import pictures
from tests.screens.consoles import SMALL, USUAL, Time, console_of, until
from tests.screens.fakes import FakeDesk

SIZES = pytest.mark.parametrize("size", [SMALL, USUAL], ids=["80x24", "120x40"])


def picture(snap_compare, size, press=(), desk=None, ready=lambda app: True):
    """Compare the screen after some keys, once the desk is there and `ready` holds."""
    app = console_of(desk or FakeDesk(), Time())

    async def draw(pilot):
        await until(pilot, lambda: app.session is not None and app.session.link.is_attached)
        main = app.screen
        await until(pilot, lambda: "last" in main.query_one("#chart").plain)
        main.query_one("OrderLine").cursor_blink = False
        await pilot.press(*press)
        await until(pilot, lambda: ready(app))
        app.session.draw_frame()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=draw)


@SIZES
def test_the_main_screen(snap_compare, size):
    picture(snap_compare, size)


@SIZES
def test_a_ticket_being_written(snap_compare, size):
    picture(
        snap_compare,
        size,
        ("b", "1", "0"),
        ready=lambda app: "Every check passes" in app.screen.query_one("#ticket").plain,
    )


@SIZES
def test_a_wrong_line(snap_compare, size):
    picture(snap_compare, size, ("slash", *"buy", "space", "minus", "5", "space", *"AAPL"))


@SIZES
def test_a_halt_on_its_way(snap_compare, size):
    picture(
        snap_compare,
        size,
        ("ctrl+g",),
        ready=lambda app: "ACCEPTED" in str(app.screen.query_one("#answer").render()),
    )


@SIZES
def test_a_confirmed_halt(snap_compare, size):
    desk = FakeDesk()
    desk.halt_shows(pictures.halt(is_confirmed=True))
    picture(snap_compare, size, ("h",), desk=desk)


@SIZES
def test_the_question_before_positions_are_closed(snap_compare, size):
    desk = FakeDesk()
    desk.halt_shows(pictures.halt(is_confirmed=True))
    picture(snap_compare, size, ("h", "o"), desk=desk)


@SIZES
def test_help(snap_compare, size):
    picture(snap_compare, size, ("question_mark",))


@SIZES
def test_every_study_among_the_bars(snap_compare, size):
    picture(snap_compare, size, ("M", "E", "N", "P"))


@SIZES
def test_a_lost_desk(snap_compare, size):
    desk = FakeDesk()

    def lost(app):
        if desk.is_attached:
            desk.lose()
        return app.screen.has_class("-lost")

    picture(snap_compare, size, desk=desk, ready=lost)
