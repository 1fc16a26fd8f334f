"""The laws of the trading state: repeats and reorderings of events change nothing."""

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from itertools import combinations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.events import (
    ClockReported,
    Event,
    FillBooked,
    HaltChanged,
    MarketMoved,
    OrderUpdated,
    ReadingsTaken,
    RestraintsChanged,
)
from console.domain.halt import Halt, Mode, Restraint, Source
from console.domain.ledger import Holding, exchange_day
from console.domain.orders import OrderStatus
from console.domain.readings import Reading, Unit
from console.domain.reconciliation import Cause, Reconciliation
from console.domain.snapshot import tell
from console.domain.state import TradingState, apply
from tests.builders import NOON, at, bar, day, fill, market_clock, order, position, quote
from tests.strategies import EVENTS, events, orders


def contents(state: TradingState) -> dict[str, str]:
    """Every part of a state as text, mappings in the order of their keys."""
    parts = {field.name: getattr(state, field.name) for field in fields(state)}
    return {
        name: repr(sorted(part.items())) if isinstance(part, dict) else repr(part)
        for name, part in parts.items()
    }


def after(history, state: TradingState | None = None) -> TradingState:
    return reduce(apply, history, state or TradingState())


def test_every_kind_of_event_has_a_strategy():
    assert set(EVENTS) == set(get_args(Event))


@given(st.lists(events(), max_size=12), st.data())
def test_any_order_and_repetition_of_events_gives_one_state(history, data):
    repeated = data.draw(st.lists(st.sampled_from(history), max_size=6)) if history else []
    shuffled = data.draw(st.permutations([*history, *repeated]))

    assert contents(after(shuffled)) == contents(after(history))


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
def test_any_order_of_events_of_one_kind_gives_one_state(kind):
    @given(st.lists(EVENTS[kind](), min_size=2, max_size=8), st.data())
    def law(history, data):
        shuffled = data.draw(st.permutations(history))
        assert contents(after(shuffled)) == contents(after(history))

    law()


@given(st.lists(events(), max_size=8), events())
def test_an_event_that_changes_nothing_leaves_the_same_object(history, event):
    once = apply(after(history), event)

    assert apply(once, event) is once


@given(st.lists(events(), max_size=8), events())
def test_a_part_that_did_not_change_is_the_same_object(history, event):
    before = after(history)
    now = apply(before, event)

    for field in fields(TradingState):
        old, new = getattr(before, field.name), getattr(now, field.name)
        if contents(before)[field.name] == contents(now)[field.name]:
            assert new is old or new == old
        if isinstance(old, dict) and repr(old) == repr(new):
            assert new is old


@given(st.lists(events(), max_size=12))
def test_a_state_told_as_events_is_the_same_state(history):
    state = after(history)

    assert contents(after(tell(state))) == contents(state)


@given(st.lists(orders(), min_size=1, max_size=8))
def test_a_closed_order_never_opens_again(history):
    state = TradingState()
    for told in history:
        known = state.orders.get(told.key)
        state = apply(state, OrderUpdated(told))
        if known is not None and known.status.is_closed and not known.status.is_ours:
            assert state.orders[told.key].status.is_closed


def test_the_newest_quote_wins_by_when_it_was_heard():
    late = quote(bid=191.0, received_at=at(2))
    early = quote(bid=189.0, received_at=at(1))

    state = after([MarketMoved(quotes=(late,)), MarketMoved(quotes=(early,))])

    assert state.quotes["AAPL"] is late


def test_the_brokers_word_beats_ours_whenever_it_came():
    ours = order(status=OrderStatus.UNKNOWN, updated=9, broker_id=None)
    theirs = order(status=OrderStatus.NEW, updated=1)

    state = after([OrderUpdated(theirs), OrderUpdated(ours)])

    assert state.orders[ours.key] is theirs


def test_an_order_the_broker_denies_having_is_closed():
    working = order(status=OrderStatus.NEW)
    denied = order(status=OrderStatus.ABSENT, updated=1)

    state = after([OrderUpdated(working), OrderUpdated(denied)])

    assert state.open_orders == ()


def test_an_unknown_order_counts_as_open():
    unknown = order(status=OrderStatus.UNKNOWN, broker_id=None)

    assert after([OrderUpdated(unknown)]).open_orders == (unknown,)


def test_a_halt_holds_until_a_later_word_lifts_it():
    halt = Halt(id="h-1", reason="smoke", by="ann", at=NOON)

    halted = after([HaltChanged(halt=halt, revision=2), HaltChanged(halt=None, revision=1)])
    lifted = apply(halted, HaltChanged(halt=None, revision=3))

    assert (halted.mode, lifted.mode) == (Mode.HALTED, Mode.ACTIVE)


