"""Which class of asset a symbol names, and what follows from it for cash and margin.

Stocks are `AAPL`, pairs of a coin and the dollar `BTC/USD`, option contracts carry
their OCC symbol, `AAPL261218C00250000`.
"""

import re
from enum import StrEnum
from functools import lru_cache

_OCC = re.compile(r"[A-Z][A-Z0-9.]{0,5}\d{6}[CP]\d{8}")


class AssetClass(StrEnum):
    """The classes that trade here, in the wire's words."""

    EQUITY = "us_equity"
    OPTION = "us_option"
    CRYPTO = "crypto"

    @property
    def is_marginable(self) -> bool:
        """Whether it may be bought with borrowed money, and lent."""
        return self is AssetClass.EQUITY


@lru_cache(maxsize=4096)
def class_of(symbol: str) -> AssetClass:
    """Return the class of asset a symbol names."""
    if "/" in symbol:
        return AssetClass.CRYPTO
    return AssetClass.OPTION if _OCC.fullmatch(symbol) else AssetClass.EQUITY


def coin_of(pair: str) -> str:
    """Return the coin of a pair: `BTC` of `BTC/USD`."""
    return pair.partition("/")[0]


def joined(symbol: str) -> str:
    """Return a symbol as positions name it: pairs without the slash."""
    return symbol.replace("/", "")
