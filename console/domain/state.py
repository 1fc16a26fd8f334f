"""The trading state, and the one function that changes it.

The desk and every console run `apply` over the same events, so a console is a
replica of the desk.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from console.domain.account import Account
from console.domain.alerts import Alert, Crossing
from console.domain.connections import Channel, Connection, Link
from console.domain.events import (
    AccountReported,
    AlertUpdated,
    ClockReported,
    ConnectionChanged,
    CrossingUpdated,
    Event,
    FillBooked,
    FlattenChanged,
    HaltChanged,
    HoldingUpdated,
    MarketMoved,
    OrderUpdated,
    PositionsReported,
    ReadingsTaken,
    Reconciled,
    RestraintsChanged,
    WatchlistChanged,
)
from console.domain.fills import Fill
from console.domain.flatten import Flatten
from console.domain.halt import Halt, Mode, Restraint, Source, highest
from console.domain.ledger import Holding, exchange_day, realized_on
from console.domain.market import Day, MarketClock, Quote, Trade
from console.domain.merges import acknowledged, disarmed, fuller, later, named, revised
from console.domain.orders import Order, OrderStatus
from console.domain.positions import Position
from console.domain.readings import Reading
from console.domain.reconciliation import Reconciliation
from console.domain.tellings import newest, unfolded

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class TradingState:
    """One consistent view of the account and the market.

    Compared by identity. A part that did not change is the same object, so a
    widget asks `new.orders is old.orders` and never compares contents. None
    means not known, never empty.
    """

    account: Account | None = None
    clock: MarketClock | None = None
    positions: Mapping[str, Position] | None = None
    positions_at: datetime | None = None
    orders: Mapping[str, Order] = field(default_factory=dict)
    fills: Mapping[str, Fill] = field(default_factory=dict)
    holdings: Mapping[str, Holding] = field(default_factory=dict)
    """Our own reckoning by symbol; what the broker says is held is in `positions`."""
    reconciliation: Reconciliation | None = None
    """The last comparison with the broker."""
    differing: Reconciliation | None = None
    """The last one that found something."""
    quotes: Mapping[str, Quote] = field(default_factory=dict)
    trades: Mapping[str, Trade] = field(default_factory=dict)
    days: Mapping[str, Day] = field(default_factory=dict)
    watchlist: tuple[str, ...] = ()
    watchlist_revision: int = 0
    connections: Mapping[Channel, Connection] = field(default_factory=dict)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    crossings: Mapping[str, Crossing] = field(default_factory=dict)
    readings: Mapping[str, ReadingsTaken] = field(default_factory=dict)
    halt: Halt | None = None
    halt_revision: int = 0
    restraints: tuple[Restraint, ...] = ()
    restraints_revision: int = 0
    flatten: Flatten | None = None
    """The last one that was confirmed, running or over."""
    flatten_revision: int = 0

    @property
    def mode(self) -> Mode:
        """What the desk lets through: the highest of all sources."""
        return Mode.HALTED if self.halt is not None else highest(self.restraints)

    @property
    def sources(self) -> tuple[Restraint, ...]:
        """Every source that raises the mode, the halt latch first."""
        if self.halt is None:
            return self.restraints
        latch = Restraint(
            source=Source.LATCH,
            mode=Mode.HALTED,
            reason=self.halt.reason,
            by=self.halt.by,
            since=self.halt.at,
        )
        return (latch, *self.restraints)

    @property
    def open_orders(self) -> tuple[Order, ...]:
        """Every order that may still trade, unknown ones too, newest first."""
        alive = (order for order in self.orders.values() if order.is_open)
        return tuple(sorted(alive, key=lambda order: order.submitted_at, reverse=True))

    @property
    def unknown_orders(self) -> tuple[Order, ...]:
        """Every order whose fate at the broker is not known."""
        return tuple(o for o in self.orders.values() if o.status is OrderStatus.UNKNOWN)

    @property
    def is_ready(self) -> bool:
        """Whether the state was reconciled with the broker and is being kept so."""
        trading = self.connections.get(Channel.TRADING)
        is_live = trading is not None and trading.link is Link.LIVE
        return is_live and self.positions is not None and self.account is not None

    def market_time(self, now: datetime) -> datetime:
        """The market's time at the desk's `now`: a replayed tape has its own."""
        return now if self.clock is None else self.clock.market_time(now)

    def realized_today(self, now: datetime) -> Decimal | None:
        """What our fills of the market's day realized; None while that is not known."""
        if self.reconciliation is None:
            return None
        return realized_on(exchange_day(self.market_time(now)), self.holdings.values())

    def position_of(self, symbol: str) -> Position | None:
        """The holding in `symbol`, if it is known and there is one."""
        return None if self.positions is None else self.positions.get(symbol)

    def readings_of(self, symbol: str) -> tuple[Reading, ...]:
        """The newest readings of `symbol`, none if none were taken."""
        taken = self.readings.get(symbol)
        return () if taken is None else taken.readings


