"""The halt, step by step as it happens, and the receipt that proves it."""

from collections.abc import Sequence
from datetime import datetime
from textwrap import wrap

from console.domain.flatten import CloseStatus, Closing, Flatten
from console.domain.halt import Halt, HaltedOrder, HaltStep, Mode, StepStatus
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import Cell, Line, Meaning
from widgets.lines import INDENT, LinePane, paragraph

LETTERS = (
    "█  █  ▄▀▀▄  █    ▀▀█▀▀  █▀▀▀  █▀▀▄ ",
    "█▄▄█  █▄▄█  █      █    █▄▄   █   █",
    "█  █  █  █  █      █    █     █   █",
    "▀  ▀  ▀  ▀  ▀▀▀▀   ▀    ▀▀▀▀  ▀▀▀▀ ",
)
STEPS: dict[StepStatus, tuple[str, Meaning]] = {
    StepStatus.WAITING: ("○", "quiet"),
    StepStatus.RUNNING: ("◐", "caution"),
    StepStatus.DONE: ("✓", "gain"),
    StepStatus.FAILED: ("✗", "critical"),
}
CLOSINGS: dict[CloseStatus, tuple[str, Meaning]] = {
    CloseStatus.WAITING: STEPS[StepStatus.WAITING],
    CloseStatus.FREEING: STEPS[StepStatus.RUNNING],
    CloseStatus.CLOSING: STEPS[StepStatus.RUNNING],
    CloseStatus.CLOSED: STEPS[StepStatus.DONE],
    CloseStatus.LEFT: STEPS[StepStatus.FAILED],
}
WORRYING = frozenset({CloseStatus.LEFT})
LEAST_DETAIL = 12
ROOM_FOR_LETTERS = 26
"""With fewer rows the checklist needs those that the large word would take."""


