"""The gate: every rule looks at an order before it may be sent, and all of them speak.

A rule is a pure function from the order and the facts to a check. An order that
only reduces a position passes the rules that could trap it there; what remains
for it is sanity.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from console.desk.limits import Limits
from console.domain.exposure import ZERO, claim_of, free_to_close
from console.domain.halt import Mode, Restraint, highest
from console.domain.instruments import Asset
from console.domain.market import Quote
from console.domain.orders import Order, OrderRequest, Side
from console.domain.positions import Position
from console.domain.receipts import Check
from console.domain.state import TradingState


@dataclass(frozen=True, eq=False, kw_only=True)
class Facts:
    """All that the gate decides by, at one moment. Without slots: it keeps what rules ask twice."""

    state: TradingState
    asset: Asset | None
    """What the broker lists under the symbol, or None."""
    is_listed_known: bool
    """Whether the broker has told its list of instruments."""
    is_reconciled: bool
    """Whether the broker's truth was read at least once since the desk started."""
    is_trading_live: bool
    """Whether the trading stream is up and reconciled."""
    limits: Limits
    now: datetime
    replacing: Order | None = None
    """The working order that this one takes the place of, if any."""
    restraints: tuple[Restraint, ...] = ()
    """Every source but the halt latch that raises the mode."""
    unseen: Callable[[str, Side], Decimal] = lambda _symbol, _side: ZERO
    """How much of a symbol and side was executed that the positions do not show yet."""
    sent_last_minute: int = 0
    """Orders that left within the last minute."""
    age_of_twin: float | None = None
    """Seconds since the same order was sent, None if it was not."""
    blind_reason: str = ""
    """Why entries pass while the trading stream is down; empty unless somebody said so."""

    def quote(self, symbol: str) -> Quote | None:
        """The last quote of a symbol."""
        return self.state.quotes.get(symbol)

    def fresh_quote(self, symbol: str) -> Quote | None:
        """The last quote, if both its sides stand and it is young enough to act on."""
        quote = self.quote(symbol)
        if quote is None or not quote.is_sound:
            return None
        return quote if quote.age(self.now) <= self.limits.stale_after else None

    def position(self, symbol: str) -> Position | None:
        """The holding in a symbol, if there is one."""
        return self.state.position_of(symbol)

    @cached_property
    def other_orders(self) -> tuple[Order, ...]:
        """Every open order but the one that is replaced, and those that go when it trades."""
        if self.replacing is None:
            return self.state.open_orders
        replaced = claim_of(self.replacing, {})
        return tuple(o for o in self.state.open_orders if claim_of(o, {}) != replaced)

    def is_exit(self, request: OrderRequest) -> bool:
        """Whether the order only makes a position smaller, whatever else fills."""
        if self.replacing is not None and self.replacing.is_leg:
            return request.qty <= self.replacing.request.qty
        position = self.position(request.symbol)
        if position is None or position.qty == 0 or request.side is not position.closing_side:
            return False
        return request.qty <= self.free_to_close(request.symbol)

    def free_to_close(self, symbol: str) -> Decimal:
        """How much of a holding no open order and no fill of late has claimed, without sign."""
        position = self.position(symbol)
        if position is None:
            return ZERO
        gone = self.unseen(symbol, position.closing_side)
        return max(free_to_close(position, self.other_orders) - gone, ZERO)

    @property
    def mode(self) -> Mode:
        """What the desk lets through, the halt latch aside."""
        return highest(self.restraints)


Rule = Callable[[OrderRequest, Facts], Check]


def passed(rule: str, detail: str) -> Check:
    """Return what a rule says of an order it lets through."""
    return Check(rule=rule, passed=True, detail=detail)


def failed(rule: str, detail: str) -> Check:
    """Return what a rule says of an order it stops, as a sentence with a remedy."""
    return Check(rule=rule, passed=False, detail=detail)


def check_all(request: OrderRequest, facts: Facts, rules: tuple[Rule, ...]) -> tuple[Check, ...]:
    """Ask every rule, so that all objections are known at once."""
    return tuple(rule(request, facts) for rule in rules)
