"""An order from the first letter to the answer, on the real screen over a fake desk."""

import asyncio
from decimal import Decimal

import pytest

from console.domain.events import CrossingUpdated, MarketMoved
from console.domain.orders import Side
from console.domain.receipts import Check, Outcome, Receipt
from tests.screens import pictures
from tests.screens.consoles import ROOMY, SMALL, USUAL, Time, running, until
from tests.screens.fakes import FakeDesk
from widgets.order_line import OrderLine
from widgets.ticket import TicketPane

KEYS = {" ": "space", "@": "at", ".": "full_stop", "-": "minus", "\\": "backslash"}


def line(pilot):
    return pilot.app.screen.query_one(OrderLine)


def said(pilot):
    return pilot.app.screen.query_one(TicketPane).plain


def title(pilot):
    return str(pilot.app.screen.query_one(TicketPane).border_title)


async def write(pilot, text):
    await pilot.press("slash", *(KEYS.get(letter, letter) for letter in text))


async def arm(pilot, text):
    await write(pilot, text)
    await pilot.press("enter")
    await until(pilot, lambda: "ARMED" in said(pilot))


@pytest.mark.parametrize("size", [SMALL, USUAL, ROOMY])
async def test_an_order_is_typed_checked_armed_and_sent(size):
    desk, time = FakeDesk(), Time()
    async with running(desk, size, time) as pilot:
        await write(pilot, "buy 10 aapl @ 190.10")
        await until(pilot, lambda: "Every check passes" in said(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "ARMED" in said(pilot))
        time.go(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: "accepted" in said(pilot))

        (request,) = desk.asked_for("submit")
        assert (request.symbol, request.side, request.qty) == ("AAPL", Side.BUY, Decimal(10))
        assert request.limit_price == Decimal("190.10")
        assert request.client_order_id.startswith("kc-")
        assert line(pilot).value == ""


async def test_a_sent_line_comes_back_with_the_arrow():
    time = Time()
    async with running(time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        time.go(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: line(pilot).value == "")

        await pilot.press("up")

        assert line(pilot).value == "buy 10 AAPL"


async def test_the_order_sent_is_the_one_that_was_armed():
    desk, time = FakeDesk(), Time()
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        armed_at = Decimal(str(pictures.quote("AAPL").ask))
        desk.tell(MarketMoved(quotes=(pictures.quote("AAPL", 190.15, age=0.0),)))
        time.go(0.3)
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked_for("submit"))

        assert desk.asked_for("submit")[0].limit_price == armed_at


async def test_a_repeated_enter_is_swallowed():
    desk, time = FakeDesk(), Time()
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        await pilot.press("enter", "enter")
        time.go(0.2)
        await pilot.press("enter")

        assert desk.asked_for("submit") == []
        assert "ARMED" in said(pilot)


async def test_enters_typed_ahead_send_nothing():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await write(pilot, "buy 10 AAPL")
        await pilot.press("enter", "enter", "enter")
        await until(pilot, lambda: "ARMED" in said(pilot))

        assert desk.asked_for("submit") == []


async def test_escape_disarms_and_keeps_the_text():
    desk, time = FakeDesk(), Time()
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        await pilot.press("escape")
        time.go(1)

        assert "ARMED" not in said(pilot)
        assert line(pilot).value == "buy 10 AAPL"
        assert desk.asked_for("submit") == []


async def test_typing_on_disarms():
    desk, time = FakeDesk(), Time()
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        await pilot.press("space")
        time.go(1)
        await until(pilot, lambda: "ARMED" not in said(pilot))

        assert desk.asked_for("submit") == []


async def test_a_market_that_moved_is_shown_and_confirmed_once_more():
    desk, time = FakeDesk(), Time()
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        desk.tell(MarketMoved(quotes=(pictures.quote("AAPL", 191.00, age=0.0),)))
        time.go(1)
        await pilot.press("enter")
        await until(pilot, lambda: "moved from 190.12 to 191.01" in said(pilot))
        assert desk.asked_for("submit") == []

        time.go(1)
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked_for("submit"))


async def test_a_quote_that_went_stale_is_confirmed_once_more():
    desk, time = FakeDesk(), Time()
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        desk.pass_time(5)
        time.go(5)
        await pilot.press("enter")
        await until(pilot, lambda: "went stale since arming" in said(pilot))

        assert desk.asked_for("submit") == []


