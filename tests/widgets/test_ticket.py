from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from console.commands.trading import STATUS_OF
from console.domain.orders import OrderClass
from console.domain.receipts import Check, Outcome, Receipt
from tests.widgets import sample
from tests.widgets.stage import Stage
from widgets.order_line import OrderLine
from widgets.ticket import OUTCOMES, Phase, TicketPane

FILL = "TicketPane { height: 1fr; }"


class Listener(Stage):
    def __init__(self, *widgets, **options):
        super().__init__(*widgets, **options)
        self.heard = []

    def on_order_line_submitted(self, event):
        self.heard.append(("submitted", event.text))

    def on_order_line_changed(self, event):
        self.heard.append(("changed", event.text))


async def test_typing_is_told_letter_by_letter_and_enter_submits_what_stands_there():
    ticket = TicketPane()
    app = Listener(ticket, css=FILL)
    async with app.run_test(size=(60, 20)) as pilot:
        ticket.line.focus()
        await pilot.press("b", "u", "y", "enter")
        await pilot.pause()

        assert app.heard[-1] == ("submitted", "buy")
        assert ("changed", "bu") in app.heard
        assert ticket.line.value == "buy"


async def test_an_error_points_at_its_place_and_the_text_stays():
    ticket = TicketPane()
    async with Stage(ticket, css=FILL).run_test(size=(60, 20)) as pilot:
        ticket.line.write("buy -5 AAPL")
        await pilot.pause()
        ticket.complain("The quantity must be more than 0, it is -5.", at=4)

        pointer, sentence = ticket.plain.splitlines()[:2]
        assert pointer.index("^") == 4
        assert sentence == "The quantity must be more than 0, it is -5."
        assert ticket.line.value == "buy -5 AAPL"


async def test_a_preview_shows_the_order_its_quote_and_every_check_failed_ones_first():
    ticket = TicketPane()
    async with Stage(ticket, css=FILL).run_test(size=(80, 24)) as pilot:
        ticket.show(sample.STATE, sample.NOW)
        ticket.preview(sample.PREVIEW)
        await pilot.pause()
        lines = ticket.plain.splitlines()

        assert "buy 300 AAPL @ 190.13 day" in ticket.plain
        assert "190.11 x 190.13  <1s" in ticket.plain
        assert "57,039.00" in ticket.plain
        marks = [line[0] for line in lines if line[:1] in {"✓", "✗"}]
        assert marks == ["✗", "✗", "✓", "✓", "✓"]
        assert lines[0] == "✗ 1 check fails"


async def test_the_quote_a_ticket_was_priced_from_grows_old_in_sight():
    ticket = TicketPane()
    async with Stage(ticket, css=FILL).run_test(size=(80, 24)):
        ticket.preview(sample.PREVIEW)
        ticket.show(sample.STATE, sample.NOW + timedelta(seconds=9))

        assert "stale 9s" in ticket.plain


async def test_a_ticket_without_a_quote_says_so_and_makes_nothing_up():
    bare = replace(
        sample.PREVIEW, request=None, checks=(), quote=None, notional=None,
        buying_power_after=None, position_after=None,
    )  # fmt: skip
    ticket = TicketPane()
    async with Stage(ticket, css=FILL).run_test(size=(80, 24)):
        ticket.preview(bare)

        assert "no quote" in ticket.plain
        assert ticket.plain.count("—") == 3


async def test_each_phase_says_what_enter_would_do():
    ticket = TicketPane()
    async with Stage(ticket, css=FILL).run_test(size=(80, 24)):
        ticket.preview(replace(sample.PREVIEW, checks=sample.PREVIEW.checks[:3]))
        said = [ticket.plain.splitlines()[0]]
        ticket.arm(["The ask moved from 190.13 to 190.19"])
        said += ticket.plain.splitlines()[:2]
        ticket.sending()
        said.append(ticket.plain.splitlines()[0])
        ticket.done(Receipt(outcome=Outcome.UNKNOWN, detail="No answer within 8 s."))
        said += ticket.plain.splitlines()

        assert ticket.phase is Phase.DONE

    assert said == [
        "✓ Every check passes  Enter arms",
        " ARMED  Enter sends, Esc goes back",
        "! The ask moved from 190.13 to 190.19",
        "➤ Sending: no answer from the broker yet",
        "? UNKNOWN  It may or may not exist: do not repeat it.",
        "No answer within 8 s.",
    ]


