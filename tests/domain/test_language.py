"""The order language: what it understands, what it refuses, and how it says so."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.domain.alerts import Direction
from console.domain.hints import hint
from console.domain.instruments import to_tick
from console.domain.language import NOTHING_WRITTEN, VERBS, parse, wording
from console.domain.orders import (
    Order,
    OrderClass,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from console.domain.state import TradingState
from console.domain.targets import resolve
from console.domain.terms import TERM_WORDS
from console.domain.tickets import (
    AlertCommand,
    CancelCommand,
    ExitCommand,
    FlatCommand,
    Intent,
    ReplaceCommand,
    Ticket,
    UnalertCommand,
    WatchCommand,
)
from console.domain.words import Problem

D = Decimal


def ticket(**terms):
    return Ticket(**{"symbol": "AAPL", "side": Side.BUY, "qty": D(10), **terms})


LIMIT_190 = ticket(limit_price=D("190.10"))

UNDERSTOOD = {
    "buy 10 AAPL @ 190.10 day": LIMIT_190,
    "buy 10 aapl @190.10": LIMIT_190,
    "buy 10 AAPL@190.10": LIMIT_190,
    "  BUY   10  Aapl  LIMIT 190.1  ": LIMIT_190,
    "buy 10 AAPL lmt $190.10": LIMIT_190,
    "buy 10 AAPL day @ 190.10": LIMIT_190,
    "buy 10 AAPL": ticket(),
    "buy 0.5 AAPL": ticket(qty=D("0.5")),
    "buy 1,000 AAPL": ticket(qty=D(1000)),
    "buy 10 BRK.B": ticket(symbol="BRK.B"),
    "buy 10 DAY @ 190.10 gtc": ticket(
        symbol="DAY", limit_price=D("190.10"), time_in_force=TimeInForce.GTC
    ),
    "buy 10 AAPL @ 0.1234": ticket(limit_price=D("0.1234")),
    "sell 5 IBM mkt ioc": Ticket(
        symbol="IBM",
        side=Side.SELL,
        qty=D(5),
        order_type=OrderType.MARKET,
        time_in_force=TimeInForce.IOC,
    ),
    "buy 10 AAPL stop 195": ticket(order_type=OrderType.STOP, stop_price=D(195)),
    "buy 10 AAPL stop 195 limit 195.5 fok": ticket(
        order_type=OrderType.STOP_LIMIT,
        stop_price=D(195),
        limit_price=D("195.5"),
        time_in_force=TimeInForce.FOK,
    ),
    "buy 10 AAPL @ 190.10 opg": replace(LIMIT_190, time_in_force=TimeInForce.OPG),
    "buy 10 AAPL mkt cls": ticket(order_type=OrderType.MARKET, time_in_force=TimeInForce.CLS),
    "buy 10 AAPL @ 190.10 gtc ext": replace(
        LIMIT_190, time_in_force=TimeInForce.GTC, extended_hours=True
    ),
    "sell 10 AAPL trail 2%": ticket(
        side=Side.SELL, order_type=OrderType.TRAILING_STOP, trail_percent=D(2)
    ),
    "sell 10 AAPL trail 1.50 gtc": ticket(
        side=Side.SELL,
        order_type=OrderType.TRAILING_STOP,
        trail_price=D("1.50"),
        time_in_force=TimeInForce.GTC,
    ),
    "sell half AAPL": ticket(side=Side.SELL, qty=None, portion=D(50)),
    "sell 25% AAPL": ticket(side=Side.SELL, qty=None, portion=D(25)),
    "sell all IBM mkt": Ticket(
        symbol="IBM", side=Side.SELL, portion=D(100), order_type=OrderType.MARKET
    ),
    "sell 10 ALL": ticket(symbol="ALL", side=Side.SELL),
    "buy $5000 SPY": ticket(symbol="SPY", qty=None, notional=D(5000)),
    "buy r1% AAPL @190.10 sl 187 tp 196": ticket(
        qty=None,
        risk_percent=D(1),
        limit_price=D("190.10"),
        order_class=OrderClass.BRACKET,
        take_profit=D(196),
        stop_loss=D(187),
    ),
    "short 100 IBM @ 185": Ticket(
        symbol="IBM", side=Side.SELL, qty=D(100), intent=Intent.SHORT, limit_price=D(185)
    ),
    "cover IBM": Ticket(symbol="IBM", side=Side.BUY, portion=D(100), intent=Intent.COVER),
    "cover all": Ticket(symbol="ALL", side=Side.BUY, portion=D(100), intent=Intent.COVER),
    "cover half IBM": Ticket(symbol="IBM", side=Side.BUY, portion=D(50), intent=Intent.COVER),
    "cover 5 IBM mkt": Ticket(
        symbol="IBM", side=Side.BUY, qty=D(5), intent=Intent.COVER, order_type=OrderType.MARKET
    ),
    "buy 10 AAPL @ 190.10 bracket tp 196 sl 187/186.5": replace(
        LIMIT_190,
        order_class=OrderClass.BRACKET,
        take_profit=D(196),
        stop_loss=D(187),
        stop_loss_limit=D("186.5"),
    ),
    "buy 10 AAPL @ 190.10 oto sl 187": replace(
        LIMIT_190, order_class=OrderClass.OTO, stop_loss=D(187)
    ),
    "sell 10 AAPL oco tp 196 sl 187 gtc": ticket(
        side=Side.SELL,
        order_class=OrderClass.OCO,
        take_profit=D(196),
        stop_loss=D(187),
        time_in_force=TimeInForce.GTC,
    ),
    "exit aapl": ExitCommand(symbol="AAPL"),
    "cancel 12": CancelCommand(target="12"),
    "cancel 012": CancelCommand(target="12"),
    "cancel 3f2a17-12": CancelCommand(target="3f2a17-12"),
    "cancel aapl": CancelCommand(target="AAPL"),
    "cancel ALL": CancelCommand(target="all"),
    "replace 12 @ 190.20": ReplaceCommand(target="12", limit_price=D("190.20")),
    "replace 12 50 @ 190.20": ReplaceCommand(target="12", qty=D(50), limit_price=D("190.20")),
    "replace AAPL @ 190.2 gtc": ReplaceCommand(
        target="AAPL", limit_price=D("190.2"), time_in_force=TimeInForce.GTC
    ),
    "replace 12 stop 180": ReplaceCommand(target="12", stop_price=D(180)),
    "replace 12 trail 2%": ReplaceCommand(target="12", trail_percent=D(2)),
    "replace 12 trail 1.50": ReplaceCommand(target="12", trail_price=D("1.50")),
    "flat aapl": FlatCommand(symbol="AAPL"),
    "alert AAPL above 195": AlertCommand(symbol="AAPL", direction=Direction.ABOVE, price=D(195)),
    "alert AAPL<180.5": AlertCommand(symbol="AAPL", direction=Direction.BELOW, price=D("180.5")),
    "watch KO": WatchCommand(symbol="KO", is_watched=True),
    "unalert aapl": UnalertCommand(symbol="AAPL"),
    "unalert AAPL 195.50": UnalertCommand(symbol="AAPL", price=D("195.50")),
    "unwatch ko": WatchCommand(symbol="KO", is_watched=False),
}

REFUSED = {
    "buy -5 AAPL": "A quantity must be more than 0",
    "buy 0 AAPL": "must be more than 0",
    "buy 1e9 AAPL": "'1e9' is not a quantity",
    "buy 1000000000 AAPL": "at most 9 digits before the point",
    "buy 0.0000000001 AAPL": "at most 9 digits after the point",
    "buy 1,00 AAPL": "'1,00' is not a quantity",
    "buy \u0661\u0660 AAPL": "is not a quantity",
    "buy AAPL": "Write how many shares after 'buy'",
    "buy": "Write how many shares after 'buy'",
    "buy 10": "Write the symbol after the quantity",
    "buy 10 @ 190": "Write the symbol after the quantity",
    "buy 10 'AAPL'": "is not a symbol",
    "buy 10 \u017f": "is not a symbol",
    "sell 100 ZZZZ @ 0": "The limit price must be more than 0",
    "sell 100 ZZZZ @ -3": "The limit price must be more than 0",
    "sell 100 ZZZZ @ abc": "'abc' is not a limit price",
    "sell 100 ZZZZ @": "Write a price after '@'",
    "buy 10 AAPL 190.10": "Write @ before a limit price",
    "buy 10 AAPL @ 190.123": "write 190.12 or 190.13 as the limit price",
    "buy 10 AAPL @ 0.00001": "write 0.0001 as the limit price",
    "buy 10 AAPL stop 195.001": "write 195.00 or 195.01 as the stop price",
    "buy 10 AAPL @ 190 @ 191": "written twice",
    "buy 10 AAPL fok gtc": "keep 'fok' or 'gtc'",
    "buy 10 AAPL mkt @ 190": "A market order has no limit price",
    "buy 10 AAPL mkt stop 190": "A market order has no stop price",
    "buy 10 AAPL mkt mkt": "written twice",
    "buy 10 AAPL moo": "does not know the term 'moo'",
    "buy half AAPL": "write how many shares, as in 'buy 10 AAPL'",
    "short $500 AAPL": "in whole shares",
    "sell r1% AAPL": "write it after buy or short",
    "buy r1% AAPL @ 190": "Write where the risk ends: a stop-loss",
    "buy r0% AAPL sl 180": "more than 0 % and at most 100 %",
    "buy r101% AAPL sl 180": "more than 0 % and at most 100 %",
    "sell 0% AAPL": "more than 0 % and at most 100 %",
    "buy $5.001 AAPL": "an amount has dollars and cents",
    "buy 10 AAPL trail": "Write how far it trails",
    "buy 10 AAPL trail 2% @ 190": "finds its own price: delete 'trail' or '@'",
    "buy 10 AAPL mkt trail 2%": "A market order has no trail price",
    "buy 10 AAPL tp": "Write a price after 'tp'",
    "buy 10 AAPL sl 187/": "Write the limit of the stop-loss after '/'",
    "buy 10 AAPL sl 187/0": "The stop-loss limit must be more than 0",
    "buy 10 AAPL sl 187.001": "write 187.00 or 187.01 as the stop-loss",
    "buy 10 AAPL bracket tp 196": "needs both exits: write tp PRICE and sl PRICE",
    "buy 10 AAPL oto": "An OTO needs one exit",
    "buy 10 AAPL oto tp 196 sl 187": "write 'bracket'",
    "buy 10 AAPL oco bracket": "An order has one order class, here are two",
    "sell 10 AAPL oco tp 196 sl 187 @ 190": "none of its own: delete '@' and its price",
    "sell 10 AAPL oco tp 196 sl 187 mkt": "An OCO waits for its prices",
    "replace 12 tp 196": "replace it by its number, and delete 'tp'",
    "exit": "Write the symbol after 'exit'",
    "hello": "does not know the verb 'hello'; it knows buy, sell",
    "dump 10 AAPL": "does not know the verb 'dump'",
    "@@ << ((": "does not know the verb '@'",
    "buy 10 AAPL\x1b[31m": "U+001B",
    "buy 10 \u202eLPAA": "U+202E",
    "buy " + "9" * 300: "304 characters and may have 200",
    "cancel": "an order number, a symbol or 'all'",
    "cancel 12 13": "delete '13'",
    "cancel -1": "names no order",
    "replace all @ 3": "one order at a time",
    "replace 12": "Write what is new",
    "replace 12 mkt": "cannot become a market order",
    "flat": "Write the symbol after 'flat'",
    "flat AAPL now": "delete 'now'",
    "alert AAPL": "Write 'above' or 'below'",
    "alert AAPL near 3": "Write 'above' or 'below'",
    "alert AAPL above": "Write the price",
    "alert AAPL above 0": "The price must be more than 0",
    "watch": "Write the symbol after 'watch'",
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_a_line_says_one_command(text):
    assert parse(text) == UNDERSTOOD[text]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text)[:40])
def test_a_wrong_line_gets_one_sentence_that_says_what_to_do(text):
    problem = parse(text)

    assert isinstance(problem, Problem)
    assert REFUSED[text] in problem.text
    assert problem.text.endswith(".")
    assert problem.text.isprintable()
    assert 0 <= problem.at[0] <= problem.at[1] <= len(text)


def test_an_empty_line_is_a_case_of_its_own():
    assert parse("") is NOTHING_WRITTEN
    assert parse("   ") is NOTHING_WRITTEN


@pytest.mark.parametrize(
    "text", ["b", "canc", "buy", "buy 10", "buy 10 AAPL @", "buy 10 AAPL gt", "alert AAPL ab"]
)
def test_a_line_that_typing_may_finish_is_no_error_yet(text):
    problem = parse(text)

    assert isinstance(problem, Problem)
    assert problem.is_unfinished


@pytest.mark.parametrize("text", ["hello", "bu ", "buy -5", "buy 10 AAPL x", "buy 10 AAPL gt "])
def test_a_line_that_no_typing_can_mend_is_an_error_at_once(text):
    problem = parse(text)

    assert isinstance(problem, Problem)
    assert not problem.is_unfinished


GARBAGE = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            [*VERBS, *TERM_WORDS, *"@<>$,.-%/\x00", "10", "AAPL", "r1%", "2%", "187/186", "half"]
        )
        | st.text(max_size=4),
        max_size=9,
    ).map(" ".join),
)


@given(GARBAGE)
@example("buy \u0661 AAPL")
@example("buy " + "1," * 90)
@example("cancel ²")
def test_no_text_breaks_the_parser(text):
    said = parse(text)

    if isinstance(said, Problem):
        assert said.text.isprintable()
        assert said.text.endswith(".")
        assert len(said.text) < 200
        assert 0 <= said.at[0] <= said.at[1] <= len(text)


@given(GARBAGE)
def test_no_text_breaks_the_hint(text):
    assert hint(text)


prices = st.decimals("0.0001", "999999.99", places=4).map(to_tick).filter(lambda p: p > 0)


sizes = st.one_of(
    st.decimals("0.000000001", "999999999", places=9)
    .filter(lambda qty: qty > 0)
    .map(lambda qty: {"qty": qty}),
    st.decimals("1", "99999", places=2).map(lambda amount: {"notional": amount}),
    st.decimals("0.01", "100", places=2).map(lambda part: {"portion": part}),
    st.decimals("0.01", "100", places=2).map(lambda part: {"risk_percent": part}),
)
VERB_OF = {
    "notional": [(Side.BUY, None), (Side.SELL, None)],
    "portion": [(Side.SELL, None), (Side.BUY, Intent.COVER)],
    "risk_percent": [(Side.BUY, None), (Side.SELL, Intent.SHORT)],
    "qty": [
        (Side.BUY, None),
        (Side.SELL, None),
        (Side.SELL, Intent.SHORT),
        (Side.BUY, Intent.COVER),
    ],
}


@st.composite
def tickets(draw):
    size = draw(sizes)
    side, intent = draw(st.sampled_from(VERB_OF[next(iter(size))]))
    needs_loss = "risk_percent" in size
    order_class = draw(st.sampled_from([c for c in OrderClass if not needs_loss or c != "simple"]))
    is_oco = order_class is OrderClass.OCO
    order_type = OrderType.LIMIT if is_oco else draw(st.sampled_from(OrderType))
    has_stop = order_type in (OrderType.STOP, OrderType.STOP_LIMIT)
    has_limit = order_type is OrderType.STOP_LIMIT or (
        order_type is OrderType.LIMIT and not is_oco and draw(st.booleans())
    )
    has_loss = needs_loss or order_class in (OrderClass.BRACKET, OrderClass.OCO)
    if order_class is OrderClass.OTO and not needs_loss:
        has_loss = draw(st.booleans())
    has_profit = order_class in (OrderClass.BRACKET, OrderClass.OCO) or (
        order_class is OrderClass.OTO and not has_loss
    )
    trail = {}
    if order_type is OrderType.TRAILING_STOP:
        in_percent = st.decimals("0.1", "100", places=1).map(lambda p: {"trail_percent": p})
        trail = draw(in_percent | prices.map(lambda p: {"trail_price": p}))
    return Ticket(
        symbol=draw(st.from_regex(r"[A-Z][A-Z0-9]{0,5}([./][A-Z]{1,4})?", fullmatch=True)),
        side=side,
        intent=intent,
        order_type=order_type,
        order_class=order_class,
        time_in_force=draw(st.sampled_from(TimeInForce)),
        limit_price=draw(prices) if has_limit else None,
        stop_price=draw(prices) if has_stop else None,
        take_profit=draw(prices) if has_profit else None,
        stop_loss=draw(prices) if has_loss else None,
        stop_loss_limit=draw(st.none() | prices) if has_loss else None,
        extended_hours=draw(st.booleans()),
        **size,
        **trail,
    )


@given(tickets())
def test_a_ticket_written_down_reads_as_the_same_ticket(known):
    assert parse(wording(known)) == known


NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def order(number, symbol="AAPL", status=OrderStatus.NEW):
    request = OrderRequest(
        client_order_id=f"kc-1-{number}",
        symbol=symbol,
        side=Side.BUY,
        qty=D(1),
        limit_price=D(5),
    )
    return Order(request=request, status=status, updated_at=NOW, submitted_at=NOW)


def state(*orders):
    return TradingState(orders={order.key: order for order in orders})


def test_a_target_is_a_number_a_symbol_or_all():
    first, second, third = order(1), order(2), order(3, "IBM")
    known = state(first, second, third)

    assert resolve("2", known) == (second,)
    assert set(resolve("AAPL", known)) == {first, second}
    assert set(resolve("all", known)) == {first, second, third}


def test_a_number_that_two_desks_gave_needs_the_whole_handle():
    ours, older = (
        order(1),
        replace(order(1), request=replace(order(1).request, client_order_id="kc-0-1")),
    )
    known = state(ours, older)

    found = resolve("1", known)

    assert isinstance(found, Problem)
    assert "write 0-1 or 1-1" in found.text
    assert resolve("0-1", known) == (older,)


def test_an_unknown_order_can_be_meant():
    known = order(1, status=OrderStatus.UNKNOWN)

    assert resolve("1", state(known)) == (known,)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("1", "Order 1 is not open any more: filled."),
        ("7", "No order has the number 7"),
        ("AAPL", "No order of AAPL is open."),
        ("all", "No order is open"),
    ],
)
def test_a_target_that_names_no_open_order_is_a_problem(target, sentence):
    found = resolve(target, state(order(1, status=OrderStatus.FILLED)))

    assert isinstance(found, Problem)
    assert sentence in found.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "buy"),
        ("c", "cancel"),
        ("buy ", "QUANTITY"),
        ("buy 1", "QUANTITY"),
        ("buy 10 ", "SYMBOL"),
        ("buy 10 AAPL ", "@ PRICE · mkt · stop PRICE · trail 2% · tp PRICE · sl PRICE · day"),
        ("buy 10 AAPL sl ", "PRICE in dollars, or PRICE/LIMIT"),
        ("sell ", "QUANTITY, half, all, 25%"),
        ("cover ", "SYMBOL for all of it"),
        ("cover half ", "SYMBOL"),
        ("exit ", "SYMBOL: its protection is lifted"),
        ("buy 10 AAPL @", "PRICE in dollars"),
        ("buy 10 AAPL @ 190 ", "stop PRICE · tp PRICE · sl PRICE · day gtc ioc fok opg cls · ext"),
        ("replace 12 ", "new QUANTITY"),
        ("alert AAPL ", "above or >"),
        ("flat AAPL ", "Enter"),
    ],
)
def test_the_hint_says_what_may_come_next(text, expected):
    assert expected in hint(text)
