"""Our own reckoning of one symbol: average cost, realized P&L, when it was entered.

It knows nothing but fills, and what the broker said was held before the first of
them. Fees are not in it. What it cannot know is None, never 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from console.domain.fills import Fill

EXCHANGE = ZoneInfo("America/New_York")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What our fills make of one symbol; `qty` is below zero for a short."""

    symbol: str
    qty: Decimal = ZERO
    cost: Decimal | None = ZERO
    """What the open quantity was bought, or sold short, for; None when that is not known."""
    opened_at: datetime | None = None
    """When it was entered from flat; None when flat, or when that was before our fills."""
    realized: Decimal | None = ZERO
    """What closing brought over cost on `day`; None when a part of it is not known."""
    day: date | None = None
    """The exchange's day of the last fill."""
    revision: int = 0
    """The later of two tellings has the larger one."""

    @property
    def avg_cost(self) -> Decimal | None:
        """The cost of one share; None when flat or not known."""
        return self.cost / abs(self.qty) if self.qty and self.cost is not None else None

    def realized_on(self, day: date) -> Decimal | None:
        """What was realized on a day of the exchange, of which nothing later was booked."""
        return self.realized if day == self.day else ZERO


def exchange_day(at: datetime) -> date:
    """Return the exchange's date of a moment."""
    return at.astimezone(EXCHANGE).date()


def book(held: Holding, fill: Fill) -> Holding:
    """Return the holding after a fill: first what it closes, then what it opens."""
    held = _on_its_day(held, exchange_day(fill.at))
    signed = fill.qty * fill.side.sign
    closed = min(abs(held.qty), fill.qty) if held.qty * signed < 0 else ZERO
    if closed:
        held = _close(held, closed, fill.price)
    opened = fill.qty - closed
    return _open(held, opened * fill.side.sign, fill) if opened else held


def book_all(held: Holding, fills: Iterable[Fill]) -> Holding:
    """Return the holding after all fills, in the order in which they were made."""
    for fill in sorted(fills, key=moment_of):
        held = book(held, fill)
    return held


def moment_of(fill: Fill) -> tuple[datetime, str]:
    """Return what fills are put in order by."""
    return fill.at, fill.execution_id


def realized_on(day: date, holdings: Iterable[Holding]) -> Decimal | None:
    """Return what all holdings realized on a day; None when a part is not known."""
    total = ZERO
    for held in holdings:
        part = held.realized_on(day)
        if part is None:
            return None
        total += part
    return total


def _on_its_day(held: Holding, day: date) -> Holding:
    if held.day is not None and day <= held.day:
        return held
    return replace(held, day=day, realized=ZERO)


def _close(held: Holding, qty: Decimal, price: Decimal) -> Holding:
    """Take `qty` off at the average cost."""
    is_whole, sign = qty == abs(held.qty), 1 if held.qty > 0 else -1
    cost, realized = held.cost, held.realized
    taken = None if cost is None else cost if is_whole else cost * qty / abs(held.qty)
    gain = None if taken is None else (price * qty - taken) * sign
    return replace(
        held,
        qty=held.qty - qty * sign,
        cost=ZERO if is_whole else None if cost is None or taken is None else cost - taken,
        opened_at=None if is_whole else held.opened_at,
        realized=None if realized is None or gain is None else realized + gain,
    )


def _open(held: Holding, signed: Decimal, fill: Fill) -> Holding:
    return replace(
        held,
        qty=held.qty + signed,
        cost=None if held.cost is None else held.cost + abs(signed) * fill.price,
        opened_at=held.opened_at if held.qty else fill.at,
    )
