"""The synthetic market keeps the rules of a tape, whoever asks and however often."""

from collections import defaultdict
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.market import Timeframe
from console.studies.regime import FUNDS, Regime, regimes
from console.venue.markets.bars import bar_start
from console.venue.markets.daytime import MINUTE, NEW_YORK, SECOND
from console.venue.markets.market import QuoteTick, TradeTick
from console.venue.markets.synthetic import LONGEST_TOLD, SyntheticMarket
from console.venue.markets.universe import UNIVERSE

HOUR, DAY = 60 * MINUTE, 1_440 * MINUTE
FEW = tuple(s for s in UNIVERSE if s.listing.symbol in {"F", "SPY", "TSLA"})
SYMBOLS = [stock.listing.symbol for stock in FEW]


def instant(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp()) * SECOND


OPENING = instant("2026-09-16T09:31:20")
NIGHT = instant("2026-09-17T02:10:05")
SATURDAY = instant("2026-09-19T15:00:40")
CLOCKS_CHANGE = instant("2026-11-01T12:00:00")
HOURS = [OPENING, NIGHT, SATURDAY, CLOCKS_CHANGE]


def market(now=OPENING, seed=7, stocks=FEW):
    return SyntheticMarket(seed=seed, now=now, stocks=stocks)


@lru_cache
def told(now, length=5 * MINUTE, seed=7):
    """What a market tells from `now` on, asked once a second."""
    source = market(now, seed)
    ticks = []
    for at in range(now, now + length + 1, SECOND):
        ticks.extend(source.advance(at))
    return ticks


def is_on_cent_grid(price):
    return price == round(price, 2)


@pytest.mark.parametrize("now", HOURS)
def test_ticks_come_in_time_order_and_never_early(now):
    source = market(now)

    for at in range(now, now + 3 * MINUTE, 7 * SECOND):
        before = at - 7 * SECOND
        ticks = source.advance(at)
        assert [t.at for t in ticks] == sorted(t.at for t in ticks)
        assert all(t.at <= at for t in ticks)
        assert at == now or all(t.at > before for t in ticks)


@pytest.mark.parametrize("now", HOURS)
def test_bid_is_below_ask_on_the_cent_grid_with_shares_on_both_sides(now):
    quotes = [t for t in told(now) if isinstance(t, QuoteTick)]

    assert all(0 < q.bid < q.ask for q in quotes)
    assert all(is_on_cent_grid(q.bid) and is_on_cent_grid(q.ask) for q in quotes)
    assert all(q.bid_size > 0 and q.ask_size > 0 for q in quotes)


@pytest.mark.parametrize("now", HOURS)
def test_trades_print_within_the_quote_that_stands(now):
    standing = {}

    for tick in told(now):
        if isinstance(tick, QuoteTick):
            standing[tick.symbol] = tick
        elif quote := standing.get(tick.symbol):
            assert quote.bid <= tick.price <= quote.ask
            assert is_on_cent_grid(tick.price)
            assert tick.size > 0


@pytest.mark.parametrize("now", HOURS)
def test_every_symbol_quotes_at_least_every_two_seconds_at_any_hour(now):
    quoted_at = defaultdict(list)
    for tick in told(now):
        if isinstance(tick, QuoteTick):
            quoted_at[tick.symbol].append(tick.at)

    for symbol in SYMBOLS:
        assert max(b - a for a, b in pairwise(quoted_at[symbol])) < 2 * SECOND


@pytest.mark.parametrize("now", HOURS)
def test_the_first_call_tells_what_stands_for_every_symbol(now):
    first = market(now).advance(now)

    for kind in (QuoteTick, TradeTick):
        assert sorted(t.symbol for t in first if isinstance(t, kind)) == SYMBOLS


def test_before_the_first_print_of_a_minute_stands_the_close_of_the_last_one():
    now = bar_start(NIGHT, Timeframe.MIN_1)
    source = market(now)

    prints = {t.symbol: t.price for t in source.advance(now) if isinstance(t, TradeTick)}

    closes = {s: source.bars(s, Timeframe.MIN_1, now - MINUTE, now - 1)[0].close for s in SYMBOLS}
    assert prints == closes


