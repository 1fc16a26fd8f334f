"""The order line's life: typed, checked, armed, sent, answered - and never lost.

This decides; the view only shows. Enter arms, another Enter sends exactly what was
armed; what asks the desk runs as a worker, so a slow broker holds up nothing.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from console.domain.halt import Mode
from console.domain.hints import hint
from console.domain.language import parse
from console.domain.receipts import Outcome, Preview, Receipt
from console.domain.targets import resolve
from console.domain.tickets import (
    CancelCommand,
    Command,
    ExitCommand,
    FlatCommand,
    ReplaceCommand,
    Ticket,
    UnalertCommand,
)
from console.domain.words import Problem
from console.screens import arming, errands
from console.screens.arming import Armable, Armed
from console.screens.beside import Work
from console.screens.desk_link import DeskLink

DEBOUNCE_SECONDS = 0.06
"""How long typing must rest before the desk is asked to check the ticket."""

Errand = Callable[[], Coroutine[Any, Any, Receipt]]
Circumstances = tuple[Mode, bool, bool]
"""The desk's mode, whether it is ready, and whether it is heard."""

Run = Callable[[Work, str], None]
"""Runs work beside the screen; a later one of the group `check` ends the earlier."""


class EntryView(Protocol):
    """Where the line is written and its fate is shown."""

    @property
    def text(self) -> str:
        """What is written."""

    def clear(self) -> None:
        """Take the text away and keep it in the history."""

    def guide(self, text: str) -> None:
        """Show what may be written next."""

    def complain(self, problem: Problem) -> None:
        """Show what is wrong, and where."""

    def preview(self, preview: Preview | None) -> None:
        """Show what the gate says of the ticket; None when there is no ticket."""

    def offer(self, terms: str) -> None:
        """Show what Enter is about to do, where that is no order of its own."""

    def arm(self, armed: Armed | None) -> None:
        """Show what is armed; None when nothing is."""

    def wait(self, what: str, seconds: float) -> None:
        """Show that an answer is awaited, and since when."""

    def answer(self, receipt: Receipt) -> None:
        """Show what came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A command on its way: its text may not be sent once more meanwhile."""

    text: str
    what: str
    since: float


