"""The stocks of the synthetic market, and the traits each one trades by.

Levels are round figures of 2025, not quotations. Volatilities are per day, in
the return's own unit: 0.01 is one per cent.
"""

from dataclasses import dataclass

from console.venue.markets.market import Listing

MARKET_VOLATILITY = 0.009
"""Daily volatility of the factor every stock loads on."""

SECTORS: dict[str, float] = {
    "platforms": 0.005,
    "semiconductors": 0.011,
    "autos": 0.008,
    "staples": 0.004,
    "banks": 0.006,
}
"""Daily volatility of what the stocks of one sector share beyond the market."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """One listing and its character."""

    listing: Listing
    level: float
    """Price in dollars on the first day of the month the market is built in."""
    beta: float
    sectors: dict[str, float]
    """Loadings on the sector factors."""
    own_volatility: float
    rate: float
    """Book events a second, on average over the regular session."""
    half_spread: float
    """What a quote keeps from the efficient price on either side, in cents."""
    depth: float
    """Median size at the touch, in round lots."""
    lot_scale: float
    """How many round lots the smallest common trade has."""
    odd_lots: float
    """Share of trades below one round lot."""
    is_newcomer: bool = False
    """Whether it draws from a stream of its own, so that the others go on as they did before it.

    Newcomers stand last in a universe.
    """


def _stock(
    symbol: str,
    name: str,
    exchange: str,
    level: float,
    *,
    beta: float,
    sectors: dict[str, float],
    own: float,
    rate: float,
    half_spread: float,
    depth: float,
    lot_scale: float = 1.0,
    odd_lots: float = 0.3,
    is_newcomer: bool = False,
) -> Stock:
    return Stock(
        listing=Listing(symbol=symbol, name=name, exchange=exchange),
        level=level,
        beta=beta,
        sectors=sectors,
        own_volatility=own,
        rate=rate,
        half_spread=half_spread,
        depth=depth,
        lot_scale=lot_scale,
        odd_lots=odd_lots,
        is_newcomer=is_newcomer,
    )


_NASDAQ, _NYSE, _ARCA = "NASDAQ", "NYSE", "ARCA"
_PLATFORMS = {"platforms": 1.0}
_CHIPS = {"semiconductors": 1.0}
_AUTOS = {"autos": 1.0}
_FUND = {"platforms": 0.35, "semiconductors": 0.2}
_TECH_FUND = {"platforms": 0.7, "semiconductors": 0.35}
_SMALL_FUND = {"banks": 0.35, "semiconductors": 0.1}

UNIVERSE: tuple[Stock, ...] = (
    _stock(
        "AAPL",
        "Apple Inc. Common Stock",
        _NASDAQ,
        255.0,
        beta=1.1,
        sectors=_PLATFORMS,
        own=0.009,
        rate=6.5,
        half_spread=0.15,
        depth=4,
    ),
    _stock(
        "AMD",
        "Advanced Micro Devices, Inc. Common Stock",
        _NASDAQ,
        205.0,
        beta=1.7,
        sectors=_CHIPS,
        own=0.018,
        rate=5,
        half_spread=1.0,
        depth=2,
        odd_lots=0.4,
    ),
    _stock(
        "AMZN",
        "Amazon.com, Inc. Common Stock",
        _NASDAQ,
        225.0,
        beta=1.2,
        sectors=_PLATFORMS,
        own=0.011,
        rate=5,
        half_spread=0.25,
        depth=3,
    ),
    _stock(
        "F",
        "Ford Motor Company Common Stock",
        _NYSE,
        12.3,
        beta=1.1,
        sectors=_AUTOS,
        own=0.013,
        rate=3.6,
        half_spread=0.01,
        depth=180,
        lot_scale=2.5,
        odd_lots=0.12,
    ),
    _stock(
        "GOOG",
        "Alphabet Inc. Class C Capital Stock",
        _NASDAQ,
        245.0,
        beta=1.05,
        sectors=_PLATFORMS,
        own=0.010,
        rate=4.8,
        half_spread=0.5,
        depth=2,
    ),
    _stock(
        "INTC",
        "Intel Corporation Common Stock",
        _NASDAQ,
        36.0,
        beta=1.3,
        sectors=_CHIPS,
        own=0.019,
        rate=4.3,
        half_spread=0.02,
        depth=45,
        lot_scale=1.8,
        odd_lots=0.15,
    ),
    _stock(
        "JPM",
        "JPMorgan Chase & Co. Common Stock",
        _NYSE,
        305.0,
        beta=1.0,
        sectors={"banks": 1.0},
        own=0.007,
        rate=3.6,
        half_spread=1.2,
        depth=2,
    ),
    _stock(
        "KO",
        "Coca-Cola Company Common Stock",
        _NYSE,
        68.0,
        beta=0.45,
        sectors={"staples": 1.0},
        own=0.006,
        rate=3.1,
        half_spread=0.03,
        depth=20,
        lot_scale=1.2,
        odd_lots=0.2,
    ),
    _stock(
        "META",
        "Meta Platforms, Inc. Class A Common Stock",
        _NASDAQ,
        715.0,
        beta=1.25,
        sectors=_PLATFORMS,
        own=0.012,
        rate=4.3,
        half_spread=5.0,
        depth=1.2,
        odd_lots=0.5,
    ),
    _stock(
        "MSFT",
        "Microsoft Corporation Common Stock",
        _NASDAQ,
        495.0,
        beta=1.0,
        sectors=_PLATFORMS,
        own=0.008,
        rate=5,
        half_spread=2.0,
        depth=2,
        odd_lots=0.4,
    ),
    _stock(
        "NVDA",
        "NVIDIA Corporation Common Stock",
        _NASDAQ,
        182.0,
        beta=1.7,
        sectors=_CHIPS,
        own=0.014,
        rate=8.6,
        half_spread=0.8,
        depth=6,
    ),
    _stock(
        "QQQ",
        "Invesco QQQ Trust, Series 1",
        _NASDAQ,
        600.0,
        beta=1.15,
        sectors=_TECH_FUND,
        own=0.0008,
        rate=6.5,
        half_spread=0.4,
        depth=9,
    ),
    _stock(
        "SPY",
        "SPDR S&P 500 ETF Trust",
        _ARCA,
        665.0,
        beta=1.0,
        sectors=_FUND,
        own=0.0005,
        rate=9.6,
        half_spread=0.05,
        depth=30,
        lot_scale=1.3,
        odd_lots=0.25,
    ),
    _stock(
        "TSLA",
        "Tesla, Inc. Common Stock",
        _NASDAQ,
        420.0,
        beta=1.8,
        sectors=_AUTOS,
        own=0.022,
        rate=7.9,
        half_spread=3.2,
        depth=2,
        odd_lots=0.45,
    ),
    _stock(
        "IWM",
        "iShares Russell 2000 ETF",
        _ARCA,
        240.0,
        beta=1.15,
        sectors=_SMALL_FUND,
        own=0.005,
        rate=3.6,
        half_spread=0.2,
        depth=9,
        is_newcomer=True,
    ),
)