def test_trade_ids_are_unique_within_a_symbol():
    ids = [(t.symbol, t.trade_id) for t in told(OPENING) if isinstance(t, TradeTick)]

    assert len(ids) == len(set(ids))


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 40 * SECOND), min_size=1, max_size=20), st.integers(0, 2**40))
def test_the_steps_in_which_it_is_asked_do_not_matter(steps, seed):
    end = OPENING + sum(steps)
    at_once, in_steps = market(seed=seed), market(seed=seed)

    told_in_steps, at = [], OPENING
    for step in steps:
        at += step
        told_in_steps.extend(in_steps.advance(at))

    assert told_in_steps == list(at_once.advance(end))


def test_seconds_and_fiftieths_of_a_second_tell_the_same():
    in_seconds, in_fiftieths = market(), market()
    span = 65 * SECOND

    coarse = [t for at in range(0, span + 1, SECOND) for t in in_seconds.advance(OPENING + at)]
    fine = [
        t for at in range(0, span + 1, SECOND // 20) for t in in_fiftieths.advance(OPENING + at)
    ]

    assert coarse == fine


def test_another_seed_is_another_market():
    assert told(OPENING) != told(OPENING, seed=8)


def test_a_newcomer_changes_nothing_of_the_others():
    before = tuple(stock for stock in UNIVERSE if not stock.is_newcomer)
    alone, joined = market(stocks=before), market(stocks=UNIVERSE)
    end, new = OPENING + 70 * SECOND, UNIVERSE[-1].listing.symbol

    ticks = [tick for tick in joined.advance(end) if tick.symbol != new]

    assert (new, len(before)) == ("IWM", len(UNIVERSE) - 1)
    assert ticks == alone.advance(end)
    for timeframe in (Timeframe.HOUR_1, Timeframe.DAY_1):
        assert joined.bars("SPY", timeframe, 0, end) == alone.bars("SPY", timeframe, 0, end)


def test_a_newcomer_stands_last():
    with pytest.raises(ValueError, match="stand last"):
        market(stocks=UNIVERSE[::-1])


def test_the_three_funds_have_days_enough_for_a_regime():
    source = market(stocks=UNIVERSE)
    days = {fund: source.bars(fund, Timeframe.DAY_1, 0, OPENING) for fund in FUNDS}
    at = np.array([bar.at / SECOND for bar in days["SPY"]])

    found = regimes(at, {f: np.array([bar.close for bar in bars]) for f, bars in days.items()})

    assert found[-1] is not Regime.UNKNOWN


def test_a_restart_on_the_same_seed_finds_the_same_market():
    first, later = market(), market(OPENING + 2 * MINUTE)
    first.advance(OPENING + 2 * MINUTE)
    later.advance(OPENING + 2 * MINUTE)

    end = OPENING + 4 * MINUTE
    assert first.advance(end) == later.advance(end)


def test_a_clock_that_steps_back_is_told_nothing_twice():
    source = market()
    source.advance(OPENING + 10 * SECOND)

    assert source.advance(OPENING + 5 * SECOND) == []
    assert all(t.at > OPENING + 10 * SECOND for t in source.advance(OPENING + 20 * SECOND))


def test_a_long_sleep_is_told_in_bars():
    source = market(NIGHT)
    source.advance(NIGHT)
    woken_at = NIGHT + LONGEST_TOLD + HOUR

    ticks = source.advance(woken_at)

    assert {t.symbol for t in ticks if t.at > woken_at - MINUTE} == set(SYMBOLS)
    starts = [bar.at for bar in source.bars("SPY", Timeframe.MIN_1, NIGHT - HOUR, woken_at)]
    assert starts == list(range(starts[0], woken_at, MINUTE))


class TestMove:
    """`move` is the one hand that reaches into the market."""

    def test_quotes_around_the_price_and_prints_at_it(self):
        source = market()
        source.advance(OPENING)

        *_, quote, trade = source.move("TSLA", 250.0, OPENING + SECOND)

        assert isinstance(quote, QuoteTick)
        assert isinstance(trade, TradeTick)
        assert quote.bid < trade.price == 250.0 < quote.ask
        assert quote.at == trade.at == OPENING + SECOND

    @given(st.sampled_from(SYMBOLS), st.integers(2, 9) | st.integers(2, 500_000))
    @settings(max_examples=30, deadline=None)
    def test_the_market_goes_on_from_there_by_the_same_rules(self, symbol, cents):
        source = market()
        source.advance(OPENING)

        source.move(symbol, cents / 100, OPENING + SECOND)
        ticks = [t for t in source.advance(OPENING + 2 * MINUTE) if t.symbol == symbol]

        quotes = [t for t in ticks if isinstance(t, QuoteTick)]
        assert all(0 < q.bid < q.ask and is_on_cent_grid(q.ask) for q in quotes)
        assert all(abs(q.bid + q.ask - cents / 50) < 0.3 + cents / 50 * 0.05 for q in quotes)

    def test_it_is_never_told_before_what_was_told_already(self):
        source = market()
        source.advance(OPENING + 10 * SECOND)
        source.advance(OPENING)

        *_, trade = source.move("F", 20.0, OPENING)

        assert trade.at == OPENING + 10 * SECOND

    def test_other_symbols_do_not_notice(self):
        touched, alone = market(), market()
        before = [*touched.move("F", 99.0, OPENING + SECOND), *touched.advance(OPENING + MINUTE)]

        others = [t for t in before if t.symbol != "F"]
        undisturbed = [t for t in alone.advance(OPENING + MINUTE) if t.symbol != "F"]

        assert sorted(others, key=repr) == sorted(undisturbed, key=repr)

    def test_what_was_not_told_yet_comes_first(self):
        source = market()

        ticks = source.move("F", 20.0, OPENING + 10 * SECOND)

        assert [t.at for t in ticks] == sorted(t.at for t in ticks)
        assert {t.symbol for t in ticks} == set(SYMBOLS)

    @pytest.mark.parametrize("price", [0.0, -5.0, 0.01, float("nan"), float("inf")])
    def test_what_is_no_price_is_refused(self, price):
        with pytest.raises(ValueError, match=r"a price is from 0\.02"):
            market().move("F", price, OPENING)

    def test_an_unlisted_symbol_is_a_key_error(self):
        with pytest.raises(KeyError):
            market().move("ZZZZ", 10.0, OPENING)


class TestBars:
    """History runs into the live ticks without a seam."""

    @pytest.mark.parametrize("now", HOURS)
    def test_five_trading_days_of_minutes_and_two_years_of_days(self, now):
        source = market(now)

        minutes = source.bars("SPY", Timeframe.MIN_1, 0, now)
        days = source.bars("SPY", Timeframe.DAY_1, 0, now)

        assert len({bar_start(bar.at, Timeframe.DAY_1) for bar in minutes}) > 5
        assert len(days) >= 520
        assert [bar.at for bar in days] == sorted({bar.at for bar in days})
        assert minutes[-1].at >= now - 2 * MINUTE

    @pytest.mark.parametrize("now", HOURS)
    def test_no_minute_is_missing_since_midnight(self, now):
        source = market(now)
        source.advance(now + 3 * MINUTE)

        bars = source.bars("SPY", Timeframe.MIN_1, bar_start(now, Timeframe.DAY_1), now + DAY)

        starts = [bar.at for bar in bars]
        assert starts == list(range(starts[0], starts[-1] + 1, MINUTE))
        assert starts[0] == bar_start(now, Timeframe.DAY_1)

    @pytest.mark.parametrize("symbol", SYMBOLS)
    @pytest.mark.parametrize("now", HOURS)
    def test_the_live_path_begins_where_history_ends(self, now, symbol):
        source = market(now)
        source.advance(now + 20 * MINUTE - 1)

        bars = source.bars(symbol, Timeframe.MIN_1, now - 30 * MINUTE, now + DAY)

        gaps = [abs(b.open / a.close - 1) for a, b in pairwise(bars)]
        ranges = [bar.high / bar.low - 1 for bar in bars]
        joint = next(i for i, bar in enumerate(bars) if bar.at + MINUTE > now)
        assert gaps[joint - 1] <= max(*ranges, 0.02 / bars[joint].close)

    def test_live_minutes_are_made_of_the_prints_told(self):
        source = market(bar_start(OPENING, Timeframe.MIN_1))
        start = bar_start(OPENING, Timeframe.MIN_1)
        prints = [
            t
            for t in source.advance(start + 3 * MINUTE - 1)
            if isinstance(t, TradeTick) and t.symbol == "SPY" and t.at >= start
        ]

        bars = source.bars("SPY", Timeframe.MIN_1, start, start + DAY)

        for bar in bars:
            inside = [t for t in prints if bar.at <= t.at < bar.at + MINUTE]
            assert (bar.open, bar.close) == (inside[0].price, inside[-1].price)
            assert bar.volume == sum(t.size for t in inside)
        assert sum(bar.trade_count for bar in bars) == len(prints)

    @pytest.mark.parametrize("timeframe", Timeframe)
    def test_no_bar_is_later_than_the_last_tick(self, timeframe):
        source = market()
        last = source.advance(OPENING + 90 * SECOND)[-1].at

        bars = source.bars("SPY", timeframe, 0, OPENING + DAY)

        assert bars[-1].at <= last

    @pytest.mark.parametrize("timeframe", Timeframe)
    def test_later_ticks_change_no_bar_but_the_last(self, timeframe):
        source = market()
        source.advance(OPENING + 30 * SECOND)
        before = source.bars("TSLA", timeframe, 0, OPENING + DAY)

        source.move("TSLA", 300.0, OPENING + 40 * SECOND)
        source.advance(OPENING + 10 * MINUTE)

        after = source.bars("TSLA", timeframe, 0, OPENING + DAY)
        assert after[: len(before) - 1] == before[:-1]

    @pytest.mark.parametrize("timeframe", [t for t in Timeframe if t is not Timeframe.MIN_1])
    def test_longer_bars_agree_with_their_minutes(self, timeframe):
        source = market()
        source.advance(OPENING + 3 * MINUTE)
        minutes = source.bars("SPY", Timeframe.MIN_1, 0, OPENING + DAY)

        bars = source.bars("SPY", timeframe, minutes[0].at, OPENING + DAY)

        parts = defaultdict(list)
        for minute in minutes:
            parts[bar_start(minute.at, timeframe)].append(minute)
        assert [bar.at for bar in bars] == list(parts)
        for bar in bars:
            inside = parts[bar.at]
            assert (bar.open, bar.close) == (inside[0].open, inside[-1].close)
            assert bar.high == max(part.high for part in inside)
            assert bar.low == min(part.low for part in inside)
            assert bar.volume == sum(part.volume for part in inside)
            assert bar.trade_count == sum(part.trade_count for part in inside)

    @pytest.mark.parametrize("timeframe", Timeframe)
    def test_a_stretch_of_bars_is_cut_from_the_whole(self, timeframe):
        source = market()
        source.advance(OPENING + MINUTE)
        start, end = OPENING - 30 * HOUR - 17, OPENING - 3 * MINUTE

        found = source.bars("F", timeframe, start, end)

        whole = source.bars("F", timeframe, 0, OPENING + DAY)
        assert found == [bar for bar in whole if start <= bar.at <= end]

    @pytest.mark.parametrize("timeframe", Timeframe)
    def test_prices_of_history_are_whole_cents_within_high_and_low(self, timeframe):
        for bar in market().bars("F", timeframe, 0, OPENING):
            assert all(is_on_cent_grid(p) for p in (bar.open, bar.high, bar.low, bar.close))
            assert bar.low <= min(bar.open, bar.close)
            assert bar.high >= max(bar.open, bar.close)
            assert bar.low <= bar.vwap <= bar.high
            assert bar.volume > 0
            assert bar.trade_count > 0

    @pytest.mark.parametrize("symbol", SYMBOLS)
    def test_minutes_of_history_open_a_bounce_from_where_the_last_one_closed(self, symbol):
        minutes = market().bars(symbol, Timeframe.MIN_1, OPENING - 8 * HOUR, OPENING - MINUTE)

        assert all(abs(b.open - a.close) < 0.03 for a, b in pairwise(minutes))
        assert len({a.close for a in minutes}) > 5

    def test_days_follow_on_from_each_other_over_the_week(self):
        days = market().bars("SPY", Timeframe.DAY_1, 0, OPENING)

        overnight = [abs(b.open / a.close - 1) for a, b in pairwise(days) if b.at - a.at < 2 * DAY]

        assert max(overnight) < 0.001

    def test_history_knows_no_weekend_but_the_present_one(self):
        now = SATURDAY
        days = market(now).bars("F", Timeframe.DAY_1, 0, now)

        weekdays = [datetime.fromtimestamp(bar.at // SECOND, tz=NEW_YORK).weekday() for bar in days]

        assert set(weekdays[:-1]) == {0, 1, 2, 3, 4}
        assert weekdays[-1] == 5

    def test_an_unlisted_symbol_is_a_key_error(self):
        with pytest.raises(KeyError):
            market().bars("ZZZZ", Timeframe.MIN_1, 0, OPENING)
