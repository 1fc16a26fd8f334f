"""What everybody sees of a flatten: a line for each position, told as events."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from console.desk.store import Store
from console.domain.events import FlattenChanged
from console.domain.flatten import CloseStatus, Closing, Flatten
from console.ports import Clock


class Closings:
    """Holds how far the last flatten has come, and tells every change."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._began: dict[str, float] = {}

    @property
    def lines(self) -> Mapping[str, Closing]:
        """What became of each position, by symbol."""
        flatten = self._store.state.flatten
        return {} if flatten is None else {line.symbol: line for line in flatten.closings}

    def begin(self, what: str, lines: Sequence[Closing], by: str, still: Collection[str]) -> bool:
        """Tell of positions to be closed; return whether that is a flatten of its own.

        While one is not over they join it, beside the lines of the symbols that are `still`
        being closed.
        """
        self._began |= dict.fromkeys((line.symbol for line in lines), self._clock.monotonic())
        running = self._store.state.flatten
        if running is not None and not running.is_over:
            kept = [one for one in running.closings if one.symbol in still]
            self._tell(replace(running, what=f"{running.what}, {what}", closings=(*kept, *lines)))
            return False
        self._tell(
            Flatten(
                id=f"f-{secrets.token_hex(4)}",
                what=what,
                by=by,
                at=self._clock.now(),
                closings=tuple(lines),
            )
        )
        return True

    def say(self, symbol: str, status: CloseStatus, detail: str, left_qty: Decimal) -> None:
        """Tell how far one position has come."""
        flatten = self._store.state.flatten
        if flatten is None:
            return
        elapsed = round((self._clock.monotonic() - self._began[symbol]) * 1_000, 1)
        lines = (
            replace(
                line,
                status=status,
                detail=detail,
                left_qty=left_qty,
                elapsed_ms=elapsed if status.is_over else None,
            )
            if line.symbol == symbol
            else line
            for line in flatten.closings
        )
        self._tell(replace(flatten, closings=tuple(lines)))

    def end(self) -> Flatten | None:
        """Tell that nothing is being closed any more; None when that was told already."""
        flatten = self._store.state.flatten
        if flatten is None or flatten.is_over:
            return None
        over = replace(flatten, is_over=True)
        self._tell(over)
        return over

    def _tell(self, flatten: Flatten) -> None:
        now = int(self._clock.now().timestamp() * 1_000)
        revision = max(now, self._store.state.flatten_revision + 1)
        self._store.apply(FlattenChanged(flatten=flatten, revision=revision))
