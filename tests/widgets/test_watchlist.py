from dataclasses import replace
from datetime import timedelta

from console.domain.connections import Channel, Link
from console.domain.market import Phase
from tests.widgets import sample
from tests.widgets.stage import Stage, text_of
from widgets.freshness import DEAD, Freshness, freshness, live_mid
from widgets.watchlist import Watchlist

LATER = timedelta(seconds=5)


def cells(pane, symbol):
    return [cell.text for cell in pane.row(symbol)]


async def test_prices_quotes_and_changes_stand_in_the_row():
    pane = Watchlist()
    async with Stage(pane).run_test(size=(120, 40)):
        pane.show(sample.STATE, sample.NOW)

        assert cells(pane, "AAPL")[1:] == [
            "  190.12", "+1.23%", "+2.31", "300", "190.11", "190.13", "500", "0.02", "41.23M",
            "<1s",
        ]  # fmt: skip


async def test_a_tick_up_and_a_tick_down_point_their_ways():
    pane = Watchlist()
    async with Stage(pane).run_test(size=(120, 40)):
        pane.show(sample.STATE, sample.NOW)
        pane.show(sample.moved(), sample.NOW)

        assert cells(pane, "AAPL")[1].startswith("▲")
        assert cells(pane, "TSLA")[1].startswith("▼")
        assert cells(pane, "SPY")[1].startswith(" ")


async def test_a_price_grows_stale_by_time_alone():
    pane = Watchlist()
    async with Stage(pane).run_test(size=(120, 40)):
        pane.show(sample.moved(), sample.NOW)
        pane.show(sample.moved(), sample.NOW + LATER)

        assert cells(pane, "AAPL")[-1] == "stale 5s"
        assert cells(pane, "AAPL")[1].startswith("◌")
        assert {cell.meaning for cell in pane.row("AAPL")[:-1]} == {"stale"}


async def test_nothing_looks_alive_while_the_stream_is_down():
    stream = replace(sample.STATE.connections[Channel.MARKET_DATA], link=Link.DOWN)
    connections = {**sample.STATE.connections, Channel.MARKET_DATA: stream}
    pane = Watchlist()
    async with Stage(pane).run_test(size=(120, 40)):
        pane.show(replace(sample.STATE, connections=connections), sample.NOW)

        assert all(cells(pane, symbol)[-1].startswith("stale") for symbol in sample.MARKET)


def test_an_old_quote_of_a_closed_market_is_asleep_not_stale():
    clock = replace(sample.STATE.clock, is_open=False, phase=Phase.CLOSED)
    state = replace(sample.STATE, clock=clock)
    quote = state.quotes["AAPL"]

    assert freshness(quote, state, sample.NOW + LATER) is Freshness.ASLEEP
    assert freshness(quote, sample.STATE, sample.NOW + LATER) is Freshness.STALE
    assert freshness(None, state, sample.NOW) is Freshness.NONE
    crossed = replace(quote, bid=quote.ask + 0.01, received_at=sample.NOW)
    assert freshness(crossed, sample.STATE, sample.NOW) is Freshness.STALE


async def test_a_symbol_that_the_stream_keeps_back_says_so_and_looks_dead():
    pane = Watchlist()
    stream = replace(sample.STATE.connections[Channel.MARKET_DATA], mute_symbols=("AAPL",))
    connections = {**sample.STATE.connections, Channel.MARKET_DATA: stream}
    state = replace(sample.STATE, connections=connections)
    async with Stage(pane).run_test(size=(120, 40)):
        pane.show(state, sample.NOW)

        assert cells(pane, "AAPL")[-1].startswith("mute")
        assert cells(pane, "AAPL")[1].startswith(DEAD)
        assert not any(cells(pane, s)[-1].startswith("mute") for s in sample.MARKET if s != "AAPL")
    assert live_mid("AAPL", state, sample.NOW) is None


async def test_a_symbol_nobody_knows_shows_dashes_and_no_zero():
    pane = Watchlist()
    async with Stage(pane).run_test(size=(120, 40)):
        pane.show(sample.STATE, sample.NOW)

        assert set(cells(pane, "ZVZZT")[1:]) == {"—", "no quote"}


async def test_an_empty_watchlist_says_what_to_do():
    pane = Watchlist()
    async with Stage(pane).run_test(size=(80, 24)) as pilot:
        pane.show(replace(sample.STATE, watchlist=()), sample.NOW)
        await pilot.pause()

        assert "No symbols yet: press w to add one" in text_of(pilot.app)
