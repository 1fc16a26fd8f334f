"""What the option feeds tell: a contract's indicative quote, when it has moved.

Only contracts that somebody listens to are valued, at most once a second of the
venue's time. No option has traded here, so the trades channel is silent.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from console.venue.streams.feeds import Asset
from console.venue.streams.subscriptions import Notice, Told
from console.venue.wire.market import option_quote_json
from console.venue.wire.timestamps import SECOND

if TYPE_CHECKING:
    from console.venue.markets.option_chain import OptionChains


class OptionQuotes:
    """The quotes that were told last, of the contracts somebody listens to."""

    def __init__(self, chains: "OptionChains") -> None:
        self._chains = chains
        self._told: dict[str, tuple[float, float]] = {}

    def told_between(self, before: int, until: int, wanted: Collection[str]) -> list[Told]:
        """Return the quotes that moved, if a second has ended in (before, until]."""
        if not wanted:
            self._told.clear()
            return []
        if before // SECOND == until // SECOND:
            return []
        moved = (self._moved(symbol) for symbol in sorted(wanted))
        return [notice for notice in moved if notice]

    def _moved(self, symbol: str) -> Notice | None:
        contract = self._chains.contracts.get(symbol)
        quote = self._chains.quote(contract) if contract else None
        if quote is None or self._told.get(symbol) == (quote.bid, quote.ask):
            return None
        self._told[symbol] = (quote.bid, quote.ask)
        message = {"T": "q", "S": symbol, **option_quote_json(quote.bid, quote.ask)}
        return Notice("quotes", (symbol,), message, quote.at, Asset.OPTIONS)