def apply(state: TradingState, event: Event) -> TradingState:  # noqa: C901, PLR0911, PLR0912 - one line a kind
    """Return the state after `event`, or the same object if nothing changed."""
    match event:
        case MarketMoved():
            return _move(state, event)
        case OrderUpdated(order):
            return _put(state, "orders", [(told.key, told) for told in unfolded(order)], newest)
        case FillBooked(fill):
            return _put(state, "fills", [(fill.execution_id, fill)], named)
        case HoldingUpdated(holding):
            return _put(state, "holdings", [(holding.symbol, holding)], revised)
        case Reconciled(reconciliation):
            return _reconcile(state, reconciliation)
        case PositionsReported():
            return _report_positions(state, event)
        case AccountReported(account):
            return _hold(state, "account", account)
        case ClockReported(clock):
            return _hold(state, "clock", clock)
        case ConnectionChanged(connection):
            return _put(state, "connections", [(connection.channel, connection)], later)
        case AlertUpdated(alert):
            return _put(state, "alerts", [(alert.id, alert)], acknowledged)
        case CrossingUpdated(crossing):
            return _put(state, "crossings", [(crossing.id, crossing)], disarmed)
        case WatchlistChanged(symbols=symbols, revision=revision):
            told, known = (revision, symbols), (state.watchlist_revision, state.watchlist)
            if told <= known:
                return state
            return replace(state, watchlist=symbols, watchlist_revision=revision)
        case ReadingsTaken():
            return _put(state, "readings", [(event.symbol, event)], later)
        case HaltChanged():
            return _change_halt(state, event)
        case RestraintsChanged():
            return _change_restraints(state, event)
        case FlattenChanged():
            return _change_flatten(state, event)


def _move(state: TradingState, moved: MarketMoved) -> TradingState:
    state = _put(state, "quotes", [(q.symbol, q) for q in moved.quotes], later)
    state = _put(state, "trades", [(t.symbol, t) for t in moved.trades], later)
    return _put(state, "days", [(d.symbol, d) for d in moved.days], fuller)


def _reconcile(state: TradingState, told: Reconciliation) -> TradingState:
    state = _hold(state, "reconciliation", told)
    return state if told.is_clean else _hold(state, "differing", told)


def _report_positions(state: TradingState, event: PositionsReported) -> TradingState:
    told = {position.symbol: position for position in event.positions}
    if state.positions is not None and state.positions_at is not None:
        known = (state.positions_at, _text(state.positions))
        if (event.at, _text(told)) <= known:
            return state
        if _text(told) == _text(state.positions):
            return replace(state, positions_at=event.at)
    return replace(state, positions=told, positions_at=event.at)


def _change_halt(state: TradingState, event: HaltChanged) -> TradingState:
    told = (event.revision, repr(event.halt))
    if told <= (state.halt_revision, repr(state.halt)):
        return state
    return replace(state, halt=event.halt, halt_revision=event.revision)


def _change_restraints(state: TradingState, event: RestraintsChanged) -> TradingState:
    told = (event.revision, repr(event.restraints))
    if told <= (state.restraints_revision, repr(state.restraints)):
        return state
    return replace(state, restraints=event.restraints, restraints_revision=event.revision)


def _change_flatten(state: TradingState, event: FlattenChanged) -> TradingState:
    told = (event.revision, repr(event.flatten))
    if told <= (state.flatten_revision, repr(state.flatten)):
        return state
    return replace(state, flatten=event.flatten, flatten_revision=event.revision)


def _hold(
    state: TradingState, part: str, told: Account | MarketClock | Reconciliation
) -> TradingState:
    known = getattr(state, part)
    if known is not None and later(known, told) is known:
        return state
    return replace(state, **{part: told})  # type: ignore[arg-type] # the caller names the part


def _put(
    state: TradingState, part: str, told: Iterable[tuple[K, V]], choose: Callable[[V, V], V]
) -> TradingState:
    """Return the state with each told value in the mapping `part`, where it is chosen."""
    known: Mapping[K, V] = getattr(state, part)
    merged = dict[K, V]()
    for key, value in told:
        held = merged.get(key, known.get(key))
        chosen = value if held is None else choose(held, value)
        if chosen is not held:
            merged[key] = chosen
    if not merged:
        return state
    return replace(state, **{part: {**known, **merged}})  # type: ignore[arg-type] # as above


def _text(positions: Mapping[str, Position]) -> str:
    return repr(sorted(positions.items(), key=lambda item: item[0]))
