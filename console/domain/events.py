"""Everything that can happen to the trading state, as immutable facts.

Events carry absolute values - the whole order, the cumulative filled quantity,
the resulting positions - so a repeated or reordered event does no harm.
"""

from dataclasses import dataclass
from datetime import datetime

from console.domain.account import Account
from console.domain.alerts import Alert, Crossing
from console.domain.connections import Connection
from console.domain.fills import Fill
from console.domain.flatten import Flatten
from console.domain.halt import Halt, Restraint
from console.domain.ledger import Holding
from console.domain.market import Day, MarketClock, Quote, Trade
from console.domain.orders import Order
from console.domain.positions import Position
from console.domain.readings import Reading
from console.domain.reconciliation import Reconciliation


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketMoved:
    """The newest quotes, trades and days of some symbols."""

    quotes: tuple[Quote, ...] = ()
    trades: tuple[Trade, ...] = ()
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderUpdated:
    """An order, told whole."""

    order: Order


@dataclass(frozen=True, slots=True)
class FillBooked:
    """One execution of one of our orders."""

    fill: Fill


@dataclass(frozen=True, slots=True)
class HoldingUpdated:
    """What our own fills make of one symbol."""

    holding: Holding


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Our picture was held against the broker's."""

    reconciliation: Reconciliation


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionsReported:
    """All positions of the account at one moment."""

    positions: tuple[Position, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountReported:
    """The account at one moment."""

    account: Account


@dataclass(frozen=True, slots=True)
class ClockReported:
    """The broker's word on the session."""

    clock: MarketClock


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """One channel to the broker, measured anew."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class AlertUpdated:
    """An alert raised or acknowledged."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class CrossingUpdated:
    """A price crossing armed, fired or removed."""

    crossing: Crossing


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchlistChanged:
    """The symbols the watchlist shows, in order."""

    symbols: tuple[str, ...]
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsTaken:
    """All readings of one symbol at one moment."""

    symbol: str
    readings: tuple[Reading, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltChanged:
    """How far the halt has come, or None once it was lifted; later revisions win."""

    halt: Halt | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestraintsChanged:
    """Every source but the halt latch that raises the mode; later revisions win."""

    restraints: tuple[Restraint, ...]
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenChanged:
    """How far the last confirmed flatten has come; later revisions win."""

    flatten: Flatten
    revision: int


Event = (
    MarketMoved
    | OrderUpdated
    | FillBooked
    | HoldingUpdated
    | Reconciled
    | PositionsReported
    | AccountReported
    | ClockReported
    | ConnectionChanged
    | AlertUpdated
    | CrossingUpdated
    | WatchlistChanged
    | ReadingsTaken
    | HaltChanged
    | RestraintsChanged
    | FlattenChanged
)