async def test_a_failed_check_keeps_the_ticket_from_being_armed():
    desk = FakeDesk()
    desk.checks_fail = True
    async with running(desk) as pilot:
        await write(pilot, "buy 10 AAPL")
        await pilot.press("enter")
        await until(pilot, lambda: "1 check fails" in said(pilot))

        assert "ARMED" not in said(pilot)
        assert line(pilot).value == "buy 10 AAPL"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("buy -5 AAPL", "must be more than 0"),
        ("buy 1e9 AAPL", "is not a quantity"),
        ("sell 100 ZZZZ @ 0", "must be more than 0"),
        ("buy AAPL", "Write how many shares"),
        ("hello", "does not know the verb"),
        ("cancel 99", "No order has the number 99"),
        ("flat IBM", "There is no position and no open order in IBM"),
    ],
)
async def test_a_wrong_line_is_explained_and_kept(text, sentence):
    desk = FakeDesk()
    async with running(desk, SMALL) as pilot:
        await write(pilot, text)
        await pilot.press("enter")
        await until(pilot, lambda: sentence in " ".join(said(pilot).split()))

        assert line(pilot).value == text
        assert not any(desk.asked_for(name) for name in ("submit", "cancel", "flat"))


@pytest.mark.parametrize(
    "outcome", [Outcome.DENIED, Outcome.REJECTED, Outcome.UNKNOWN, Outcome.FORBIDDEN]
)
async def test_a_no_is_shown_in_its_words_and_the_text_stays(outcome):
    desk, time = FakeDesk(), Time()
    failure = Check(rule="venue", passed=False, detail="closed for lunch")
    desk.answers["submit"] = Receipt(
        outcome=outcome, detail="The venue is closed.", failures=(failure,)
    )
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        time.go(1)
        await pilot.press("enter")
        await until(pilot, lambda: "The venue is closed." in said(pilot))

        assert outcome.value in said(pilot).lower()
        assert line(pilot).value == "buy 10 AAPL"


async def test_a_slow_broker_holds_up_nothing():
    desk, time = FakeDesk(), Time()
    desk.may_answer.clear()
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        time.go(1)
        await pilot.press("enter")
        time.go(1.2)
        await until(pilot, lambda: "sending… 1.2 s" in title(pilot))

        await pilot.press("enter", "escape", "j", "j", "4")
        assert pilot.app.focused.id == "orders"
        assert len(desk.asked_for("submit")) == 1

        desk.may_answer.set()
        await until(pilot, lambda: "accepted" in said(pilot))


async def test_the_same_line_is_not_sent_while_it_is_on_its_way():
    desk, time = FakeDesk(), Time()
    desk.may_answer.clear()
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        time.go(1)
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked_for("submit"))
        await pilot.press("enter")
        time.go(1)
        await pilot.press("enter")
        await pilot.pause()

        assert len(desk.asked_for("submit")) == 1
        desk.may_answer.set()
        await until(pilot, lambda: line(pilot).value == "")


async def test_what_was_written_meanwhile_is_not_lost():
    desk, time = FakeDesk(), Time()
    desk.may_answer.clear()
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        time.go(1)
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked_for("submit"))
        await pilot.press("0")
        desk.may_answer.set()
        await until(pilot, lambda: not pilot.app.screen.entry.sending)

        assert line(pilot).value == "buy 10 AAPL0"


@pytest.mark.parametrize(
    ("text", "asked", "what"),
    [
        ("cancel 12", "cancel", ("kc-3f2a17-12",)),
        ("cancel AAPL", "cancel", ("kc-3f2a17-11",)),
        ("cancel all", "cancel_all", None),
        ("watch GE", "watch", ("GE", True)),
        ("unwatch KO", "watch", ("KO", False)),
        ("unalert KO", "remove_crossing", "x3"),
        ("unalert AAPL 187.50", "remove_crossing", "x2"),
    ],
)
async def test_a_command_that_cannot_cost_money_is_done_at_once(text, asked, what):
    desk = FakeDesk()
    desk.tell(*(CrossingUpdated(crossing) for crossing in pictures.CROSSINGS))
    async with running(desk) as pilot:
        await write(pilot, text)
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked_for(asked))

        assert desk.asked_for(asked) == [what]


