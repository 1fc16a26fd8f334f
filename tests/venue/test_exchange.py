"""How orders live and trade, against a market that does as it is told."""

from datetime import date
from decimal import Decimal

import pytest

from console.domain.orders import OrderStatus, OrderType, TimeInForce
from console.venue.trading.hours import SessionHours, TradingDay
from console.venue.trading.rejections import Rejection
from console.venue.wire.timestamps import DAY, MINUTE, parse
from tests.venue.fakes import NOON, Pit, buy, open_pit, quote, sell, trade


def test_an_order_is_pending_until_it_settles_and_then_new_before_it_fills():
    pit = open_pit()

    order = pit.exchange.submit(buy(10), NOON)
    pit.settle()

    assert order.status is OrderStatus.PENDING_NEW
    assert pit.told == ["new", "fill"]
    assert pit[order].status is OrderStatus.FILLED


def test_a_market_order_takes_what_the_offer_shows_and_waits_for_more():
    pit = open_pit()

    order = pit.submit(buy(150))
    pit.tick(quote(100.00, 100.02, size=30))
    pit.tick(quote(100.00, 100.03, size=30))

    assert [(f.qty, str(f.price)) for f in pit.fills] == [
        (100, "100.01"),
        (30, "100.02"),
        (20, "100.03"),
    ]
    assert pit[order].status is OrderStatus.FILLED


def test_what_one_order_took_is_gone_for_the_next_until_the_market_quotes_again():
    pit = open_pit()

    pit.submit(buy(80))
    second = pit.submit(buy(80))
    third = pit.submit(buy(10))

    assert pit[second].filled_qty == 20
    assert pit[third].filled_qty == 0


def test_a_trade_print_does_not_refresh_the_offer():
    pit = open_pit()
    first = pit.submit(buy(150))

    pit.tick(trade(100.01))

    assert pit[first].filled_qty == 100


def test_a_limit_rests_until_the_offer_comes_to_it():
    pit = open_pit()

    order = pit.submit(buy(10, limit_price=99.50))
    pit.tick(quote(99.49, 99.51))
    resting = pit[order]
    pit.tick(quote(99.40, 99.45))

    assert resting.status is OrderStatus.NEW
    assert pit[order].avg_price == Decimal("99.45")


def test_a_limit_fills_at_its_own_price_when_the_tape_prints_through_it():
    pit = open_pit()
    order = pit.submit(buy(10, limit_price=100.00))

    pit.tick(trade(100.00))
    at_the_limit = pit[order].filled_qty
    pit.tick(trade(99.99, size=4))

    assert at_the_limit == 0
    assert (pit[order].filled_qty, pit[order].avg_price) == (4, Decimal(100))


def test_the_better_price_goes_first_and_the_earlier_order_at_one_price():
    pit = open_pit()
    late = pit.submit(buy(60, limit_price=99.50))
    early = pit.submit(buy(60, limit_price=99.60))
    last = pit.submit(buy(60, limit_price=99.50))

    pit.tick(quote(99.40, 99.45))

    assert [pit[o].filled_qty for o in (early, late, last)] == [60, 40, 0]


def test_immediate_or_cancel_takes_what_stands_and_cancels_the_rest():
    pit = open_pit()

    order = pit.submit(buy(150, limit_price=100.01, time_in_force=TimeInForce.IOC))

    assert (order.status, order.filled_qty) == (OrderStatus.CANCELED, 100)
    assert pit.told == ["new", "partial_fill", "canceled"]


def test_fill_or_kill_takes_all_or_nothing_of_what_is_shown():
    pit = open_pit()

    too_large = pit.submit(buy(101, time_in_force=TimeInForce.FOK))
    fitting = pit.submit(buy(100, time_in_force=TimeInForce.FOK))

    assert (too_large.status, too_large.filled_qty) == (OrderStatus.CANCELED, 0)
    assert fitting.status is OrderStatus.FILLED


