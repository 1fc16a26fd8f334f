"""Corporate actions the venue knows of, and bars as they look after them.

The synthetic stocks have paid their quarterly dividends over the past year; a tape
brings none. Splits and dividends may be announced by `POST /control/corporate-action`.
Raw bars never change. Dividends scale earlier prices by one less the dividend over
the last close before the ex-date (the method of CRSP's price adjustment factor);
splits scale prices and volumes by the ratio.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import NAMESPACE_DNS, uuid5

from console.venue.floor import Floor
from console.venue.markets.market import MarketBar
from console.venue.wire.timestamps import new_york, new_york_midnight

DIVIDENDS = {
    "AAPL": "0.26",
    "F": "0.15",
    "GOOG": "0.21",
    "JPM": "1.50",
    "KO": "0.51",
    "META": "0.525",
    "MSFT": "0.91",
    "NVDA": "0.01",
    "QQQ": "0.70",
    "SPY": "1.80",
}
"""Dollars a share and quarter: round figures of 2025, not quotations."""

QUARTER = timedelta(days=91)
_ACTIONS = uuid5(NAMESPACE_DNS, "corporate-actions.killcord")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorporateAction:
    """A dividend of `rate` dollars a share, or a split of `old_rate` into `new_rate` shares."""

    symbol: str
    kind: str
    """`cash_dividend`, `forward_split` or `reverse_split`."""
    ex_date: date
    rate: Decimal = Decimal(0)
    new_rate: Decimal = Decimal(1)
    old_rate: Decimal = Decimal(1)

    @property
    def id(self) -> str:
        """The same on every start."""
        return str(uuid5(_ACTIONS, f"{self.symbol} {self.kind} {self.ex_date}"))

    @property
    def record_date(self) -> date:
        """Since trades settle on the next day, the ex-date."""
        return self.ex_date

    @property
    def payable_date(self) -> date:
        """When dividends are paid; splits happen on the ex-date."""
        return self.ex_date + timedelta(days=14 if self.kind == "cash_dividend" else 0)


class CorporateActions:
    """All corporate actions of a market, oldest first."""

    def __init__(self, actions: Iterable[CorporateAction]) -> None:
        self.all = sorted(actions, key=_order)

    def announce(self, action: CorporateAction) -> None:
        """Take in one more; another telling of the same replaces it."""
        kept = [known for known in self.all if known.id != action.id]
        self.all = sorted([*kept, action], key=_order)

    def of(self, symbol: str) -> list[CorporateAction]:
        """Return those of one symbol."""
        return [action for action in self.all if action.symbol == symbol]


def _order(action: CorporateAction) -> tuple[date, str]:
    return action.ex_date, action.id


def register_of(floor: Floor) -> CorporateActions:
    """Return the corporate actions of a floor."""
    return floor.shelf.get(CorporateActions, lambda: CorporateActions(_past(floor)))


def _past(floor: Floor) -> Iterable[CorporateAction]:
    """Return the dividends of the past year, each stock's on days of its own."""
    if floor.market.starts_at is not None:
        return
    today = new_york(floor.now).date()
    for place, symbol in enumerate(sorted(DIVIDENDS.keys() & floor.listings.keys())):
        for quarter in range(4):
            ex_date = today - timedelta(days=10 + 7 * place) - quarter * QUARTER
            ex_date -= timedelta(days=max(ex_date.weekday() - 4, 0))
            rate = Decimal(DIVIDENDS[symbol])
            yield CorporateAction(symbol=symbol, kind="cash_dividend", ex_date=ex_date, rate=rate)


def adjusted(
    bars: Sequence[MarketBar],
    actions: Iterable[CorporateAction],
    words: Collection[str],
    close_before: Callable[[int], float | None],
) -> Sequence[MarketBar]:
    """Return bars as they look after the actions of the kinds asked for.

    Args:
        bars: raw bars of one symbol, oldest first.
        actions: what happened to the symbol.
        words: `split`, `dividend`, `spin-off` or `all`.
        close_before: the last daily close before an instant.
    """
    steps = [
        (new_york_midnight(action.ex_date), *_factors(action, close_before))
        for action in actions
        if "all" in words or _word(action) in words
    ]
    return [_scaled(bar, steps) for bar in bars] if steps else bars


def _word(action: CorporateAction) -> str:
    return "dividend" if action.kind == "cash_dividend" else "split"


def _factors(
    action: CorporateAction, close_before: Callable[[int], float | None]
) -> tuple[float, float]:
    """Return what earlier prices and volumes are multiplied by."""
    if action.kind == "cash_dividend":
        close = close_before(new_york_midnight(action.ex_date))
        return (1 - float(action.rate) / close if close else 1.0), 1.0
    ratio = float(action.new_rate / action.old_rate)
    return 1 / ratio, ratio


def _scaled(bar: MarketBar, steps: Iterable[tuple[int, float, float]]) -> MarketBar:
    price = volume = 1.0
    for at, price_factor, volume_factor in steps:
        if bar.at < at:
            price *= price_factor
            volume *= volume_factor
    if price == volume == 1.0:
        return bar
    return replace(
        bar,
        open=round(bar.open * price, 4),
        high=round(bar.high * price, 4),
        low=round(bar.low * price, 4),
        close=round(bar.close * price, 4),
        vwap=round(bar.vwap * price, 6),
        volume=round(bar.volume * volume),
    )
