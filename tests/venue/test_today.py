"""The gains of a day: from the last close for what was held then, from its price for the rest."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.orders import Side
from console.venue.trading.accounts import Account, AccountOpened
from console.venue.trading.orders import Fill
from console.venue.wire.timestamps import DAY
from tests.venue.fakes import NOON

TOMORROW = NOON + DAY
OPENED = AccountOpened(id="1", number="PA1", key="k", secret="s", cash=Decimal(100_000), at=0)


def filled(*fills):
    """Return an account after fills, each of shares (below zero sold), a price and a time."""
    account = Account(OPENED, mark=lambda _: Decimal(110))
    for qty, price, at in fills:
        side = Side.BUY if qty > 0 else Side.SELL
        zero = Decimal(0)
        account.book(
            Fill(
                id="f",
                order_id="o",
                symbol="KO",
                side=side,
                qty=abs(Decimal(qty)),
                price=Decimal(price),
                at=at,
                cum_qty=zero,
                leaves_qty=zero,
                position_qty=zero,
            )
        )
    return account


def gain_today(account, close, now):
    position = account.positions["KO"]
    return position.qty * 110 - account.today.cost(position, Decimal(close), now)


@pytest.mark.parametrize(
    ("fills", "gain"),
    [
        ([(10, 90, NOON)], 100),  # held since yesterday: from the close of 100
        ([(10, 90, TOMORROW)], 200),  # entered today: from its price
        ([(10, 90, NOON), (10, 105, TOMORROW)], 150),
        ([(10, 90, NOON), (10, 105, TOMORROW), (-10, 108, TOMORROW)], 75),
        ([(10, 90, NOON), (-15, 105, TOMORROW)], 25 - 50),  # crossed over to short
        ([(-10, 90, NOON)], -100),
        ([(10, 90, NOON), (-10, 95, TOMORROW), (10, 105, TOMORROW)], 50),
    ],
)
def test_a_days_gain_counts_what_was_held_from_the_last_close(fills, gain):
    assert gain_today(filled(*fills), 100, TOMORROW) == gain


def test_at_midnight_what_was_entered_counts_as_held():
    account = filled((10, 90, TOMORROW))

    assert gain_today(account, 100, TOMORROW + DAY) == 100


def test_without_a_last_close_the_day_gains_what_the_position_gains():
    account = filled((10, 90, NOON))

    position = account.positions["KO"]
    assert account.today.cost(position, None, TOMORROW) == position.cost == 900


@given(st.lists(st.tuples(st.integers(-9, 9).filter(bool), st.integers(50, 150)), min_size=1))
def test_what_was_all_entered_today_gains_today_what_it_gains_at_all(trades):
    account = filled(*((qty, price, NOON) for qty, price in trades))

    if position := account.positions.get("KO"):
        told = account.today.cost(position, Decimal(77), NOON)
        assert abs(told - position.cost) < Decimal("1e-15")
