"""The gate, rule by rule, and the laws that hold over all of them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.desk.gate import Facts, check_all
from console.desk.limits import Limits
from console.desk.pricing import NotPriced, price
from console.desk.rules import RULES
from console.domain.halt import Mode, Restraint, Source
from console.domain.orders import OrderRequest, OrderStatus, OrderType, Side, TimeInForce
from console.domain.state import TradingState
from tests.builders import (
    NOON,
    account,
    asset,
    at,
    buy,
    order,
    position,
    quote,
    request,
    sell,
    ticket,
)


def facts(*, held: str = "0", orders=(), now: float = 0.0, **more) -> Facts:
    """A desk that may trade, with AAPL at 190.00 / 190.10."""
    holding = {"AAPL": position(qty=held)} if Decimal(held) else {}
    state = TradingState(
        account=more.pop("account", account()),
        positions=holding,
        positions_at=NOON,
        orders={told.key: told for told in orders},
        quotes=more.pop("quotes", {"AAPL": quote()}),
    )
    given_facts = {
        "state": state,
        "asset": asset(),
        "is_listed_known": True,
        "is_reconciled": True,
        "is_trading_live": True,
        "limits": Limits(),
        "now": at(now),
    }
    return Facts(**{**given_facts, **more})


def objections(wanted: OrderRequest, known: Facts) -> list[str]:
    return [check.rule for check in check_all(wanted, known, RULES) if not check.passed]


def test_a_plain_order_passes_every_rule():
    assert objections(buy(), facts()) == []
    assert objections(sell(limit="190.00"), facts(held="10")) == []


@pytest.mark.parametrize(
    ("rule", "wanted", "known"),
    [
        ("reconciled", buy(), facts(is_reconciled=False)),
        ("reconciled", buy(), facts(account=account(is_blocked=True))),
        ("trading stream", buy(), facts(is_trading_live=False)),
        ("symbol", buy(), facts(asset=None)),
        ("symbol", buy(), facts(asset=asset(is_tradable=False))),
        ("quantity", buy("1e9"), facts(account=account("1e12"))),
        ("quantity", buy("Infinity"), facts()),
        ("fraction", buy("0.5"), facts(asset=asset(is_fractionable=False))),
        ("fraction", buy("0.0000000001"), facts()),
        ("fraction", buy("0.5", time_in_force=TimeInForce.GTC), facts()),
        ("tick", buy(limit="190.105"), facts()),
        ("price collar", buy(limit="199.61"), facts()),
        ("price collar", buy(limit="94.99"), facts()),
        ("price collar", sell(limit="180.49"), facts(held="10")),
        ("notional", buy("1316"), facts(account=account("1e9"))),
        ("buying power", buy("527"), facts()),
        ("buying power", buy(), facts(account=None)),
        ("quote", buy(), facts(now=2.001)),
        ("quote", buy(), facts(quotes={})),
        ("quote", buy(limit=None), facts(now=3)),
        ("quote", buy(), facts(quotes={"AAPL": quote(bid=0.0)})),
        ("short sale", sell("11"), facts(held="10")),
        ("short sale", buy("11"), facts(held="-10")),
        ("short sale", sell(), facts(asset=asset(is_shortable=False))),
        ("short sale", sell(), facts(account=account(may_short=False))),
        ("short sale", sell("0.5"), facts()),
        ("terms", buy(extended_hours=True, time_in_force=TimeInForce.IOC), facts()),
        (
            "stop price",
            buy(limit=None, order_type=OrderType.STOP, stop_price=Decimal("190.00")),
            facts(),
        ),
        (
            "self-cross",
            buy(limit="190.10"),
            facts(orders=[order(wanted=sell(limit="190.05", key="kc-t-1"))]),
        ),
        (
            "unknown orders",
            buy(),
            facts(orders=[order(status=OrderStatus.UNKNOWN, wanted=buy("1", key="kc-t-1"))]),
        ),
    ],
)
def test_each_rule_stops_what_it_is_there_for(rule, wanted, known):
    checks = {check.rule: check for check in check_all(wanted, known, RULES)}

    assert not checks[rule].passed
    assert checks[rule].detail.endswith((".", "moment."))


def test_every_rule_speaks_once_and_all_of_them_speak():
    hopeless = buy("1e9", limit="0.00001")

    checks = check_all(hopeless, facts(asset=None, is_reconciled=False), RULES)

    assert len({check.rule for check in checks}) == len(RULES)
    assert sum(not check.passed for check in checks) >= 4


def test_limits_hold_exactly_at_their_boundary():
    rich = facts(account=account("1e9"))

    assert objections(buy("2500", limit="100.00"), _quoted(rich, 99.9, 100.0)) == []
    assert objections(buy("2501", limit="100.00"), _quoted(rich, 99.9, 100.0)) == ["notional"]
    assert objections(buy(), facts(now=2.0)) == []


@given(st.integers(1, 60), st.integers(0, 60), st.sampled_from(["unknown", "in_flight"]))
def test_buying_power_reckons_unconfirmed_orders_as_filled(qty, unconfirmed, status):
    in_msft = request(symbol="MSFT", qty=str(unconfirmed or 1), limit="100", key="kc-t-1")
    other = order(status=OrderStatus(status), wanted=in_msft, broker_id=None)
    known = facts(orders=[other] if unconfirmed else [], account=account("5000"))
    known = _quoted(known, 99.9, 100.0)

    is_too_much = (qty + unconfirmed) * 100 > 5000

    assert ("buying power" in objections(buy(str(qty), limit="100"), known)) is is_too_much


@given(
    st.integers(1, 100).map(str),
    st.sampled_from([Side.BUY, Side.SELL]),
    st.sampled_from([None, "190.00"]),
    st.booleans(),
    st.integers(0, 100),
)
def test_nothing_traps_an_order_that_reduces(qty, side, limit, is_live, seconds):
    held = qty if side is Side.SELL else f"-{qty}"
    poor = account("0", may_short=False, is_blocked=True)
    trapped = facts(
        held=held, account=poor, asset=None, is_trading_live=is_live, now=float(seconds)
    )

    assert objections(request(side, qty, limit=limit), trapped) == []


@given(st.integers(-20, 20), st.integers(1, 30), st.sampled_from(Side))
def test_no_order_that_passes_crosses_through_zero(held, qty, side):
    wanted = request(side, str(qty), limit="190.05")

    if not objections(wanted, facts(held=str(held))):
        after = held + side.sign * qty
        assert held * after >= 0


REDUCING = Restraint(
    source=Source.REDUCING, mode=Mode.REDUCING, reason="a test", by="ann", since=NOON
)


@pytest.mark.parametrize(
    ("rule", "known"),
    [
        ("mode", {"restraints": (REDUCING,)}),
        ("mode", {"restraints": (replace(REDUCING, mode=Mode.HALTED),)}),
        ("order rate", {"sent_last_minute": 120}),
        ("duplicate order", {"age_of_twin": 4.999}),
    ],
)
def test_an_entry_is_stopped_by_the_mode_the_rate_and_its_twin(rule, known):
    assert objections(buy(), facts(**known)) == [rule]


@pytest.mark.parametrize("known", [{"sent_last_minute": 119}, {"age_of_twin": 5.0}])
def test_rate_and_repetition_hold_exactly_at_their_boundary(known):
    assert objections(buy(), facts(**known)) == []


def test_an_exit_waits_for_no_mode_no_rate_and_no_twin():
    trapped = facts(held="10", restraints=(REDUCING,), sent_last_minute=10**6, age_of_twin=0.0)

    assert objections(sell("10"), trapped) == []


def test_what_was_sold_and_is_not_in_the_positions_yet_is_no_longer_there():
    known = facts(held="10", restraints=(REDUCING,), unseen=lambda *_: Decimal(4))

    assert objections(sell("6"), known) == []
    assert "mode" in objections(sell("7"), known)


def test_an_order_that_is_replaced_does_not_count_against_its_successor():
    resting = order(wanted=buy("500", limit="190.00", key="kc-t-1"), submitted_at=at(-5))
    known = facts(orders=[resting], account=account("4000"), replacing=resting)

    assert objections(buy("510", limit="190.00"), known) == []
    assert objections(buy("522", limit="190.00"), known) == ["buying power"]


def test_a_limit_ticket_without_a_price_is_priced_at_the_touch():
    bought = price(ticket(Side.BUY), facts().state, "kc-t-1")
    sold = price(ticket(Side.SELL), facts().state, "kc-t-2")

    assert (str(bought.limit_price), str(sold.limit_price)) == ("190.10", "190.00")


def test_a_ticket_that_cannot_be_priced_says_why():
    with pytest.raises(NotPriced, match="There is no ask of AAPL to price from"):
        price(ticket(Side.BUY), TradingState(), "kc-t-1")
    with pytest.raises(NotPriced, match="The quantity must be more than 0"):
        price(ticket(qty="0", limit_price=Decimal(1)), facts().state, "kc-t-1")


def _quoted(known: Facts, bid: float, ask: float) -> Facts:
    state = replace(known.state, quotes={s: quote(s, bid, ask) for s in ("AAPL", "MSFT")})
    return replace(known, state=state)


def test_an_exit_may_be_larger_than_any_entry():
    whole = sell("250000", limit="190.00")

    assert objections(whole, facts(held="250000")) == []
    assert "quantity" in objections(sell("250001", limit="190.00"), facts(held="250000"))
    assert "quantity" in objections(buy("250000"), facts())


def test_the_orders_of_a_day_are_looked_through_once_for_all_rules():
    known = facts(orders=[order("kc-1"), order("kc-2")])

    assert known.other_orders is known.other_orders


def test_facts_of_another_state_look_at_its_orders():
    known = facts(orders=[order("kc-1"), order("kc-2")])
    assert len(known.other_orders) == 2

    later = replace(known, state=replace(known.state, orders={}))

    assert later.other_orders == ()
