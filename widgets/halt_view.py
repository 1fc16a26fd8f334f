"""The halt, step by step as it happens, and the receipt that proves it."""

from datetime import datetime
from textwrap import wrap

from console.domain.halt import Halt, HaltStep, Mode, StepStatus
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import Cell, Line, Meaning
from widgets.lines import LinePane

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
LEAST_DETAIL = 12
INDENT = "  "


class HaltView(LinePane, can_focus=True):
    """The checklist of the present halt."""

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.entitle("Halt")

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw the steps that came on."""
        self.set_class(state.halt is not None, "-halted")
        width = max(self.room.width - 2 * len(INDENT), LEAST_DETAIL)
        self.set_lines(_idle(state) if state.halt is None else _halted(state.halt, now, width))


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


def _halted(halt: Halt, now: datetime, width: int) -> list[Line]:
    since = max((now - halt.at).total_seconds(), 0.0)
    banner: list[Line] = [(Cell(f"  {row}", "halted", bold=True),) for row in LETTERS]
    return [
        (),
        *banner,
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
        *(_step(step, halt) for step in halt.steps),
        (),
        *_receipt(halt, width),
    ]


def _verdict(halt: Halt) -> Line:
    if halt.is_confirmed:
        confirmed = Cell(" ✓ CONFIRMED ", "gain", bold=True, reverse=True)
        return (Cell("  "), confirmed, Cell("  no order is open, none is unknown", "words"))
    pending = Cell(" ! NOT CONFIRMED ", "halted", bold=True, reverse=True)
    return (Cell("  "), pending, Cell("  orders may still be open", "caution"))


def _step(step: HaltStep, halt: Halt) -> Line:
    glyph, meaning = STEPS[step.status]
    name = max((len(each.name) for each in halt.steps), default=0)
    elapsed = "" if step.elapsed_ms is None else f"{step.elapsed_ms:,.0f} ms"
    tone: Meaning = "quiet" if step.status is StepStatus.WAITING else "strong"
    return (
        Cell(f"  {glyph} ", meaning, bold=True),
        Cell(f"{step.name:<{name}} ", tone),
        Cell(f"{elapsed:>{LEAST_DETAIL}}  ", "quiet"),
        Cell(step.detail, meaning if step.status is StepStatus.FAILED else "words"),
    )


def _receipt(halt: Halt, width: int) -> list[Line]:
    if not halt.receipt:
        return []
    wrapped = (row for line in halt.receipt.splitlines() for row in wrap(line, width) or [""])
    return [
        (Cell(f"{INDENT}Receipt", "quiet"),),
        *((Cell(f"{INDENT}{row}", "words"),) for row in wrapped),
    ]
