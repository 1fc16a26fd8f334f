"""Brackets, OCO and OTO orders: what they need, and that their legs share one fate."""

from decimal import Decimal

import pytest

from console.domain.orders import OrderStatus, OrderType, TimeInForce
from console.venue.trading.order_requests import read_ticket
from console.venue.trading.orders import Exits, OrderClass, Role
from console.venue.trading.rejections import Rejection
from tests.venue.fakes import Pit, buy, open_pit, quote, sell, trade

LIMIT = {"symbol": "AAPL", "side": "buy", "type": "limit", "time_in_force": "day", "qty": 10}
BRACKET = LIMIT | {
    "limit_price": 100,
    "order_class": "bracket",
    "take_profit": {"limit_price": "110"},
    "stop_loss": {"stop_price": 90},
}
OCO = BRACKET | {"side": "sell", "order_class": "oco", "limit_price": None}
OTO = BRACKET | {"order_class": "oto", "take_profit": None}
SHAPES = [
    (BRACKET | {"take_profit": None}, 40010001, "bracket orders require take_profit.limit_price"),
    (BRACKET | {"stop_loss": {}}, 40010001, "bracket orders require stop_loss.stop_price"),
    (BRACKET | {"stop_loss": {"limit_price": 5}}, 40010001, "require stop_loss.stop_price"),
    (BRACKET | {"stop_loss": [1]}, 40010001, "invalid stop_loss"),
    (BRACKET | {"take_profit": {"limit_price": "x"}}, 40010001, "invalid limit_price"),
    (BRACKET | {"order_class": "brackets"}, 40010001, "invalid order_class"),
    (BRACKET | {"order_class": ["oco"]}, 40010001, "invalid order_class"),
    (BRACKET | {"order_class": None}, 40010001, "simple orders require no take_profit"),
    (BRACKET | {"qty": "1.5"}, 42210000, "fractional orders must be simple orders"),
    (BRACKET | {"qty": None, "notional": 9}, 42210000, "fractional orders must be simple orders"),
    (BRACKET | {"qty": None}, 40010001, "qty or notional is required"),
    (BRACKET | {"time_in_force": "ioc"}, 42210000, "bracket orders must be DAY or GTC orders"),
    (BRACKET | {"extended_hours": True}, 42210000, "extended hours order must be DAY or GTC"),
    (OTO | {"take_profit": {"limit_price": 110}}, 40010001, "oto orders require one of"),
    (OTO | {"stop_loss": None}, 40010001, "oto orders require one of"),
    (OCO | {"type": "market"}, 42210000, "oco orders must be limit orders"),
    (OCO | {"take_profit": None}, 40010001, "oco orders require take_profit.limit_price"),
]


@pytest.mark.parametrize(("ticket", "code", "words"), SHAPES)
def test_a_class_that_is_not_whole_is_refused(ticket, code, words):
    with pytest.raises(Rejection, match=words) as refusal:
        read_ticket(ticket)

    assert (refusal.value.status, refusal.value.code) == (422, code)


def test_the_profit_of_an_oco_may_stand_in_either_place():
    nested = read_ticket(OCO)
    plain = read_ticket(OCO | {"limit_price": 110, "take_profit": None})

    assert nested.limit_price == plain.limit_price == 110


def bracket(qty=10, *, profit="110", loss="90", side=buy, **more):
    exits = Exits(take_profit=Decimal(profit), stop_loss=Decimal(loss))
    return side(qty, order_class=OrderClass.BRACKET, exits=exits, **more)


def oco(qty=10, *, profit="110", loss="90", side=sell):
    exits = Exits(take_profit=Decimal(profit), stop_loss=Decimal(loss))
    return side(qty, order_class=OrderClass.OCO, exits=exits, limit_price=Decimal(profit),
                type=OrderType.LIMIT)  # fmt: skip


def legs(pit: Pit, order):
    found = {leg.role: leg for leg in pit.exchange.blotter.legs(pit[order])}
    return found.get(Role.TAKE_PROFIT), found.get(Role.STOP_LOSS)


RULES = [
    (
        bracket(limit_price=100, profit="100"),
        "take_profit.limit_price must be >= base_price + 0.01",
    ),
    (bracket(limit_price=100, loss="100"), "stop_loss.stop_price must be <= base_price - 0.01"),
    (bracket(profit="99"), "take_profit.limit_price must be >= base_price + 0.01"),
    (bracket(side=sell, profit="101", loss="110"), "limit_price must be <= base_price - 0.01"),
    (bracket(side=sell, profit="90", loss="95"), "stop_price must be >= base_price + 0.01"),
    (bracket(profit="110.005"), "invalid take_profit.limit_price 110.005. sub-penny"),
    (oco(), "oco orders must be exit orders"),
]


