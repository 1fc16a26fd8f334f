"""Splits and dividends on demand: what the account holds and asks for keeps its worth."""

from decimal import Decimal

import pytest

from console.domain.orders import OrderStatus, OrderType, TimeInForce
from console.venue.books import Books
from console.venue.trading.orders import Exits, OrderClass, Role
from tests.venue.fakes import NOON, Pit, buy, open_pit, quote, sell, trade
from tests.venue.rig import until

TWO, TENTH = Decimal(2), Decimal("0.1")


def test_a_dividend_is_paid_to_who_is_long():
    pit = open_pit()
    pit.submit(buy(10))
    before = pit.account.cash

    pit.exchange.pay_dividend("AAPL", Decimal("0.26"), NOON)

    assert pit.account.cash - before == Decimal("2.60")
    [paid] = pit.exchange.blotter.activities
    assert (paid.kind, paid.net_amount, paid.per_share_amount) == (
        "DIV",
        Decimal("2.60"),
        Decimal("0.26"),
    )


def test_who_is_short_pays_the_dividend():
    pit = open_pit()
    pit.submit(sell(10))
    before = pit.account.cash

    pit.exchange.pay_dividend("AAPL", Decimal(1), NOON)

    assert pit.account.cash - before == -10


def test_a_dividend_lowers_bids_and_sell_stops_that_last_and_nothing_else():
    pit = open_pit()
    lasting = pit.submit(buy(1, limit_price=90, time_in_force=TimeInForce.GTC))
    today = pit.submit(buy(1, limit_price=90))

    pit.exchange.pay_dividend("AAPL", Decimal("0.255"), NOON)

    assert pit[lasting].terms.limit_price == Decimal("89.74")
    assert pit[today].terms.limit_price == 90


@pytest.mark.parametrize(("ratio", "qty", "price"), [(TWO, 20, 60), (TENTH, 1, 1200)])
def test_a_split_scales_the_position_and_what_is_asked_for(ratio, qty, price):
    pit = open_pit()
    pit.submit(buy(10))
    order = pit.submit(sell(10, limit_price=120))
    cost = pit.account.positions["AAPL"].cost

    pit.exchange.split("AAPL", ratio, NOON)
    after = pit[order]
    pit.tick(quote(price, price + 0.02))

    assert (after.terms.qty, after.terms.limit_price) == (qty, price)
    assert pit.fills[-1].qty == qty
    assert pit.account.positions == {}
    assert cost == Decimal("1000.10")


def test_what_is_reserved_is_given_back_whole_after_a_split_by_three_halves():
    pit = open_pit()
    orders = [pit.submit(buy(7 + 4 * i, limit_price=82 + i)) for i in range(12)]

    pit.exchange.split("AAPL", Decimal("1.5"), NOON)
    for order in orders[::3]:
        pit.cancel(order)
    pit.submit(buy(5, limit_price=60.01))
    for order in pit.exchange.blotter.open_orders:
        pit.cancel(order)

    assert pit.exchange.blotter.open_orders.reserved == 0


def test_an_order_too_small_for_a_reverse_split_is_canceled():
    pit = open_pit()
    order = pit.submit(buy(5, limit_price=90))

    pit.exchange.split("AAPL", TENTH, NOON)

    assert pit[order].status is OrderStatus.CANCELED


def test_a_bracket_goes_on_after_a_split():
    pit = open_pit()
    exits = Exits(take_profit=Decimal(110), stop_loss=Decimal(90))
    entry = pit.submit(buy(10, order_class=OrderClass.BRACKET, exits=exits))

    pit.exchange.split("AAPL", TWO, NOON)
    pit.tick(quote(44, 44.02), trade(44))

    loss = next(o for o in pit.exchange.blotter.legs(pit[entry]) if o.role is Role.STOP_LOSS)
    assert (loss.terms.stop_price, loss.filled_qty) == (45, 20)
    assert pit.account.positions == {}


def test_a_trailing_stop_follows_the_price_after_a_split():
    pit = open_pit()
    pit.submit(buy(10))
    order = pit.submit(sell(10, type=OrderType.TRAILING_STOP, trail_price=10))

    pit.exchange.split("AAPL", TWO, NOON)

    assert (pit[order].hwm, pit[order].stop_price) == (50, 45)