@pytest.mark.parametrize("name", ["kc-t-1", "0-of-another-program"])
def test_an_execution_goes_by_its_orders_own_name_whichever_way_it_was_told_first(name):
    named, nameless = (FillBooked(fill("b-7:10", order)) for order in (name, "b-7"))

    ends = [reduce(apply, told, TradingState()) for told in ((named, nameless), (nameless, named))]

    assert [end.fills["b-7:10"].order for end in ends] == [name, name]


COMPARED = Reconciliation(
    number=1, cause=Cause.ROUTINE, began_at=NOON, at=NOON, orders=0, fills=0, positions=0
)


def test_the_markets_time_is_the_desks_until_the_market_tells_its_own():
    replayed = replace(market_clock(), at=NOON - timedelta(days=3))

    assert TradingState().market_time(at(10)) == at(10)
    assert TradingState(clock=replayed).market_time(at(10)) == at(10) - timedelta(days=3)


def test_what_was_realized_is_that_of_the_markets_day_and_unknown_before_a_comparison():
    gain = Holding(symbol="AAPL", realized=Decimal(7), day=exchange_day(NOON))
    earlier = Holding(symbol="F", realized=Decimal(5), day=exchange_day(NOON - timedelta(days=1)))
    state = TradingState(holdings={"AAPL": gain, "F": earlier})
    compared = replace(state, reconciliation=COMPARED)
    of_yesterday = replace(compared, clock=replace(market_clock(), at=NOON - timedelta(days=1)))

    assert state.realized_today(NOON) is None
    assert compared.realized_today(NOON) == 7
    assert of_yesterday.realized_today(NOON) == 5


def test_a_position_is_none_when_flat_and_when_not_known():
    held = position()

    assert TradingState(positions={"AAPL": held}).position_of("AAPL") is held
    assert TradingState(positions={"AAPL": held}).position_of("F") is None
    assert TradingState().position_of("AAPL") is None


def test_readings_are_those_of_their_symbol_or_none():
    spread = Reading(
        symbol="AAPL", name="spread", value=1.0, unit=Unit.BASIS_POINTS, sample=3, at=NOON
    )
    state = after([ReadingsTaken(symbol="AAPL", readings=(spread,), at=NOON)])

    assert state.readings_of("AAPL") == (spread,)
    assert state.readings_of("F") == ()


EMPTY = replace(day(), bar=None, previous_close=None)
FULLER = [
    EMPTY,
    replace(EMPTY, previous_close=188.0),
    replace(EMPTY, previous_close=189.0),
    day(volume=5, previous_close=None),
    day(volume=5),
    day(volume=6, previous_close=None),
    day(volume=6, previous_close=188.0),
    day(volume=6, previous_close=189.0),
    replace(day(volume=1, previous_close=None), bar=bar(volume=1, made_at=at(60))),
]
"""Tellings of one symbol's session, each fuller than those before it."""


def test_of_two_tellings_of_a_session_the_fuller_one_stands_whichever_came_first():
    for less, more in combinations(FULLER, 2):
        for told in ((less, more), (more, less)):
            assert after(MarketMoved(days=(d,)) for d in told).days["AAPL"] == more


def test_of_two_clocks_the_one_received_later_stands_also_where_a_tape_began_anew():
    ahead = market_clock()
    anew = replace(ahead, at=NOON - timedelta(days=3), received_at=at(1))

    for told in ((ahead, anew), (anew, ahead)):
        assert after(ClockReported(clock) for clock in told).clock is anew


LUNCH = Restraint(source=Source.REDUCING, mode=Mode.REDUCING, reason="lunch", by="ann", since=NOON)


def test_what_restrains_trading_holds_until_a_later_word_lifts_it():
    restrained = after([RestraintsChanged(restraints=(LUNCH,), revision=2)])
    same = apply(restrained, RestraintsChanged(restraints=(LUNCH,), revision=2))
    earlier = apply(restrained, RestraintsChanged(restraints=(), revision=1))
    lifted = apply(restrained, RestraintsChanged(restraints=(), revision=3))

    assert (restrained.mode, restrained.restraints) == (Mode.REDUCING, (LUNCH,))
    assert (same, earlier) == (restrained, restrained)
    assert (lifted.mode, lifted.restraints) == (Mode.ACTIVE, ())


def test_a_halt_is_told_as_the_first_of_the_sources_that_restrain_trading():
    halt = Halt(id="h-1", reason="smoke", by="ann", at=at(1))
    state = TradingState(halt=halt, restraints=(LUNCH,))

    latch, other = state.sources
    assert (latch.source, latch.mode) == (Source.LATCH, Mode.HALTED)
    assert (latch.reason, latch.by, latch.since) == ("smoke", "ann", at(1))
    assert other is LUNCH
    assert TradingState(restraints=(LUNCH,)).sources == (LUNCH,)
