"""What stands on either side of a coin's market: each level further out and twice as deep."""

from console.venue.markets.coins import CoinPrint

LEVELS = 10
"""Price levels on each side of an order book."""

Side = list[tuple[float, float]]


def levels(told: CoinPrint) -> tuple[Side, Side]:
    """Return bids and offers as prices and sizes, the best first."""
    width = told.ask - told.bid
    return _side(told.bid, told.bid_size, -width), _side(told.ask, told.ask_size, width)


def _side(price: float, size: float, away: float) -> Side:
    return [(round(price + away * i, 2), round(size * 2**i, 9)) for i in range(LEVELS)]
