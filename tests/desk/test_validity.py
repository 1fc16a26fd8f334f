"""Alpaca's table of what goes together, asked before sending and all at once."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from console.desk.replaceable import not_replaceable
from console.desk.validity import NEW_YORK, VALIDITY
from console.domain.orders import LegRole, OrderClass, OrderStatus, OrderType, Side, TimeInForce
from tests.builders import asset, buy, order, request, sell
from tests.desk.test_gate import facts

D = Decimal
EXITS = {"take_profit": D(196), "stop_loss": D(187)}
BRACKET = buy(order_class=OrderClass.BRACKET, **EXITS)
OCO = sell(limit="196", order_class=OrderClass.OCO, **EXITS)
OTO = buy(order_class=OrderClass.OTO, stop_loss=D(187))


def objections(asked, known) -> dict[str, str]:
    """Return the sentences of the rules that fail, by rule."""
    checks = (rule(asked, known) for rule in VALIDITY)
    return {check.rule: check.detail for check in checks if not check.passed}


@pytest.mark.parametrize(("asked", "held"), [(BRACKET, "0"), (OTO, "0"), (OCO, "10")])
def test_an_order_that_is_whole_passes(asked, held):
    assert objections(asked, facts(held=held)) == {}


@pytest.mark.parametrize(
    ("asked", "rule", "sentence"),
    [
        (replace(BRACKET, stop_loss=None), "order class", "A bracket needs a take-profit and"),
        (replace(OTO, take_profit=D(196)), "order class", "An OTO needs either"),
        (replace(OTO, stop_loss=None), "order class", "An OTO needs either"),
        (buy(**EXITS), "order class", "A simple order has no take-profit"),
        (replace(BRACKET, qty=D("1.5")), "order class", "A bracket needs whole shares."),
        (replace(BRACKET, time_in_force=TimeInForce.IOC), "order class", "must be day or gtc"),
        (replace(BRACKET, extended_hours=True), "order class", "in regular hours only"),
        (
            replace(
                BRACKET, limit_price=None, order_type=OrderType.TRAILING_STOP, trail_price=D(1)
            ),
            "order class",
            "A trailing stop has no exits",
        ),
        (replace(OCO, order_type=OrderType.MARKET), "order class", "An OCO is a limit order"),
        (replace(BRACKET, take_profit=D("190.10")), "exits", "at least a cent above 190.10."),
        (replace(BRACKET, stop_loss=D("190.10")), "exits", "at least a cent below 190.10."),
        (replace(BRACKET, stop_loss=D("187.001")), "exits", "not a multiple of 0.01"),
        (replace(BRACKET, take_profit=D(180), stop_loss=D(185)), "exits", "above the stop-loss"),
        (OCO, "entry or exit", "An OCO exits a position"),
        (buy(notional=D("0.5")), "amount", "at least $1"),
        (buy(notional=D(50), time_in_force=TimeInForce.GTC), "amount", "must be a day order"),
        (sell(notional=D(50)), "amount", "A short sale is in whole shares"),
    ],
)
def test_what_the_broker_would_refuse_is_a_sentence_here(asked, rule, sentence):
    assert sentence in objections(asked, facts())[rule]


def test_a_bracket_that_would_close_a_position_is_told_to_be_an_oco():
    short = request(Side.SELL, order_class=OrderClass.BRACKET, take_profit=D(180), stop_loss=D(195))

    said = objections(short, facts(held="10"))

    assert "write oco" in said["entry or exit"]


def test_the_exits_of_a_short_lie_the_other_way_round():
    short = sell(limit="190", order_class=OrderClass.BRACKET, take_profit=D(180), stop_loss=D(195))
    wrong = replace(short, take_profit=D(195), stop_loss=D(180))

    assert objections(short, facts()) == {}
    assert "below the stop-loss" in objections(wrong, facts())["exits"]


def test_every_failure_of_one_rule_is_told_at_once():
    poor = replace(BRACKET, stop_loss=None, qty=D("1.5"), time_in_force=TimeInForce.FOK)

    said = objections(poor, facts())["order class"]

    assert all(
        part in said for part in ("take-profit and a stop-loss", "whole shares", "day or gtc")
    )


def test_dollars_need_what_can_be_split():
    whole = asset("AAPL", is_fractionable=False)

    assert "whole shares only" in objections(buy(notional=D(50)), facts(asset=whole))["amount"]


@pytest.mark.parametrize(
    ("kind", "minutes", "is_taken"),
    [
        (TimeInForce.OPG, (9, 27), True),
        (TimeInForce.OPG, (9, 28), False),
        (TimeInForce.OPG, (18, 59), False),
        (TimeInForce.OPG, (19, 0), True),
        (TimeInForce.CLS, (15, 49), True),
        (TimeInForce.CLS, (15, 50), False),
    ],
)
def test_an_auction_takes_orders_up_to_a_time(kind, minutes, is_taken):
    in_new_york = datetime(2026, 11, 20, *minutes, tzinfo=NEW_YORK)

    said = objections(buy(time_in_force=kind), replace(facts(), now=in_new_york))

    assert ("auction" not in said) is is_taken


def held(role, kind=OrderClass.BRACKET, status=OrderStatus.NEW, filled="0"):
    return order(
        "leg",
        status,
        filled,
        wanted=sell(limit="196", key="leg", order_class=kind),
        role=role,
        parent="b-1",
    )


@pytest.mark.parametrize(
    ("working", "terms", "sentence"),
    [
        (held(LegRole.TAKE_PROFIT), {"qty": D(5)}, "only prices can be replaced"),
        (held(LegRole.TAKE_PROFIT), {"time_in_force": TimeInForce.GTC}, "only prices can be"),
        (held(LegRole.TAKE_PROFIT), {"stop_price": D(5)}, "has no stop price"),
        (held(LegRole.STOP_LOSS, OrderClass.OTO), {"limit_price": D(5)}, "exit of an OTO cannot"),
        (order(wanted=buy(notional=D(50), key="n")), {"limit_price": D(5)}, "An order for dollars"),
    ],
)
def test_what_cannot_be_replaced_is_denied_with_its_reason(working, terms, sentence):
    refusal = not_replaceable(working, terms)

    assert refusal is not None
    assert sentence in refusal.detail


def test_the_price_of_a_leg_can_be_replaced():
    refusal = not_replaceable(held(LegRole.TAKE_PROFIT), {"limit_price": D(197)})

    assert refusal is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        # from the market: a profit above the bid alone is not beyond the ask
        (buy(limit=None, order_class=OrderClass.BRACKET, take_profit=D("190.05"), stop_loss=D(187)),
         "at least a cent above 190.1."),
        (buy(limit=None, order_class=OrderClass.BRACKET, take_profit=D("190.10"), stop_loss=D(187)),
         "at least a cent above 190.1."),
        (buy(limit=None, order_class=OrderClass.BRACKET, take_profit=D("190.11"), stop_loss=D(187)),
         ""),
        (buy(limit=None, order_class=OrderClass.BRACKET, take_profit=D(196), stop_loss=D("190.00")),
         "at least a cent below 190.0."),
        (buy(limit=None, order_class=OrderClass.BRACKET, take_profit=D(196), stop_loss=D("189.99")),
         ""),
        (sell(limit=None, order_class=OrderClass.BRACKET, take_profit=D("189.99"),
              stop_loss=D("190.11")), ""),
        (sell(limit=None, order_class=OrderClass.BRACKET, take_profit=D("190.00"),
              stop_loss=D("190.10")), "at least a cent below 190.0."),
        (buy(order_class=OrderClass.BRACKET, take_profit=D("190.11"), stop_loss=D("190.09")), ""),
        (buy(order_class=OrderClass.BRACKET, take_profit=D(187), stop_loss=D(187)),
         "The take-profit must lie above the stop-loss."),
        (buy(order_class=OrderClass.BRACKET, take_profit=D("190.50"), stop_loss=D("190.00")), ""),
    ],
)  # fmt: skip
def test_exits_lie_a_cent_beyond_what_they_are_measured_from(asked, words):
    told = objections(asked, facts()).get("exits", "")

    assert words in told
    assert bool(told) is bool(words)


@pytest.mark.parametrize(
    ("asked", "held", "words"),
    [
        (buy(limit=None, notional=D(1)), "0", ""),
        (buy(limit=None, notional=D("0.99")), "0", "at least $1"),
        (buy(notional=D(100)), "0", ""),
        (sell(limit=None, notional=D(100)), "1", ""),
        (sell(limit=None, notional=D(100)), "0", "A short sale is in whole shares"),
        (sell(limit=None, notional=D(100)), "-1", "A short sale is in whole shares"),
        (buy(limit=None, notional=D(100), order_type=OrderType.STOP, stop_price=D(195)), "0",
         "is a market or a limit order"),
    ],
)  # fmt: skip
def test_an_order_for_dollars_keeps_its_bounds(asked, held, words):
    told = objections(asked, facts(held=held)).get("amount", "")

    assert words in told
    assert bool(told) is bool(words)
