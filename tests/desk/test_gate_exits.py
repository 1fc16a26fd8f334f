"""What counts as an exit, and so passes what would trap it: the gate's one licence."""

from dataclasses import replace
from decimal import Decimal

import pytest

from console.desk.gate import check_all
from console.desk.rules import RULES
from console.domain.halt import Mode, Restraint, Source
from console.domain.orders import OrderClass, OrderType, Side, TimeInForce
from tests.builders import NOON, asset, buy, order, position, quote, request, sell
from tests.desk.test_gate import facts

D = Decimal
AT_A_PENNY = quote(bid=0.5, ask=0.51)


def told(rule: str, asked, known) -> tuple[bool, str]:
    """Return whether a rule lets the order pass, and what it says beside it."""
    checks = {check.rule: check for check in check_all(asked, known, RULES)}
    return checks[rule].passed, checks[rule].detail


@pytest.mark.parametrize(
    ("held", "side", "qty", "is_exit"),
    [
        ("10", Side.SELL, "10", True),
        ("10", Side.SELL, "11", False),
        ("10", Side.BUY, "1", False),
        ("-10", Side.BUY, "10", True),
        ("-10", Side.BUY, "11", False),
        ("-10", Side.SELL, "1", False),
        ("1", Side.SELL, "1", True),
        ("0.5", Side.SELL, "0.5", True),
    ],
)
def test_an_exit_is_what_closes_and_no_more_than_that(held, side, qty, is_exit):
    assert facts(held=held).is_exit(request(side, qty)) is is_exit


def test_nothing_exits_a_position_that_is_listed_as_flat():
    known = facts()
    known = replace(known, state=replace(known.state, positions={"AAPL": position(qty="0")}))

    assert not known.is_exit(sell("1"))
    assert not known.is_exit(buy("1"))


def test_more_of_what_is_held_is_an_entry_and_stopped_while_only_exits_pass():
    reducing = Restraint(
        source=Source.REDUCING, mode=Mode.REDUCING, reason="lunch", by="ann", since=NOON
    )
    audit = replace(reducing, source=Source.AUDIT, reason="the disk is full", by="desk")
    known = facts(held="10", restraints=(reducing, audit))

    passed, words = told("mode", buy("1"), known)

    assert not passed
    assert words == (
        "Only orders that reduce are let through: reducing latch: lunch (by ann); "
        "audit not writable: the disk is full (by desk)."
    )


def test_a_short_in_a_penny_share_may_be_covered_at_a_few_cents():
    known = facts(held="-10", quotes={"AAPL": AT_A_PENNY})

    assert told("price collar", buy(limit="0.02"), known)[0]


STOP = {"limit": None, "order_type": OrderType.STOP, "stop_price": D(195)}


@pytest.mark.parametrize(
    ("rule", "asked", "more", "words"),
    [
        ("stop price", buy(), {}, "none"),
        ("stop price", buy(**STOP), {}, "195 against 190.1"),
        ("stop price", buy(**STOP), {"quotes": {}}, "no fresh quote to compare it with"),
        ("price collar", buy(limit=None), {}, "no limit price"),
        ("price collar", buy(), {"quotes": {}}, "no fresh quote to measure by"),
        ("price collar", buy(), {}, "190.10 is near 190.0 / 190.1"),
        ("quote", buy(), {"now": 1.5}, "1.5 s old"),
        ("quantity", buy("1E+1"), {}, "10 of at most 100,000 shares"),
        ("fraction", buy("0.5"), {}, "0.5, fractions are allowed"),
        ("notional", buy(), {}, "$1,901.00 of at most $250,000.00"),
        ("buying power", buy(), {}, "$1,901.00 of $100,000.00"),
        ("short sale", sell("4"), {"held": "10"}, "closes 4 of 10"),
        ("short sale", sell("4"), {}, "sells 4 short"),
        ("order rate", buy(), {"sent_last_minute": 7}, "7 of at most 120 within a minute"),
        ("symbol", buy(), {"asset": asset(name="Apple")}, "Apple"),
        ("terms", buy(limit=None, order_type=OrderType.TRAILING_STOP, trail_price=D(1)), {}, None),
    ],
)
def test_beside_a_check_that_passed_stands_what_it_was_judged_by(rule, asked, more, words):
    passed, detail = told(rule, asked, facts(**more))

    assert passed
    assert detail == (words or "trailing stop, day")


def test_the_limit_of_a_stop_loss_needs_its_stop():
    lone = buy(order_class=OrderClass.OTO, take_profit=D(196), stop_loss_limit=D(186))
    whole = buy(
        order_class=OrderClass.BRACKET,
        take_profit=D(196),
        stop_loss=D(187),
        stop_loss_limit=D(186),
    )

    assert told("order class", lone, facts()) == (
        False,
        "The limit of a stop-loss needs its stop price.",
    )
    assert told("order class", whole, facts())[0]


def test_an_oco_may_exit_a_single_share():
    oco = sell("1", limit="196", order_class=OrderClass.OCO, take_profit=D(196), stop_loss=D(187))

    assert told("entry or exit", oco, facts(held="1")) == (True, "an exit")


def test_dollars_are_sold_of_a_holding_and_of_none_that_is_listed_as_flat():
    known = facts()
    flat = replace(known, state=replace(known.state, positions={"AAPL": position(qty="0")}))

    assert told("amount", sell(notional=D(50)), facts(held="10"))[0]
    assert not told("amount", sell(notional=D(50)), flat)[0]


def test_a_working_exit_claims_all_it_may_sell_however_little_its_entry_has_filled():
    tie = {"order_class": OrderClass.BRACKET}
    entry = order(wanted=buy(key="kc-t-1", **tie), filled="4", group="g-1")
    working = order("leg", wanted=sell("10", key="leg", **tie), parent="b-kc-t-1", group="g-1")
    known = facts(held="12", orders=[entry, working])

    assert known.free_to_close("AAPL") == 2


def test_a_day_order_for_a_fraction_may_be_held_to_the_last_decimal():
    known = facts(held="0.123456789")

    assert known.is_exit(sell("0.123456789", time_in_force=TimeInForce.DAY))
    assert not known.is_exit(sell("0.123456790"))
