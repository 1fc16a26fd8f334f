from dataclasses import replace
from datetime import timedelta

import pytest

from console.domain.connections import Channel, Link
from tests.widgets import sample
from tests.widgets.stage import Stage, text_of
from widgets.status_bar import StatusBar

CONFIRMED = replace(sample.HALTED, halt=replace(sample.HALT, is_confirmed=True))


async def shown(state, *, profile="demo", width=80, theme="night", now=sample.NOW):
    bar = StatusBar(profile)
    async with Stage(bar, theme=theme).run_test(size=(width, 5)) as pilot:
        bar.show(state, now)
        await pilot.pause()
        return text_of(pilot.app), bar


async def test_everything_has_its_place_on_eighty_columns():
    text, _ = await shown(sample.STATE)

    for part in (
        "DEMO", "● ACTIVE", "100,432.18", "▲ +432.18", "361,440.10", "data ● <1s",
        "orders ●  3s", "● 38 ms", "regular closes in 2:13:05", "13:46:55 NY",
    ):  # fmt: skip
        assert part in text


@pytest.mark.parametrize("profile", ["demo", "paper", "live"])
@pytest.mark.parametrize("width", [30, 40, 60, 80, 120, 200])
async def test_profile_and_mode_are_never_dropped(profile, width):
    text, _ = await shown(sample.HALTED, profile=profile, width=width)

    assert profile.upper() in text
    assert "HALTED" in text


async def test_a_halt_is_not_confirmed_until_it_is():
    before, _ = await shown(sample.HALTED)
    after, _ = await shown(CONFIRMED)

    assert "HALTED NOT CONFIRMED" in before
    assert "HALTED confirmed" in after
    assert "NOT CONFIRMED" not in after


@pytest.mark.parametrize("theme", ["night", "day", "contrast"])
async def test_a_live_account_recolours_the_whole_bar_in_every_theme(theme):
    bar = StatusBar("live")
    async with Stage(bar, theme=theme).run_test(size=(80, 5)) as pilot:
        bar.show(sample.STATE, sample.NOW)
        await pilot.pause()
        live = pilot.app.theme_variables["live"]
        styles = [segment.style for y in (0, 1) for segment in bar.render_line(y)]

    assert all(live in (style.color.name, style.bgcolor.name) for style in styles)


async def test_what_is_not_known_is_a_dash():
    bare = replace(sample.STATE, account=None, clock=None, connections={})

    text, _ = await shown(bare)

    assert "equity —" in text
    assert "data —" in text
    assert "session —" in text


async def test_a_stream_that_is_down_says_so_in_words():
    down = replace(sample.STATE.connections[Channel.TRADING], link=Link.DOWN)
    state = replace(sample.STATE, connections={**sample.STATE.connections, Channel.TRADING: down})

    text, _ = await shown(state, now=sample.NOW + timedelta(seconds=40))

    assert "orders ✗ down 43s" in text


async def test_without_a_desk_the_bar_says_so():
    bar = StatusBar("demo")
    async with Stage(bar).run_test(size=(80, 5)) as pilot:
        bar.show(sample.STATE, sample.NOW)
        bar.tell_attached(is_attached=False)
        await pilot.pause()

        assert "NO DESK" in text_of(pilot.app)