@pytest.mark.parametrize(("asked", "words"), RULES)
def test_exits_lie_beyond_the_base_price(asked, words):
    with pytest.raises(Rejection) as refusal:
        open_pit().submit(asked)

    assert words in refusal.value.message
    assert (refusal.value.status, refusal.value.code) == (422, 42210000)


def test_an_entry_that_would_close_a_position_is_no_bracket():
    pit = open_pit()
    pit.submit(sell(10))

    with pytest.raises(Rejection, match="bracket orders must be entry orders"):
        pit.submit(bracket())


def test_legs_are_held_until_the_entry_is_filled_to_the_last_share():
    pit = open_pit()

    entry = pit.submit(bracket(150))
    held = [leg.status for leg in legs(pit, entry)]
    partly = pit[entry].status
    pit.tick(quote(100, 100.02))
    profit, loss = legs(pit, entry)

    assert held == [OrderStatus.HELD, OrderStatus.HELD]
    assert partly is OrderStatus.PARTIALLY_FILLED
    assert (profit.status, loss.status) == (OrderStatus.NEW, OrderStatus.HELD)
    assert (profit.terms.type, loss.terms.type) == (OrderType.LIMIT, OrderType.STOP)
    assert {o.group_id for o in (pit[entry], profit, loss)} == {entry.group_id}
    assert pit.told == ["held", "held", "new", "partial_fill", "fill", "new"]


def test_the_profit_taken_cancels_the_stop():
    pit = open_pit()
    entry = pit.submit(bracket())

    pit.tick(quote(110, 110.02), trade(110.01))
    profit, loss = legs(pit, entry)

    assert (profit.status, loss.status) == (OrderStatus.FILLED, OrderStatus.CANCELED)
    assert pit.account.positions == {}


def test_the_stop_set_off_cancels_the_profit_first_and_sells_at_the_bid():
    pit = open_pit()
    entry = pit.submit(bracket())

    pit.tick(quote(89.90, 90.00), trade(89.95))
    profit, loss = legs(pit, entry)

    assert (profit.status, loss.status) == (OrderStatus.CANCELED, OrderStatus.FILLED)
    assert loss.avg_price == Decimal("89.9")
    assert pit.told[-3:] == ["canceled", "new", "fill"]


def test_a_profit_taken_in_part_leaves_the_stop_the_rest():
    pit = open_pit()
    entry = pit.submit(bracket(10))

    pit.tick(quote(110, 110.02, size=4))
    loss = legs(pit, entry)[1]
    pit.tick(quote(85, 85.02), trade(85))
    profit, done = legs(pit, entry)

    assert (loss.terms.qty, loss.status) == (6, OrderStatus.HELD)
    assert "restated" in pit.told
    assert (profit.filled_qty, done.filled_qty) == (4, 6)
    assert pit.account.positions == {}


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_cancel_of_one_cancels_all(which):
    pit = open_pit()
    entry = pit.submit(bracket(limit_price=95))
    members = [entry, *legs(pit, entry)]

    pit.cancel(members[which])

    assert {pit[o].status for o in members} == {OrderStatus.CANCELED}
    assert pit.told[-4:] == ["pending_cancel", "canceled", "canceled", "canceled"]


def test_a_stop_set_off_before_its_entry_is_filled_does_nothing():
    pit = open_pit()
    entry = pit.submit(bracket(type=OrderType.STOP, stop_price=105))

    pit.tick(trade(89))

    assert legs(pit, entry)[1].status is OrderStatus.HELD
    assert pit.fills == []


def test_both_legs_hold_the_shares_once():
    pit = open_pit()
    pit.submit(bracket(10))

    assert pit.exchange.held_qty("AAPL") == 10
    with pytest.raises(Rejection, match="requested: 1, available: 0"):
        pit.submit(sell(1, limit_price=120))


def test_shares_of_an_entry_filled_in_part_are_kept_for_its_legs():
    pit = open_pit()
    pit.submit(bracket(150))

    assert pit.exchange.held_qty("AAPL") == 100
    with pytest.raises(Rejection, match="requested: 1, available: 0"):
        pit.submit(sell(1, limit_price=120))


