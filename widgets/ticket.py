"""The ticket: what an order would do and what the gate says of it, while it is typed."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto
from textwrap import wrap
from typing import NamedTuple

from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget

from console.domain.market import Quote
from console.domain.receipts import Check, Outcome, Preview, Receipt
from console.domain.stakes import stakes
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import Cell, Line, Meaning, width_of
from widgets.freshness import STALE_AFTER
from widgets.lines import LinePane
from widgets.order_line import OrderLine
from widgets.outside import neutral

LABEL = 14
LEAST_WIDTH = 24
GRAMMAR = (
    ("buy 100 AAPL @ 190.10 day", "limit"),
    ("sell 50 IBM mkt", "market"),
    ("sell 50 TSLA stop 170 gtc", "stop"),
    ("buy r1% AAPL sl 187 tp 196", "bracket by risk"),
    ("sell half AAPL", "part of it"),
    ("exit AAPL", "free it and close"),
    ("replace AAPL @ 190.05", "new terms"),
    ("cancel AAPL   cancel all", "cancel"),
    ("flat AAPL", "cancel and close"),
)


class Answer(NamedTuple):
    """How an outcome is written, and what it says about the order."""

    text: str
    meaning: Meaning
    says: str = ""


OUTCOMES: dict[Outcome, Answer] = {
    Outcome.ACCEPTED: Answer("✓ accepted", "filled"),
    Outcome.FORBIDDEN: Answer("⊗ forbidden", "caution", "You may not: nothing was sent."),
    Outcome.DENIED: Answer("⊘ denied", "denied", "Our own gate said no: nothing was sent."),
    Outcome.REJECTED: Answer("✗ rejected", "rejected", "The broker said no: it is not there."),
    Outcome.UNKNOWN: Answer("? UNKNOWN", "unknown", "It may or may not exist: do not repeat it."),
}


class Phase(Enum):
    """How far the order being written has come."""

    EDITING = auto()
    ARMED = auto()
    SENDING = auto()
    DONE = auto()


class TicketBody(LinePane):
    """The lines under the order line."""


class TicketPane(Widget):
    """The order line and, below it, what its order would do."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.line = OrderLine()
        self._body = TicketBody()
        self._phase = Phase.EDITING
        self._preview: Preview | None = None
        self._receipt: Receipt | None = None
        self._error: tuple[str, int | None] | None = None
        self._changes: Sequence[str] = ()
        self._terms = ""
        self._now: datetime | None = None
        self.border_title = Content("Ticket")

    def compose(self) -> ComposeResult:
        """Put the order line on top."""
        yield self.line
        yield self._body

    def on_mount(self) -> None:
        """Show the grammar until something is typed."""
        self._draw()

    def on_resize(self) -> None:
        """Break the sentences anew in the new width."""
        self.call_after_refresh(self._draw)

    @property
    def phase(self) -> Phase:
        """How far the order has come."""
        return self._phase

    @property
    def plain(self) -> str:
        """What stands under the order line, as text."""
        return self._body.plain

    def show(self, state: TradingState, now: datetime) -> None:
        """Let the age of the quote the ticket was priced from go on."""
        del state
        self._now = now
        if self._preview is not None and self._preview.quote is not None:
            self._draw()

    def preview(self, preview: Preview | None) -> None:
        """Show what the gate says of the ticket; None while there is none to ask about."""
        self._phase, self._receipt, self._error = Phase.EDITING, None, None
        self._preview, self._changes, self._terms = preview, (), ""
        self._draw()

    def offer(self, terms: str) -> None:
        """Say what Enter is about to do, of a command that the gate is not asked about."""
        self._terms = terms
        self._draw()

    def complain(self, sentence: str, at: int | None = None) -> None:
        """Write what is wrong with the line under it, pointing at the column `at`."""
        self._phase, self._receipt = Phase.EDITING, None
        self._error, self._preview = (sentence, at), None
        self._draw()

    def arm(self, changes: Sequence[str] = (), terms: str = "") -> None:
        """Say that Enter sends now; `changes` is what moved since and must be confirmed."""
        self._phase, self._changes, self._terms = Phase.ARMED, changes, terms
        self._draw()

    def disarm(self) -> None:
        """Go back to editing."""
        self._phase, self._changes = Phase.EDITING, ()
        self._draw()

    def sending(self) -> None:
        """Say that the order is on its way and no answer has come yet."""
        self._phase = Phase.SENDING
        self._draw()

    def done(self, receipt: Receipt) -> None:
        """Show what came of it."""
        self._phase, self._receipt, self._preview = Phase.DONE, receipt, None
        self._draw()

    def _draw(self) -> None:
        if self.is_attached:
            self._body.set_lines(self._lines(max(self._body.room.width, LEAST_WIDTH)))

    def _lines(self, width: int) -> list[Line]:
        if self._error is not None:
            return _error(*self._error, width)
        if self._receipt is not None:
            return _result(self._receipt, width)
        if self._preview is None and self._phase is Phase.EDITING and not self._terms:
            return [self._state(), *_grammar()[: max(self._body.room.height - 1, 0)]]
        head = [self._state(), *_changes(self._changes, width)]
        if self._preview is None:
            return [*head, *_wrapped((), self._terms, "strong", width)]
        return [*head, *_order(self._preview, self._now, width)]

    def _state(self) -> Line:
        if self._phase is Phase.ARMED:
            armed = Cell(" ARMED ", "caution", bold=True, reverse=True)
            return (armed, Cell(" Enter sends, Esc goes back", "strong", bold=True))
        if self._phase is Phase.SENDING:
            return (Cell("➤ Sending: no answer from the broker yet", "caution", bold=True),)
        if self._preview is None and self._terms:
            return (Cell("✓ Complete", "gain"), Cell("  Enter goes on", "quiet"))
        if self._preview is None:
            return (Cell("Write an order", "quiet"),)
        if self._preview.is_clear:
            return (Cell("✓ Every check passes", "gain"), Cell("  Enter arms", "quiet"))
        failed = sum(not check.passed for check in self._preview.checks)
        words = f"✗ {failed} {'check fails' if failed == 1 else 'checks fail'}"
        return (Cell(words if failed else "✗ No quote to price it from", "denied", bold=True),)


