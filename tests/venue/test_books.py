"""What was acknowledged is there after a kill -9; what was torn is cut off."""

import resource
from decimal import Decimal

import pytest
import requests
from msgspec.structs import replace

from console.venue.books import Books, BooksUnreadable, Whose
from console.venue.compaction import read_short
from console.venue.written import entries
from tests.venue.fakes import NOON, buy, open_pit, sell
from tests.venue.rig import until


def books_of(tmp_path, *steps):
    path = tmp_path / "books"
    books = Books(path)
    books.read()
    for step in steps:
        books.append(step)
    books.close()
    return path


def reopened(path):
    books = Books(path)
    try:
        return books.read()
    finally:
        books.close()


def test_empty_books_tell_of_no_account(tmp_path):
    assert reopened(tmp_path / "new") is None


def test_orders_and_fills_come_back_as_they_were(tmp_path):
    pit = open_pit()
    first, second = pit.submit(buy(10)), pit.submit(sell(5, limit_price=120))

    path = books_of(tmp_path, [pit.account.opened, first], [*pit.fills, second])

    record = reopened(path)
    assert record.opened == pit.account.opened
    assert record.orders == {first.id: first, second.id: second}
    assert record.fills == pit.fills


def test_books_written_anew_say_the_same_in_less_and_go_on(tmp_path):
    path = tmp_path / "books"
    first, second = open_pit(), open_pit()
    second.account.opened = replace(second.account.opened, id="b", key="k2")
    books = Books(path)
    books.read()
    for pit, whose in ((first, []), (second, [Whose(account="b")])):
        books.append([pit.account.opened])
        for qty in range(1, 9):
            pit.submit(buy(qty, limit_price=90))
            pit.submit(buy(qty))
        pit.exchange.watchlists.create("mine", ["AAPL"], NOON)
        pit.exchange.watchlists.delete(pit.exchange.watchlists.create("gone", [], NOON))
        pit.exchange.pay_dividend("AAPL", Decimal(1), NOON)
        pit.submit(buy(3))
        books.append([*whose, *entries(pit.changes)])
    before, length = books.read(), path.stat().st_size

    again = read_short(books, most=1)
    books.append([first.exchange.blotter.orders[next(iter(before.orders))]])
    books.close()

    after = reopened(path)
    assert said(after) == said(before) == said(again)
    assert [w.name for w in after.watchlists.values()] == ["mine"]
    assert [place for place, _ in after.activities] == [8]
    assert path.stat().st_size < 0.7 * length
    assert after.entries < 0.7 * before.entries


def said(record):
    """Return what a record says of each account, whatever it took to say it."""
    return [
        (one.opened, one.settings, one.orders, one.fills, one.activities, one.watchlists)
        for one in (record, *record.others.values())
    ]


def test_a_venue_keeps_its_watchlists_over_a_kill(start_venue, tmp_path):
    options = ("--books", str(tmp_path / "books"))
    venue = start_venue(*options)
    made = venue.post("/v2/watchlists", {"name": "mine", "symbols": ["KO"]}).json()
    venue.post(f"/v2/watchlists/{made['id']}", {"symbol": "BTC/USD"})
    gone = venue.post("/v2/watchlists", {"name": "gone"}).json()
    venue.delete(f"/v2/watchlists/{gone['id']}")

    venue.kill()
    again = start_venue(*options)

    assert [each["name"] for each in again.get("/v2/watchlists").json()] == ["mine"]
    kept = again.get(f"/v2/watchlists/{made['id']}").json()
    assert [asset["symbol"] for asset in kept["assets"]] == ["KO", "BTC/USD"]


@pytest.mark.parametrize("torn", [1, 20, 300])
def test_a_torn_last_line_is_cut_off_and_writing_goes_on(tmp_path, torn):
    pit = open_pit()
    first, second = pit.submit(buy(10)), pit.submit(buy(20))
    path = books_of(tmp_path, [pit.account.opened, first], [second])
    path.write_bytes(path.read_bytes()[:-torn])

    books = Books(path)
    before = books.read().orders
    books.append([second])
    books.close()

    assert before == {first.id: first}
    assert reopened(path).orders == {first.id: first, second.id: second}


