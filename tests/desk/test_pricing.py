"""From a ticket to an order: every term goes over, and what is left open is filled in."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from console.desk.pricing import NotPriced, price
from console.domain.orders import OrderClass, OrderType, Side, TimeInForce
from console.domain.state import TradingState
from console.domain.tickets import Intent, Ticket
from tests.builders import account, position, quote, ticket

D = Decimal
PENNY = {"AAPL": quote(bid=0.5, ask=0.5123)}


def state(held: str = "", quotes=None, **more) -> TradingState:
    return TradingState(
        account=account(),
        positions={"AAPL": position(qty=held)} if held else {},
        quotes={"AAPL": quote()} if quotes is None else quotes,
        **more,
    )


@pytest.mark.parametrize(
    "terms",
    [
        {"order_type": OrderType.STOP, "stop_price": D(195)},
        {"order_type": OrderType.STOP_LIMIT, "stop_price": D(195), "limit_price": D(196)},
        {"order_type": OrderType.TRAILING_STOP, "trail_price": D(3)},
        {"order_type": OrderType.TRAILING_STOP, "trail_percent": D(2)},
        {"order_type": OrderType.MARKET, "time_in_force": TimeInForce.CLS},
        {"limit_price": D(190), "extended_hours": True, "time_in_force": TimeInForce.GTC},
        {
            "limit_price": D(190),
            "order_class": OrderClass.BRACKET,
            "take_profit": D(196),
            "stop_loss": D(187),
            "stop_loss_limit": D(186),
        },
    ],
)
def test_every_term_of_the_ticket_is_a_term_of_the_order(terms):
    asked = ticket(Side.SELL, **terms)

    made = price(asked, state(), "kc-t-1")

    both = {field.name for field in fields(Ticket)} & {field.name for field in fields(made)}
    assert {name: getattr(made, name) for name in both} == {
        name: getattr(asked, name) for name in both
    }
    assert made.client_order_id == "kc-t-1"


@pytest.mark.parametrize(
    ("intent", "side", "held", "words"),
    [
        (Intent.SHORT, Side.SELL, "0.5", "You hold 0.5 AAPL: sell them first, then go short."),
        (Intent.SHORT, Side.SELL, "0", ""),
        (Intent.SHORT, Side.SELL, "-1", ""),
        (Intent.COVER, Side.BUY, "-1", ""),
        (Intent.COVER, Side.BUY, "0", "You are not short of AAPL: there is nothing to cover."),
        (Intent.COVER, Side.BUY, "0.5", "You are not short of AAPL: there is nothing to cover."),
    ],
)
def test_who_says_short_holds_nothing_and_who_says_cover_is_short(intent, side, held, words):
    asked = ticket(side, intent=intent)

    if not words:
        assert price(asked, state(held), "kc-t-1").qty == 10
        return
    with pytest.raises(NotPriced) as refusal:
        price(asked, state(held), "kc-t-1")
    assert str(refusal.value) == words


def test_a_limit_left_open_is_set_at_the_touch_on_its_tick_also_below_a_dollar():
    bought = price(ticket(Side.BUY), state(quotes=PENNY), "kc-t-1")
    sold = price(ticket(Side.SELL), state(quotes=PENNY), "kc-t-2")

    assert (bought.limit_price, sold.limit_price) == (D("0.5123"), D("0.5000"))


@pytest.mark.parametrize(("side", "word"), [(Side.BUY, "ask"), (Side.SELL, "bid")])
def test_a_market_without_that_side_gives_no_limit(side, word):
    blank = {"AAPL": quote(bid=0.0, ask=0.0)}

    with pytest.raises(NotPriced, match=f"There is no {word} of AAPL to price from; give a limit."):
        price(ticket(side), state(quotes=blank), "kc-t-1")


def test_what_makes_no_order_is_told_as_one_sentence():
    with pytest.raises(NotPriced) as refusal:
        price(replace(ticket(), qty=None), state(), "kc-t-1")
    assert str(refusal.value) == "The ticket names no quantity."

    with pytest.raises(NotPriced) as refusal:
        price(ticket(qty="-1"), state(), "kc-t-1")
    assert str(refusal.value) == "The quantity must be more than 0, it is -1."


def sized(side: Side = Side.BUY, held: str = "", quotes=None, **terms) -> Decimal:
    asked = Ticket(symbol="AAPL", side=side, **terms)
    return price(asked, state(held, quotes), "kc-t-1").qty


def test_a_part_of_a_holding_is_rounded_down_and_all_of_it_is_all():
    assert sized(Side.SELL, "15", portion=D(50)) == 7
    assert sized(Side.SELL, "0.000000003", portion=D(50)) == D("0.000000001")
    assert sized(Side.SELL, "0.1234567891", portion=D(100)) == D("0.1234567891")


def test_a_part_of_less_than_a_share_is_told_the_way_to_make_it_smaller():
    with pytest.raises(NotPriced, match=r"You hold 0.5 AAPL; write sell to make it smaller."):
        sized(Side.BUY, "0.5", portion=D(50))


@pytest.mark.parametrize(
    ("terms", "qty"),
    [
        ({"notional": D(1000), "limit_price": D(100)}, "10"),
        ({"notional": D(1000), "order_type": OrderType.MARKET}, "5.260389269"),
        (
            {"notional": D(1000), "order_type": OrderType.MARKET, "limit_price": D(100)},
            "5.260389269",
        ),
        ({"notional": D(1000), "order_type": OrderType.STOP, "stop_price": D(200)}, "5"),
    ],
)
def test_dollars_come_to_at_most_so_many_shares_at_the_price_they_would_trade_at(terms, qty):
    assert sized(**terms) == D(qty)


def test_dollars_are_reckoned_at_the_side_of_the_market_they_trade_at():
    terms = {"notional": D(100), "order_type": OrderType.MARKET}

    assert sized(quotes=PENNY, **terms) == D("195.198126098")
    assert sized(Side.SELL, quotes=PENNY, **terms) == D(200)


def test_without_a_price_dollars_are_told_what_they_lack():
    for quotes in ({}, {"AAPL": quote(bid=0.0, ask=0.0)}):
        with pytest.raises(NotPriced, match=r"There is no price of AAPL to reckon \$100 by."):
            sized(quotes=quotes, notional=D(100), order_type=OrderType.MARKET)


def test_a_risk_is_measured_from_the_stop_the_limit_or_the_market():
    market = {"order_type": OrderType.MARKET, "risk_percent": D(1)}
    at_a_stop = {"order_type": OrderType.STOP, "risk_percent": D(1), "stop_price": D(200)}

    assert sized(**market, stop_loss=D("189.10")) == 1000
    assert sized(Side.SELL, **market, stop_loss=D("191.00")) == 1000
    assert sized(**at_a_stop, stop_loss=D(190)) == 100


@pytest.mark.parametrize("terms", [{"stop_loss": D(187), "quotes": {}}, {}])
def test_a_risk_without_a_price_or_a_stop_is_told_so(terms):
    with pytest.raises(NotPriced, match=r"There is no price of AAPL to measure the risk from."):
        sized(risk_percent=D(1), order_type=OrderType.MARKET, **terms)


@pytest.mark.parametrize(("side", "where"), [(Side.BUY, "below"), (Side.SELL, "above")])
def test_a_stop_loss_at_the_entry_itself_bears_no_risk_to_size_by(side, where):
    with pytest.raises(NotPriced, match=f"must lie {where} the entry at 190."):
        sized(side, risk_percent=D(1), limit_price=D(190), stop_loss=D(190))
