"""A paper account: cash, positions, its settings, and what it may still spend.

Cash moves by fills and dividends alone, so cash plus everything bought less everything
sold and paid out is the starting cash, exactly.
"""

from collections.abc import Callable
from decimal import Decimal

import msgspec

from console.domain.orders import Side
from console.venue.trading.asset_classes import class_of
from console.venue.trading.orders import ZERO, Fill

SHORTING_EQUITY = Decimal(2_000)
INITIAL_MARGIN = Decimal("0.5")
MAINTENANCE_MARGIN = Decimal("0.3")


class AccountOpened(msgspec.Struct, frozen=True, kw_only=True, tag="opened"):
    """Who the account is; the first line of its books."""

    id: str
    number: str
    key: str
    secret: str
    cash: Decimal
    at: int


class Settings(msgspec.Struct, frozen=True, kw_only=True, tag="settings"):
    """The account's configurations, with the wire's names."""

    suspend_trade: bool = False
    no_shorting: bool = False
    fractional_trading: bool = True
    max_margin_multiplier: str = "4"
    max_options_trading_level: int = 0
    trade_confirm_email: str = "all"
    ptp_no_exception_entry: bool = False
    disable_overnight_trading: bool = False


class DayClosed(msgspec.Struct, frozen=True, kw_only=True, tag="day_closed"):
    """What the account was worth when a trading day ended."""

    equity: Decimal
    at: int


class Activity(msgspec.Struct, frozen=True, kw_only=True, tag="activity"):
    """What moves an account besides fills: a dividend paid, shares split."""

    id: str
    kind: str
    """`DIV` or `SPLIT`, as the wire names them."""
    symbol: str
    at: int
    net_amount: Decimal = ZERO
    qty: Decimal = ZERO
    """Shares that came or went."""
    per_share_amount: Decimal | None = None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A holding: qty below zero is short, and so is then its cost."""

    symbol: str
    qty: Decimal
    cost: Decimal

    @property
    def avg_entry_price(self) -> Decimal:
        """What a share was bought or sold short for, on average."""
        return self.cost / self.qty

    @property
    def side(self) -> str:
        """`long` or `short`."""
        return "long" if self.qty > 0 else "short"


def after_fill(position: Position | None, fill: Fill) -> Position | None:
    """Return the holding after a fill, or None when nothing is left of it."""
    signed = fill.side.sign * fill.qty
    if position is None:
        return Position(symbol=fill.symbol, qty=signed, cost=signed * fill.price)
    qty = position.qty + signed
    if qty == 0:
        return None
    if (position.qty > 0) == (signed > 0):
        return Position(symbol=fill.symbol, qty=qty, cost=position.cost + signed * fill.price)
    if (position.qty > 0) == (qty > 0):
        cost = qty * position.avg_entry_price
        return Position(symbol=fill.symbol, qty=qty, cost=cost)
    return Position(symbol=fill.symbol, qty=qty, cost=qty * fill.price)


class Account:
    """What one key pair trades with; `mark` gives the last price of a symbol."""

    def __init__(self, opened: AccountOpened, *, mark: Callable[[str], Decimal | None]) -> None:
        self.opened = opened
        self.cash = opened.cash
        self.last_equity = opened.cash
        self.settings = Settings()
        self.positions: dict[str, Position] = {}
        self._mark = mark

    def book(self, fill: Fill) -> None:
        """Move cash and the position by one fill."""
        self.cash -= fill.side.sign * fill.qty * fill.price
        position = after_fill(self.positions.get(fill.symbol), fill)
        if position is None:
            del self.positions[fill.symbol]
            return
        self.positions[fill.symbol] = position

    def undergo(self, activity: Activity) -> None:
        """Move cash and the position by what is no fill; what was paid for stays."""
        self.cash += activity.net_amount
        position = self.positions.get(activity.symbol)
        if position is None or not activity.qty:
            return
        qty = position.qty + activity.qty
        self.positions[activity.symbol] = msgspec.structs.replace(position, qty=qty)

    def position_qty(self, symbol: str) -> Decimal:
        """Return the holding of a symbol: 0 when flat, below zero when short."""
        position = self.positions.get(symbol)
        return position.qty if position else ZERO

    def price(self, position: Position) -> Decimal:
        """Return what a share of a holding is worth: its last price, else what it cost."""
        return self._mark(position.symbol) or position.avg_entry_price

    @property
    def long_value(self) -> Decimal:
        """What the long positions would sell for."""
        return sum((p.qty * self.price(p) for p in self.positions.values() if p.qty > 0), ZERO)

    @property
    def short_value(self) -> Decimal:
        """What the short positions would cost to buy back, below zero."""
        return sum((p.qty * self.price(p) for p in self.positions.values() if p.qty < 0), ZERO)

    @property
    def equity(self) -> Decimal:
        """Cash and the value of all positions."""
        return self.cash + self.long_value + self.short_value

    @property
    def multiplier(self) -> int:
        """How many dollars of stock one dollar of equity may hold."""
        if self.equity < SHORTING_EQUITY:
            return 1
        return int(self.settings.max_margin_multiplier)

    @property
    def may_short(self) -> bool:
        """Whether short sales are allowed."""
        return (
            not self.settings.no_shorting and self.multiplier > 1 and self.equity >= SHORTING_EQUITY
        )

    @property
    def unlent_value(self) -> Decimal:
        """What the positions are worth that no money is lent on."""
        return sum((p.qty * self.price(p) for p in self._positions(is_lent=False)), ZERO)

    @property
    def exposure(self) -> Decimal:
        """What the positions are worth that may be bought with borrowed money, long and short."""
        return sum((abs(p.qty) * self.price(p) for p in self._positions(is_lent=True)), ZERO)

    def _positions(self, *, is_lent: bool) -> list[Position]:
        return [p for p in self.positions.values() if class_of(p.symbol).is_marginable == is_lent]

    def buying_power(
        self, reserved: Decimal, multiplier: int | None = None, *, in_full: Decimal = ZERO
    ) -> Decimal:
        """Return what may still be spent on stocks; never below zero.

        Args:
            reserved: what open orders hold.
            multiplier: how often equity may be spent; the account's own unless named.
            in_full: the part of `reserved` that no money is lent for.
        """
        times = multiplier or self.multiplier
        if times == 1:
            return max(self.cash - reserved, ZERO)
        own = self.equity - self.unlent_value - in_full
        return max(own * times - self.exposure - (reserved - in_full), ZERO)

    def unborrowed(self, reserved: Decimal) -> Decimal:
        """Return what may still be spent on what no money is lent for."""
        return max(min(self.cash, self.equity) - reserved, ZERO)

    @property
    def initial_margin(self) -> Decimal:
        """The equity that Regulation T ties up."""
        return self.exposure * INITIAL_MARGIN + self.unlent_value

    @property
    def maintenance_margin(self) -> Decimal:
        """The equity below which positions would be called."""
        return self.exposure * MAINTENANCE_MARGIN + self.unlent_value


def closing_side(position: Position) -> Side:
    """Return the side that makes a holding flat."""
    return Side.SELL if position.qty > 0 else Side.BUY
