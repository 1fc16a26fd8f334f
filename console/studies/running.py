"""Studies that grow with the market: a new bar costs the same however many came before it.

They say what the columns of the same name say (a test holds them to that) and import nothing
heavy, for a console keeps them while it draws. A bar that still grows is added like any
other, and cut off again when it has changed; what was said of the bars before it stays.
"""

from collections.abc import Mapping, Sequence
from math import fsum, sqrt
from typing import NamedTuple, Protocol

from console.domain.ledger import EXCHANGE
from console.domain.market import Bar
from console.studies.bounds import LEAST_PRICE, MOST_PRICE, MOST_SIZE
from console.studies.half_days import regular_close

REGULAR_OPEN = 34_200.0
"""Seconds after midnight in New York."""

Values = list[float | None]


class Running(Protocol):
    """A study that hears of bars one by one, oldest first."""

    @property
    def lines(self) -> Mapping[str, Sequence[float | None]]:
        """The values by the name of their line, one for each bar, None where not known."""

    def add(self, bar: Bar) -> None:
        """Take in the bar after the last one."""

    def cut(self, count: int) -> None:
        """Forget all but the first `count` bars."""


class RunningSma:
    """The mean of the last closes; as `averages.sma`."""

    def __init__(self, window: int) -> None:
        self._name, self._window = f"SMA {window}", window
        self._closes: Values = []
        self._values: Values = []

    @property
    def lines(self) -> Mapping[str, Sequence[float | None]]:
        """One line."""
        return {self._name: self._values}

    def add(self, bar: Bar) -> None:
        """Take in the bar after the last one."""
        self._closes.append(sound_price(bar.close))
        last = newest(self._closes, self._window)
        self._values.append(None if last is None else fsum(last) / self._window)

    def cut(self, count: int) -> None:
        """Forget all but the first `count` bars."""
        del self._closes[count:], self._values[count:]


class RunningEma:
    """The average in which the newest close weighs most; as `averages.ema`."""

    def __init__(self, window: int) -> None:
        self._name, self._window = f"EMA {window}", window
        self._weight = 2 / (window + 1)
        self._closes: Values = []
        self._values: Values = []

    @property
    def lines(self) -> Mapping[str, Sequence[float | None]]:
        """One line."""
        return {self._name: self._values}

    def add(self, bar: Bar) -> None:
        """Take in the bar after the last one."""
        close, before = sound_price(bar.close), self._values[-1] if self._values else None
        self._closes.append(close)
        if close is not None and before is not None:
            self._values.append(before + self._weight * (close - before))
            return
        first = newest(self._closes, self._window)
        self._values.append(None if first is None else fsum(first) / self._window)

    def cut(self, count: int) -> None:
        """Forget all but the first `count` bars."""
        del self._closes[count:], self._values[count:]


class RunningBands:
    """The mean of the last closes and bands around it; as `bollinger`."""

    def __init__(self, window: int = 20, width: float = 2.0) -> None:
        self._window, self._width = window, width
        self._closes: Values = []
        self._lines: dict[str, Values] = {"lower": [], "middle": [], "upper": []}

    @property
    def lines(self) -> Mapping[str, Sequence[float | None]]:
        """Three lines."""
        return self._lines

    def add(self, bar: Bar) -> None:
        """Take in the bar after the last one."""
        self._closes.append(sound_price(bar.close))
        last = newest(self._closes, self._window)
        for line, value in zip(self._lines.values(), self._bands(last), strict=True):
            line.append(value)

    def cut(self, count: int) -> None:
        """Forget all but the first `count` bars."""
        for line in (self._closes, *self._lines.values()):
            del line[count:]

    def _bands(self, closes: Sequence[float] | None) -> tuple[float | None, ...]:
        if closes is None:
            return (None, None, None)
        middle = fsum(closes) / self._window
        squares = fsum((close - middle) ** 2 for close in closes)
        reach = self._width * sqrt(squares / self._window)
        return middle - reach, middle, middle + reach


class _Paid(NamedTuple):
    """What was traded in a session up to a bar."""

    day: int
    is_whole: bool
    """Whether the session was seen from its beginning."""
    base: float = 0.0
    paid: float = 0.0
    """Above the base price."""
    volume: float = 0.0
    value: float | None = None


class RunningVwap:
    """The volume-weighted average price of the regular session; as `session_vwap`."""

    def __init__(self) -> None:
        self._sums: list[_Paid] = []
        self._values: Values = []

    @property
    def lines(self) -> Mapping[str, Sequence[float | None]]:
        """One line."""
        return {"VWAP": self._values}

    def add(self, bar: Bar) -> None:
        """Take in the bar after the last one."""
        local = bar.at.astimezone(EXCHANGE)
        day, second = local.toordinal(), local.hour * 3_600.0 + local.minute * 60 + local.second
        before = self._sums[-1] if self._sums else None
        if before is None or before.day != day:
            before = _Paid(day, before is not None or second <= REGULAR_OPEN)
        is_inside = before.is_whole and REGULAR_OPEN <= second < regular_close(local.date())
        after = _with(before, bar) if is_inside else before
        self._sums.append(after)
        self._values.append(after.value if is_inside else None)

    def cut(self, count: int) -> None:
        """Forget all but the first `count` bars."""
        del self._sums[count:], self._values[count:]


def sound_price(price: float) -> float | None:
    """Return the price, or None when no market can have it; NaN is none."""
    return price if LEAST_PRICE <= price <= MOST_PRICE else None


def newest(values: Sequence[float | None], window: int) -> list[float] | None:
    """Return the last `window` values; None when they are fewer or one is not known."""
    last = values[-window:]
    known = [value for value in last if value is not None]
    return known if len(known) == window else None


def _with(before: _Paid, bar: Bar) -> _Paid:
    """Return the sums with a bar of the session."""
    price = _average_price(bar)
    if price is None or not 0 < bar.volume <= MOST_SIZE:
        return before
    # measured from the first price, so that equal prices give that price exactly
    base = before.base if before.volume else price
    paid, volume = before.paid + (price - base) * bar.volume, before.volume + bar.volume
    value = base + paid / volume
    return before._replace(base=base, paid=paid, volume=volume, value=value)


def _average_price(bar: Bar) -> float | None:
    own = None if bar.vwap is None else sound_price(bar.vwap)
    if own is not None:
        return own
    high, low, close = sound_price(bar.high), sound_price(bar.low), sound_price(bar.close)
    if high is None or low is None or close is None:
        return None
    return (high + low + close) / 3
