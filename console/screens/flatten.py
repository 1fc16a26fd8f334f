"""Closing positions from the halt screen: first what would be closed, then the second Enter."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from console.domain.flatten import Extent, FlattenRequest, loss_percent
from console.domain.positions import Position
from console.domain.receipts import Outcome, Receipt
from console.domain.state import TradingState
from console.screens import errands
from console.screens.beside import run_beside
from console.screens.desk_link import DeskLink
from widgets.outside import neutral

MOST_LINES = 10


class FlattenScreen(ModalScreen[Receipt | None]):
    """Enter arms, Enter again closes, Escape leaves everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "Arm, then close"),
        Binding("escape", "stay", "Leave them"),
    ]

    def __init__(self, link: DeskLink, extent: Extent) -> None:
        super().__init__()
        self._link = link
        self._extent = extent
        self._is_armed = False
        self._is_asking = False

    def compose(self) -> ComposeResult:
        """Show which positions are meant, why trading is halted, and how to go on."""
        with Vertical(id="box") as box:
            box.border_title = "Close positions"
            yield Static(_question(self._request(), self._link.state), id="sentence", markup=False)
            yield Static("Enter arms, Esc leaves them.", markup=False, id="answer")

    def action_go_on(self) -> None:
        """Arm; the second time, close."""
        if self._is_asking:
            return
        if not self._is_armed:
            self._is_armed = True
            question = _question(self._request(), self._link.state)
            self.query_one("#sentence", Static).update(question)
            self._say("ARMED: Enter closes them with limits through the touch, Esc does not.")
            return
        self._is_asking = True
        self._say("Asking the desk…")
        run_beside(self, partial(self._ask, self._request()), "flatten")

    async def _ask(self, request: FlattenRequest) -> None:
        receipt = await errands.ask(self._link, lambda desk: desk.flatten(request))
        self._is_asking = self._is_armed = False
        if receipt.outcome is Outcome.ACCEPTED:
            self.dismiss(receipt)
            return
        self._say(f"{receipt.outcome.value.upper()}: {receipt.detail}")

    def _request(self) -> FlattenRequest:
        # Who closes while the fence stands has seen it on the screen, and wants it lifted.
        halt = self._link.state.halt
        return FlattenRequest(extent=self._extent, lifts_fence=halt is not None and halt.is_fenced)

    def _say(self, sentence: str) -> None:
        self.query_one("#answer", Static).update(neutral(sentence))

    def action_stay(self) -> None:
        """Leave every position as it is."""
        self.dismiss(None)


def _question(request: FlattenRequest, state: TradingState) -> str:
    lines = [f"Close {request}?"]
    if state.halt is not None:
        lines.append(f"Halted: {state.halt.reason}")
    if request.lifts_fence:
        lines.append("The fence is lifted for it, and set again after that.")
    if state.positions is None:
        return _below([*lines, "What is held is not known yet."])
    meant = [held for held in state.positions.values() if _is_meant(request, held, state)]
    told = [_line(held, state) for held in meant[:MOST_LINES]]
    if len(meant) > MOST_LINES:
        told.append(f"and {len(meant) - MOST_LINES} more")
    return _below([*lines, *(told or ["No such position is held."])])


def _below(lines: Sequence[str]) -> str:
    # A reason comes from outside: only the line ends made here are line ends.
    return "\n".join(neutral(line) for line in lines)


def _is_meant(request: FlattenRequest, held: Position, state: TradingState) -> bool:
    if request.extent is Extent.ALL:
        return True
    price = _price(held, state)
    return price is None or loss_percent(held, price) > request.loss_percent


def _line(held: Position, state: TradingState) -> str:
    price = _price(held, state)
    result = "result —" if price is None else f"result {-loss_percent(held, price):+.1f} %"
    return f"  {held.closing_side.value} {abs(held.qty):f} {held.symbol}  {result}"


def _price(held: Position, state: TradingState) -> Decimal | None:
    quote = state.quotes.get(held.symbol)
    if quote is not None and quote.is_two_sided:
        return Decimal(str(quote.mid))
    return held.last_price