def test_a_file_that_is_no_books_is_refused_with_the_line(tmp_path):
    path = tmp_path / "books"
    path.write_text("my shopping list\n")

    with pytest.raises(BooksUnreadable, match="line 1 of books"):
        reopened(path)


def test_a_killed_venue_comes_back_with_keys_orders_positions_and_fills(start_venue, tmp_path):
    books = str(tmp_path / "books")
    venue = start_venue("--seed", "7", "--books", books, "--cash", "50000")
    venue.until_order(venue.order(symbol="KO", qty="10"), "filled")
    resting = venue.order(
        symbol="KO", type="limit", limit_price="1.5", qty="3", time_in_force="gtc"
    )
    resting = venue.until_order(resting, "new")
    pending = venue.order(
        symbol="MSFT", type="limit", limit_price="2.5", qty="3", time_in_force="gtc"
    )
    venue.patch("/v2/account/configurations", {"no_shorting": True})
    before = {path: venue.get(path).json() for path in STABLE}

    venue.kill()
    again = start_venue("--seed", "7", "--books", books)

    assert (again.line["key"], again.line["secret"]) == (venue.line["key"], venue.line["secret"])
    again.until_order(pending, "new")
    after = {path: again.get(path).json() for path in STABLE}
    assert after["/v2/account/activities"] == before["/v2/account/activities"]
    assert after["/v2/account/configurations"] == before["/v2/account/configurations"]
    assert again.get(f"/v2/orders/{resting['id']}").json() == resting
    assert again.get("/v2/account").json()["cash"] == before["/v2/account"]["cash"]
    assert again.get("/v2/positions/KO").json()["qty"] == "10"
    duplicate = again.post("/v2/orders", {**TICKET, "client_order_id": resting["client_order_id"]})
    assert duplicate.json()["message"] == "client_order_id must be unique"
    again.control("price", symbol="KO", price=1.2)
    assert again.until_order(resting, "filled")["filled_qty"] == "3"


STABLE = ["/v2/account", "/v2/account/activities", "/v2/account/configurations"]
TICKET = {
    "symbol": "KO",
    "qty": 1,
    "side": "buy",
    "type": "limit",
    "limit_price": 1,
    "time_in_force": "day",
}


def test_a_kill_between_orders_loses_none_that_was_answered(start_venue, tmp_path):
    books = str(tmp_path / "books")
    venue = start_venue("--seed", "7", "--books", books)
    answered = [venue.order(symbol="KO", qty="1")["id"] for _ in range(60)]

    venue.kill()
    again = start_venue("--seed", "7", "--books", books)

    for order_id in answered:
        until(lambda order_id=order_id: again.get(f"/v2/orders/{order_id}").ok)
    fills = again.get("/v2/account/activities").json()
    qty = sum(int(f["qty"]) for f in fills)
    assert until(lambda: qty <= int(again.get("/v2/positions/KO").json()["qty"]))


def test_two_venues_do_not_share_their_books(start_venue, tmp_path):
    books = str(tmp_path / "books")
    start_venue("--books", books)

    with pytest.raises(RuntimeError, match="another venue keeps its books in books"):
        start_venue("--books", books)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can fill a file up so")
def test_a_venue_that_cannot_write_its_books_stops_before_it_answers(start_venue, tmp_path):
    books = tmp_path / "books"
    venue = start_venue("--books", str(books))
    size = books.stat().st_size + 10
    resource.prlimit(venue.process.pid, resource.RLIMIT_FSIZE, (size, size))

    with pytest.raises(requests.ConnectionError):
        venue.order(qty="1")

    assert venue.wait() == 1
    assert "the books cannot be written" in venue.errors
    again = start_venue("--books", str(books))
    assert again.get("/v2/orders", status="all").json() == []


def test_sigterm_ends_the_venue_cleanly(start_venue):
    venue = start_venue()
    venue.get("/v2/account")

    assert venue.stop() == 0
    assert venue.errors == ""