def test_only_the_entry_reserves_buying_power():
    pit = open_pit()
    pit.submit(bracket(limit_price=95))

    assert pit.exchange.blotter.open_orders.reserved == 950


def test_an_oco_works_its_profit_and_watches_its_stop():
    pit = open_pit()
    pit.submit(buy(10))

    parent = pit.submit(oco())
    before = (pit[parent].status, legs(pit, parent)[1].status, pit.exchange.held_qty("AAPL"))
    pit.tick(quote(89, 89.02), trade(89))

    assert before == (OrderStatus.NEW, OrderStatus.HELD, 10)
    assert pit[parent].status is OrderStatus.CANCELED
    assert legs(pit, parent)[1].status is OrderStatus.FILLED
    assert parent.role is Role.TAKE_PROFIT


def test_an_oto_releases_its_one_leg():
    pit = open_pit()
    exits = Exits(stop_loss=Decimal(90), stop_loss_limit=Decimal(89))

    entry = pit.submit(buy(10, order_class=OrderClass.OTO, exits=exits))
    loss = legs(pit, entry)[1]

    assert (loss.status, loss.terms.type) == (OrderStatus.NEW, OrderType.STOP_LIMIT)
    assert pit.exchange.held_qty("AAPL") == 10


def test_a_short_entry_is_bought_back_by_its_legs():
    pit = open_pit()
    entry = pit.submit(bracket(side=sell, profit="90", loss="110"))

    pit.tick(quote(111, 111.02), trade(111))

    assert legs(pit, entry)[1].avg_price == Decimal("111.02")
    assert pit.account.positions == {}


def test_a_bracket_may_stand_where_a_plain_order_would_be_a_wash_trade():
    pit = open_pit()
    pit.submit(buy(10))
    pit.submit(sell(10, limit_price=120))

    entry = pit.submit(bracket(side=buy))

    assert pit[entry].status is OrderStatus.FILLED


def test_a_day_group_expires_together():
    pit = open_pit()
    entry = pit.submit(bracket(limit_price=95))

    pit.wait_until(entry.expires_at)

    members = [entry, *legs(pit, entry)]
    assert {pit[o].status for o in members} == {OrderStatus.EXPIRED}


def test_legs_take_new_prices_and_stay_in_their_group():
    pit = open_pit()
    entry = pit.submit(bracket(time_in_force=TimeInForce.GTC))
    profit, loss = legs(pit, entry)

    new_loss = pit.replace(loss, stop_price=Decimal(95))
    new_profit = pit.replace(profit, limit_price=Decimal(105))
    told = legs(pit, entry)
    pit.tick(quote(94, 94.02), trade(94))

    assert told == (new_profit, new_loss)
    assert (new_profit.status, new_loss.status) == (OrderStatus.NEW, OrderStatus.HELD)
    assert pit[new_loss].status is OrderStatus.FILLED
    assert pit[new_profit].status is OrderStatus.CANCELED


def test_a_leg_keeps_its_size():
    pit = open_pit()
    entry = pit.submit(bracket())

    with pytest.raises(Rejection, match="qty of bracket orders cannot be replaced"):
        pit.replace(legs(pit, entry)[0], qty=Decimal(20))


def test_legs_follow_the_entry_that_took_the_place_of_theirs():
    pit = open_pit()
    old = pit.submit(bracket(limit_price=95))

    new = pit.replace(old, limit_price=Decimal(96))
    pit.tick(quote(95.9, 96.0))

    assert legs(pit, old) == (None, None)
    assert [leg.status for leg in legs(pit, new)] == [OrderStatus.NEW, OrderStatus.HELD]


@pytest.mark.parametrize("price", [89, 111])
def test_a_group_taken_up_from_the_books_goes_on(price):
    pit = open_pit()
    entry = pit.submit(bracket())
    waiting = pit.submit(bracket(5, limit_price=95))
    again = Pit()

    again.tick(quote(99.99, 100.01))
    again.exchange.restore(pit.exchange.blotter.orders.values(), pit.fills)
    again.tick(quote(price, price + 0.02), trade(price))

    assert {leg.status for leg in legs(again, entry)} == {OrderStatus.FILLED, OrderStatus.CANCELED}
    assert again[waiting].is_open == (price > 95)
    profit, loss = legs(again, waiting)
    assert (profit.status, loss.status) == (
        ("held", "held") if price > 95 else ("canceled", "filled")
    )
