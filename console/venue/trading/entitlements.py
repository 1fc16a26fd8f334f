"""What a dividend and a split do to one account: its cash, its position, its open orders."""

from collections.abc import Callable
from decimal import Decimal

from console.venue.trading.accounts import Activity
from console.venue.trading.corporate import after_dividend, after_split
from console.venue.trading.order_life import OrderLife
from console.venue.trading.orders import FRACTION, Order
from console.venue.trading.proceedings import Proceedings

CENT = Decimal("0.01")


class Entitlements:
    """Lets corporate actions take effect."""

    def __init__(
        self, *, proceedings: Proceedings, life: OrderLife, new_id: Callable[[], str]
    ) -> None:
        self._proceedings = proceedings
        self._life = life
        self._new_id = new_id

    def pay_dividend(self, symbol: str, rate: Decimal, now: int) -> None:
        """Pay dollars a share to who is long, take them from who is short; reduce bids."""
        qty = self._proceedings.account.position_qty(symbol)
        if amount := (qty * rate).quantize(CENT):
            paid = Activity(
                id=self._new_id(),
                kind="DIV",
                symbol=symbol,
                at=now,
                net_amount=amount,
                per_share_amount=rate,
            )
            self._proceedings.undergo(paid)
        for order in self._open_in(symbol):
            self._life.restate(order, after_dividend(order, rate), now)

    def split(self, symbol: str, ratio: Decimal, now: int) -> None:
        """Turn each share into `ratio` shares, in the position and in open orders."""
        qty = self._proceedings.account.position_qty(symbol)
        if change := (qty * ratio).quantize(FRACTION, rounding="ROUND_DOWN") - qty:
            self._proceedings.undergo(
                Activity(id=self._new_id(), kind="SPLIT", symbol=symbol, at=now, qty=change)
            )
        for known in self._open_in(symbol):
            order = self._proceedings.blotter.orders[known.id]
            if order.is_open:
                self._life.restate(order, after_split(order, ratio), now)

    def _open_in(self, symbol: str) -> list[Order]:
        open_orders = self._proceedings.blotter.open_orders
        return [order for order in open_orders if order.terms.symbol == symbol]
