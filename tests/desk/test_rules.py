"""Each limit of the gate holds exactly at its figure."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from console.desk.gate import check_all
from console.desk.limits import Limits
from console.desk.rules import RULES
from console.domain.orders import LegRole, OrderStatus, OrderType, Side, TimeInForce
from tests.builders import NOON, account, asset, at, buy, order, quote, sell
from tests.desk.test_gate import facts

D = Decimal
MOST = Limits()


def objection(rule: str, asked, known) -> str:
    """Return what one rule objects; empty when it lets the order pass."""
    checks = {check.rule: check for check in check_all(asked, known, RULES)}
    return "" if checks[rule].passed else checks[rule].detail


@pytest.mark.parametrize(("qty", "passes"), [("100000", True), ("100001", False)])
def test_the_quantity(qty, passes):
    told = objection("quantity", buy(qty), facts())

    assert (told == "") is passes
    assert passes or told == "The quantity 100,001 is over the limit of 100,000 shares."


def test_an_exit_may_be_as_large_as_what_is_held():
    known = facts(held="200000")

    assert objection("quantity", sell("200000"), known) == ""
    assert objection("notional", sell("200000"), known) == ""


@pytest.mark.parametrize(
    ("qty", "listed", "words"),
    [
        ("10", asset(is_fractionable=False), ""),
        ("0.5", asset(is_fractionable=False), "trades in whole shares only"),
        ("0.123456789", asset(), ""),
        ("0.1234567891", asset(), "at most 9 decimals"),
    ],
)
def test_fractions(qty, listed, words):
    told = objection("fraction", buy(qty), facts(asset=listed))

    assert words in told
    assert bool(told) is bool(words)


def test_a_fraction_is_a_day_order_and_no_trailing_stop():
    good_till_canceled = buy("0.5", time_in_force=TimeInForce.GTC)
    trailing = sell("0.5", limit=None, order_type=OrderType.TRAILING_STOP, trail_percent=D(1))

    assert "must be a day order" in objection("fraction", good_till_canceled, facts())
    assert "needs whole shares" in objection("fraction", trailing, facts(held="1"))


@pytest.mark.parametrize(("trail", "passes"), [("0.1", True), ("0.09", False)])
def test_the_trail(trail, passes):
    asked = sell(limit=None, order_type=OrderType.TRAILING_STOP, trail_percent=D(trail))

    assert (objection("terms", asked, facts(held="10")) == "") is passes


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("199.605", ""),
        ("199.61", "over 5% above the ask"),
        ("95.00", ""),
        ("94.99", "over 50% below the bid"),
    ],
)
def test_the_collar_of_a_purchase(limit, words):
    told = objection("price collar", buy(limit=limit), facts())

    assert words in told
    assert bool(told) is bool(words)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("180.50", ""),
        ("180.49", "over 5% below the bid"),
        ("285.15", ""),
        ("285.16", "over 50% above the ask"),
    ],
)
def test_the_collar_of_a_sale(limit, words):
    told = objection("price collar", sell(limit=limit), facts())

    assert words in told
    assert bool(told) is bool(words)


def test_an_exit_may_wait_far_away_but_not_give_the_holding_away():
    long, short = facts(held="10"), facts(held="-10")

    assert objection("price collar", sell(limit="900"), long) == ""
    assert "below the bid" in objection("price collar", sell(limit="180.49"), long)
    assert objection("price collar", buy(limit="1"), short) == ""
    assert "above the ask" in objection("price collar", buy(limit="199.61"), short)


@pytest.mark.parametrize(("limit", "passes"), [("2500.00", True), ("2500.01", False)])
def test_the_worth(limit, passes):
    told = objection("notional", buy("100", limit=limit), facts())

    assert (told == "") is passes
    assert passes or told == "The order is worth $250,001.00, over the limit of $250,000.00."


@pytest.mark.parametrize(("has", "passes"), [("1901.00", True), ("1900.99", False)])
def test_the_buying_power(has, passes):
    told = objection("buying power", buy(), facts(account=account(has)))

    assert (told == "") is passes
    assert passes or told == "The order needs $1,901.00; $1,900.99 is free."


@pytest.mark.parametrize("status", [OrderStatus.UNKNOWN, OrderStatus.IN_FLIGHT])
def test_an_order_without_an_answer_counts_wholly_against_the_buying_power(status):
    lost = order("kc-t-9", status, wanted=buy("5", key="kc-t-9"), submitted_at=at(1))

    free = objection("buying power", buy("5"), facts(account=account("1901"), orders=[lost]))
    short = objection("buying power", buy("5"), facts(account=account("1900"), orders=[lost]))

    assert (free, short) == ("", "The order needs $950.50; $949.50 is free.")


def test_a_replacement_is_given_what_the_old_order_had_set_aside():
    old = order("kc-t-9", wanted=buy("5", key="kc-t-9"))
    known = {"orders": [old], "replacing": old}

    told_before = objection("buying power", buy("6"), facts(account=account("191"), **known))
    earlier = account("191", made_at=NOON - timedelta(seconds=1))
    told_after = objection("buying power", buy("6"), facts(account=earlier, **known))

    assert told_before == ""
    assert told_after == "The order needs $1,140.60; $191.00 is free."


@pytest.mark.parametrize(("age", "passes"), [(2.0, True), (2.001, False)])
def test_the_age_of_a_quote(age, passes):
    told = objection("quote", buy(), facts(now=age))

    assert (told == "") is passes
    assert passes or told == "The quote of AAPL is 2.0 s old, over 2 s; wait."


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (quote(bid=0.0), "has one side only"),
        (quote(bid=190.2), "is crossed"),
        (None, "There is no quote of AAPL"),
    ],
)
def test_a_quote_that_is_none(told, words):
    known = facts(quotes={} if told is None else {"AAPL": told})

    assert words in objection("quote", buy(), known)


@pytest.mark.parametrize(
    ("side", "stop", "words"),
    [
        (Side.BUY, "190.11", ""),
        (Side.BUY, "190.10", "A buy stop must lie above the ask of 190.1."),
        (Side.SELL, "189.99", ""),
        (Side.SELL, "190.00", "A sell stop must lie below the bid of 190."),
    ],
)
def test_the_stop(side, stop, words):
    make = buy if side is Side.BUY else sell
    asked = make(limit=None, order_type=OrderType.STOP, stop_price=D(stop))

    assert objection("stop price", asked, facts()) == words


@pytest.mark.parametrize(("sent", "passes"), [(119, True), (120, False)])
def test_the_rate(sent, passes):
    known = facts(sent_last_minute=sent)

    assert (objection("order rate", buy(), known) == "") is passes
    assert objection("order rate", sell(), replace(facts(held="10"), sent_last_minute=sent)) == ""


@pytest.mark.parametrize(("age", "passes"), [(None, True), (5.0, True), (4.9, False)])
def test_the_repetition(age, passes):
    told = objection("duplicate order", buy(), facts(age_of_twin=age))

    assert (told == "") is passes
    assert passes or told.startswith("The same order was sent 4.9 s ago; wait until 5 s are over")


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"is_listed_known": False}, "has not told its list"),
        ({"asset": None}, "is no instrument of this broker"),
        ({"asset": asset(is_tradable=False)}, "cannot be traded at this broker now"),
    ],
)
def test_a_symbol_must_be_listed_to_be_entered_and_may_always_be_left(known, words):
    assert words in objection("symbol", buy(), facts(**known))
    assert objection("symbol", sell(), facts(held="10", **known)) == ""


def test_nothing_passes_before_the_reconciliation_and_a_blocked_account_only_exits():
    blocked = account(is_blocked=True)

    assert "Not reconciled" in objection("reconciled", buy(), facts(is_reconciled=False))
    assert "has blocked this account" in objection("reconciled", buy(), facts(account=blocked))
    assert objection("reconciled", sell(), facts(held="10", account=blocked)) == ""


@pytest.mark.parametrize(
    ("duration", "kind", "extended", "words"),
    [
        (TimeInForce.IOC, OrderType.STOP, False, "ioc needs a market or a limit order."),
        (TimeInForce.OPG, OrderType.LIMIT, False, ""),
        (TimeInForce.DAY, OrderType.LIMIT, True, ""),
        (TimeInForce.GTC, OrderType.LIMIT, True, ""),
        (TimeInForce.IOC, OrderType.LIMIT, True, "Extended hours take only limit orders"),
        (TimeInForce.DAY, OrderType.MARKET, True, "Extended hours take only limit orders"),
    ],
)
def test_what_goes_together(duration, kind, extended, words):
    prices = {
        OrderType.STOP: {"limit": None, "stop_price": D(195)},
        OrderType.LIMIT: {},
        OrderType.MARKET: {"limit": None},
    }
    asked = buy(order_type=kind, time_in_force=duration, extended_hours=extended, **prices[kind])

    told = objection("terms", asked, facts())
    assert words in told
    assert bool(told) is bool(words)


def test_only_an_unknown_order_of_the_same_symbol_bars_an_entry():
    working = order("kc-t-8", wanted=buy(key="kc-t-8"))
    elsewhere = order("kc-t-9", OrderStatus.UNKNOWN, wanted=buy(symbol="MSFT", key="kc-t-9"))
    lost = order("kc-t-7", OrderStatus.UNKNOWN, wanted=buy(key="kc-t-7"))

    assert objection("unknown orders", buy(), facts(orders=[working, elsewhere])) == ""
    assert "is unknown" in objection("unknown orders", buy(), facts(orders=[lost]))


def test_every_own_order_of_the_symbol_is_looked_at_for_a_cross():
    elsewhere = order("kc-t-8", wanted=sell(symbol="MSFT", limit="1.00", key="kc-t-8"))
    ahead = order("kc-t-9", wanted=sell(limit="190.00", key="kc-t-9"))

    assert objection("self-cross", buy(), facts(orders=[elsewhere])) == ""
    assert "Cancel that first" in objection("self-cross", buy(), facts(orders=[elsewhere, ahead]))


def test_a_stop_without_a_limit_must_be_on_its_tick_too():
    asked = buy(limit=None, order_type=OrderType.STOP, stop_price=D("195.005"))

    assert "stop price 195.005 is not a multiple of 0.01" in objection("tick", asked, facts())


def test_a_market_order_has_no_price_of_its_own_and_is_reckoned_by_the_ask():
    priced = buy(order_type=OrderType.MARKET)

    assert "has no limit and no stop price" in objection("terms", priced, facts())
    assert "needs $1,901.00" in objection(
        "buying power", buy(limit=None), facts(account=account("1900"))
    )
    assert "worth $380,200.00" in objection("notional", buy("2000", limit=None), facts())


def replaced(**more):
    """Facts in which a stop-loss of 10 shares, whose entry has not filled, is replaced."""
    leg = order("kc-t-2", OrderStatus.HELD, wanted=sell(key="kc-t-2"), role=LegRole.STOP_LOSS)
    return facts(orders=[leg], replacing=leg, **more)


@pytest.mark.parametrize(("qty", "is_exit"), [("9", True), ("10", True), ("11", False)])
def test_a_leg_stays_an_exit_while_it_grows_no_larger(qty, is_exit):
    barred = replaced(asset=asset(is_shortable=False))

    assert replaced().is_exit(sell(qty)) is is_exit
    assert (objection("short sale", sell(qty), barred) == "") is is_exit


def test_a_leg_is_no_licence_for_another_order():
    own = order("kc-t-3", wanted=sell(key="kc-t-3"))
    barred = facts(orders=[own], replacing=own, asset=asset(is_shortable=False))

    assert not barred.is_exit(sell())
    assert objection("short sale", sell(), barred) != ""


@pytest.mark.parametrize(
    ("filled", "most", "too_many"), [("0", "31", "32"), ("5", "26", "27"), ("10", "21", "22")]
)
def test_what_is_left_of_a_replaced_market_order_is_free_again(filled, most, too_many):
    resting = order(wanted=buy(limit=None), filled=filled, submitted_at=at(-5))
    known = facts(orders=[resting], account=account("4000"), replacing=resting)

    assert objection("buying power", buy(most), known) == ""
    assert "is free" in objection("buying power", buy(too_many), known)


def test_without_a_quote_a_replaced_market_order_frees_nothing_and_breaks_nothing():
    resting = order(wanted=buy(limit=None), submitted_at=at(-5))
    known = facts(orders=[resting], account=account("1901"), replacing=resting, quotes={})

    assert objection("buying power", buy("10"), known) == ""
    assert "$1,901.00 is free" in objection("buying power", buy("11"), known)