async def test_the_arrows_walk_the_history_and_lose_no_draft():
    line = OrderLine()
    async with Stage(line).run_test(size=(60, 5)) as pilot:
        line.remember("buy 1 AAPL")
        line.remember("sell 1 IBM")
        line.focus()
        line.write("fla")
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await pilot.press(key)
            seen.append(line.value)

    assert seen == ["sell 1 IBM", "buy 1 AAPL", "buy 1 AAPL", "sell 1 IBM", "fla", "fla"]


def test_each_no_looks_and_reads_unlike_the_others():
    noes = [outcome for outcome in Outcome if outcome is not Outcome.ACCEPTED]

    assert len({OUTCOMES[no].text[0] for no in noes}) == len(noes)
    assert len({OUTCOMES[no].meaning for no in noes}) == len(noes)
    assert len({OUTCOMES[no].says for no in noes}) == len(noes)
    assert len({STATUS_OF[outcome] for outcome in Outcome}) == len(Outcome)


async def test_that_nothing_was_sent_is_said_only_of_what_the_gate_held_back():
    denied = "AAPL could not be priced. 10 AAPL are left. Put back: sell 10 AAPL stop 180.00."
    failure = Check(rule="quantity", passed=False, detail="qty must be positive")
    ticket = TicketPane()
    async with Stage(ticket).run_test(size=(80, 12)):
        ticket.done(Receipt(outcome=Outcome.DENIED, detail=denied))
        of_an_exit = ticket.plain
        ticket.done(Receipt(outcome=Outcome.DENIED, detail="no", failures=(failure,)))
        of_an_order = ticket.plain

    assert "nothing was sent" not in of_an_exit
    assert "Put back" in of_an_exit
    assert "nothing was sent" in of_an_order


async def test_a_bracket_shows_what_is_at_risk_and_what_it_may_bring():
    request = replace(
        sample.PREVIEW.request,
        qty=Decimal(100),
        limit_price=Decimal("190.10"),
        order_class=OrderClass.BRACKET,
        take_profit=Decimal(196),
        stop_loss=Decimal(187),
    )
    ticket = TicketPane()
    async with Stage(ticket, css=FILL).run_test(size=(60, 30)) as pilot:
        await pilot.pause()
        ticket.preview(replace(sample.PREVIEW, request=request))

        assert "Risk           ▼ 310.00" in ticket.plain
        assert "Reward         ▲ 590.00  1.9 to 1" in ticket.plain
        assert "tp 196.00 sl 187.00" in ticket.plain


async def test_what_is_armed_without_a_ticket_is_shown_whole_and_so_is_what_moved_since():
    terms = "flat AAPL: cancel 12 open orders, then sell 1000 to close the position"
    moved = "The mid of AAPL moved from 190.10 to 191.20 (+0.58%) since arming."
    ticket = TicketPane()
    async with Stage(ticket, css=FILL).run_test(size=(44, 20)) as pilot:
        ticket.offer(terms)
        offered = " ".join(ticket.plain.split())
        ticket.arm([moved], terms)
        await pilot.pause()
        armed = " ".join(ticket.plain.split())

        assert terms in offered
        assert "Write an order" not in offered
        assert "ARMED" in armed
        assert moved in armed
        assert terms in armed


async def test_a_reward_that_would_be_a_loss_is_shown_as_one():
    request = replace(
        sample.PREVIEW.request, order_class=OrderClass.OTO, take_profit=Decimal(1), stop_loss=None
    )
    ticket = TicketPane()
    async with Stage(ticket, css=FILL).run_test(size=(80, 24)) as pilot:
        ticket.preview(replace(sample.PREVIEW, request=request))
        await pilot.pause()

        reward = next(line for line in ticket.plain.splitlines() if line.startswith("Reward"))
        assert "▼ -" in reward
        assert "▲" not in reward
