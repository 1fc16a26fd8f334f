"""Other people's text in every field they can write: shown literally, never obeyed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.events import ReadingsTaken
from console.domain.market import Timeframe
from console.domain.receipts import Check, Outcome, Receipt
from tests.widgets import sample
from tests.widgets.stage import Stage, text_of
from widgets.alerts import Alerts
from widgets.analytics import Analytics
from widgets.blotter import Blotter
from widgets.chart import Chart
from widgets.halt_view import HaltView
from widgets.order_line import OrderLine
from widgets.outside import neutral
from widgets.positions import Positions
from widgets.ticket import TicketPane
from widgets.watchlist import Watchlist

HOSTILE = [
    "[@click=app.quit]x[/]",
    "[/]",
    "[bold red]x",
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;aGk=\x07",
    "\x9b31m",
    "\x1bPq\x1b\\",
    "a\u202eb\u2066c",
    "z\u200bw\ufeff",
    "bell\x07back\x08\rline\n",
    "Z" + "\u0301" * 40,
    "\U000e0041\U000e0042",
    "日本語 wide",
]
FORBIDDEN = {*map(chr, range(32)), *map(chr, range(127, 160)), *"\u202e\u2066\u200b\ufeff"} - {"\n"}


def poisoned(text):
    orders = {
        each.key: replace(
            each, reason=text, request=replace(each.request, symbol=text, client_order_id=text)
        )
        for each in sample.ORDERS
    }
    reading = replace(sample.READINGS[0], symbol=text, name=text, note=text)
    return replace(
        sample.STATE,
        watchlist=(text, "AAPL"),
        quotes={text: replace(sample.STATE.quotes["AAPL"], symbol=text)},
        orders=orders,
        positions={text: replace(sample.POSITIONS[0], symbol=text)},
        alerts={"a": replace(sample.ALERTS[1], text=text)},
        readings={text: ReadingsTaken(symbol=text, readings=(reading,), at=sample.NOW)},
        halt=replace(
            sample.HALT,
            reason=text,
            by=text,
            receipt=text,
            steps=(replace(sample.HALT.steps[0], name=text, detail=text),),
        ),
    )


@pytest.mark.parametrize("text", HOSTILE)
async def test_nothing_from_outside_acts_on_the_terminal_or_the_app(text):
    state = poisoned(text)
    panes = [Watchlist(), Blotter(), Positions(), Alerts(), Analytics(), HaltView(), Chart()]
    ticket = TicketPane()
    check = Check(rule=text, passed=False, detail=text)
    css = "Screen > * { height: 6; }"
    async with Stage(*panes, ticket, css=css).run_test(size=(120, 60)) as pilot:
        panes[4].follow(text)
        panes[6].expect(text, Timeframe.MIN_1)
        for pane in (*panes, ticket):
            pane.show(state, sample.NOW)
        ticket.preview(replace(sample.PREVIEW, checks=(check,)))
        await pilot.pause()
        shown = text_of(pilot.app)
        ticket.done(Receipt(outcome=Outcome.REJECTED, detail=text, failures=(check,)))
        await pilot.pause()
        shown += text_of(pilot.app)
        for place in (2, 8, 14, 20, 26, 44):
            await pilot.click(offset=(4, place))

        assert pilot.app.is_running
        assert not FORBIDDEN & set(shown)
        if text.isascii() and text.isprintable():
            assert text in shown


@given(st.text())
def test_neutral_text_holds_nothing_that_cannot_be_seen(text):
    made = neutral(text)

    assert made.isprintable()
    assert neutral(made) == made


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_left_as_it_is(text):
    assert neutral(text) == text


async def test_what_is_pasted_into_the_order_line_is_neutral_too():
    line = OrderLine()
    async with Stage(line).run_test():
        line.value = "buy 1 \x1b[31mAA\u202ePL"

        assert line.value == "buy 1 [31mAAPL"
