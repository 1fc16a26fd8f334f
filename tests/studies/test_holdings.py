"""Attention, portfolio and the summary of a day, on cases reckoned by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.fills import Fill
from console.domain.ledger import Holding
from console.domain.orders import Side
from console.domain.positions import Position
from console.studies.attention import Held, Reason, attention
from console.studies.portfolio import weigh
from console.studies.session_summary import summarise

NOW = datetime(2026, 3, 5, 18, tzinfo=UTC)
DAY = date(2026, 3, 5)


def position(symbol="AAPL", qty="10", cost="100"):
    return Position(
        symbol=symbol,
        qty=Decimal(qty),
        avg_entry_price=Decimal(cost),
        qty_available=Decimal(qty).copy_abs(),
    )


def held(price, *, qty="10", vwap=None, hours=1):
    opened_at = None if hours is None else NOW - timedelta(hours=hours)
    vwap = price if vwap is None else vwap
    return Held(position=position(qty=qty), price=price, vwap=vwap, opened_at=opened_at)


@pytest.mark.parametrize(
    ("holding", "reasons"),
    [
        (held(110.0), []),
        (held(110.5), [Reason.GAIN]),
        (held(95.0), []),
        (held(94.5), [Reason.LOSS]),
        (held(105.5, qty="-10"), [Reason.LOSS]),
        (held(89.5, qty="-10"), [Reason.GAIN]),
        (held(100.0, hours=2), []),
        (held(100.0, hours=2.1), [Reason.HELD_LONG]),
        (held(100.0, vwap=99.4), [Reason.OFF_VWAP]),
        (held(100.0, vwap=100.6), [Reason.OFF_VWAP]),
        (held(100.0, vwap=100.4), []),
        (held(120.0, hours=3, vwap=100.0), [Reason.GAIN, Reason.HELD_LONG, Reason.OFF_VWAP]),
    ],
)
def test_a_holding_wants_a_look_beyond_its_thresholds_and_not_at_them(holding, reasons):
    assert [one.reason for one in attention([holding], NOW)] == reasons


def test_what_cannot_be_judged_is_told_as_not_known():
    unknown = Held(position=position(), price=None, vwap=None, opened_at=None)

    told = attention([unknown], NOW)

    assert [(one.value, one.note) for one in told] == [
        (None, "no price"),
        (None, "entered before our own fills"),
        (None, "no price"),
    ]


def test_weights_are_on_equity_and_the_heavy_and_the_losing_are_named():
    positions = [
        position("AAPL", "10", "200"),
        position("XOM", "-30", "50"),
        position("KO", "5", "20"),
    ]
    prices = {"AAPL": Decimal(169), "XOM": Decimal(60), "KO": Decimal(21)}
    sectors = {"AAPL": "technology", "XOM": "energy"}

    found = weigh(positions, prices, Decimal(8_500), sectors)

    assert [one.symbol for one in found.holdings] == ["XOM", "AAPL", "KO"]
    assert found.holdings[0].weight == Decimal(-1_800) / 8_500
    assert found.concentrated == ("XOM",)
    assert found.large_losses == ("XOM", "AAPL")
    assert list(found.sectors) == ["energy", "technology", None]
    assert found.heavy_sectors == ("energy",)
    assert found.sectors["technology"] == Decimal(1_690) / 8_500
    assert found.sectors[None] == Decimal(105) / 8_500
    assert found.gross == Decimal(1_800 + 1_690 + 105) / 8_500
    assert found.net == Decimal(-1_800 + 1_690 + 105) / 8_500


def test_without_a_price_or_equity_no_weight_is_made_up():
    positions = [position("AAPL"), position("KO")]

    one_price = weigh(positions, {"KO": Decimal(21)}, Decimal(1_000), {})
    no_equity = weigh(positions, {"KO": Decimal(21), "AAPL": Decimal(1)}, Decimal(0), {})

    assert [one.symbol for one in one_price.holdings] == ["KO", "AAPL"]
    assert (one_price.gross, one_price.net, one_price.sectors[None]) == (None, None, None)
    assert (one_price.concentrated, no_equity.concentrated) == (("KO",), ())
    assert (no_equity.gross, no_equity.holdings[0].weight) == (None, None)


def fill(n, side, qty, price, *, order="kc-1", symbol="AAPL", at=NOW):
    return Fill(
        execution_id=f"{n:04}",
        order=order,
        symbol=symbol,
        side=side,
        qty=Decimal(qty),
        price=Decimal(price),
        at=at + timedelta(seconds=n),
    )


def test_a_day_is_summed_up_from_our_own_fills():
    fills = [
        fill(1, Side.BUY, "10", "100", order="kc-1"),
        fill(2, Side.SELL, "4", "103", order="kc-2"),
        fill(3, Side.SELL, "6", "101", order="kc-2"),
        fill(4, Side.SELL, "5", "50", order="kc-3", symbol="KO"),
        fill(5, Side.BUY, "8", "52", order="kc-4", symbol="KO"),
    ]
    mids = {"kc-1": Decimal("99.9"), "kc-2": Decimal(102)}

    found = summarise(DAY, fills, mids)

    assert (found.trades, found.wins, found.losses, found.unknown) == (2, 1, 1, 0)
    assert (found.average_win, found.average_loss) == (18, -10)
    assert (found.win_rate, found.expectancy, found.total) == (Decimal("0.5"), 4, 8)
    shortfall = 10 * Decimal("0.1") + 4 * Decimal(-1) + 6 * Decimal(1)
    assert found.slippage == shortfall / (10 * Decimal("99.9") + 10 * 102) * 10_000
    assert (found.measured_fills, found.fills) == (3, 5)


def test_a_trade_counts_on_the_day_it_ended_with_all_it_realized():
    yesterday = NOW - timedelta(days=1)
    fills = [
        fill(1, Side.BUY, "10", "100", at=yesterday),
        fill(2, Side.SELL, "5", "110", at=yesterday),
        fill(3, Side.SELL, "5", "120"),
    ]

    assert summarise(DAY, fills, {}).total == 150
    assert summarise(DAY - timedelta(days=1), fills, {}).trades == 0


def test_a_trade_entered_before_our_fills_has_no_result_and_spoils_no_other():
    before = {"AAPL": Holding(symbol="AAPL", qty=Decimal(5), cost=None)}
    fills = [
        fill(1, Side.SELL, "5", "100"),
        fill(2, Side.BUY, "5", "100"),
        fill(3, Side.SELL, "5", "101"),
    ]

    found = summarise(DAY, fills, {}, before)

    assert (found.trades, found.unknown, found.total) == (1, 1, 5)


def test_a_day_without_trades_has_no_means():
    found = summarise(DAY, [], {})

    assert (found.win_rate, found.expectancy, found.average_win, found.slippage) == (None,) * 4


@given(steps=st.lists(st.tuples(st.sampled_from(Side), st.integers(1, 5), st.integers(90, 110))))
def test_what_the_trades_brought_is_the_cash_they_left(steps):
    fills = [fill(n, side, qty, price) for n, (side, qty, price) in enumerate(steps)]
    open_qty = sum(one.side.sign * one.qty for one in fills)
    if open_qty:
        side = Side.SELL if open_qty > 0 else Side.BUY
        fills.append(fill(len(fills), side, abs(open_qty), 100))

    found = summarise(DAY, fills, {})

    cash = -sum(one.side.sign * one.qty * one.price for one in fills)
    assert found.total == pytest.approx(cash, abs=Decimal("1e-20"))
    assert found.wins + found.losses <= found.trades