def test_a_sell_stop_sleeps_until_a_trade_reaches_it_and_then_takes_the_bid():
    pit = open_pit()
    pit.submit(buy(10))
    stop = pit.submit(sell(10, type=OrderType.STOP, stop_price=99))

    pit.tick(quote(98.50, 98.60))
    asleep = pit[stop]
    pit.tick(trade(98.99))

    assert asleep.filled_qty == 0
    assert pit[stop].avg_price == Decimal("98.5")


def test_a_buy_stop_will_not_pay_more_than_its_collar():
    pit = open_pit()
    stop = pit.submit(buy(10, type=OrderType.STOP, stop_price=101))

    pit.tick(quote(109.00, 110.00), trade(109.50))
    beyond = pit[stop]
    pit.tick(quote(103.00, 103.52))

    assert beyond.filled_qty == 0
    assert pit[stop].avg_price == Decimal("103.52")


def test_a_stop_limit_becomes_a_resting_limit():
    pit = open_pit()
    pit.submit(buy(10))
    order = pit.submit(sell(10, type=OrderType.STOP_LIMIT, stop_price=99, limit_price=98.9))

    pit.tick(quote(98.00, 98.10), trade(98.50))
    below = pit[order]
    pit.tick(quote(98.95, 99.00))

    assert below.filled_qty == 0
    assert pit[order].avg_price == Decimal("98.95")


def test_a_trailing_stop_follows_the_best_price_and_never_back():
    pit = open_pit()
    pit.submit(buy(10))
    order = pit.submit(sell(10, type=OrderType.TRAILING_STOP, trail_price=2))

    pit.tick(trade(105.00), trade(104.00))
    followed = pit[order]
    pit.tick(quote(102.90, 103.10), trade(103.00))

    assert (followed.hwm, followed.stop_price) == (105, 103)
    assert pit[order].status is OrderStatus.FILLED


def test_a_cancel_is_pending_first_and_then_done():
    pit = open_pit()
    order = pit.submit(buy(10, limit_price=90))

    pending = pit.exchange.cancel(order.id, NOON)
    pit.settle()

    assert pending.status is OrderStatus.PENDING_CANCEL
    assert pit[order].status is OrderStatus.CANCELED
    assert pit.told[-2:] == ["pending_cancel", "canceled"]


def test_a_filled_order_cannot_be_canceled():
    pit = open_pit()
    order = pit.submit(buy(10))

    with pytest.raises(Rejection, match='order is already in "filled" state') as refusal:
        pit.cancel(order)

    assert (refusal.value.status, refusal.value.code) == (422, 42210000)


def test_a_replacement_is_a_new_order_and_the_old_one_points_to_it():
    pit = open_pit()
    old = pit.submit(buy(10, limit_price=90))

    new = pit.replace(old, limit_price=Decimal(91), qty=Decimal(20))

    assert (pit[old].status, pit[old].replaced_by) == (OrderStatus.REPLACED, new.id)
    assert (new.replaces, new.created_at, new.status) == (old.id, old.created_at, "new")
    assert (new.terms.qty, new.terms.limit_price) == (20, 91)
    assert new.terms.client_order_id != old.terms.client_order_id
    assert pit.told[-2:] == ["replaced", "new"]


def test_a_replacement_asks_for_what_the_old_order_left():
    pit = open_pit()
    old = pit.submit(buy(150, limit_price=100.01))

    new = pit.replace(old, limit_price=Decimal("99.5"))

    assert (pit[old].filled_qty, new.terms.qty) == (100, 50)


def test_an_order_not_yet_working_cannot_be_replaced():
    pit = open_pit()
    order = pit.exchange.submit(buy(10, limit_price=90), NOON)

    with pytest.raises(Rejection, match="order isn't sent to exchange yet"):
        pit.exchange.replace(order.id, {"limit_price": Decimal(91)}, NOON)


def test_an_order_in_dollars_buys_the_part_of_a_share_they_pay_for():
    pit = open_pit(bid=39.99, ask=40.00)

    order = pit.submit(buy(None, notional=100))

    assert order.status is OrderStatus.FILLED
    assert (order.terms.qty, order.filled_qty) == (None, Decimal("2.5"))


