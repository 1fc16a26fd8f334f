"""What an account was worth over time, worked out again from its activities and the market's bars.

Each point is the worth at the end of its window and carries the window's beginning.
Gains are against the starting cash until a first trading day has closed.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from msgspec.structs import replace

from console.venue.trading.accounts import Account, Activity
from console.venue.trading.orders import ZERO, Fill
from console.venue.trading.positions import Position, after_fill
from console.venue.wire.timestamps import SECOND, new_york

Price = Callable[[str, int], Decimal | None]
"""The last price of a symbol before an instant."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, its end left out, and the trading day it belongs to."""

    begins_at: int
    ends_at: int
    day: int
    """The number of the day, counted from the first one looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Parallel columns, as the wire tells them, and what gains are measured against."""

    timestamp: list[int]
    equity: list[float]
    profit_loss: list[float]
    profit_loss_pct: list[float]
    base_value: float
    base_value_asof: str | None


def windows(
    days: Iterable[tuple[int, int]], step: int | None, start: int, end: int
) -> list[Window]:
    """Return the windows that begin in [start, end]; one for each whole day without a step."""
    found: list[Window] = []
    for number, (opens_at, closes_at) in enumerate(days):
        for begins_at in range(opens_at, closes_at, step or closes_at - opens_at):
            if begins_at > end:
                return found
            if begins_at >= start:
                ends_at = min(begins_at + step, closes_at) if step else closes_at
                found.append(Window(begins_at, ends_at, number))
    return found


def history(
    asked: Sequence[Window],
    worth: Callable[[int], Decimal],
    *,
    opened: tuple[int, Decimal],
    close_before: int | None,
    resets_daily: bool,
) -> History:
    """Return the worth of an account at the end of each window it has lived in.

    Args:
        asked: the windows, in order.
        worth: the worth at an instant; instants come in order.
        opened: when the account opened, and with how much.
        close_before: when the trading day before the first window closed.
        resets_daily: whether gains begin anew with each trading day.
    """
    opened_at, cash = opened
    lived = [window for window in asked if window.ends_at > opened_at]
    has_closed = close_before is not None and close_before > opened_at
    first = worth(close_before) if has_closed and close_before is not None else cash
    base, day, last = first, lived[0].day if lived else 0, first
    rows: list[tuple[int, Decimal, Decimal]] = []
    for window in lived:
        if resets_daily and window.day != day:
            base, day = last, window.day
        last = worth(window.ends_at)
        rows.append((window.begins_at // SECOND, last, base))
    return History(
        timestamp=[at for at, _, _ in rows],
        equity=[round(float(equity), 2) for _, equity, _ in rows],
        profit_loss=[round(float(equity - against), 2) for _, equity, against in rows],
        profit_loss_pct=[_share(equity - against, against) for _, equity, against in rows],
        base_value=round(float(first), 2),
        base_value_asof=new_york(close_before - 1).date().isoformat()
        if has_closed and close_before is not None
        else None,
    )


def _share(gain: Decimal, base: Decimal) -> float:
    return round(float(gain / base), 6) if base else 0.0


class Worth:
    """What an account was worth at instants asked for in order."""

    def __init__(
        self, account: Account, moves: Sequence[Fill | Activity], price: Price, now: int
    ) -> None:
        self._account = account
        self._moves = moves
        self._price = price
        self._now = now
        self._next = 0
        self._cash = account.opened.cash
        self._positions: dict[str, Position] = {}

    def at(self, instant: int) -> Decimal:
        """Return cash and positions at their last prices; from now on, as they are now."""
        if instant >= self._now:
            return self._account.equity
        while self._next < len(self._moves) and self._moves[self._next].at < instant:
            self._book(self._moves[self._next])
            self._next += 1
        values = (self._value(position, instant) for position in self._positions.values())
        return self._cash + sum(values, ZERO)

    def _book(self, fill: Fill | Activity) -> None:
        if isinstance(fill, Activity):
            self._undergo(fill)
            return
        self._cash -= fill.side.sign * fill.qty * fill.price
        position = after_fill(self._positions.pop(fill.symbol, None), fill)
        if position:
            self._positions[fill.symbol] = position

    def _undergo(self, activity: Activity) -> None:
        self._cash += activity.net_amount
        position = self._positions.get(activity.symbol)
        if position and activity.qty:
            qty = position.qty + activity.qty
            self._positions[activity.symbol] = replace(position, qty=qty)

    def _value(self, position: Position, instant: int) -> Decimal:
        price = self._price(position.symbol, instant) or position.avg_entry_price
        return position.qty * price


class Closes:
    """The closes of one symbol's bars, each known from when its bar ends."""

    def __init__(self, ends: Iterable[tuple[int, Decimal]]) -> None:
        ordered = sorted(ends)
        self._ends = [at for at, _ in ordered]
        self._closes = [close for _, close in ordered]

    def before(self, instant: int) -> Decimal | None:
        """Return the last close known at an instant, or None."""
        place = bisect_left(self._ends, instant + 1) - 1
        return self._closes[place] if place >= 0 else None