def _grammar() -> list[Line]:
    return [(Cell(f"  {example:<27}", "words"), Cell(word, "quiet")) for example, word in GRAMMAR]


def _error(sentence: str, at: int | None, width: int) -> list[Line]:
    pointer = [] if at is None else [(Cell(" " * at + "^", "denied", bold=True),)]
    return [*pointer, *_wrapped((), sentence, "denied", width)]


def _result(receipt: Receipt, width: int) -> list[Line]:
    words, meaning, says = OUTCOMES[receipt.outcome]
    if receipt.outcome is Outcome.DENIED and not receipt.failures:
        # An exit may have canceled before it was denied: what was done is in the detail.
        says = ""
    outcome = Cell(words, meaning, bold=True, reverse=receipt.outcome is Outcome.UNKNOWN)
    detail = _wrapped((), receipt.detail, "strong", width)
    head = (outcome, Cell(f"  {says}", meaning)) if says else (outcome,)
    return [head, *detail, *_checks(receipt.failures, width)]


def _wrapped(first: Line, text: str, meaning: Meaning, width: int) -> list[Line]:
    """Break a sentence into lines; later ones begin below the first one's words."""
    indent = sum(width_of(cell.text) for cell in first)
    rows = wrap(neutral(text), max(width - indent, 10)) or [""]
    later = [(Cell(" " * indent), Cell(row, meaning)) for row in rows[1:]]
    return [(*first, Cell(rows[0], meaning)), *later]


def _changes(changes: Sequence[str], width: int) -> list[Line]:
    mark = (Cell("! ", "caution", bold=True),)
    return [line for change in changes for line in _wrapped(mark, change, "caution", width)]


def _order(preview: Preview, now: datetime | None, width: int) -> list[Line]:
    words = "no quote to price it from" if preview.request is None else str(preview.request)
    return [
        *_wrapped(_said("Order"), words, "strong", width),
        _said("NBBO", *_quote(preview.quote, now)),
        *_stakes(preview),
        _said("Notional", figures.known(figures.money(preview.notional))),
        _said("Power after", figures.known(figures.money(preview.buying_power_after))),
        _said("Position after", figures.known(figures.qty(preview.position_after))),
        *_checks(preview.checks, width),
    ]


def _stakes(preview: Preview) -> list[Line]:
    """Say what an order with exits puts at risk, and what it may bring."""
    if preview.request is None or not preview.request.has_exits:
        return []
    found = stakes(preview.request, preview.quote)
    if found is None:
        return [_said("Risk", Cell("not known: no price to measure it from", "caution"))]
    lines = [_said("Measured from", Cell(figures.price(found.entry), "words"))]
    if found.risk is not None:
        lines.append(_said("Risk", Cell(f"▼ {figures.money(found.risk)}", "loss")))
    if found.reward is not None:
        ratio = "" if found.ratio is None else f"  {figures.tenths(found.ratio)} to 1"
        money = figures.money(found.reward)
        reward = Cell(f"▲ {money}", "gain") if found.reward > 0 else Cell(f"▼ {money}", "loss")
        lines.append(_said("Reward", reward, Cell(ratio, "quiet")))
    return lines


def _said(label: str, *cells: Cell) -> Line:
    return (Cell(f"{label:<{LABEL}} ", "quiet"), *cells)


def _quote(quote: Quote | None, now: datetime | None) -> Line:
    if quote is None:
        return (Cell("no quote", "caution"),)
    age = None if now is None else quote.age(now)
    is_old = age is None or age > STALE_AFTER
    return (
        Cell(figures.price(quote.bid), "bid"),
        Cell(" x ", "quiet"),
        Cell(figures.price(quote.ask), "ask"),
        Cell(f"  {'stale ' if is_old else ''}{figures.age(age)}", "caution" if is_old else "quiet"),
    )


def _checks(checks: Sequence[Check], width: int) -> list[Line]:
    """List what failed first, so that it is seen in a small pane."""
    rule = max((width_of(check.rule) for check in checks), default=0)
    lines: list[Line] = []
    for check in sorted(checks, key=lambda check: check.passed):
        glyph = Cell("✓ ", "gain") if check.passed else Cell("✗ ", "denied", bold=True)
        name = Cell(f"{check.rule:<{rule}}  ", "quiet" if check.passed else "denied")
        tone: Meaning = "quiet" if check.passed else "strong"
        lines += _wrapped((glyph, name), check.detail, tone, width)
    return lines
