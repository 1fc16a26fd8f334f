"""What the gate says of an order, rule by rule, to the letter: it is read in a hurry."""

from dataclasses import replace
from decimal import Decimal

import pytest

from console.desk.rules import RULES
from console.domain.halt import Mode, Restraint, Source
from console.domain.orders import LegRole, OrderClass, OrderStatus, OrderType, Side, TimeInForce
from console.domain.receipts import Check
from tests.builders import NOON, account, asset, buy, order, request, sell
from tests.desk.test_gate import facts

D = Decimal
OUT = sell()
HELD = {"held": "10"}
EXITS = {"take_profit": D(196), "stop_loss": D(187)}
BRACKET = buy(order_class=OrderClass.BRACKET, **EXITS)
OCO = sell(limit="196", order_class=OrderClass.OCO, **EXITS)
OTO = buy(order_class=OrderClass.OTO, stop_loss=D(187))
NEWS = Restraint(source=Source.REDUCING, mode=Mode.REDUCING, reason="news", by="ann", since=NOON)
DISK = Restraint(
    source=Source.AUDIT, mode=Mode.HALTED, reason="disk full", by="the desk", since=NOON
)
LOST = order("kc-t-7", OrderStatus.UNKNOWN, wanted=buy(key="kc-t-7"))
RESTING = order("kc-t-9", wanted=sell(limit="190.00", key="kc-t-9"))
LEG = order("kc-t-2", OrderStatus.HELD, wanted=sell(key="kc-t-2"), role=LegRole.STOP_LOSS)
TRAILING = {"limit": None, "order_type": OrderType.TRAILING_STOP}


def said(rule: str, asked, known) -> Check:
    """Return what one rule says."""
    return next(check for r in RULES if (check := r(asked, known)).rule == rule)


