"""Which positions a flatten means: the named ones, all, or those that lose too much."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from console.desk.store import Store
from console.domain.flatten import CloseStatus, Closing, Extent, FlattenRequest, loss_percent
from console.domain.instruments import to_tick
from console.domain.positions import Position
from console.ports import Clock


class Choice:
    """Picks positions, those that cannot be judged as left."""

    def __init__(self, *, store: Store, clock: Clock, stale_after: float) -> None:
        self._store = store
        self._clock = clock
        self._stale_after = stale_after

    def named(self, request: FlattenRequest, held: Sequence[Position]) -> list[Closing]:
        """Return a line for each symbol that was named, held or not."""
        qty_of = {position.symbol: position.qty for position in held}
        qtys = ((symbol, qty_of.get(symbol, Decimal(0))) for symbol in request.symbols)
        return [Closing(symbol=symbol, qty=qty, left_qty=qty) for symbol, qty in qtys]

    def among(self, request: FlattenRequest, held: Sequence[Position]) -> list[Closing]:
        """Return a line for each of the positions that is meant."""
        lines = (self._line(request, position) for position in held)
        return [line for line in lines if line is not None]

    def _line(self, request: FlattenRequest, position: Position) -> Closing | None:
        line = Closing(symbol=position.symbol, qty=position.qty, left_qty=position.qty)
        if request.extent is Extent.ALL:
            return line
        price = self._price(position)
        if price is None:
            return left(line, "whether it loses is not known: it has no price")
        return line if loss_percent(position, price) > request.loss_percent else None

    def _price(self, position: Position) -> Decimal | None:
        """Return the live mid, else the broker's last mark."""
        quote = self._store.state.quotes.get(position.symbol)
        is_live = quote is not None and quote.age(self._clock.now()) <= self._stale_after
        if quote is not None and is_live and quote.is_two_sided:
            return to_tick(quote.mid)
        return position.last_price


def left(line: Closing, why: str) -> Closing:
    """Return the line of a position that is not touched."""
    return replace(line, status=CloseStatus.LEFT, detail=why, elapsed_ms=0.0)
