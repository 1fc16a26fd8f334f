"""A console behind the cord: it shows the pull that the cord made, and makes what it did not."""

import pytest

from console.app import HALT_REASON
from console.screens.halt import HaltScreen
from tests.screens.consoles import Alone, console_of, running, until
from tests.screens.fakes import FakeDesk


class FakeCord:
    """Has seen so many keys, and latched or not."""

    def __init__(self, seen, *, is_latched=True):
        self.seen = seen
        self.latched = is_latched
        self.shown = 0

    def takes_the_key(self):
        self.seen -= 1
        return self.seen >= 0

    def is_latched(self):
        return self.latched

    def tell_shown(self):
        self.shown += 1


@pytest.mark.parametrize("key", ["ctrl+g", "f12"])
async def test_a_key_that_the_cord_has_seen_is_shown_and_not_pulled_again(key):
    desk, alone, cord = FakeDesk(), Alone(), FakeCord(seen=1)
    async with running(desk, alone=alone, cord=cord) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: cord.shown)

        assert isinstance(pilot.app.screen, HaltScreen)
        assert (desk.asked_for("halt"), alone.reasons) == ([], [])


async def test_a_key_that_the_cord_has_not_seen_is_pulled_here():
    desk, cord = FakeDesk(), FakeCord(seen=0)
    async with running(desk, cord=cord) as pilot:
        await pilot.press("ctrl+g")
        await until(pilot, lambda: desk.asked_for("halt"))

        assert desk.asked_for("halt") == [HALT_REASON]


async def test_a_cord_that_has_promised_a_latch_and_made_none_is_not_trusted():
    desk, cord = FakeDesk(), FakeCord(seen=1, is_latched=False)
    async with running(desk, cord=cord) as pilot:
        await pilot.press("ctrl+g")
        await until(pilot, lambda: desk.asked_for("halt"))

        assert desk.asked_for("halt") == [HALT_REASON]


@pytest.mark.parametrize(("is_latched", "pulls"), [(True, []), (False, [HALT_REASON])])
async def test_before_the_session_stands_it_is_the_same(is_latched, pulls):
    alone, cord = Alone(), FakeCord(seen=1, is_latched=is_latched)
    app = console_of(FakeDesk(), alone=alone, cord=cord)
    async with app.run_test() as pilot:
        app.session = None
        app.action_halt()
        await until(pilot, lambda: cord.shown)

        assert alone.reasons == pulls


async def test_a_key_before_the_session_stands_shows_the_halt_once_it_does():
    app = console_of(FakeDesk(), cord=FakeCord(seen=1))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.session is not None)
        app.session = None
        app.action_halt()

        await app._open()

        assert isinstance(app.screen, HaltScreen)
