"""Where an account is reached, and by what keys: one value, so that paper and live never mix."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

FEEDS = ("iex", "sip")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlpacaAccess:
    """One account's addresses and keys."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    trading_url: str
    """Without the version."""
    data_url: str
    """Without the version."""
    stream_url: str
    """The market data websocket without its path."""
    trading_stream_url: str
    """The whole address."""
    feed: str = "iex"

    def __post_init__(self) -> None:
        if self.feed not in FEEDS:
            raise ValueError(f"the feed must be one of {', '.join(FEEDS)}, it is {self.feed!r}")

    @property
    def market_stream_url(self) -> str:
        """The whole address of the stock stream of this feed."""
        return f"{self.stream_url.rstrip('/')}/v2/{self.feed}"

    @classmethod
    def paper(cls, key: str, secret: str, *, feed: str = "iex") -> Self:
        """Alpaca's paper account."""
        return cls._hosted("paper-api.alpaca.markets", key, secret, feed)

    @classmethod
    def live(cls, key: str, secret: str, *, feed: str = "iex") -> Self:
        """Alpaca's live account: real money."""
        return cls._hosted("api.alpaca.markets", key, secret, feed)

    @classmethod
    def of_profile(cls, profile: str, key: str, secret: str) -> Self:
        """The account that a profile names. KeyError when it names none of Alpaca's."""
        return {"paper": cls.paper, "live": cls.live}[profile](key, secret)

    @classmethod
    def venue(cls, started: Mapping[str, object]) -> Self:
        """The embedded venue, by the line it printed when it had started."""
        names = ("key", "secret", "trading_url", "data_url", "stream_url", "trading_stream_url")
        if missing := [name for name in names if not isinstance(started.get(name), str)]:
            raise ValueError(f"the venue did not say its {', '.join(missing)}")
        return cls(**{name: str(started[name]) for name in names})

    @classmethod
    def _hosted(cls, host: str, key: str, secret: str, feed: str) -> Self:
        return cls(
            key=key,
            secret=secret,
            trading_url=f"https://{host}",
            data_url="https://data.alpaca.markets",
            stream_url="wss://stream.data.alpaca.markets",
            trading_stream_url=f"wss://{host}/stream",
            feed=feed,
        )