class OrderEntry:
    """Drives one order line; the clock, the desk and the view are given."""

    def __init__(
        self,
        *,
        link: DeskLink,
        view: EntryView,
        run: Run,
        monotonic: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self.armed: Armed | None = None
        self.sending: tuple[Sending, ...] = ()
        self._link = link
        self._view = view
        self._run = run
        self._monotonic = monotonic
        self._now = now
        self._is_arming = False
        self._checked_in: Circumstances | None = None

    def typed(self, text: str) -> None:
        """Say at once whether the line is right; ask the gate when typing rests."""
        self._disarm()
        self._checked_in = None
        command = parse(text)
        if not isinstance(command, Ticket):
            self._view.preview(None)
        if isinstance(command, Problem):
            self._explain(command, text)
            return
        if problem := self._misses(command):
            self._view.complain(problem)
            return
        self._view.guide(hint(f"{text} "))
        if not isinstance(command, Ticket):
            self._view.offer(errands.terms(command, self._link.state))
            return
        self._checked_in = self._circumstances
        self._run(partial(self._check, command, text), "check")

    def entered(self) -> None:
        """Arm what is written, send what is armed, or do at once what needs no arming."""
        if self.armed is not None:
            self._send_armed(self.armed)
            return
        text = self._view.text
        command = parse(text)
        if isinstance(command, Problem):
            self._view.complain(command)
            return
        if problem := self._misses(command) or self._refusal(text):
            self._view.complain(problem)
            return
        match command:
            case Ticket():
                if not self._is_arming:
                    self._is_arming = True
                    self._run(partial(self._arm_ticket, command, text), "arm")
            case ReplaceCommand() | FlatCommand() | ExitCommand():
                self._arm(command, None)
            case _:
                self._send(
                    text, partial(errands.send, command, self._link), errands.summary(command)
                )

    def escaped(self) -> bool:
        """Disarm and keep the text. Return whether there was anything to disarm."""
        was_armed = self.armed is not None
        self._disarm()
        return was_armed

    def tick(self) -> None:
        """Show how long an answer has been awaited, and how old the armed quote is."""
        if self.armed is not None:
            self._view.arm(self.armed)
        elif self.sending:
            newest = self.sending[-1]
            self._view.wait(newest.what, self._monotonic() - newest.since)
        elif self._checked_in not in (None, self._circumstances):
            self.typed(self._view.text)  # what the gate said was of a desk in another mode

    @property
    def _circumstances(self) -> Circumstances:
        return self._link.state.mode, self._link.state.is_ready, self._link.is_attached

    def _explain(self, problem: Problem, text: str) -> None:
        if problem.is_unfinished:
            self._view.guide(hint(text))
            return
        self._view.complain(problem)

    def _misses(self, command: Command) -> Problem | None:
        """Return why the command has nothing to act on."""
        state = self._link.state
        if isinstance(command, CancelCommand | ReplaceCommand):
            meant = resolve(command.target, state)
            if isinstance(meant, Problem):
                return meant
            if isinstance(command, ReplaceCommand) and len(meant) > 1:
                text = f"{command.target} has {len(meant)} open orders: replace one by its number."
                return Problem(text=text, at=(0, len(self._view.text)))
        if isinstance(command, FlatCommand):
            return errands.nothing_to_close(command.symbol, state)
        if isinstance(command, ExitCommand):
            return errands.nothing_to_exit(command.symbol, state)
        if isinstance(command, UnalertCommand):
            return errands.nothing_armed(command, state)
        return None

    def _refusal(self, text: str) -> Problem | None:
        everywhere = (0, len(text))
        if not self._link.is_attached:
            sentence = f"Nothing was sent, for there is no desk: {self._link.trouble}."
            return Problem(text=sentence, at=everywhere)
        if any(sending.text == text for sending in self.sending):
            return Problem(text="This is still being sent: wait for the answer.", at=everywhere)
        return None

    async def _check(self, ticket: Ticket, text: str) -> None:
        await asyncio.sleep(DEBOUNCE_SECONDS)
        preview = await errands.check(ticket, self._link)
        if self._view.text != text or self.armed is not None:
            return
        if isinstance(preview, Problem):
            self._view.preview(None)
            self._view.complain(preview)
            return
        self._view.preview(preview)

    async def _arm_ticket(self, ticket: Ticket, text: str) -> None:
        """Check once more, so that the price is of this moment, and arm what the desk made."""
        try:
            preview = await errands.check(ticket, self._link)
        finally:
            self._is_arming = False
        if self._view.text != text:
            return
        if isinstance(preview, Problem):
            self._view.complain(preview)
            return
        self._view.preview(preview)
        if not preview.is_clear:
            self._view.guide(errands.not_clear(preview))
            return
        self._arm(ticket, preview)

    def _arm(self, command: Armable, preview: Preview | None) -> None:
        state = self._link.state
        orders = errands.orders_of(command, state)
        symbol = orders[0].request.symbol if isinstance(command, ReplaceCommand) else command.symbol
        quote = state.quotes.get(symbol) if preview is None else preview.quote
        request = None if preview is None else preview.request
        self.armed = Armed(
            command=command,
            symbol=symbol,
            summary=str(request) if request else errands.armed_summary(command, state),
            at=self._monotonic(),
            quote=quote,
            was_stale=quote is None or quote.age(self._now()) > arming.STALE_SECONDS,
            preview=preview,
            orders=orders,
        )
        self._view.arm(self.armed)

    def _disarm(self) -> None:
        if self.armed is not None:
            self.armed = None
            self._view.arm(None)

    def _send_armed(self, armed: Armed) -> None:
        monotonic = self._monotonic()
        if armed.is_in_beat(monotonic):
            return
        quote = self._link.state.quotes.get(armed.symbol)
        if changed := armed.seen_again(quote, self._now(), monotonic):
            self.armed = changed
            self._view.arm(changed)
            return
        if problem := self._refusal(self._view.text):
            self._view.complain(problem)
            return
        self.armed = None
        errand = partial(errands.send_armed, armed, self._link)
        self._send(self._view.text, errand, armed.summary)

    def _send(self, text: str, errand: Errand, what: str) -> None:
        self._checked_in = None
        sending = Sending(text=text, what=what, since=self._monotonic())
        self.sending = (*self.sending, sending)
        # its turn comes before that of the worker: the command leaves before it is drawn
        asking = asyncio.ensure_future(errand())
        waiting = partial(self._await, sending, asking)
        asyncio.get_running_loop().call_soon(self._run, waiting, "send")

    async def _await(self, sending: Sending, asking: asyncio.Future[Receipt]) -> None:
        try:
            if self._view.text == sending.text:
                self._view.wait(sending.what, 0.0)
            receipt = await asking
        finally:
            asking.cancel()
            self.sending = tuple(known for known in self.sending if known is not sending)
        if receipt.outcome is Outcome.ACCEPTED and self._view.text == sending.text:
            self._view.clear()
        self._view.answer(receipt)