async def test_unalert_takes_back_every_alert_of_a_symbol():
    desk = FakeDesk()
    desk.tell(*(CrossingUpdated(crossing) for crossing in pictures.CROSSINGS))
    async with running(desk) as pilot:
        await write(pilot, "unalert AAPL")
        await pilot.press("enter")
        await until(pilot, lambda: len(desk.asked_for("remove_crossing")) == 2)
        await until(pilot, lambda: line(pilot).value == "")

        assert desk.asked_for("remove_crossing") == ["x1", "x2"]


async def test_unalert_says_when_nothing_is_armed_and_keeps_the_text():
    async with running() as pilot:
        await write(pilot, "unalert AAPL")
        await pilot.press("enter")

        ticket = pilot.app.screen.query_one(TicketPane)
        await until(pilot, lambda: "No price alert on AAPL is armed" in ticket.plain)
        assert line(pilot).value == "unalert AAPL"


@pytest.mark.parametrize(
    ("text", "asked", "what"),
    [
        (
            "replace 11 150 @ 190.05",
            "replace",
            ("kc-3f2a17-11", {"qty": Decimal(150), "limit_price": Decimal("190.05")}),
        ),
        ("flat KO", "flat", "KO"),
    ],
)
async def test_replace_and_flat_are_armed_like_orders(text, asked, what):
    desk, time = FakeDesk(), Time()
    async with running(desk, time=time) as pilot:
        await arm(pilot, text)
        assert desk.asked_for(asked) == []

        time.go(1)
        await pilot.press("enter")
        await until(pilot, lambda: desk.asked_for(asked))

        assert desk.asked_for(asked) == [what]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("b", "5"), "buy 5 SPY"),
        (("j", "s", "7"), "sell 7 QQQ"),
        (("f",), "flat SPY"),
        (("p",), "alert SPY "),
        (("w",), "watch "),
        (("d",), "unwatch SPY"),
        (("u",), "unalert SPY"),
        (("x",), "cancel 12"),
        (("4", "g", "j", "r"), "replace 11 @ "),
        (("3", "g", "b", "9"), "buy 9 AAPL"),
    ],
)
async def test_a_letter_begins_a_line_and_sends_nothing(keys, text):
    desk = FakeDesk()
    async with running(desk) as pilot:
        await pilot.press(*keys)
        await pilot.pause()

        assert line(pilot).value == text
        assert {name for name, _ in desk.asked} <= {"check", "bars"}


async def test_commands_without_a_desk_are_refused_in_a_sentence():
    desk = FakeDesk()
    async with running(desk) as pilot:
        desk.lose()
        await write(pilot, "cancel all")
        await pilot.press("enter")
        await until(pilot, lambda: "Nothing was sent" in said(pilot))

        assert desk.asked_for("cancel_all") == []
        assert line(pilot).value == "cancel all"


async def test_a_desk_that_goes_before_it_answers_leaves_the_order_unknown():
    desk, time = FakeDesk(), Time()

    async def lost(request):
        await asyncio.sleep(0)
        raise ConnectionError("the desk went away before it answered")

    desk.submit = lost
    async with running(desk, time=time) as pilot:
        await arm(pilot, "buy 10 AAPL")
        time.go(1)
        await pilot.press("enter")
        await until(pilot, lambda: "UNKNOWN" in said(pilot))

        assert line(pilot).value == "buy 10 AAPL"


async def test_a_cleared_line_can_be_brought_back():
    async with running() as pilot:
        await pilot.press("b", "1", "0", "ctrl+u")
        line = pilot.app.screen.query_one(OrderLine)
        assert line.value == ""

        await pilot.press("up")
        assert line.value == "buy 10 SPY"


async def test_a_ticket_that_waits_is_checked_anew_when_the_desk_halts_or_is_rearmed():
    desk = FakeDesk()
    async with running(desk) as pilot:
        await write(pilot, "buy 10 AAPL")
        await until(pilot, lambda: "Every check passes" in said(pilot))

        for halt in (pictures.halt(is_confirmed=True), None):
            desk.asked.clear()
            desk.halt_shows(halt)
            await until(pilot, lambda: desk.asked_for("check"))

        assert line(pilot).value == "buy 10 AAPL"
