"""A new trader's first minute, at the sizes a terminal has: look, write, arm, send, see, leave."""

import re

import pytest

from tests.e2e.rig import Rig, posts
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e
WRONG = {
    "buy -5 AAPL": "more than 0",
    "buy 1e9 AAPL": "not a quantity",
    "sell 100 ZZZZ @ 0": "more than 0",
    "hocus pocus": "does not know",
    "sell 100 ZZZZ @ 10": "no instrument",
    "buy 10 AAPL @ 190.123": "190.12",
}
"""Lines that go nowhere, and what is said of each."""
SIZES = [(80, 24), (120, 40), (200, 60)]


def open_console(rig: Rig, columns: int = 120, rows: int = 40) -> Terminal:
    rig.start_venue()
    console = rig.console(columns=columns, rows=rows)
    console.wait_for(lambda screen: re.search(r"SPY\s.*\d+\.\d\d", screen) is not None)
    return console


def write(console: Terminal, line: str) -> None:
    console.press("/")
    console.wait_for("Disarm, leave")
    console.press(line)
    console.wait_for(line)


def send(rig: Rig, console: Terminal, line: str) -> None:
    """Write, arm and send; once more where a beat was too short or the market has moved."""
    write(console, line)
    console.wait_for("Every check passes")
    while posts(rig.journal()) == []:
        console.press("enter")
        console.settle(1)


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_an_order_is_typed_checked_armed_sent_filled_and_shown(rig, columns, rows):
    console = open_console(rig, columns, rows)

    send(rig, console, "buy 10 AAPL")

    console.wait_for("accepted")
    rig.meet("AAPL")
    [position] = rig.json("positions")
    assert (position["symbol"], position["qty"]) == ("AAPL", "10")
    assert len(posts(rig.journal())) == 1
    console.press("esc", "3")
    console.wait_for(lambda screen: re.search(r"AAPL\s+10\s+\d", screen) is not None)


def test_quotes_move_by_themselves(rig):
    console = open_console(rig)
    before = console.text

    after = console.wait_for(lambda screen: _prices(screen) != _prices(before))

    assert _prices(after) != []


def test_wrong_input_gets_a_sentence_and_the_text_stays(rig):
    console = open_console(rig)
    console.press("/")
    console.wait_for("Disarm, leave")

    for line, said in WRONG.items():
        console.press(line)
        console.wait_for(line)
        console.press("enter")
        screen = console.wait_for(lambda screen, said=said: said in " ".join(screen.split()))
        assert line in screen
        console.press("ctrl+u")
        console.wait_for(lambda screen, line=line: line not in screen)

    assert posts(rig.journal()) == []


def test_nothing_freezes_while_the_broker_does_not_answer(rig):
    console = open_console(rig)
    silent = {"kind": "hang", "method": "POST", "path": "/v2/orders", "effect": True}
    rig.control("/faults", {"faults": [silent]})

    send(rig, console, "buy 10 AAPL")
    console.press("esc", "?")

    console.wait_for("Order line")
    assert not any(entry["answered_at_ns"] for entry in posts(rig.journal()))
    console.press("esc")
    rig.control("/faults", {"faults": []})
    rig.until(lambda: rig.json("orders", "--all") != [], "the desk does not know it")
    rig.until(lambda: rig.status()["unknown_orders"] == 0, "it stays unknown")
    assert len(posts(rig.journal())) == 1


def test_leaving_asks_and_detaching_leaves_the_desk(rig):
    console = open_console(rig)

    console.press("q")
    console.wait_for("etach")
    console.press("d")

    assert console.wait_until_ended() == 0
    assert rig.status()["mode"] == "active"


def test_the_desk_can_be_stopped_from_the_console(rig):
    console = open_console(rig)

    console.press("q")
    console.wait_for("etach")
    console.press("s")

    console.wait_until_ended()
    rig.until(lambda: rig.status() == {}, "the desk is still there")


def test_a_price_alert_is_set_from_the_keyboard_and_fires(rig):
    console = open_console(rig)
    write(console, "alert KO above 90")
    console.press("enter")
    console.wait_for("You will be told when KO is at or above 90")

    rig.control("/price", {"symbol": "KO", "price": 99})

    console.press("esc", "5")
    console.wait_for(lambda screen: re.search(r"KO is at 99[.\d]*, above 90", screen) is not None)


def _prices(screen: str) -> list[str]:
    return re.findall(r"\d+\.\d\d", screen)
