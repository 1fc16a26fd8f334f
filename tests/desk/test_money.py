"""Positions and account between the comparisons: a question without an answer tells nothing."""

import asyncio
from types import SimpleNamespace

import pytest

from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.money import Money
from console.desk.store import Store
from console.ports import BrokerUnavailable
from tests.desk.fakes import FakeBroker, FakeClock, FakeTradingStream


class Asking:
    """What keeps the money fresh, a broker in memory, and the positions that were told."""

    def __init__(self) -> None:
        clock, self.store, stream = FakeClock(), Store(), FakeTradingStream()
        stream.is_deaf = True
        self.broker = FakeBroker(stream, clock)
        self.told: list[object] = []
        self.money = Money(
            broker=self.broker,
            store=self.store,
            books=SimpleNamespace(tell_positions=lambda held, _asked_at: self.told.append(held)),
            connections=Connections(store=self.store, clock=clock),
            clock=clock,
            pace=Pace(),
            sleep=asyncio.sleep,
        )


@pytest.mark.parametrize("question", ["positions", "account"])
async def test_one_of_two_questions_that_fails_tells_neither(question):
    desk = Asking()

    async def fail():
        raise BrokerUnavailable("500")

    setattr(desk.broker, question, fail)

    with pytest.raises(BrokerUnavailable, match="500"):
        await desk.money.refresh()

    assert (desk.told, desk.store.state.account) == ([], None)


async def test_what_was_answered_is_told():
    desk = Asking()

    await desk.money.refresh()

    assert desk.told == [[]]
    assert desk.store.state.account.number == "PA1"
