"""What the exchange refuses, with Alpaca's codes, words and facts."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from console.domain.orders import OrderType, TimeInForce
from console.venue.trading.order_requests import read_changes, read_ticket
from console.venue.trading.rejections import Rejection
from tests.venue.fakes import buy, open_pit, quote, sell

TICKET = {"symbol": "AAPL", "side": "buy", "type": "limit", "time_in_force": "day"}
SHAPES = [
    ({"type": "market"}, 422, 40010001, "qty or notional is required"),
    ({"qty": 1, "notional": 5, "limit_price": 1}, 422, 40010001, "only one of qty or notional"),
    ({"qty": 0, "limit_price": 1}, 422, 40010001, "qty must be > 0"),
    ({"qty": "-5", "limit_price": 1}, 422, 40010001, "qty must be > 0"),
    ({"qty": "many", "limit_price": 1}, 422, 40010001, "invalid qty"),
    ({"qty": True, "limit_price": 1}, 422, 40010001, "invalid qty"),
    ({"qty": ["1"], "limit_price": 1}, 422, 40010001, "invalid qty"),
    ({"qty": "1e999999", "limit_price": 1}, 422, 40010001, "invalid qty"),
    ({"qty": "1e-999999", "limit_price": 1}, 422, 40010001, "invalid qty"),
    ({"qty": "NaN", "limit_price": 1}, 422, 40010001, "invalid qty"),
    ({"qty": 1, "side": "bid", "limit_price": 1}, 422, 40010001, "invalid side"),
    ({"qty": 1, "side": {}, "limit_price": 1}, 422, 40010001, "invalid side"),
    ({"qty": 1, "type": "iceberg"}, 422, 40010001, "invalid order type"),
    ({"qty": 1, "time_in_force": "aon"}, 422, 40010001, "invalid time_in_force"),
    ({"qty": 1}, 422, 40010001, "limit orders require a limit price"),
    ({"qty": 1, "type": "market", "limit_price": 1}, 422, 40010001, "market orders require no"),
    ({"qty": 1, "type": "stop"}, 422, 40010001, "stop orders require a stop price"),
    ({"qty": 1, "type": "stop_limit", "stop_price": 1}, 422, 40010001, "require both stop and"),
    ({"qty": 1, "type": "trailing_stop"}, 422, 40010001, "must specify one of trail_price or"),
    (
        {"qty": 1, "type": "trailing_stop", "trail_percent": 0.01},
        422,
        40010001,
        "trail_percent >= 0.1",
    ),
    ({"qty": 1, "limit_price": 1, "client_order_id": "x" * 129}, 422, 40010001, "128 characters"),
    ({"qty": 1.5, "limit_price": 1, "time_in_force": "gtc"}, 422, 42210000, "must be DAY orders"),
    (
        {"qty": 1, "type": "stop", "stop_price": 5, "time_in_force": "opg"},
        422,
        42210000,
        "market or",
    ),
    ({"notional": "5.0000000001", "type": "market"}, 422, 40010001, "9 decimal places"),
    ({"notional": 0.5, "type": "market"}, 403, 40310000, "minimal amount of order 1"),
    (
        {"qty": 1, "type": "market", "extended_hours": True},
        422,
        42210000,
        "extended hours order must be DAY or GTC limit orders",
    ),
    ({"qty": 1, "limit_price": 1, "order_class": "mleg"}, 422, 42210000, "not offered"),
    ({"qty": 1, "limit_price": 1, "symbol": None}, 422, 40010001, "symbol is required"),
]


@pytest.mark.parametrize(("change", "status", "code", "words"), SHAPES)
def test_a_ticket_of_the_wrong_shape_is_refused_in_alpacas_words(change, status, code, words):
    with pytest.raises(Rejection, match=words) as refusal:
        read_ticket(TICKET | change)

    assert (refusal.value.status, refusal.value.code) == (status, code)


def test_numbers_come_as_text_or_number_and_booleans_as_pythons_too():
    ticket = TICKET | {"qty": "10", "limit_price": 190.1, "extended_hours": "True", "legs": None}

    asked = read_ticket(ticket)

    assert (asked.qty, asked.limit_price, asked.extended_hours) == (10, Decimal("190.1"), True)


def test_a_replacement_names_what_changes_and_nothing_else():
    assert read_changes({"qty": "5", "limit_price": None}) == {"qty": Decimal(5)}


def refusal_of(pit, asked) -> Rejection:
    with pytest.raises(Rejection) as refusal:
        pit.submit(asked)
    return refusal.value


def test_a_part_of_a_share_costs_a_dollar_or_more():
    pit = open_pit()

    refusal = refusal_of(pit, buy("0.009"))
    pit.submit(buy("0.01"))
    pit.submit(sell("0.009"))

    assert (refusal.status, refusal.message) == (
        403,
        "cost basis must be >= minimal amount of order 1",
    )
    assert pit.account.position_qty("AAPL") == Decimal("0.001")


def test_a_symbol_without_a_market_is_named():
    assert refusal_of(open_pit(), buy(symbol="ZZZZ")).message == 'no market price for "ZZZZ" yet'


def test_what_costs_more_than_the_buying_power_is_forbidden_with_both_figures():
    refusal = refusal_of(open_pit(), buy(10_000, limit_price=100))

    assert (refusal.status, refusal.message) == (403, "insufficient buying power")
    assert refusal.facts == {"buying_power": "400000", "cost_basis": "1000000"}


def test_open_orders_reserve_buying_power_and_give_it_back_when_they_are_canceled():
    pit = open_pit()
    first = pit.submit(buy(3_000, limit_price=99))

    refused = refusal_of(pit, buy(3_000, limit_price=99))
    pit.cancel(first)
    second = pit.submit(buy(3_000, limit_price=99))

    assert refused.message == "insufficient buying power"
    assert second.status == "new"


def test_more_than_is_held_cannot_be_sold_and_the_orders_that_hold_it_are_named():
    pit = open_pit()
    pit.submit(buy(10))
    resting = pit.submit(sell(8, limit_price=120))

    refusal = refusal_of(pit, sell(5, limit_price=120))

    assert "insufficient qty available for order (requested: 5, available: 2)" in refusal.message
    assert refusal.facts["related_orders"] == [resting.id]
    assert refusal.facts["held_for_orders"] == "8"


def test_a_buy_larger_than_the_short_is_refused():
    pit = open_pit()
    pit.submit(sell(10))

    assert "insufficient qty available" in refusal_of(pit, buy(11)).message


def test_an_order_that_could_meet_ones_own_is_refused_and_the_other_is_named():
    pit = open_pit()
    pit.submit(buy(10))
    resting = pit.submit(sell(10, limit_price=120))

    refusal = refusal_of(pit, buy(10, limit_price=120))
    market = refusal_of(pit, buy(10))
    below = pit.submit(buy(10, limit_price=99))

    assert refusal.message == "potential wash trade detected. use complex orders"
    assert refusal.facts["existing_order_id"] == resting.id
    assert market.status == 403
    assert below.status == "new"


def test_no_short_sale_while_a_buy_is_open():
    pit = open_pit()
    pit.submit(buy(10, limit_price=90))

    refusal = refusal_of(pit, sell(10, limit_price=110))

    assert refusal.message == "cannot open a short sell while a long buy order is open"


def test_no_buying_to_open_while_a_short_sale_is_open():
    pit = open_pit()
    pit.submit(sell(10, limit_price=110))

    refusal = refusal_of(pit, buy(10, limit_price=90))

    assert refusal.message == "cannot open a long buy while a short sell order is open"


def test_no_short_sale_when_the_account_does_not_want_any():
    pit = open_pit()
    pit.exchange.configure(replace(pit.account.settings, no_shorting=True))

    assert refusal_of(pit, sell(10)).message == "account is not allowed to short"


def test_no_order_at_all_while_trading_is_suspended():
    pit = open_pit()
    pit.exchange.configure(replace(pit.account.settings, suspend_trade=True))

    assert refusal_of(pit, buy(1)).message == "new orders are rejected by user request"


@pytest.mark.parametrize(("price", "is_taken"), [("90.01", True), ("90.015", False)])
def test_prices_from_one_dollar_up_are_whole_cents(price, is_taken):
    pit = open_pit()
    asked = buy(1, limit_price=Decimal(price), type=OrderType.LIMIT)

    if is_taken:
        assert pit.submit(asked).status == "new"
    else:
        assert "sub-penny increment" in refusal_of(pit, asked).message


def test_a_stop_on_the_wrong_side_of_the_market_is_refused_with_both_prices():
    refusal = refusal_of(open_pit(), buy(1, type=OrderType.STOP, stop_price=99))

    assert refusal.message == "stop price must be greater than current price"
    assert refusal.facts == {"market_price": "100", "stop_price": "99"}


def test_short_shares_are_sold_and_bought_back():
    pit = open_pit()

    pit.submit(sell(10))
    short = pit.account.positions["AAPL"]
    pit.tick(quote(89.99, 90.00))
    pit.submit(buy(10))

    assert (short.qty, short.side, short.cost) == (-10, "short", Decimal("-999.9"))
    assert pit.account.positions == {}
    assert pit.account.cash == Decimal("100099.90")


def test_immediate_stops_are_refused():
    asked = {"qty": 1, "type": "stop", "stop_price": 1, "time_in_force": TimeInForce.IOC}

    with pytest.raises(Rejection, match="ioc orders must be market or limit orders"):
        read_ticket(TICKET | asked)


def test_a_replacement_is_held_to_the_rules_and_a_refused_one_changes_nothing():
    pit = open_pit()
    order = pit.submit(buy(10, limit_price=99))

    with pytest.raises(Rejection, match="insufficient buying power"):
        pit.replace(order, qty=Decimal(100_000))
    with pytest.raises(Rejection, match="sub-penny increment"):
        pit.replace(order, limit_price=Decimal("99.005"))

    assert pit[order].status == "new"
    assert len(pit.exchange.blotter.orders) == 1


def test_a_replacement_may_use_what_the_old_order_held():
    pit = open_pit()
    pit.submit(buy(10))
    order = pit.submit(sell(10, limit_price=120))

    new = pit.replace(order, limit_price=Decimal(121))

    assert (new.status, new.terms.qty) == ("new", 10)
    with pytest.raises(Rejection, match="insufficient qty available"):
        pit.replace(new, qty=Decimal(11))