@pytest.mark.parametrize(
    ("rule", "asked", "known", "sentence"),
    [
        (
            "reconciled",
            buy(),
            {"is_reconciled": False},
            "Not reconciled with the broker yet; try again in a moment.",
        ),
        (
            "reconciled",
            buy(),
            {"account": account(is_blocked=True)},
            "The broker has blocked this account for trading; ask the broker.",
        ),
        (
            "mode",
            buy(),
            {"restraints": (DISK,)},
            "Nothing is sent: audit not writable: disk full (by the desk).",
        ),
        (
            "mode",
            buy(),
            {"restraints": (NEWS,)},
            "Only orders that reduce are let through: reducing latch: news (by ann).",
        ),
        (
            "mode",
            buy(),
            {"restraints": (NEWS, DISK)},
            (
                "Nothing is sent: reducing latch: news (by ann); "
                "audit not writable: disk full (by the desk)."
            ),
        ),
        (
            "trading stream",
            buy(),
            {"is_trading_live": False},
            "The trading stream is down: only orders that reduce may be sent.",
        ),
        (
            "symbol",
            buy(),
            {"is_listed_known": False},
            "The broker has not told its list of instruments yet.",
        ),
        (
            "symbol",
            buy(),
            {"asset": None},
            "AAPL is no instrument of this broker; check the spelling.",
        ),
        (
            "symbol",
            buy(),
            {"asset": asset(is_tradable=False)},
            "AAPL cannot be traded at this broker now.",
        ),
        ("quantity", buy("Infinity"), {}, "The quantity is no number: Infinity."),
        (
            "quantity",
            buy("100001"),
            {},
            "The quantity 100,001 is over the limit of 100,000 shares.",
        ),
        (
            "fraction",
            buy("0.5"),
            {"asset": asset(is_fractionable=False)},
            "AAPL trades in whole shares only; 0.5 is not.",
        ),
        ("fraction", buy("0.1234567891"), {}, "A quantity has at most 9 decimals."),
        (
            "fraction",
            buy("0.5", time_in_force=TimeInForce.GTC),
            {},
            "An order for a fraction of a share must be a day order.",
        ),
        (
            "fraction",
            sell("0.5", **TRAILING, trail_percent=D(1)),
            {"held": "1"},
            "A trailing stop needs whole shares.",
        ),
        (
            "terms",
            buy(
                limit=None,
                order_type=OrderType.STOP,
                stop_price=D(195),
                time_in_force=TimeInForce.IOC,
            ),
            {},
            "ioc needs a market or a limit order.",
        ),
        (
            "terms",
            buy(limit=None, extended_hours=True),
            {},
            "Extended hours take only limit orders, day or gtc.",
        ),
        (
            "terms",
            buy(order_type=OrderType.MARKET),
            {},
            "A market order has no limit and no stop price.",
        ),
        (
            "terms",
            sell(**TRAILING, trail_percent=D("0.09")),
            HELD,
            "The trail must be at least 0.1 %.",
        ),
        (
            "notional",
            buy(limit=None),
            {"quotes": {}},
            "There is no price to reckon the worth of AAPL by.",
        ),
        (
            "notional",
            buy("100", limit="2500.01"),
            {},
            "The order is worth $250,001.00, over the limit of $250,000.00.",
        ),
        ("buying power", buy(), {"account": None}, "The account's buying power is not known yet."),
        (
            "buying power",
            buy(limit=None),
            {"quotes": {}},
            "There is no price to reckon the cost of AAPL by.",
        ),
        (
            "buying power",
            buy(),
            {"account": account("1900.99")},
            "The order needs $1,901.00; $1,900.99 is free.",
        ),
        (
            "unknown orders",
            buy(),
            {"orders": [LOST]},
            "An order in AAPL is unknown; wait until the broker has told of it.",
        ),
        (
            "self-cross",
            buy(),
            {"orders": [RESTING]},
            "It could trade with our own order: sell 10 AAPL @ 190.00 day. Cancel that first.",
        ),
        (
            "order rate",
            buy(),
            {"sent_last_minute": 120},
            "120 orders were sent within a minute, the limit is 120; wait a moment.",
        ),
        (
            "duplicate order",
            buy(),
            {"age_of_twin": 4.9},
            "The same order was sent 4.9 s ago; wait until 5 s are over, or change it.",
        ),
        (
            "order class",
            buy(stop_loss_limit=D(186), order_class=OrderClass.OTO, take_profit=D(196)),
            {},
            "The limit of a stop-loss needs its stop price.",
        ),
        ("order class", buy(**EXITS), {}, "A simple order has no take-profit and no stop-loss."),
        (
            "order class",
            replace(OTO, stop_loss=None),
            {},
            "An OTO needs either a take-profit or a stop-loss.",
        ),
        (
            "order class",
            replace(BRACKET, stop_loss=None),
            {},
            "A bracket needs a take-profit and a stop-loss.",
        ),
        (
            "order class",
            replace(OCO, stop_loss=None),
            {},
            "An OCO needs a take-profit and a stop-loss.",
        ),
        ("order class", replace(BRACKET, qty=D("1.5")), {}, "A bracket needs whole shares."),
        ("order class", replace(OTO, qty=D("1.5")), {}, "An OTO needs whole shares."),
        (
            "order class",
            replace(OCO, order_type=OrderType.MARKET),
            {},
            "An OCO is a limit order, at its take-profit.",
        ),
        (
            "order class",
            replace(
                BRACKET, limit_price=None, order_type=OrderType.TRAILING_STOP, trail_price=D(1)
            ),
            {},
            "A trailing stop has no exits of its own.",
        ),
        (
            "order class",
            replace(BRACKET, extended_hours=True),
            {},
            "A bracket works in regular hours only: delete ext.",
        ),
        (
            "order class",
            replace(BRACKET, time_in_force=TimeInForce.IOC),
            {},
            "A bracket must be day or gtc, not ioc.",
        ),
        (
            "order class",
            replace(BRACKET, stop_loss=None, qty=D("1.5")),
            {},
            "A bracket needs a take-profit and a stop-loss. A bracket needs whole shares.",
        ),
        ("entry or exit", OCO, {}, "An OCO exits a position, and this one would open one in AAPL."),
        (
            "entry or exit",
            request(
                Side.SELL, order_class=OrderClass.BRACKET, take_profit=D(180), stop_loss=D(195)
            ),
            HELD,
            "A bracket enters a position, and this one would close AAPL: write oco.",
        ),
        (
            "exits",
            replace(BRACKET, take_profit=D("190.10")),
            {},
            "The take-profit must lie at least a cent above 190.10.",
        ),
        (
            "exits",
            replace(BRACKET, stop_loss=D("190.10")),
            {},
            "The stop-loss must lie at least a cent below 190.10.",
        ),
        (
            "exits",
            replace(BRACKET, take_profit=D("196.001")),
            {},
            "The take-profit 196.001 is not a multiple of 0.01.",
        ),
        (
            "exits",
            replace(BRACKET, stop_loss=D("187.001")),
            {},
            "The stop-loss 187.001 is not a multiple of 0.01.",
        ),
        (
            "exits",
            replace(BRACKET, stop_loss_limit=D("186.001")),
            {},
            "The stop-loss limit 186.001 is not a multiple of 0.01.",
        ),
        (
            "exits",
            replace(BRACKET, take_profit=D(180), stop_loss=D(185)),
            {},
            (
                "The take-profit must lie above the stop-loss. "
                "The take-profit must lie at least a cent above 190.10."
            ),
        ),
        (
            "exits",
            sell(limit="190", order_class=OrderClass.BRACKET, take_profit=D(195), stop_loss=D(180)),
            {},
            (
                "The take-profit must lie below the stop-loss. "
                "The take-profit must lie at least a cent below 190. "
                "The stop-loss must lie at least a cent above 190."
            ),
        ),
        ("amount", buy(limit=None, notional=D("0.99")), {}, "An order is for at least $1."),
        (
            "amount",
            buy(notional=D(50)),
            {"asset": asset(is_fractionable=False)},
            "AAPL trades in whole shares only: write how many.",
        ),
        (
            "amount",
            buy(limit=None, notional=D(100), order_type=OrderType.STOP, stop_price=D(195)),
            {},
            "An order for dollars is a market or a limit order.",
        ),
        (
            "amount",
            buy(notional=D(50), time_in_force=TimeInForce.GTC),
            {},
            "An order for dollars must be a day order.",
        ),
        (
            "amount",
            sell(limit=None, notional=D(100)),
            {},
            "A short sale is in whole shares, not for dollars.",
        ),
        (
            "auction",
            buy(time_in_force=TimeInForce.OPG),
            {},
            "opg is not taken from 09:28 to 19:00 in New York.",
        ),
    ],
)
def test_a_refusal_is_this_sentence(rule, asked, known, sentence):
    told = said(rule, asked, facts(**known))

    assert (told.passed, told.detail) == (False, sentence)


