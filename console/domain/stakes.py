"""What an order with exits puts at risk between its entry and its stop-loss, and may bring."""

from dataclasses import dataclass
from decimal import Decimal

from console.domain.market import Quote
from console.domain.orders import OrderClass, OrderRequest, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """Dollars, measured from the entry; of an OCO from where the market stands."""

    entry: Decimal
    risk: Decimal | None
    reward: Decimal | None

    @property
    def ratio(self) -> Decimal | None:
        """How many dollars may be won for one at risk."""
        if self.risk is None or self.reward is None or self.risk <= 0:
            return None
        return self.reward / self.risk


def stakes(request: OrderRequest, quote: Quote | None) -> Stakes | None:
    """Return the stakes of an order with exits; None when no price tells where it begins."""
    is_exit = request.order_class is OrderClass.OCO
    entry = _entry(request, quote)
    if entry is None:
        return None
    up = -request.side.sign if is_exit else request.side.sign
    loss, profit = request.stop_loss, request.take_profit
    return Stakes(
        entry=entry,
        risk=None if loss is None else (entry - loss) * up * request.qty,
        reward=None if profit is None else (profit - entry) * up * request.qty,
    )


def _entry(request: OrderRequest, quote: Quote | None) -> Decimal | None:
    if request.order_class is not OrderClass.OCO:
        own = request.limit_price or request.stop_price
        if own is not None:
            return own
    touch = 0.0 if quote is None else quote.ask if request.side is Side.BUY else quote.bid
    return Decimal(str(touch)) if touch > 0 else None