def test_a_client_order_id_is_unique_over_finished_orders_too():
    pit = open_pit()
    first = buy(10, client_order_id="mine")
    pit.cancel(pit.submit(buy(1, limit_price=50)))
    pit.submit(first)

    with pytest.raises(Rejection, match="client_order_id must be unique"):
        pit.submit(first)


def test_nothing_changes_when_an_order_is_refused():
    pit = open_pit()

    with pytest.raises(Rejection):
        pit.submit(buy(10, symbol="ZZZZ"))

    assert pit.exchange.blotter.orders == {}
    assert pit.told == []


class OneSession:
    """Open from NOON for an hour, and again a day later."""

    def is_open(self, now):
        return 0 <= (now - NOON) % DAY < 60 * MINUTE

    is_extended = is_open

    def next_open(self, now):
        return now + DAY - (now - NOON) % DAY

    def next_close(self, now):
        close = now - (now - NOON) % DAY + 60 * MINUTE
        return close if close > now else close + DAY

    def day_order_expires(self, now, *, is_extended):
        return self.next_close(now)


def test_an_order_outside_the_session_waits_as_accepted_and_trades_at_the_open():
    pit = open_pit(hours=OneSession(), now=NOON - MINUTE)

    order = pit.submit(buy(10))
    waiting = pit[order]
    pit.wait_until(NOON)

    assert waiting.status is OrderStatus.ACCEPTED
    assert pit.told == ["accepted", "new", "fill"]


def test_a_day_order_expires_at_the_close_and_a_gtc_order_stays():
    pit = open_pit(hours=OneSession())
    day = pit.submit(buy(10, limit_price=90))
    gtc = pit.submit(buy(10, limit_price=90, time_in_force=TimeInForce.GTC))

    pit.wait_until(NOON + 60 * MINUTE)

    assert pit[day].status is OrderStatus.EXPIRED
    assert pit[gtc].status is OrderStatus.NEW


def test_a_working_order_does_not_trade_while_the_market_is_closed():
    pit = open_pit(hours=OneSession())
    order = pit.submit(buy(10, limit_price=90, time_in_force=TimeInForce.GTC))
    evening = NOON + 120 * MINUTE

    pit.wait_until(evening)
    pit.tick(quote(88.00, 89.00, at=evening), trade(88.50, at=evening))

    assert pit[order].filled_qty == 0


def test_yesterdays_equity_is_what_the_account_was_worth_at_the_close():
    pit = open_pit(hours=OneSession())
    pit.submit(buy(100))
    pit.wait_until(NOON + MINUTE)

    pit.tick(trade(110.00))
    pit.wait_until(NOON + 61 * MINUTE)

    assert pit.account.last_equity == Decimal("100999.00")


def test_what_is_taken_up_from_books_works_on_as_if_nothing_had_happened():
    pit = open_pit()
    pit.submit(buy(30))
    resting = pit.submit(buy(10, limit_price=99))
    again = Pit()

    again.tick(quote(99.99, 100.01))
    again.exchange.restore(pit.exchange.blotter.orders.values(), pit.fills)
    again.tick(quote(98.90, 99.00))

    assert again.account.positions["AAPL"].qty == 40
    assert again[resting].status is OrderStatus.FILLED
    assert again.account.cash == 100_000 - Decimal("3000.30") - 990


def test_a_time_reads_back_as_it_was_written():
    assert parse("2026-01-05T12:00:00-05:00") == NOON == parse("2026-01-05T17:00:00.000Z")


