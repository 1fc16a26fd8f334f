"""The market-data feeds: where each is, what may be asked of it, and in which encoding."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

EVERYTHING = "*"
TEST_SYMBOL = "FAKEPACA"
LONGEST_STOCK = 8
"""Letters of the longest stock symbol; an option's has at least 16."""
FOLLOWING_TRADES = ("corrections", "cancelErrors")
STOCK_CHANNELS = (
    "trades",
    "quotes",
    "bars",
    "updatedBars",
    "dailyBars",
    "statuses",
    "lulds",
    "imbalances",
)
CRYPTO_CHANNELS = ("trades", "quotes", "orderbooks", "bars", "updatedBars", "dailyBars")
OPTION_CHANNELS = ("trades", "quotes")
NEWS_CHANNELS = ("news",)
EVERY_CHANNEL = frozenset((*STOCK_CHANNELS, *CRYPTO_CHANNELS, *NEWS_CHANNELS))


class Asset(StrEnum):
    """What a feed tells of; nobody hears another feed's messages, not by `*` either."""

    STOCKS = "stocks"
    TEST = "test"
    CRYPTO = "crypto"
    OPTIONS = "options"
    NEWS = "news"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One address of the data stream."""

    path: str
    tells: frozenset[Asset]
    channels: tuple[str, ...]
    is_msgpack_only: bool = False

    @property
    def follows_trades(self) -> bool:
        """Whether corrections and cancels come with the trades."""
        return self.channels is STOCK_CHANNELS


def _stocks(name: str, *tells: Asset) -> Feed:
    return Feed(path=f"/v2/{name}", tells=frozenset(tells), channels=STOCK_CHANNELS)


def _crypto(name: str) -> Feed:
    return Feed(
        path=f"/{name}",
        tells=frozenset({Asset.CRYPTO}),
        channels=CRYPTO_CHANNELS,
    )


def _options(name: str) -> Feed:
    return Feed(
        path=f"/v1beta1/{name}",
        tells=frozenset({Asset.OPTIONS}),
        channels=OPTION_CHANNELS,
        is_msgpack_only=True,
    )


FEEDS = (
    *(_stocks(name, Asset.STOCKS) for name in ("iex", "sip", "delayed_sip", "boats", "overnight")),
    _stocks("test", Asset.STOCKS, Asset.TEST),
    *(_crypto(f"v1beta3/crypto/{place}") for place in ("us", "us-1", "us-2", "eu-1", "bs-1")),
    _crypto("v1beta2/crypto"),  # where the older Python SDK still looks
    Feed(path="/v1beta1/news", tells=frozenset({Asset.NEWS}), channels=NEWS_CHANNELS),
    _options("indicative"),
    _options("opra"),
)


@cache
def asset_of(symbol: str) -> Asset:
    """Return what a symbol is, by its spelling: BTC/USD, FAKEPACA, AAPL260116C00200000."""
    if "/" in symbol:
        return Asset.CRYPTO
    if symbol == TEST_SYMBOL:
        return Asset.TEST
    return Asset.OPTIONS if len(symbol) > LONGEST_STOCK and symbol[-1].isdigit() else Asset.STOCKS
