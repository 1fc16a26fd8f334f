"""One life of an order, told in a million orders of arrival, always ends in one state."""

import random
from functools import reduce

import pytest

from console.domain.events import Event, FillBooked, OrderUpdated
from console.domain.orders import OrderStatus
from console.domain.state import TradingState, apply
from tests.builders import fill, order

SHUFFLES = 1_000_000
LOGS = 2_000
STEPS = (
    OrderStatus.IN_FLIGHT,
    OrderStatus.UNKNOWN,
    OrderStatus.PENDING_NEW,
    OrderStatus.NEW,
    OrderStatus.PARTIALLY_FILLED,
    OrderStatus.PENDING_CANCEL,
    OrderStatus.FILLED,
    OrderStatus.CANCELED,
)


def a_life(chance: random.Random) -> list[Event]:
    """Return some tellings of one order and its executions, repeats included."""
    log: list[Event] = []
    for step in sorted(chance.sample(range(len(STEPS)), chance.randint(3, 6))):
        filled = str(chance.randint(0, 10))
        log.append(OrderUpdated(order("kc-t-1", STEPS[step], filled=filled, updated=step // 2)))
    log += [FillBooked(fill(f"x-{n}")) for n in range(chance.randint(0, 2))]
    return [*log, chance.choice(log)]


def end_of(log: list[Event]) -> tuple[object, ...]:
    state = reduce(apply, log, TradingState())
    return (state.orders, state.fills)


def diverging(shuffles: int, seed: int) -> int:
    """Return how many shuffles of some lives end elsewhere than the order they were lived in."""
    chance = random.Random(seed)
    lives = [a_life(chance) for _ in range(LOGS)]
    ends = [end_of(life) for life in lives]
    bad = 0
    for number in range(shuffles):
        told = lives[number % LOGS].copy()
        chance.shuffle(told)
        bad += end_of(told) != ends[number % LOGS]
    return bad


def test_twenty_thousand_arrivals_end_alike():
    assert diverging(20_000, seed=1) == 0


@pytest.mark.long
def test_a_million_arrivals_end_alike():
    assert diverging(SHUFFLES, seed=2) == 0