def test_before_the_open_only_an_extended_limit_order_trades():
    day = TradingDay(
        day=date(2026, 1, 5),
        opens_at=parse("2026-01-05T14:30:00Z"),
        closes_at=parse("2026-01-05T21:00:00Z"),
    )
    pit = open_pit(hours=SessionHours([day]), now=parse("2026-01-05T13:00:00Z"))

    plain = pit.submit(buy(10, limit_price=101))
    extended = pit.submit(buy(10, limit_price=101, extended_hours=True))
    pit.wait_until(day.opens_at)

    assert (plain.status, extended.status) == (OrderStatus.ACCEPTED, OrderStatus.FILLED)
    assert pit[plain].status is OrderStatus.FILLED


SESSION = TradingDay(
    day=date(2026, 1, 5),
    opens_at=parse("2026-01-05T14:30:00Z"),
    closes_at=parse("2026-01-05T21:00:00Z"),
)
NEXT = TradingDay(
    day=date(2026, 1, 6),
    opens_at=parse("2026-01-06T14:30:00Z"),
    closes_at=parse("2026-01-06T21:00:00Z"),
)


def open_session(at: str) -> Pit:
    return open_pit(hours=SessionHours([SESSION, NEXT]), now=parse(at))


def test_an_order_for_the_open_trades_at_the_open_and_what_is_left_is_canceled():
    pit = open_session("2026-01-05T13:00:00Z")

    whole = pit.submit(buy(40, time_in_force=TimeInForce.OPG))
    partly = pit.submit(buy(90, limit_price=101, time_in_force=TimeInForce.OPG))
    before = [pit[o].status for o in (whole, partly)]
    pit.wait_until(SESSION.opens_at)

    assert before == [OrderStatus.ACCEPTED, OrderStatus.ACCEPTED]
    assert pit[whole].status is OrderStatus.FILLED
    assert (pit[partly].status, pit[partly].filled_qty) == (OrderStatus.CANCELED, 60)


def test_an_order_for_the_close_waits_through_the_session():
    pit = open_session("2026-01-05T15:00:00Z")

    order = pit.submit(buy(10, time_in_force=TimeInForce.CLS))
    pit.tick(quote(99, 99.02))
    before = pit[order].status
    pit.wait_until(SESSION.closes_at)

    assert before is OrderStatus.ACCEPTED
    assert pit[order].avg_price == Decimal("99.02")


@pytest.mark.parametrize(
    ("at", "auction"),
    [("2026-01-05T14:28:00Z", TimeInForce.OPG), ("2026-01-05T20:50:00Z", TimeInForce.CLS)],
)
def test_an_auction_that_is_about_to_begin_takes_no_more_orders(at, auction):
    pit = open_session(at)

    with pytest.raises(Rejection, match=f"{auction} orders are accepted after 7:00pm") as refusal:
        pit.submit(buy(10, time_in_force=auction))

    assert (refusal.value.status, refusal.value.code) == (403, 40310000)


def test_a_stop_is_not_set_off_outside_the_session():
    pit = open_session("2026-01-05T20:00:00Z")
    pit.submit(buy(10))
    stop = pit.submit(sell(10, type=OrderType.STOP, stop_price=90, time_in_force=TimeInForce.GTC))

    pit.wait_until(SESSION.closes_at)
    pit.tick(trade(80, at=SESSION.closes_at))
    evening = pit[stop].is_triggered
    pit.wait_until(NEXT.opens_at)
    pit.tick(trade(80, at=NEXT.opens_at))

    assert not evening
    assert pit[stop].is_triggered


def test_an_immediate_order_outside_the_session_is_canceled():
    pit = open_pit(hours=OneSession(), now=NOON - MINUTE)

    order = pit.submit(buy(10, time_in_force=TimeInForce.IOC))

    assert (order.status, order.filled_qty) == (OrderStatus.CANCELED, 0)


def test_every_open_order_is_canceled_at_once():
    pit = open_pit()
    orders = [pit.submit(buy(10, limit_price=90 + n)) for n in range(3)]

    asked = pit.exchange.cancel_all(NOON)
    again = pit.exchange.cancel_all(NOON)
    pit.settle()

    assert [o.id for o in asked] == [o.id for o in orders]
    assert again == []
    assert {pit[o].status for o in orders} == {OrderStatus.CANCELED}
