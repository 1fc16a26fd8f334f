"""What the data stream tells besides the market: FAKEPACA on the test feed, and the coins.

Both are functions of time alone, and are made only while somebody listens.
"""

from collections.abc import Callable
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from console.venue.markets.market import MarketBar, QuoteTick, TradeTick
from console.venue.streams.feeds import TEST_SYMBOL, Asset
from console.venue.streams.subscriptions import BarTold, Notice, Told
from console.venue.wire.market import bar_fields
from console.venue.wire.timestamps import MINUTE, SECOND

if TYPE_CHECKING:
    from console.venue.markets.coins import CoinBar, CoinPrint, Coins

LONGEST = 5 * SECOND
"""How far back is told to somebody who begins to listen."""


def told_between(before: int, until: int, has_listeners: Callable[[Asset], bool]) -> list[Told]:
    """Return what happened in (before, until], of the feeds somebody listens to."""
    before = max(before, until - LONGEST)
    told: list[Told] = []
    if has_listeners(Asset.TEST):
        told += fakepaca(before, until)
    if has_listeners(Asset.CRYPTO):
        told += coins(before, until)
    return told


def fakepaca(before: int, until: int) -> list[Told]:
    """Return a quote and a trade of FAKEPACA every second, and its bars."""
    told: list[Told] = []
    for second in range(before // SECOND + 1, until // SECOND + 1):
        trade = _fake_trade(second)
        half, size = 0.01, 100
        bid, ask = round(trade.price - half, 2), round(trade.price + half, 2)
        told += [QuoteTick(TEST_SYMBOL, trade.at, bid, size, ask, size), trade]
        if second * SECOND % MINUTE == 0:
            told.append(BarTold("bars", "b", TEST_SYMBOL, _fake_bar(second - 60)))
    return told


def _fake_trade(second: int) -> TradeTick:
    rng = Random(second)  # noqa: S311 - a price for tests, no secret
    price = round(130 + rng.gauss(0, 0.5), 2)
    return TradeTick(TEST_SYMBOL, second * SECOND, price, 1 + rng.randrange(200), "V", second)


def _fake_bar(second: int) -> MarketBar:
    trades = [_fake_trade(second + i) for i in range(60)]
    prices = [trade.price for trade in trades]
    volume = sum(trade.size for trade in trades)
    worth = sum(trade.price * trade.size for trade in trades)
    return MarketBar(
        second * SECOND,
        prices[0],
        max(prices),
        min(prices),
        prices[-1],
        volume,
        len(trades),
        round(worth / volume, 6),
    )


@cache
def _coins() -> "Coins":
    from console.venue.markets.coins import Coins  # noqa: PLC0415 - only when somebody listens

    return Coins()


def coins(before: int, until: int) -> list[Told]:
    """Return the prints and quotes of the coins, the book at the touch, and the bars."""
    market = _coins()
    told: list[Told] = []
    for pair in market.pairs:
        for each in market.prints(pair, before + 1, until):
            told += _print_told(pair, each)
        for minute in range(before // MINUTE, until // MINUTE):
            told += _minute_told(market, pair, minute * MINUTE)
    return told


def _minute_told(market: "Coins", pair: str, start: int) -> list[Told]:
    """Return the bar of a minute that ended, and of its day so far."""
    ended = start + MINUTE - 1
    bars = market.bars(pair, MINUTE, start, start, ended)
    days = market.days(pair, ended, ended)
    return [_bar_told("bars", "b", pair, bar) for bar in bars] + [
        _bar_told("dailyBars", "d", pair, day) for day in days[-1:]
    ]


def _bar_told(channel: str, kind: str, pair: str, bar: "CoinBar") -> Told:
    message = {"T": kind, "S": pair, **bar_fields(bar)}
    return Notice(channel, (pair,), message, bar.at, Asset.CRYPTO)


def _print_told(pair: str, each: "CoinPrint") -> list[Told]:
    side = "B" if each.is_buy else "S"
    trade = {"T": "t", "S": pair, "i": each.id, "p": each.price, "s": each.size, "tks": side}
    bid, ask = {"p": each.bid, "s": each.bid_size}, {"p": each.ask, "s": each.ask_size}
    quote = {"T": "q", "S": pair, "bp": bid["p"], "bs": bid["s"], "ap": ask["p"], "as": ask["s"]}
    book = {"T": "o", "S": pair, "r": True, "b": [bid], "a": [ask]}
    messages = (("quotes", quote), ("trades", trade), ("orderbooks", book))
    return [Notice(name, (pair,), said, each.at, Asset.CRYPTO) for name, said in messages]
