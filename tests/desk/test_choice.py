"""Which positions a flatten means, and what is said of those that cannot be judged."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.desk.choice import Choice, left
from console.desk.store import Store
from console.domain.events import MarketMoved
from console.domain.flatten import CloseStatus, Closing, Extent, FlattenRequest
from tests.builders import NOON, at, position, quote

LOSING = FlattenRequest(extent=Extent.LOSING)


class Choosing:
    """A choice among what is held, five seconds after the last quote at the latest."""

    def __init__(self) -> None:
        self.store, self.seconds = Store(), 0.0
        self.choice = Choice(store=self.store, clock=self, stale_after=5.0)

    def now(self):
        return NOON + timedelta(seconds=self.seconds)

    def quote(self, bid: float, ask: float) -> None:
        told = quote("AAPL", bid, ask, made_at=at(0))
        self.store.apply(MarketMoved(quotes=(told,)))

    def losing(self, price: str | None = None, qty: str = "10") -> list[Closing]:
        """Return what a flatten of losers means of one position at 100, marked at `price`."""
        last = None if price is None else Decimal(price)
        held = replace(position(price="100", qty=qty), last_price=last)
        return self.choice.among(LOSING, [held])


def line(symbol: str, qty: str) -> Closing:
    return Closing(symbol=symbol, qty=Decimal(qty), left_qty=Decimal(qty))


def test_named_means_each_symbol_that_was_named_held_or_not_in_its_order():
    request = FlattenRequest(extent=Extent.NAMED, symbols=("SPY", "AAPL"))

    chosen = Choosing().choice.named(request, [position("AAPL", "-7"), position("MSFT")])

    assert chosen == [line("SPY", "0"), line("AAPL", "-7")]


def test_all_means_every_position_whatever_its_price():
    held = [position("AAPL", "10"), position("MSFT", "-4")]

    chosen = Choosing().choice.among(FlattenRequest(extent=Extent.ALL), held)

    assert chosen == [line("AAPL", "10"), line("MSFT", "-4")]


@pytest.mark.parametrize(
    ("price", "qty", "is_meant"),
    [("90.00", "10", False), ("89.99", "10", True), ("110.01", "-10", True), ("80", "-10", False)],
)
def test_a_position_loses_when_it_is_down_by_more_than_the_share_of_its_cost(price, qty, is_meant):
    assert Choosing().losing(price, qty) == ([line("AAPL", qty)] if is_meant else [])


def test_a_live_quote_counts_before_the_brokers_mark():
    choosing = Choosing()
    choosing.quote(89.98, 90.0)

    choosing.seconds = 5.0
    live = choosing.losing("100")
    choosing.seconds = 5.001
    stale = choosing.losing("100")

    assert (live, stale) == ([line("AAPL", "10")], [])


@pytest.mark.parametrize(("bid", "ask"), [(0.0, 90.0), (80.0, 0.0)])
def test_one_side_of_a_quote_is_no_price(bid, ask):
    choosing = Choosing()
    choosing.quote(bid, ask)

    assert choosing.losing("100") == []


def test_what_has_no_price_is_left_and_said_so():
    (one,) = Choosing().losing(None)

    assert one == replace(
        line("AAPL", "10"),
        status=CloseStatus.LEFT,
        detail="whether it loses is not known: it has no price",
        elapsed_ms=0.0,
    )
    assert left(line("SPY", "1"), "why").detail == "why"
