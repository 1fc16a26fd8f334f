"""A disk that cannot be written closes the gate at once, says so, and costs no record."""

import asyncio
from dataclasses import replace

import pytest

from console.domain.halt import Mode, Source
from console.domain.receipts import Outcome
from tests.builders import OWNER, STRANGER, buy
from tests.desk.conftest import FREE_HAND, QUICK, World, until

PATIENCE = 30.0
REFUSALS = 5


@pytest.fixture
async def world(tmp_path):
    """A desk that stays re-armed however long a test takes, and gives up on a disk soon."""
    made = World(tmp_path)
    pace = replace(QUICK, send_patience=0.2)
    triggers = replace(FREE_HAND.triggers, audit_silent=60.0)
    made.desk = made.make_desk(replace(FREE_HAND, pace=pace, triggers=triggers))
    await made.start()
    yield made
    await made.desk.stop()


def why_closed(world: World) -> list[str]:
    return [told.reason for told in world.state.sources if told.source is Source.AUDIT]


@pytest.mark.parametrize(
    "words",
    [
        "the disk that holds /state/desk.db is full (database or disk is full)",
        "the disk that holds /state/desk.db fails (disk I/O error)",
        "the disk that holds /state/desk.db cannot be written to (Read-only file system)",
    ],
)
async def test_the_first_record_that_fails_closes_the_gate_and_none_is_lost(world, words):
    world.journal.trouble = words
    first = await world.desk.submit(buy(), OWNER)

    world.price()
    second = await world.desk.submit(buy(), OWNER)
    for _ in range(REFUSALS):
        await world.desk.submit(buy(), STRANGER)

    assert (first.outcome, second.outcome) == (Outcome.DENIED, Outcome.DENIED)
    assert words in first.detail
    assert any(words in check.detail for check in second.failures), second
    await until(lambda: why_closed(world) == [words], "the word on the screen", PATIENCE)
    assert any(words in text for text in world.alerts("system"))
    assert world.broker.sent == []

    world.journal.trouble = ""
    await until(lambda: not why_closed(world), "the end of the trouble", PATIENCE)
    await until(lambda: world.journal.kinds.count("order.forbidden") == REFUSALS, "all", PATIENCE)
    assert world.journal.kinds.count("order.denied") == 2
    world.price()
    assert (await world.desk.submit(buy(), OWNER)).outcome is Outcome.ACCEPTED


async def test_a_disk_that_keeps_silent_closes_the_gate_too(world):
    answers = asyncio.Event()

    async def hang(_record) -> None:
        await answers.wait()

    world.journal.before_write = hang
    waiting = asyncio.create_task(world.desk.submit(buy(), OWNER))
    await until(lambda: why_closed(world), "the alarm", PATIENCE)

    world.price()
    refused = await world.desk.submit(buy(), OWNER)

    assert refused.outcome is Outcome.DENIED
    assert "has not answered" in why_closed(world)[0]
    answers.set()
    late = await waiting
    assert late.outcome is Outcome.DENIED, "it waited too long to be sent unchecked"
    assert world.broker.sent == []
    await until(lambda: world.state.mode is Mode.ACTIVE, "the end of the trouble", PATIENCE)
