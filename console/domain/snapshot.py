"""The whole state told as events, for whoever comes late."""

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
    Reconciled,
    RestraintsChanged,
    WatchlistChanged,
)
from console.domain.state import TradingState


def tell(state: TradingState) -> list[Event]:
    """Return events that turn an empty state into this one."""
    events: list[Event] = []
    if state.halt_revision:
        events.append(HaltChanged(halt=state.halt, revision=state.halt_revision))
    if state.restraints_revision:
        told, revision = state.restraints, state.restraints_revision
        events.append(RestraintsChanged(restraints=told, revision=revision))
    if state.flatten is not None:
        revision = state.flatten_revision
        events.append(FlattenChanged(flatten=state.flatten, revision=revision))
    if state.clock is not None:
        events.append(ClockReported(state.clock))
    if state.account is not None:
        events.append(AccountReported(state.account))
    if state.watchlist_revision:
        revision = state.watchlist_revision
        events.append(WatchlistChanged(symbols=state.watchlist, revision=revision))
    if state.positions is not None and state.positions_at is not None:
        held = tuple(state.positions.values())
        events.append(PositionsReported(positions=held, at=state.positions_at))
    events.extend(ConnectionChanged(connection) for connection in state.connections.values())
    events.extend(OrderUpdated(order) for order in state.orders.values())
    events.extend(FillBooked(fill) for fill in state.fills.values())
    events.extend(HoldingUpdated(holding) for holding in state.holdings.values())
    compared = (state.differing, state.reconciliation)
    events.extend(Reconciled(each) for each in compared if each is not None)
    events.extend(AlertUpdated(alert) for alert in state.alerts.values())
    events.extend(CrossingUpdated(crossing) for crossing in state.crossings.values())
    events.extend(_market(state))
    events.extend(state.readings.values())
    return events


def _market(state: TradingState) -> list[Event]:
    quotes, trades = tuple(state.quotes.values()), tuple(state.trades.values())
    days = tuple(state.days.values())
    if not (quotes or trades or days):
        return []
    return [MarketMoved(quotes=quotes, trades=trades, days=days)]
