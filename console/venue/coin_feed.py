"""The coins as the exchange trades them: awake from the first order in a pair on.

A coin's market is a function of time alone, so nothing is made of it while nobody holds
or orders any. What stands in its book between two prints is what REST tells of the first.
"""

from collections.abc import Iterator
from decimal import Decimal

from console.venue.markets.coin_book import levels
from console.venue.markets.coins import CoinPrint, Coins
from console.venue.shown import Shown
from console.venue.view import exact
from console.venue.wire.timestamps import MINUTE

LONGEST = 15 * MINUTE
"""How far back prints are taken up by a venue that fell behind."""


class CoinFeed:
    """Tells what the pairs that are awake show."""

    def __init__(self, coins: Coins) -> None:
        self._coins = coins
        self._awake: list[str] = []

    def wake(self, pair: str, now: int) -> Shown | None:
        """Begin with a pair, and return what stands now; None when it is known already."""
        if pair in self._awake:
            return None
        self._awake.append(pair)
        return shown(pair, self._coins.last(pair, now), is_new=False)

    def between(self, before: int, until: int) -> Iterator[Shown]:
        """Yield what each print in (before, until] showed, pair by pair."""
        for pair in self._awake:
            for told in self._coins.prints(pair, max(before, until - LONGEST) + 1, until):
                yield shown(pair, told, is_new=True)


def shown(pair: str, told: CoinPrint, *, is_new: bool) -> Shown:
    """Return a print and the book around it; one that is not new is no trade any more."""
    bids, asks = levels(told)
    return Shown(
        symbol=pair,
        at=told.at,
        bids=[(exact(price), exact(size)) for price, size in bids],
        asks=[(exact(price), exact(size)) for price, size in asks],
        last=exact(told.price),
        last_size=exact(told.size) if is_new else Decimal(0),
    )
