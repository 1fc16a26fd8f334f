"""Hypothesis strategies of everything that can happen."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from console.domain.alerts import Alert, AlertKind, Crossing, Direction, Severity
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
from console.domain.flatten import CloseStatus, Closing, Flatten
from console.domain.halt import Halt, HaltStep, Mode, Restraint, Source, StepStatus
from console.domain.ledger import Holding
from console.domain.market import Quote, Trade
from console.domain.orders import Order, OrderStatus, Side
from console.domain.readings import Reading, Unit
from console.domain.reconciliation import Cause, Difference, Reconciliation, Subject
from tests.builders import account, at, day, fill, market_clock, order, position

moments = st.integers(0, 3).map(at)
"""Few of them, so that equal times are common."""
symbols = st.sampled_from(["AAPL", "MSFT"])
sides = st.sampled_from(Side)
prices = st.sampled_from([1.0, 189.99, 190.0, 190.01])
quantities = st.sampled_from(["0", "1", "1.0", "10"])


def quotes() -> st.SearchStrategy[Quote]:
    """Quotes of a few symbols at a few moments."""
    return st.builds(
        Quote,
        symbol=symbols,
        bid=prices,
        bid_size=st.just(100.0),
        ask=prices,
        ask_size=st.just(100.0),
        at=moments,
        received_at=moments,
    )


def trades() -> st.SearchStrategy[Trade]:
    """Prints of a few symbols at a few moments."""
    return st.builds(
        Trade, symbol=symbols, price=prices, size=prices, at=moments, received_at=moments
    )


def orders() -> st.SearchStrategy[Order]:
    """Tellings of a few orders, in any state, with equal times and equal quantities."""
    return st.builds(
        order,
        key=st.sampled_from(["kc-t-1", "kc-t-2"]),
        status=st.sampled_from(OrderStatus),
        filled=quantities,
        updated=st.integers(0, 2),
        broker_id=st.sampled_from([None, "b-1"]),
        reason=st.sampled_from(["", "because"]),
    )


def _positions_reported() -> st.SearchStrategy[Event]:
    held = st.lists(st.builds(position, symbols, quantities), max_size=2)
    unique = held.map(lambda told: tuple({p.symbol: p for p in told}.values()))
    return st.builds(PositionsReported, positions=unique, at=moments)


def _halts() -> st.SearchStrategy[Halt | None]:
    steps = st.builds(HaltStep, name=st.just("sweep"), status=st.sampled_from(StepStatus))
    halt = st.builds(
        Halt,
        id=st.just("h-1"),
        reason=st.sampled_from(["smoke", "fire"]),
        by=st.just("ann"),
        at=moments,
        steps=st.tuples(steps),
        is_confirmed=st.booleans(),
    )
    return st.none() | halt


def _restraints() -> st.SearchStrategy[Restraint]:
    return st.builds(
        Restraint,
        source=st.sampled_from(Source),
        mode=st.sampled_from([Mode.REDUCING, Mode.HALTED]),
        reason=st.sampled_from(["smoke", "fire"]),
        by=st.just("ann"),
        since=moments,
    )


def _flattens() -> st.SearchStrategy[Flatten]:
    closing = st.builds(
        Closing,
        symbol=st.just("AAPL"),
        qty=st.just(Decimal(10)),
        left_qty=st.sampled_from([Decimal(10), Decimal(0)]),
        status=st.sampled_from(CloseStatus),
    )
    return st.builds(
        Flatten,
        id=st.just("f-1"),
        what=st.just("every position"),
        by=st.just("ann"),
        at=moments,
        closings=_tuples_of(closing),
        is_over=st.booleans(),
    )


def _alerts() -> st.SearchStrategy[Alert]:
    raised = st.builds(
        Alert,
        id=st.sampled_from(["a-1", "a-2"]),
        kind=st.sampled_from(AlertKind),
        severity=st.sampled_from(Severity),
        text=st.just("look"),
        at=moments,
    )
    seen = st.builds(
        lambda alert, by, seen_at: replace(alert, acknowledged_by=by, acknowledged_at=seen_at),
        raised,
        st.sampled_from(["ann", "bob"]),
        moments,
    )
    return raised | seen


def _crossings() -> st.SearchStrategy[Crossing]:
    return st.builds(
        Crossing,
        id=st.sampled_from(["x-1", "x-2"]),
        symbol=symbols,
        direction=st.sampled_from(Direction),
        price=prices,
        by=st.just("ann"),
        at=moments,
        is_armed=st.booleans(),
    )


def _connections() -> st.SearchStrategy[Connection]:
    return st.builds(
        Connection,
        channel=st.sampled_from(Channel),
        link=st.sampled_from(Link),
        at=moments,
        heard_at=st.none() | moments,
        latency_ms=st.none() | prices,
    )


def _readings_taken() -> st.SearchStrategy[Event]:
    reading = st.builds(
        Reading,
        symbol=symbols,
        name=st.just("vwap"),
        value=st.none() | prices,
        unit=st.sampled_from(Unit),
        sample=st.integers(0, 2),
        at=st.none() | moments,
    )
    return st.builds(ReadingsTaken, symbol=symbols, readings=st.tuples(reading), at=moments)


def _holdings() -> st.SearchStrategy[Holding]:
    return st.builds(
        Holding,
        symbol=symbols,
        qty=quantities.map(Decimal),
        opened_at=st.none() | moments,
        realized=st.none() | quantities.map(Decimal),
        revision=st.integers(0, 2),
    )


def _reconciliations() -> st.SearchStrategy[Reconciliation]:
    difference = st.builds(
        Difference,
        subject=st.sampled_from(Subject),
        symbol=symbols,
        text=st.sampled_from(["more", "less"]),
        done=st.just("taken over"),
    )
    return st.builds(
        Reconciliation,
        number=st.integers(1, 2),
        cause=st.sampled_from(Cause),
        began_at=moments,
        at=moments,
        orders=st.integers(0, 1),
        fills=st.just(0),
        positions=st.just(0),
        differences=st.lists(difference, max_size=1).map(tuple),
    )


def _fills() -> st.SearchStrategy[Any]:
    return st.builds(
        fill, execution=st.sampled_from(["e-1", "e-2"]), qty=quantities, made_at=moments
    )


def _tuples_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(values, max_size=3).map(tuple)


def _market_moved() -> st.SearchStrategy[Event]:
    days = st.builds(day, symbols, volume=prices, previous_close=st.none() | prices)
    return st.builds(
        MarketMoved, quotes=_tuples_of(quotes()), trades=_tuples_of(trades()), days=_tuples_of(days)
    )


EVENTS: dict[type, Callable[[], st.SearchStrategy[Event]]] = {
    MarketMoved: _market_moved,
    OrderUpdated: lambda: st.builds(OrderUpdated, orders()),
    FillBooked: lambda: st.builds(FillBooked, _fills()),
    HoldingUpdated: lambda: st.builds(HoldingUpdated, _holdings()),
    Reconciled: lambda: st.builds(Reconciled, _reconciliations()),
    PositionsReported: _positions_reported,
    AccountReported: lambda: st.builds(
        AccountReported, st.builds(account, quantities.map(lambda q: str(Decimal(q))), moments)
    ),
    ClockReported: lambda: st.builds(
        ClockReported, st.builds(market_clock, st.booleans(), moments)
    ),
    ConnectionChanged: lambda: st.builds(ConnectionChanged, _connections()),
    AlertUpdated: lambda: st.builds(AlertUpdated, _alerts()),
    CrossingUpdated: lambda: st.builds(CrossingUpdated, _crossings()),
    WatchlistChanged: lambda: st.builds(
        WatchlistChanged, symbols=_tuples_of(symbols), revision=st.integers(1, 3)
    ),
    ReadingsTaken: _readings_taken,
    FlattenChanged: lambda: st.builds(
        FlattenChanged, flatten=_flattens(), revision=st.integers(1, 3)
    ),
    HaltChanged: lambda: st.builds(HaltChanged, halt=_halts(), revision=st.integers(1, 3)),
    RestraintsChanged: lambda: st.builds(
        RestraintsChanged, restraints=_tuples_of(_restraints()), revision=st.integers(1, 3)
    ),
}
"""One strategy for each kind of event; a test holds it against the union."""


def events() -> st.SearchStrategy[Event]:
    """Anything that can happen."""
    return st.one_of(*(strategy() for strategy in EVENTS.values()))
