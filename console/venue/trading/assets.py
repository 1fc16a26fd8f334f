"""What can be named as an asset: the market's stocks, two coins, and a few of each odd kind.

The odd ones have no market here. They stand in the lists so that a program meets
what Alpaca's lists are full of: inactive, not tradable, hard to borrow, and so on.
A replayed tape lists its own stocks and no odd ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from console.venue.markets.market import Listing
from console.venue.wire.trading import asset_json

CLASSES = (
    "us_equity",
    "us_option",
    "crypto",
    "crypto_perp",
    "treasury",
    "corporate",
    "global_equity",
    "us_index",
    "us_equity_chain",
    "ipo",
)
EXCHANGES = ("AMEX", "ARCA", "BATS", "NYSE", "NASDAQ", "NYSEARCA", "OTC", "CRYPTO")
STATUSES = ("active", "inactive")
ATTRIBUTES = (
    "ptp_no_exception",
    "ptp_with_exception",
    "ipo",
    "has_options",
    "options_late_close",
    "fractional_eh_enabled",
    "overnight_tradable",
    "overnight_halted",
)
OPTIONED = ("AAPL", "MSFT", "NVDA", "QQQ", "SPY", "TSLA")
"""Stocks whose option contracts the venue lists."""

LATE_CLOSERS = ("QQQ", "SPY")
"""Funds whose options trade until 16:15."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """An asset that differs from an ordinary stock in some ways, named as the wire names them."""

    symbol: str
    name: str
    exchange: str
    traits: Mapping[str, Any]


_UNTRADED = {"tradable": False, "marginable": False, "shortable": False, "fractionable": False}
_UNBORROWED = {"easy_to_borrow": False}

ODDITIES = (
    Oddity(
        symbol="TWTR",
        name="Twitter, Inc. Common Stock",
        exchange="NYSE",
        traits={**_UNTRADED, **_UNBORROWED, "status": "inactive"},
    ),
    Oddity(
        symbol="SIVB",
        name="SVB Financial Group Common Stock",
        exchange="NASDAQ",
        traits={**_UNTRADED, **_UNBORROWED, "status": "inactive"},
    ),
    Oddity(
        symbol="FRCB",
        name="First Republic Bank Common Stock",
        exchange="OTC",
        traits={**_UNTRADED, **_UNBORROWED},
    ),
    Oddity(
        symbol="GME",
        name="GameStop Corp. Class A Common Stock",
        exchange="NYSE",
        traits={"easy_to_borrow": False, "borrow_status": "hard_to_borrow"},
    ),
    Oddity(
        symbol="AMC",
        name="AMC Entertainment Holdings, Inc. Class A Common Stock",
        exchange="NYSE",
        traits={
            "easy_to_borrow": False,
            "borrow_status": "hard_to_borrow",
            "maintenance_margin_requirement": 100,
            "margin_requirement_long": "100",
            "margin_requirement_short": "100",
        },
    ),
    Oddity(
        symbol="TCEHY",
        name="Tencent Holdings Limited Unsponsored ADR",
        exchange="OTC",
        traits={**_UNBORROWED, "shortable": False, "fractionable": False},
    ),
    Oddity(
        symbol="BRK.A",
        name="Berkshire Hathaway Inc. Class A",
        exchange="NYSE",
        traits={"fractionable": False, "attributes": []},
    ),
    Oddity(
        symbol="ET",
        name="Energy Transfer LP Common Units",
        exchange="NYSE",
        traits={"attributes": ["ptp_no_exception"]},
    ),
    Oddity(
        symbol="EPD",
        name="Enterprise Products Partners L.P. Common Units",
        exchange="NYSE",
        traits={"attributes": ["ptp_with_exception"]},
    ),
)

COINS = {"BTC/USD": "Bitcoin / US Dollar", "ETH/USD": "Ethereum / US Dollar"}
"""Pairs that trade round the clock, in parts, for cash."""

_COIN_TRAITS: dict[str, Any] = {
    "class": "crypto",
    "exchange": "CRYPTO",
    "tradable": True,
    "marginable": False,
    "shortable": False,
    "easy_to_borrow": False,
    "fractionable": True,
    "maintenance_margin_requirement": 100,
    "margin_requirement_long": "100",
    "margin_requirement_short": "100",
    "attributes": [],
    "min_order_size": "0.000000001",
    "min_trade_increment": "0.000000001",
    "price_increment": "0.01",
}


class Assets:
    """Every asset there is, as the wire tells it, by symbol and by id."""

    def __init__(self, listings: Iterable[Listing], *, has_oddities: bool = True) -> None:
        told = [_stock(listing) for listing in listings]
        known = {asset["symbol"] for asset in told}
        oddities = ODDITIES if has_oddities else ()
        told += [_odd(oddity) for oddity in oddities if oddity.symbol not in known]
        told += [_coin(symbol, name) for symbol, name in COINS.items()]
        self.all = tuple(sorted(told, key=lambda asset: str(asset["symbol"])))
        self._found = {key: a for a in self.all for key in (a["symbol"], a["id"])}
        self._found |= {symbol.replace("/", ""): self._found[symbol] for symbol in COINS}

    def find(self, symbol_or_id: str) -> dict[str, Any] | None:
        """Return an asset by its symbol, pair or id, in any case; None when there is none."""
        named = symbol_or_id.strip()
        return self._found.get(named.upper()) or self._found.get(named.lower())


def _stock(listing: Listing) -> dict[str, Any]:
    asset = asset_json(listing)
    attributes = [*asset["attributes"]]
    if listing.symbol in OPTIONED:
        attributes.append("has_options")
    if listing.symbol in LATE_CLOSERS:
        attributes.append("options_late_close")
    return asset | {"attributes": attributes}


def _odd(oddity: Oddity) -> dict[str, Any]:
    listing = Listing(symbol=oddity.symbol, name=oddity.name, exchange=oddity.exchange)
    asset = {**asset_json(listing), **oddity.traits}
    if not asset["shortable"]:
        asset.pop("borrow_status")
    return asset


def _coin(symbol: str, name: str) -> dict[str, Any]:
    asset = asset_json(Listing(symbol=symbol, name=name, exchange="CRYPTO"))
    asset.pop("borrow_status")
    return asset | _COIN_TRAITS
