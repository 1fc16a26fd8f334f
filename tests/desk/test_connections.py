"""Links as measured: one slip is no outage."""

import subprocess
import sys

import pytest

from console.desk.connections import Connections
from console.desk.gauges import Gauges
from console.desk.store import Store
from console.domain.connections import Channel, Link
from console.ports import BrokerUnavailable, OrderRejected
from tests.desk.fakes import FakeClock, hang


async def answered(value: int = 1) -> int:
    return value


async def refused(error: Exception) -> int:
    raise error


@pytest.fixture
def connections() -> Connections:
    return Connections(store=Store(), clock=FakeClock())


async def test_two_failures_in_a_row_are_an_outage_and_one_answer_ends_it(connections):
    await connections.ask(answered())
    for expected in (Link.LIVE, Link.DOWN):
        with pytest.raises(BrokerUnavailable):
            await connections.ask(refused(BrokerUnavailable("502")))
        assert connections.link(Channel.REST) is expected

    await connections.ask(answered())

    assert connections.link(Channel.REST) is Link.LIVE


async def test_what_came_over_the_market_data_is_told_of_that_channel_alone():
    store, gauges = Store(), Gauges(quotes_heard=lambda: 7)

    Connections(store=store, clock=FakeClock(), gauges=gauges).measure()

    told = {channel: said.heard for channel, said in store.state.connections.items()}
    assert told == {Channel.MARKET_DATA: 7, Channel.TRADING: 0, Channel.REST: 0}


async def test_a_refusal_is_an_answer(connections):
    for _ in range(3):
        with pytest.raises(OrderRejected):
            await connections.ask(refused(OrderRejected("no")))

    assert connections.link(Channel.REST) is Link.LIVE


async def test_a_question_that_hangs_is_given_up(connections):
    with pytest.raises(BrokerUnavailable, match=r"did not answer within 0.01 s"):
        await connections.ask_within(0.01, hang())


def test_the_desk_needs_no_screen_and_no_data_frames():
    heavy = "{'textual', 'rich', 'pandas', 'alpaca', 'plotext', 'sqlite_utils'}"
    program = f"import sys, console.desk.desk; print(sorted({heavy} & sys.modules.keys()))"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