@pytest.mark.parametrize(
    ("rule", "asked", "known", "words"),
    [
        ("reconciled", buy(), {}, "reconciled with the broker"),
        ("mode", buy(), {}, "active"),
        (
            "mode",
            OUT,
            {"held": "10", "restraints": (NEWS,)},
            "reducing, and this order only reduces",
        ),
        ("trading stream", buy(), {}, "live"),
        (
            "trading stream",
            OUT,
            {"held": "10", "is_trading_live": False},
            "down, but this order only reduces",
        ),
        (
            "trading stream",
            buy(),
            {"is_trading_live": False, "blind_reason": "seen elsewhere"},
            "down, and overridden: seen elsewhere",
        ),
        ("symbol", OUT, HELD, "AAPL is held"),
        ("symbol", buy(), {}, "AAPL Inc."),
        ("quantity", sell("200000"), {"held": "200000"}, "200000, and this order only reduces"),
        ("quantity", buy(), {}, "10 of at most 100,000 shares"),
        ("fraction", buy(), {}, "whole shares"),
        ("fraction", buy("0.5"), {}, "0.5, fractions are allowed"),
        ("terms", sell(**TRAILING, trail_percent=D(1)), HELD, "trailing stop, day"),
        ("notional", OUT, HELD, "this order only reduces"),
        ("notional", buy(), {}, "$1,901.00 of at most $250,000.00"),
        ("buying power", OUT, HELD, "this order only reduces"),
        ("buying power", buy(), {}, "$1,901.00 of $100,000.00"),
        ("short sale", buy(), {}, "a purchase"),
        ("unknown orders", buy(), {}, "none"),
        (
            "unknown orders",
            OUT,
            {"held": "20", "orders": [LOST]},
            "one, but this order only reduces",
        ),
        ("self-cross", OUT, HELD, "this order only reduces"),
        ("self-cross", buy(), {}, "no own order in the way"),
        ("order rate", OUT, HELD, "this order only reduces"),
        ("order rate", buy(), {}, "0 of at most 120 within a minute"),
        ("duplicate order", OUT, HELD, "this order only reduces"),
        ("duplicate order", buy(), {}, "none of late"),
        ("order class", BRACKET, {}, "bracket"),
        ("order class", buy(), {"orders": [RESTING], "replacing": RESTING}, "as before"),
        ("entry or exit", buy(), {}, "either"),
        ("entry or exit", BRACKET, {}, "an entry"),
        ("entry or exit", OCO, HELD, "an exit"),
        ("exits", buy(), {}, "none"),
        ("exits", BRACKET, {}, "beyond the entry on both sides"),
        ("amount", buy(), {}, "in shares"),
        ("amount", buy(notional=D(5000)), {}, "$5,000.00, at most 10 shares"),
        ("auction", buy(), {}, "none"),
        ("auction", buy(time_in_force=TimeInForce.CLS), {}, "cls, until 15:50 in New York"),
        ("short sale", sell(), {"orders": [LEG], "replacing": LEG}, "an exit as before"),
    ],
)
def test_a_check_that_lets_an_order_pass_says_why(rule, asked, known, words):
    told = said(rule, asked, facts(**known))

    assert (told.passed, told.detail) == (True, words)
