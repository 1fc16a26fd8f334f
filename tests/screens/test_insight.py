"""The insight screen over a fake desk: what is known, and what is missing to know more."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import reduce

from console.domain.events import FillBooked, HoldingUpdated, MarketMoved, OrderUpdated
from console.domain.ledger import Holding
from console.domain.market import Timeframe
from console.domain.orders import OrderStatus, Side
from console.domain.state import TradingState, apply
from console.screens.decision_mids import DecisionMids
from console.screens.insight_feed import InsightFeed
from console.screens.overlays import Choice, Overlays
from console.screens.own_book import own_book
from console.screens.regime_now import BARS, FUNDS, regime_of
from console.studies import regime as study
from console.studies.pivot_rules import PivotRules
from console.studies.portfolio import PortfolioRules
from console.studies.study_rules import StudyRules
from tests.screens import pictures
from tests.screens.consoles import SMALL, running, until
from tests.screens.fakes import FakeDesk
from tests.screens.test_pictures import SIZES, picture

STATE = reduce(apply, pictures.PICTURE, TradingState())
NOW = pictures.NOW
MINUTE = timedelta(minutes=1)


class ShortMemory(FakeDesk):
    """Knows few days, and of the minutes what it is told to."""

    def __init__(self, days=270):
        super().__init__()
        self.days = days
        self.minutes = list(pictures.bars("SPY", Timeframe.MIN_1, 3_000))
        self.fails = False

    async def bars(self, symbol, timeframe, limit):
        self.asked.append(("bars", (symbol, timeframe, limit)))
        if self.fails:
            raise OSError("the line is cut")
        if timeframe is Timeframe.DAY_1:
            return pictures.bars(symbol, timeframe, self.days + 1)
        return tuple(self.minutes[-limit:])

    def goes_on(self, minutes=1):
        last = self.minutes[-1]
        self.minutes += [replace(last, at=last.at + MINUTE * n) for n in range(1, minutes + 1)]
        self.pass_time(60 * minutes)


async def shown(pilot):
    await pilot.press("i")
    await until(pilot, lambda: pilot.app.screen.query("#insight-own"))
    market = pilot.app.screen.query_one("#insight-market")
    own = pilot.app.screen.query_one("#insight-own")
    await until(pilot, lambda: "together" in market.plain and "days" in market.plain)
    pilot.app.session.draw_frame()
    await until(pilot, lambda: "Session" in own.plain)
    return market, own


async def test_it_tells_frames_pivots_regime_and_our_own_book():
    async with running(FakeDesk()) as pilot:
        market, own = await shown(pilot)

        for told in ("Timeframes", "Pivots", "Regime", "1259 days of all three", "provisional"):
            await until(pilot, lambda told=told: told in market.plain)
        for told in ("Attention", "Portfolio", "Session", "! concentrated"):
            await until(pilot, lambda told=told: told in own.plain)
        await until(pilot, lambda: "unknown     60.2 %     4" in own.plain)


async def test_it_judges_by_the_traders_own_numbers_and_sectors():
    rules = StudyRules(
        pivots=PivotRules(window=7, min_swing=0.01),
        portfolio=PortfolioRules(concentration=Decimal("0.25"), sector=Decimal("0.3")),
        sectors={"AAPL": "technology", "NVDA": "technology"},
    )
    async with running(FakeDesk(), rules=lambda: rules) as pilot:
        market, own = await shown(pilot)
        await until(pilot, lambda: "window 7, distance 3, swing 1 %" in market.plain)
        await until(pilot, lambda: "unknown        26.9 %     2" in own.plain)
        lines = [line for line in own.plain.splitlines() if "concentrated" in line]

    assert [line.split()[0] for line in lines] == ["AAPL", "technology"]


async def test_a_mistake_in_a_file_is_said_on_the_screen():
    rules = StudyRules(trouble="Sectors are not known: sectors.csv, line 3: no symbol.")
    async with running(FakeDesk(), rules=lambda: rules) as pilot:
        _, own = await shown(pilot)
        for told in ("Sectors are not known", "Portfolio"):
            await until(pilot, lambda told=told: told in own.plain)


async def test_the_charts_pivots_are_those_of_the_traders_own_numbers():
    rules = StudyRules(pivots=PivotRules(window=5))
    overlays = Overlays()
    overlays.toggle(Choice.PIVOTS)
    bars = pictures.bars("SPY", Timeframe.MIN_1, 300)

    usual = overlays(Timeframe.MIN_1, bars).marks
    assert overlays.judge_pivots_by(rules.pivots)
    own = overlays(Timeframe.MIN_1, bars).marks

    assert not overlays.judge_pivots_by(rules.pivots)
    assert len(own) > len(usual)


async def test_what_is_missing_for_a_regime_is_counted():
    async with running(ShortMemory(days=270)) as pilot:
        market, _ = await shown(pilot)

        for told in (
            "unknown: needs 182 more days",
            "270 days of all three",
            "Too little is known",
        ):
            await until(pilot, lambda told=told: told in market.plain)


async def test_a_desk_that_cannot_answer_is_said_and_the_screen_can_be_left():
    desk = ShortMemory()
    async with running(desk) as pilot:
        desk.fails = True
        await pilot.press("i")
        market = None

        def is_said():
            nonlocal market
            market = next(iter(pilot.app.screen.query("#insight-market")), None)
            return market is not None and "the line is cut" in market.plain

        await until(pilot, is_said)
        await pilot.press("escape")
        await until(pilot, lambda: not pilot.app.screen.query("#insight-market"))


async def test_keys_scroll_the_half_that_has_them():
    async with running(FakeDesk(), SMALL) as pilot:
        market, own = await shown(pilot)
        await pilot.press("j", "j")
        await until(pilot, lambda: market.scroll_offset.y == 2)
        await pilot.press("tab", "G")
        await until(pilot, lambda: own.scroll_offset.y > 2)

        assert market.scroll_offset.y == 2


async def fed(desk):
    feed = InsightFeed(desk, lambda: desk.time)
    feed.turn_to("SPY")
    await feed.load_symbol()
    return feed


def told(feed):
    return [(row[0].price, row[0].is_peak, *row[1:]) for row in feed.pivots]


async def test_a_new_minute_is_added_to_what_stands():
    desk = ShortMemory()
    feed = await fed(desk)
    before, asked = feed.minutes, len(desk.asked)

    desk.goes_on(3)
    await feed.load_symbol()
    again = await fed(desk)

    assert (feed.minutes, feed.view) == (before + 3, again.view)
    assert told(feed) == told(again) != []
    assert desk.asked[asked][1][2] < 1_000


async def test_minutes_that_were_missed_are_fetched_whole():
    desk = ShortMemory()
    feed = await fed(desk)

    desk.goes_on(700)
    await feed.load_symbol()

    assert feed.minutes == (await fed(desk)).minutes


async def test_the_minute_that_grows_is_not_counted():
    desk = ShortMemory()
    feed = await fed(desk)
    desk.minutes[-1] = replace(desk.minutes[-1], close=1e6, high=1e6)

    again = await fed(desk)

    assert again.view == feed.view
    assert again.minutes == feed.minutes == len(desk.minutes) - 1


def test_the_regime_is_that_of_the_study():
    bars = {fund: pictures.bars(fund, Timeframe.DAY_1, 600) for fund in FUNDS}

    now = regime_of(bars)

    assert now.is_known
    assert now.name in {one.value for one in study.Regime}
    assert (now.days, now.missing) == (600, 0)
    assert study.FUNDS == FUNDS
    assert study.DEFAULT.trend + study.DEFAULT.history < BARS


def test_a_fund_without_bars_is_named_with_its_days():
    bars = {fund: pictures.bars(fund, Timeframe.DAY_1, 500) for fund in FUNDS}

    now = regime_of({**bars, "IWM": ()})

    assert (now.is_known, now.missing) == (False, 452)
    assert [facts.days for facts in now.funds.values()] == [500, 500, 0]


def test_prices_not_adjusted_for_a_split_would_be_another_regime():
    days = pictures.bars("SPY", Timeframe.DAY_1, 700)
    rising = [replace(day, close=100 * 1.000_001 ** (n * n)) for n, day in enumerate(days)]
    raw = [*(doubled(day) for day in rising[:690]), *rising[690:]]

    adjusted, split = (regime_of(dict.fromkeys(FUNDS, bars)) for bars in (rising, raw))

    assert adjusted.name.startswith("bull")
    assert split.name == "bear, high volatility"


def doubled(bar):
    """The bar as it was told before a split of two for one."""
    prices = {name: getattr(bar, name) * 2 for name in ("open", "high", "low", "close")}
    return replace(bar, **prices)


def test_without_a_day_the_regime_is_unknown_and_needs_them_all():
    now = regime_of(dict.fromkeys(FUNDS, ()))

    assert (now.is_known, now.days, now.missing, now.since) == (False, 0, 452, None)


def bought(number, qty, price, *, side=Side.BUY, minutes=30):
    return replace(
        pictures.FILL,
        execution_id=f"e{number}",
        order=f"o{number}",
        side=side,
        qty=Decimal(qty),
        price=Decimal(price),
        at=NOW - timedelta(minutes=minutes),
    )


def test_a_holding_from_before_our_fills_has_no_result():
    sold = bought(1, 60, "191", side=Side.SELL)
    holding = Holding(symbol="AAPL", qty=Decimal(0), cost=None, realized=None)
    state = replace(STATE, fills={})
    state = reduce(apply, (FillBooked(sold), HoldingUpdated(holding)), state)

    summary = own_book(state, NOW, {}).summary

    assert (summary.trades, summary.unknown, summary.expectancy) == (0, 1, None)


def test_a_round_trip_of_today_has_its_result_and_slippage_where_the_mid_was_seen():
    trip = (bought(1, 10, "100"), bought(2, 10, "103", side=Side.SELL, minutes=20))
    holding = Holding(symbol="AAPL", qty=Decimal(0))
    state = reduce(
        apply, (*map(FillBooked, trip), HoldingUpdated(holding)), replace(STATE, fills={})
    )

    summary = own_book(state, NOW, {"o1": Decimal("99.9")}).summary

    assert (summary.trades, summary.wins, summary.expectancy) == (1, 1, Decimal(30))
    assert (summary.measured_fills, summary.fills) == (1, 2)
    assert round(summary.slippage, 1) == Decimal("10.0")


def test_without_the_brokers_word_nothing_is_said_of_holdings():
    book = own_book(replace(STATE, positions=None), NOW, {})

    assert (book.attention, book.portfolio) == (None, None)


def sent(key, at, **more):
    order = pictures.order(99, "AAPL", status=OrderStatus.IN_FLIGHT)
    request = replace(order.request, client_order_id=key)
    return OrderUpdated(replace(order, request=request, submitted_at=at, updated_at=at, **more))


def test_the_mid_of_a_decision_is_that_seen_with_the_order_and_no_later_one():
    mids, state = DecisionMids(), STATE
    mids.follow(state, NOW)
    state = apply(state, sent("fresh", NOW))
    mids.follow(state, NOW)
    moved = MarketMoved(quotes=(pictures.quote("AAPL", 250.0, age=0.0),))
    state = apply(apply(state, moved), sent("old", NOW - timedelta(seconds=30)))
    state = apply(state, sent("others", NOW, is_foreign=True))
    mids.follow(state, NOW)

    assert mids.by_order == {"fresh": Decimal("190.11")}


def is_whole(app):
    halves = [*app.screen.query("#insight-market"), *app.screen.query("#insight-own")]
    text = "".join(half.plain for half in halves)
    return all(word in text for word in ("together", "days", "Session"))


@SIZES
def test_the_insight_screen(snap_compare, size):
    picture(snap_compare, size, ("i",), ready=is_whole)
