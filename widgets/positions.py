"""The positions: what is held, what it cost, what it would bring now."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from console.domain.ledger import exchange_day
from console.domain.positions import Position
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import BLANK, Cell, Line
from widgets.columns import Column
from widgets.freshness import live_mid
from widgets.grid import Grid

NOT_KNOWN = Cell("Not known yet: the broker has not told the positions", "caution")
NONE_HELD = Cell("No positions", "quiet")


class Valued(NamedTuple):
    """A position with what it is valued at."""

    position: Position
    mark: Decimal | None
    is_live: bool
    """Whether the mark is the middle of a live quote, not the broker's."""
    realized: Decimal | None = None
    """What our fills of today realized in it; None when that is not known."""
    held: str = figures.DASH
    """How long it has been held, in its largest unit."""

    @property
    def value(self) -> Decimal | None:
        """Market value, below zero for a short."""
        return None if self.mark is None else self.position.market_value(self.mark)

    @property
    def pnl(self) -> Decimal | None:
        """Unrealized P&L in dollars."""
        return None if self.mark is None else self.position.unrealized_pnl(self.mark)

    @property
    def cost(self) -> Decimal:
        """What was paid or received for it, without sign."""
        return abs(self.position.qty * self.position.avg_entry_price)


class Positions(Grid):
    """The holdings of the account and their total."""

    class Selected(Grid.Selected):
        """A position was selected; `symbol` says which."""

        @property
        def symbol(self) -> str:
            """The symbol of the row."""
            return self.key

    COLUMNS = (
        Column(label="Symbol", width=6),
        Column(label="Qty", width=6, align="right"),
        Column(label="Avg entry", width=9, align="right", priority=3),
        Column(label="Mark", width=8, align="right", priority=1),
        Column(label="From", width=6, priority=4),
        Column(label="Value", width=11, align="right", priority=2),
        Column(label="P&L", width=10, align="right"),
        Column(label="P&L %", width=8, align="right", priority=1),
        Column(label="Realized", width=10, align="right", priority=5),
        Column(label="Held", width=4, align="right", priority=6),
    )

    HEADING = "Positions"

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._known: tuple[tuple[Valued, ...] | None, Decimal | None] = (None, None)
        self._has_shown = False

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw what changed: holdings, or the prices they are valued at."""
        valued, realized = _value(state, now), state.realized_today(now)
        if self._has_shown and (valued, realized) == self._known:
            return
        self._known, self._has_shown = (valued, realized), True
        rows = {each.position.symbol: _row(each) for each in valued or ()}
        footer = _total(valued, realized) if valued else None
        self.set_rows(rows, footer=footer, placeholder=NOT_KNOWN if valued is None else NONE_HELD)
        self.entitle("Positions", _summary(len(rows), realized))


def _value(state: TradingState, now: datetime) -> tuple[Valued, ...] | None:
    if state.positions is None:
        return None
    held = sorted(state.positions.values(), key=lambda position: position.symbol)
    return tuple(_mark(position, state, now) for position in held)


def _mark(position: Position, state: TradingState, now: datetime) -> Valued:
    mid, ours = live_mid(position.symbol, state, now), state.holdings.get(position.symbol)
    mark = position.last_price if mid is None else Decimal(str(round(mid, 4)))
    if ours is None:
        return Valued(position, mark, is_live=mid is not None)
    at, entered = state.market_time(now), ours.opened_at
    return Valued(
        position,
        mark,
        is_live=mid is not None,
        realized=ours.realized_on(exchange_day(at)),
        held=figures.age(None if entered is None else max((at - entered).total_seconds(), 0.0)),
    )


def _row(valued: Valued) -> Line:
    position, pnl = valued.position, valued.pnl
    share = pnl / valued.cost * 100 if pnl is not None and valued.cost else None
    return (
        Cell(position.symbol, "strong", bold=True),
        Cell(figures.qty(position.qty), "words" if position.qty > 0 else "ask"),
        figures.known(figures.price(position.avg_entry_price)),
        figures.known(figures.price(valued.mark), "words" if valued.is_live else "stale"),
        _source(valued),
        figures.known(figures.money(valued.value)),
        figures.change(figures.signed(pnl), pnl),
        figures.change(figures.percent(share), share),
        figures.change(figures.signed(valued.realized), valued.realized),
        figures.known(valued.held),
    )


def _summary(held: int, realized: Decimal | None) -> str:
    """Say what the whole day realized, closed positions too, where that is known."""
    words = [f"{held} held"] if held else []
    if realized:
        words.append(f"realized {figures.signed(realized)}")
    return ", ".join(words)


def _source(valued: Valued) -> Cell:
    if valued.mark is None:
        return Cell("none", "stale")
    return Cell("mid", "quiet") if valued.is_live else Cell("broker", "stale")


def _total(valued: Iterable[Valued], realized: Decimal | None) -> Line:
    """Sum up; a sum with an unknown part is unknown."""
    every = tuple(valued)
    value = _sum(each.value for each in every)
    pnl = _sum(each.pnl for each in every)
    cost = sum((each.cost for each in every), Decimal(0))
    share = pnl / cost * 100 if pnl is not None and cost else None
    return (
        Cell("Total", "quiet"),
        BLANK,
        BLANK,
        BLANK,
        BLANK,
        figures.known(figures.money(value), "strong"),
        figures.change(figures.signed(pnl), pnl),
        figures.change(figures.percent(share), share),
        figures.change(figures.signed(realized), realized),
        BLANK,
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
