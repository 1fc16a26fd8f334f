"""What the venue has seen of the market: the last quotes and trades, and some history."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from console.venue.history import QuoteHistory, TradeHistory
from console.venue.markets.market import QuoteTick, Tick, TradeTick
from console.venue.shown import Shown


@lru_cache(maxsize=4096)
def exact(price: float) -> Decimal:
    """Return a market price as the decimal it was meant to be."""
    return Decimal(repr(price))


class MarketView:
    """The tape as it was last seen."""

    def __init__(self, symbols: Iterable[str]) -> None:
        self.symbols = tuple(symbols)
        self.quotes: dict[str, QuoteTick] = {}
        self.trades: dict[str, TradeTick] = {}
        self.quote_history = {symbol: QuoteHistory(symbol) for symbol in self.symbols}
        self.trade_history = {symbol: TradeHistory(symbol) for symbol in self.symbols}
        self.closes: dict[str, float] = {}
        """Last closes from history, for a symbol that has not traded yet."""
        self.shown: dict[str, Shown] = {}
        """What is no stock, since somebody first traded it."""

    def knows(self, symbol: str) -> bool:
        """Whether a symbol has a market here."""
        return symbol in self.quote_history or symbol in self.shown

    def see(self, tick: Tick) -> None:
        """Take note of a tick."""
        if isinstance(tick, QuoteTick):
            self.quotes[tick.symbol] = tick
            self.quote_history[tick.symbol].append(tick)
            return
        self.trades[tick.symbol] = tick
        self.trade_history[tick.symbol].append(tick)

    def see_late(self, trade: TradeTick) -> None:
        """Take note of a print that is told late: it stands among the older ones."""
        self.trade_history[trade.symbol].insert(trade)

    def last_price(self, symbol: str) -> Decimal | None:
        """Return the price of the last trade, else the middle of the quote, else the last close."""
        if trade := self.trades.get(symbol):
            return exact(trade.price)
        if shown := self.shown.get(symbol):
            return shown.last
        quote = self.quotes.get(symbol)
        if quote and quote.bid > 0 and quote.ask > 0:
            return (exact(quote.bid) + exact(quote.ask)) / 2
        close = self.closes.get(symbol)
        return exact(close) if close else None

    def ask(self, symbol: str) -> Decimal | None:
        """Return what a share costs now: the offer, else the last price."""
        if shown := self.shown.get(symbol):
            return shown.asks[0][0]
        quote = self.quotes.get(symbol)
        return exact(quote.ask) if quote and quote.ask > 0 else self.last_price(symbol)
