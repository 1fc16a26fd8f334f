"""Which print is the last price: the youngest that may be one, unless its date was a mistake."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from console.domain.market import Trade

FAR = timedelta(seconds=60)
"""So much older than the last price no print comes late that may still set one."""
ENOUGH = 3
"""Prints in a row, in order and far older than the last price, that prove its date wrong."""


@dataclass(slots=True)
class _Last:
    at: datetime
    refused_at: datetime | None = None
    refused: int = 0


class LastPrints:
    """The time of the last price of each symbol, within one connection."""

    def __init__(self) -> None:
        self._last: dict[str, _Last] = {}

    def begin_anew(self) -> None:
        """Forget every time: a tape may begin anew."""
        self._last.clear()

    def sets_last(self, trade: Trade) -> bool:
        """Whether a print is the new last price: its conditions let it, and none is younger."""
        if not trade.counts.sets_last:
            return False
        last = self._last.get(trade.symbol)
        if last is None or trade.at >= last.at or _proves_it_wrong(last, trade.at):
            self._last[trade.symbol] = _Last(trade.at)
            return True
        return False


def _proves_it_wrong(last: _Last, at: datetime) -> bool:
    """Count the prints that go on without a last price dated far ahead of them all."""
    if last.at - at <= FAR:
        last.refused, last.refused_at = 0, None
        return False
    is_in_order = last.refused_at is not None and at >= last.refused_at
    last.refused = last.refused + 1 if is_in_order else 1
    last.refused_at = at
    return last.refused >= ENOUGH