def test_dividends_and_splits_come_back_from_the_books_in_their_place(tmp_path):
    pit = open_pit()
    books = Books(tmp_path / "books")
    books.read()
    books.append([pit.account.opened])
    pit.submit(buy(10))
    pit.exchange.split("AAPL", TWO, NOON)
    pit.submit(sell(5))
    pit.exchange.pay_dividend("AAPL", Decimal(1), NOON)
    first, second = pit.fills
    split, dividend = pit.exchange.blotter.activities
    books.append([*pit.exchange.blotter.orders.values(), first, split, second, dividend])

    record = books.read()
    books.close()
    again = Pit()
    again.exchange.restore(record.orders.values(), record.fills, record.activities)

    assert again.account.cash == pit.account.cash
    assert again.account.positions == pit.account.positions
    assert again.exchange.blotter.activities == [split, dividend]


def test_a_split_on_demand_moves_market_position_and_activities(venue):
    venue.control("price", symbol="KO", price=100)
    venue.until_order(venue.order(symbol="KO", qty="10"), "filled")
    resting = venue.order(
        symbol="KO", qty="10", side="sell", type="limit", limit_price="200", time_in_force="gtc"
    )
    venue.until_order(resting, "new")

    venue.control("corporate-action", type="forward_split", symbol="KO", new_rate=2, old_rate=1)
    venue.control("corporate-action", type="cash_dividend", symbol="KO", rate=0.5)

    position = venue.get("/v2/positions/KO").json()
    order = venue.get(f"/v2/orders/{resting['id']}").json()
    activities = venue.get("/v2/account/activities").json()
    assert (position["qty"], order["qty"], order["limit_price"]) == ("20", "20", "100")
    assert 45 < float(position["current_price"]) < 55
    kinds = [a["activity_type"] for a in activities]
    assert kinds == ["DIV", "SPLIT", *["FILL"] * len(kinds[2:])]
    assert sum(int(fill["qty"]) for fill in activities[2:]) == 10
    assert (activities[0]["net_amount"], activities[1]["qty"]) == ("10", "10")
    assert venue.get("/v2/account/activities/DIV").json() == activities[:1]
    token = activities[0]["id"]
    assert venue.get("/v2/account/activities", page_token=token).json() == activities[1:]


def test_what_the_market_did_before_a_split_meets_no_order_as_it_is_after(start_venue):
    # at this speed there is always something that happened and is not told yet
    venue = start_venue("--seed", "1", "--speed", "300")
    venue.control("price", symbol="KO", price=100)
    venue.until_order(venue.order(symbol="KO", qty="10"), "filled")
    resting = venue.order(
        symbol="KO", qty="10", side="sell", type="limit", limit_price="199", time_in_force="gtc"
    )
    venue.until_order(resting, "new")

    venue.control("corporate-action", type="forward_split", symbol="KO", new_rate=2, old_rate=1)

    assert venue.get(f"/v2/orders/{resting['id']}").json()["status"] == "new"
    assert venue.get("/v2/positions/KO").json()["qty"] == "20"


def test_a_split_that_makes_no_sense_changes_nothing(venue):
    url = venue.line["control_url"] + "/corporate-action"
    body = {"type": "forward_split", "symbol": "KO", "new_rate": "1e11", "old_rate": "0.001"}

    refused = venue.http.post(url, json=body, timeout=30)

    assert refused.status_code == 422
    assert venue.get("/v2/account/activities").json() == []


def test_the_portfolios_history_goes_on_over_a_split_as_if_nothing_had_happened(start_venue):
    venue = start_venue("--seed", "7", "--speed", "60")
    venue.until_order(venue.order(symbol="KO", qty="200"), "filled")
    minutes_told(venue, 1)

    venue.control("corporate-action", type="forward_split", symbol="KO", new_rate=4, old_rate=1)
    venue.control("corporate-action", type="forward_split", symbol="F", new_rate=2, old_rate=1)
    equity = minutes_told(venue, 5)

    assert venue.get("/v2/positions/KO").json()["qty"] == "800"
    assert all(abs(worth - 100_000) < 1_000 for worth in equity)


def minutes_told(venue, count):
    """Return the account's worth minute by minute, once so many minutes have passed."""
    query = {"period": "1D", "timeframe": "1Min"}
    path = "/v2/account/portfolio/history"
    return until(
        lambda: equity if len(equity := venue.get(path, **query).json()["equity"]) > count else None
    )
