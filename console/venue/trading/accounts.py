"""A paper account: cash, positions, its settings, and what it may still spend.

Cash moves by fills and dividends alone, so cash plus everything bought less everything
sold and paid out is the starting cash, exactly.
"""

from collections.abc import Callable
from decimal import Decimal

import msgspec

from console.venue.trading.asset_classes import class_of
from console.venue.trading.orders import ZERO, Fill
from console.venue.trading.positions import Position, after_fill
from console.venue.trading.today import Today
from console.venue.trading.worth import Worth


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


class Account:
    """What one key pair trades with; `mark` gives the last price of a symbol."""

    def __init__(self, opened: AccountOpened, *, mark: Callable[[str], Decimal | None]) -> None:
        self.opened = opened
        self.cash = opened.cash
        self.last_equity = opened.cash
        self.settings = Settings()
        self.positions: dict[str, Position] = {}
        self.today = Today()
        self._mark = mark

    def book(self, fill: Fill) -> None:
        """Move cash and the position by one fill."""
        self.cash -= fill.side.sign * fill.qty * fill.price
        before = self.positions.get(fill.symbol)
        self.today.book(before, fill)
        position = after_fill(before, fill)
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
        self.today.split(activity.symbol, qty / position.qty)
        self.positions[activity.symbol] = msgspec.structs.replace(position, qty=qty)

    def position_qty(self, symbol: str) -> Decimal:
        """Return the holding of a symbol: 0 when flat, below zero when short."""
        position = self.positions.get(symbol)
        return position.qty if position else ZERO

    def price(self, position: Position) -> Decimal:
        """Return what a share of a holding is worth: its last price, else what it cost."""
        return self._mark(position.symbol) or position.avg_entry_price

    @property
    def worth(self) -> Worth:
        """What the account is worth now."""
        long = short = unlent = exposure = ZERO
        for position in self.positions.values():
            value = position.qty * self.price(position)
            if value > 0:
                long += value
            else:
                short += value
            if class_of(position.symbol).is_marginable:
                exposure += abs(value)
            else:
                unlent += value
        return Worth(
            cash=self.cash,
            long=long,
            short=short,
            unlent=unlent,
            exposure=exposure,
            most_times=int(self.settings.max_margin_multiplier),
            forbids_shorting=self.settings.no_shorting,
        )

    @property
    def equity(self) -> Decimal:
        """Cash and the value of all positions."""
        return self.worth.equity
