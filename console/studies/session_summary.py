"""What a day's own trading came to: trades, win rate, expectancy, and slippage on our orders.

A trade goes from flat to flat, or through flat to the other side; its result is what the
ledger's average cost says. Slippage is the implementation shortfall of Perold (1988), "The
Implementation Shortfall: Paper versus Reality", Journal of Portfolio Management 14(3), 4-9:
the price paid against the mid that stood when the order was decided. Fees are in neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from console.domain.fills import Fill
from console.domain.ledger import Holding, book, exchange_day, moment_of

ZERO = Decimal(0)
BASIS_POINTS = Decimal(10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """One day of the exchange; None where there is nothing to take a mean of."""

    day: date
    trades: int
    """Closed on that day, with a known result."""
    unknown: int
    """Closed on that day, entered before our own fills: no result is known."""
    wins: int
    losses: int
    average_win: Decimal | None
    """In dollars a winning trade."""
    average_loss: Decimal | None
    """In dollars a losing trade, below zero."""
    total: Decimal
    """What the trades brought together."""
    slippage: Decimal | None
    """In basis points of the mid at the decision, weighted by value; above zero is a cost."""
    measured_fills: int
    fills: int

    @property
    def win_rate(self) -> Decimal | None:
        """Winning trades as a share of all trades; one that came out even is no win."""
        return Decimal(self.wins) / self.trades if self.trades else None

    @property
    def expectancy(self) -> Decimal | None:
        """The mean result of a trade in dollars."""
        return self.total / self.trades if self.trades else None


def summarise(
    day: date,
    fills: Iterable[Fill],
    mids: Mapping[str, Decimal],
    before: Mapping[str, Holding] | None = None,
) -> SessionSummary:
    """Return the summary of one day.

    Args:
        day: the exchange's.
        fills: at least those of the trades that ended that day, from their entry on.
        mids: the mid in dollars when each order was decided, by client order id.
        before: what was held before the first of the fills.
    """
    ordered = sorted(fills, key=moment_of)
    results = _results(day, ordered, before or {})
    known = [one for one in results if one is not None]
    wins, losses = [one for one in known if one > 0], [one for one in known if one < 0]
    todays = [fill for fill in ordered if exchange_day(fill.at) == day]
    measured = [fill for fill in todays if mids.get(fill.order, ZERO) > 0]
    return SessionSummary(
        day=day,
        trades=len(known),
        unknown=len(results) - len(known),
        wins=len(wins),
        losses=len(losses),
        average_win=_mean(wins),
        average_loss=_mean(losses),
        total=sum(known, ZERO),
        slippage=_slippage(measured, mids),
        measured_fills=len(measured),
        fills=len(todays),
    )


def _results(
    day: date, fills: Sequence[Fill], before: Mapping[str, Holding]
) -> list[Decimal | None]:
    """Return the result of every trade that ended on the day."""
    held = dict(before)
    running: dict[str, Decimal | None] = {}
    ended: list[Decimal | None] = []
    for fill in fills:
        symbol = fill.symbol
        old = held.get(symbol, Holding(symbol=symbol))
        if not old.qty:  # a trade before it that is not known takes nothing from this one
            old = Holding(symbol=symbol)
        new = held[symbol] = book(old, fill)
        running[symbol] = _added(running.get(symbol, ZERO), _realized(old, new))
        is_over = old.qty != 0 and new.qty * old.qty <= 0
        if not is_over:
            continue
        result = running.pop(symbol)
        if exchange_day(fill.at) == day:
            ended.append(result)
    return ended


def _realized(old: Holding, new: Holding) -> Decimal | None:
    """Return what one fill realized; a holding counts anew each day."""
    before = old.realized if old.day == new.day else ZERO
    return None if new.realized is None or before is None else new.realized - before


def _added(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    return sum(values, ZERO) / len(values) if values else None


def _slippage(fills: Sequence[Fill], mids: Mapping[str, Decimal]) -> Decimal | None:
    worth = sum((fill.qty * mids[fill.order] for fill in fills), ZERO)
    if not worth:
        return None
    paid = sum(
        (fill.side.sign * fill.qty * (fill.price - mids[fill.order]) for fill in fills), ZERO
    )
    return paid / worth * BASIS_POINTS
