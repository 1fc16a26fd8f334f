"""What we should hold: the holdings once seen, and every fill of ours since."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from console.domain.orders import Fill
from console.domain.positions import Position

ZERO = Decimal(0)


class Ledger:
    """Our own reckoning of the holdings, to hold against the broker's."""

    def __init__(self) -> None:
        self._holdings: dict[str, Decimal] = {}
        self._booked: set[str] = set()
        self.is_open = False
        """Whether there is anything to reckon from."""

    @property
    def holdings(self) -> dict[str, Decimal]:
        """What we should hold by symbol; nothing is left out but zero."""
        return {symbol: qty for symbol, qty in self._holdings.items() if qty}

    def begin(self, holdings: Mapping[str, Decimal], fills: Iterable[Fill]) -> None:
        """Start from holdings that contain these fills already."""
        self._holdings = dict(holdings)
        self._booked |= {fill.execution_id for fill in fills}
        self.is_open = True

    def book(self, fill: Fill) -> None:
        """Count a fill, once however often it is told."""
        if fill.execution_id in self._booked:
            return
        self._booked.add(fill.execution_id)
        held = self._holdings.get(fill.symbol, ZERO)
        self._holdings[fill.symbol] = held + fill.qty * fill.side.sign

    def to_text(self) -> str:
        """Return the holdings as text that outlives the desk."""
        return json.dumps({symbol: str(qty) for symbol, qty in sorted(self.holdings.items())})


def from_text(text: str) -> dict[str, Decimal]:
    """Return the holdings that `to_text` wrote. ValueError when it did not."""
    try:
        return {symbol: Decimal(qty) for symbol, qty in json.loads(text).items()}
    except (TypeError, AttributeError, InvalidOperation) as error:
        raise ValueError(f"these are no holdings: {text!r}") from error


def holdings_of(positions: Iterable[Position]) -> dict[str, Decimal]:
    """Return the quantities held by symbol."""
    return {position.symbol: position.qty for position in positions if position.qty}


def differences(ours: Mapping[str, Decimal], theirs: Mapping[str, Decimal]) -> dict[str, str]:
    """Return a sentence for each symbol of which we had another quantity than the broker."""
    sentences = {}
    for symbol in sorted(ours.keys() | theirs.keys()):
        had, has = ours.get(symbol, ZERO), theirs.get(symbol, ZERO)
        if had != has:
            sentences[symbol] = f"Position in {symbol}: we had {had:f}, the broker has {has:f}."
    return sentences
