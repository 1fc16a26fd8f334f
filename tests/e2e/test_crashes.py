"""kill -9 of the console, the desk and the venue: nothing acknowledged is lost."""

import os
import signal

import pytest

from tests.e2e.rig import Rig, posts

pytestmark = pytest.mark.e2e


def rest_an_order(rig: Rig) -> str:
    bid = rig.json("quote", "AAPL")["bid"]
    done = rig.order(f"buy 1 AAPL @ {bid * 0.97:.2f} gtc", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    [order] = rig.json("orders")
    return order["client_order_id"]


def row_of_the_order(screen: str) -> list[str]:
    """Return what the orders' pane says of it; nothing before the row is painted to its end."""
    _, _, pane = screen.partition("4 Orders")
    rows = [line.split("││")[0].split() for line in pane.splitlines()]
    return next((row for row in rows if {"AAPL", "BUY", "working"} <= set(row)), [])


def test_a_killed_console_changes_nothing(rig):
    rig.start_venue()
    rig.start_desk()
    order = rest_an_order(rig)
    console = rig.console()
    shown = row_of_the_order(console.wait_for(row_of_the_order))

    console.kill()

    assert [o["client_order_id"] for o in rig.json("orders")] == [order]
    again = rig.console()
    again.wait_for(lambda screen: row_of_the_order(screen) == shown)


def test_a_killed_desk_comes_back_with_the_same_picture(rig):
    rig.start_venue()
    rig.start_desk()
    rig.fill("buy 5 F", "F")
    order = rest_an_order(rig)
    before = rig.json("orders", "--all")

    rig.kill(rig.desk_process)
    rig.start_desk()

    assert _known(rig.json("orders", "--all")) == _known(before)
    assert [o["client_order_id"] for o in rig.json("orders")] == [order]
    [position] = rig.json("positions")
    assert (position["symbol"], position["qty"]) == ("F", "5")
    assert len(posts(rig.journal())) == 2


def test_what_happened_while_the_desk_was_dead_is_reported_and_the_broker_wins(rig):
    rig.start_venue()
    rig.start_desk()
    order = rest_an_order(rig)
    rig.kill(rig.desk_process)
    price = rig.json_of_venue("GET", f"/v2/orders:by_client_order_id?client_order_id={order}")
    rig.control("/price", {"symbol": "AAPL", "price": float(price["limit_price"]) * 0.99})
    rig.until(lambda: rig.json_of_venue("GET", "/v2/positions") != [], "the venue never filled it")

    rig.start_desk()

    assert rig.json("orders") == []
    [position] = rig.json("positions")
    assert (position["symbol"], position["qty"]) == ("AAPL", "1")
    assert rig.status()["unacknowledged_alerts"] >= 1


def test_a_killed_venue_comes_back_with_its_books(rig):
    rig.start_desk()
    rig.fill("buy 5 F", "F")
    order = rest_an_order(rig)

    killed = rig.embedded_venue_pid()
    os.kill(killed, signal.SIGKILL)
    compared = rig.status()["reconciliation"]["at"]
    rig.until(lambda: rig.embedded_venue_pid() != killed, "no venue was started again")
    rig.until(lambda: is_over_it(rig, compared), "the desk never got over it")

    assert [o["client_order_id"] for o in rig.json("orders")] == [order]
    [position] = rig.json("positions")
    assert (position["symbol"], position["qty"]) == ("F", "5")
    assert rig.run("cancel", "all").returncode == 0
    rig.until(lambda: rig.json("orders") == [], "the order could not be canceled")


def is_over_it(rig: Rig, compared: str) -> bool:
    status = rig.status()
    return status["ready"] and status["reconciliation"]["at"] != compared


def test_the_next_desk_finds_the_venue_of_a_killed_one(rig):
    rig.start_desk()
    order = rest_an_order(rig)
    venue = rig.embedded_venue_pid()

    rig.kill(rig.desk_process)
    rig.start_desk()

    assert rig.embedded_venue_pid() == venue
    assert [o["client_order_id"] for o in rig.json("orders")] == [order]


def _known(orders):
    return [(o["client_order_id"], o["status"], o["filled_qty"]) for o in orders]
