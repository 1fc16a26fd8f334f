"""The portfolio by weight: what is concentrated, what loses much, where the sectors lie."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from console.domain.positions import Position
from console.domain.ranges import Within

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioRules:
    """Beyond what a holding or a sector is named. Specification F10."""

    concentration: Annotated[Decimal, Within("fraction", 0, 10)] = Decimal("0.20")
    """Of equity in one symbol."""
    sector: Annotated[Decimal, Within("fraction", 0, 10)] = Decimal("0.20")
    """Of equity in one sector; what has no known sector is counted, and no sector."""
    large_loss: Annotated[Decimal, Within("fraction", 0, 10)] = Decimal("0.15")
    """Lost of the cost of a position."""


DEFAULT = PortfolioRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """One holding; None where price, cost or equity is not known."""

    symbol: str
    sector: str | None
    value: Decimal | None
    """In dollars, below zero for a short."""
    weight: Decimal | None
    """The value as a share of equity, below zero for a short."""
    gain: Decimal | None
    """As a share of the cost, below zero for a loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """All holdings, the heaviest first, those without a price last."""

    holdings: tuple[Weight, ...]
    gross: Decimal | None
    """Value without signs as a share of equity; None while a price is missing."""
    net: Decimal | None
    """Value with signs as a share of equity; None while a price is missing."""
    sectors: Mapping[str | None, Decimal | None]
    """Value without signs of each sector as a share of equity, the heaviest first; under None, at
    the end, what has none that is known."""
    concentrated: tuple[str, ...]
    large_losses: tuple[str, ...]
    heavy_sectors: tuple[str, ...]


def weigh(
    positions: Sequence[Position],
    prices: Mapping[str, Decimal],
    equity: Decimal | None,
    sectors: Mapping[str, str],
    rules: PortfolioRules = DEFAULT,
) -> Portfolio:
    """Return the weights of the positions on equity.

    Args:
        positions: what is held.
        prices: marks in dollars; a symbol without one has no value, not the value 0.
        equity: in dollars; at or below 0 no weight is known.
        sectors: the sector of each symbol, where it is known.
        rules: from where on a holding is named.
    """
    base = equity if equity is not None and equity > 0 else None
    each = [
        _weight(one, prices.get(one.symbol), base, sectors.get(one.symbol)) for one in positions
    ]
    each.sort(key=lambda one: (one.value is None, -abs(one.value or ZERO), one.symbol))
    exposure = _by_sector(each, base)
    return Portfolio(
        holdings=tuple(each),
        gross=_sum(each, base),
        net=_sum(each, base, is_signed=True),
        sectors=exposure,
        heavy_sectors=tuple(
            sector
            for sector, share in exposure.items()
            if sector is not None and share is not None and share > rules.sector
        ),
        concentrated=tuple(
            one.symbol
            for one in each
            if one.weight is not None and abs(one.weight) > rules.concentration
        ),
        large_losses=tuple(
            one.symbol for one in each if one.gain is not None and -one.gain > rules.large_loss
        ),
    )


def _by_sector(
    holdings: Sequence[Weight], equity: Decimal | None
) -> dict[str | None, Decimal | None]:
    shares = {
        sector: _sum([one for one in holdings if one.sector == sector], equity)
        for sector in {one.sector for one in holdings}
    }
    order = sorted(shares, key=lambda name: (name is None, -(shares[name] or ZERO), name or ""))
    return {sector: shares[sector] for sector in order}


def _weight(
    position: Position, price: Decimal | None, equity: Decimal | None, sector: str | None
) -> Weight:
    value = None if price is None else position.market_value(price)
    cost = abs(position.qty) * position.avg_entry_price
    gain = None if price is None or cost <= 0 else position.unrealized_pnl(price) / cost
    return Weight(
        symbol=position.symbol,
        sector=sector,
        value=value,
        weight=None if value is None or equity is None else value / equity,
        gain=gain,
    )


def _sum(
    holdings: Sequence[Weight], equity: Decimal | None, *, is_signed: bool = False
) -> Decimal | None:
    total = ZERO
    for one in holdings:
        if one.value is None or equity is None:
            return None
        total += one.value if is_signed else abs(one.value)
    return None if equity is None else total / equity