class HaltView(LinePane, can_focus=True):
    """The checklist of the present halt."""

    HEADING = "Halt"

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._is_attached = True

    def tell_attached(self, *, is_attached: bool) -> None:
        """Say whether the desk is heard: without it the last word is not today's."""
        self._is_attached = is_attached

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw the steps that came on."""
        self.set_class(state.halt is not None, "-halted")
        width = max(self.room.width - 2 * len(INDENT), LEAST_DETAIL)
        if state.halt is None:
            self.set_lines(_idle(state) if self._is_attached else _NO_DESK)
            return
        flatten = state.flatten
        is_of_this = flatten is not None and flatten.at >= state.halt.at
        banner = LETTERS if self.room.height >= ROOM_FOR_LETTERS else ()
        told = _halted(state.halt, flatten if is_of_this else None, now, width)
        before = () if self._is_attached else (*_NO_DESK, *_LAST_WORD)
        self.set_lines([*before, *_banner(banner), *told])


_NO_DESK: tuple[Line, ...] = (
    (),
    (Cell("  ○ NO DESK", "caution", bold=True), Cell("  none says whether trading is halted")),
    (Cell("  ctrl+g and F12 halt all the same", "quiet"),),
)
_LAST_WORD: tuple[Line, ...] = ((), (Cell("  The desk's last word:", "quiet"),))


def _banner(rows: Sequence[str]) -> list[Line]:
    lines: list[Line] = [(Cell(f"{INDENT}{row}", "halted", bold=True),) for row in rows]
    return [(), *lines] if lines else []


def _idle(state: TradingState) -> list[Line]:
    if state.restraints:
        return _restrained(state)
    return [
        (),
        (Cell("  ● ACTIVE", "active", bold=True), Cell("  nothing is halted", "words")),
        (),
        (Cell("  ctrl+g or F12 halts from anywhere:", "quiet"),),
        (Cell("  no order leaves any more,", "quiet"),),
        (Cell("  every open order is canceled.", "quiet"),),
    ]


def _restrained(state: TradingState) -> list[Line]:
    """Say every source that raises the mode, though no cord is pulled."""
    is_halted = state.mode is Mode.HALTED
    words = "  nothing is sent" if is_halted else "  only orders that reduce, and cancels, pass"
    meaning: Meaning = "halted" if is_halted else "reducing"
    lines: list[Line] = [
        (),
        (Cell(f"  {state.mode.value.upper()}", meaning, bold=True), Cell(words, "words")),
        (),
    ]
    for source in state.restraints:
        ends = "until a re-arm: R" if source.source.is_latched else "while it lasts"
        lines.append((Cell(f"  {source.source.value}, {ends}", "strong"),))
        lines.append((Cell(f"    {source.reason}", "words"), Cell(f"  {source.by}", "quiet")))
    return lines


def _halted(halt: Halt, flatten: Flatten | None, now: datetime, width: int) -> list[Line]:
    since = max((now - halt.at).total_seconds(), 0.0)
    return [
        (),
        _verdict(halt),
        (),
        (Cell("  Reason  ", "quiet"), Cell(halt.reason or "none given", "strong")),
        (
            Cell("  By      ", "quiet"),
            Cell(halt.by),
            Cell(f"  at {figures.clock(halt.at)} NY, {figures.age(since)} ago", "quiet"),
        ),
        (),
        *_covers(halt, width),
        *(line for step in halt.steps for line in _step(step, halt, width)),
        (),
        *_positions(flatten),
        *_orders(halt),
        *_receipt(halt, width),
    ]


def _verdict(halt: Halt) -> Line:
    if halt.is_confirmed:
        confirmed = Cell(" ✓ CONFIRMED ", "gain", bold=True, reverse=True)
        kept = sum(order.is_kept for order in halt.orders)
        besides = f" besides {kept} kept stop{'s' * (kept != 1)}" if kept else ""
        words = f"  no order is open{besides}, none is unknown"
        return (Cell("  "), confirmed, Cell(words, "words"))
    pending = Cell(" ! NOT CONFIRMED ", "halted", bold=True, reverse=True)
    return (Cell("  "), pending, Cell("  orders may still be open", "caution"))


def _step(step: HaltStep, halt: Halt, width: int) -> list[Line]:
    glyph, meaning = STEPS[step.status]
    name = max((len(each.name) for each in halt.steps), default=0)
    elapsed = _took(step.elapsed_ms)
    tone: Meaning = "quiet" if step.status is StepStatus.WAITING else "strong"
    head = (
        Cell(f"  {glyph} ", meaning, bold=True),
        Cell(f"{step.name:<{name}} ", tone),
        Cell(f"{elapsed:>{LEAST_DETAIL}}  ", "quiet"),
    )
    indent = sum(len(cell.text) for cell in head)
    rows = wrap(step.detail, max(width - indent, LEAST_DETAIL)) or [""]
    said: Meaning = meaning if step.status is StepStatus.FAILED else "words"
    later: list[Line] = [(Cell(" " * indent), Cell(row, said)) for row in rows[1:]]
    return [(*head, Cell(rows[0], said)), *later]


def _covers(halt: Halt, width: int) -> list[Line]:
    if not halt.covers:
        return []
    return [*paragraph(halt.covers, width, "quiet"), ()]


def _positions(flatten: Flatten | None) -> list[Line]:
    if flatten is None:
        return []
    title = (Cell(f"{INDENT}Closing {flatten.what}", "quiet"),)
    return [title, *(_position(line) for line in flatten.closings), ()]


def _position(line: Closing) -> Line:
    glyph, meaning = CLOSINGS[line.status]
    return (
        Cell(f"{INDENT}{glyph} ", meaning, bold=True),
        Cell(f"{line.symbol:<8} {line.qty:>10f} ", "strong"),
        Cell(f"{_took(line.elapsed_ms):>{LEAST_DETAIL}}  ", "quiet"),
        Cell(line.detail or line.status.value, meaning if line.status in WORRYING else "words"),
    )


def _orders(halt: Halt) -> list[Line]:
    if not halt.orders:
        return []
    title = (Cell(f"{INDENT}Orders that were open", "quiet"),)
    return [title, *(_order(order) for order in halt.orders), ()]


def _order(order: HaltedOrder) -> Line:
    is_over = order.elapsed_ms is not None
    glyph, meaning = STEPS[StepStatus.DONE if is_over else StepStatus.RUNNING]
    fate = "kept by choice" if order.is_kept else order.status.replace("_", " ")
    return (
        Cell(f"{INDENT}{'·' if order.is_kept else glyph} ", meaning, bold=True),
        Cell(f"{fate:<16} ", "strong"),
        Cell(f"{_took(order.elapsed_ms):>{LEAST_DETAIL}}  ", "quiet"),
        Cell(order.terms),
    )


def _took(elapsed_ms: float | None) -> str:
    return "" if elapsed_ms is None else f"{elapsed_ms:,.0f} ms"


def _receipt(halt: Halt, width: int) -> list[Line]:
    if not halt.receipt:
        return []
    wrapped = (row for line in halt.receipt.splitlines() for row in wrap(line, width) or [""])
    return [
        (Cell(f"{INDENT}Receipt", "quiet"),),
        *((Cell(f"{INDENT}{row}", "words"),) for row in wrapped),
    ]
