"""What a halt and its fence say, to the person and to the audit, to the letter."""

from decimal import Decimal

from console.desk import latch
from console.desk.latch import Latched
from console.desk.recorder import THE_DESK
from console.domain.flatten import Extent, FlattenRequest
from console.domain.halt import StepStatus
from console.domain.receipts import Outcome
from console.ports import BrokerUnavailable
from tests.builders import OWNER
from tests.desk.conftest import World, until

OPEN = "2 positions are open (AAPL, MSFT): close or leave them?"


def step(world: World, name: str):
    return next(step for step in world.state.halt.steps if step.name == name)


def said_at(world: World, name: str) -> list[tuple[StepStatus, str]]:
    """Begin to keep everything that a step says; return where it is kept."""
    told: list[tuple[StepStatus, str]] = []

    def see(_event) -> None:
        if world.state.halt is None:
            return
        said = (step(world, name).status, step(world, name).detail)
        if told[-1:] != [said]:
            told.append(said)

    world.desk.listen(see)
    return told


async def halted(world: World, reason: str = "smoke"):
    receipt = await world.desk.halt(reason, OWNER)
    await until(lambda: world.state.halt.is_confirmed, "the confirmation")
    return receipt


async def recorded(world: World, kind: str) -> list[tuple[str, dict]]:
    """Return who did something, and what is kept of it."""

    def found() -> list[tuple[str, dict]]:
        return [(str(r.actor), dict(r.body)) for r in world.journal.records if r.kind == kind]

    await until(found, f"a record of {kind}")
    return found()


async def test_a_pull_and_a_second_one_are_said_and_recorded(world: World):
    first = await halted(world)
    said = latch.read(world.folder.latch)
    covers = world.state.halt.covers

    again = await world.desk.halt("fire", OWNER)

    assert said is not None
    assert covers
    assert (first.outcome, first.detail) == (
        Outcome.ACCEPTED,
        f"HALTED: smoke. Nothing more is sent; the sweep is running. {covers}",
    )
    assert again.detail == f"HALTED already by {OWNER}: smoke. {covers}"
    assert await recorded(world, "halt.pulled") == [
        (str(OWNER), {"halt": said.id, "reason": "smoke"})
    ]
    assert await recorded(world, "halt.pulled_again") == [
        (str(OWNER), {"halt": said.id, "reason": "fire"})
    ]
    assert len(said.id) == len("h-") + 8


async def test_no_reason_is_called_no_reason(world: World):
    receipt = await halted(world, "")

    assert receipt.detail.startswith("HALTED: no reason given. ")


async def test_a_latch_of_another_hand_is_recorded_as_it_was_found(world: World):
    other = Latched(id="h-9", reason="by file", by="ann", at="2026-01-05T12:00:00+00:00")
    latch.pull(world.folder.latch, other)

    [(who, body)] = await recorded(world, "halt.found")

    assert who == str(THE_DESK)
    assert (body["id"], body["reason"], body["by"]) == ("h-9", "by file", "ann")
    await until(lambda: world.state.halt and world.state.halt.is_confirmed, "the confirmation")


async def test_what_is_open_is_asked_about_by_name(world: World):
    for symbol in ("MSFT", "AAPL"):
        world.broker.hold(symbol, Decimal(1))

    await halted(world)

    assert (step(world, "flatten").status, step(world, "flatten").detail) == (
        StepStatus.WAITING,
        OPEN,
    )
    assert (step(world, "fence").status, step(world, "fence").detail) == (
        StepStatus.WAITING,
        "set once the positions are closed or declined",
    )
    assert "Fence: not set: positions are open" in world.state.halt.receipt


async def test_one_position_is_one(world: World):
    world.broker.hold("AAPL", Decimal(1))

    await halted(world)

    assert step(world, "flatten").detail == "1 position is open (AAPL): close or leave them?"


async def test_a_declined_question_says_who_declined_and_the_fence_is_recorded(world: World):
    world.broker.hold("AAPL", Decimal(1))
    await halted(world)

    await world.desk.fence(True, OWNER)
    set_words = "set and read back: the broker refuses new orders of every program"

    assert (step(world, "flatten").status, step(world, "flatten").detail) == (
        StepStatus.DONE,
        f"declined by {OWNER}: the positions stay",
    )
    await until(lambda: step(world, "fence").status is StepStatus.DONE, "the fence")
    assert f"Fence: {set_words}" in world.state.halt.receipt


async def test_a_fence_that_nobody_wants_is_said_to_be_a_choice(world: World):
    await halted(world)

    await world.desk.fence(False, OWNER)
    await until(lambda: step(world, "fence").status is StepStatus.WAITING, "the choice")

    assert step(world, "fence").detail == "not set, by choice"


async def test_the_fence_says_what_it_is_doing(world: World):
    told = said_at(world, "fence")

    await halted(world)

    assert (StepStatus.RUNNING, "suspending the account at the broker") in told
    assert told[-1] == (StepStatus.DONE, "set and read back")


async def test_a_fence_that_fails_says_so_and_is_recorded_once_it_stands(world: World):
    suspend = world.broker.suspend

    async def refuse(_is_suspended: bool) -> None:
        raise BrokerUnavailable("the connection was lost")

    world.broker.suspend = refuse
    await halted(world)
    failed = step(world, "fence")
    words = world.state.halt.receipt
    world.broker.suspend = suspend

    assert failed.status is StepStatus.FAILED
    assert failed.detail.endswith("; trying again")
    assert "the connection was lost" in failed.detail
    assert f"Fence: NOT SET: {failed.detail.removesuffix('; trying again')}" in words
    fence = "set and read back: the broker refuses new orders of every program"
    assert await recorded(world, "halt.fenced") == [(str(THE_DESK), {"fence": fence})]


async def test_holdings_that_nobody_can_tell_keep_the_fence_away(world: World):
    positions = world.broker.positions
    told = said_at(world, "flatten")

    async def lost():
        raise BrokerUnavailable("the connection was lost")

    await world.desk.halt("smoke", OWNER)
    world.broker.positions = lost
    await until(lambda: told and told[-1][1].startswith("what is held"), "the question")
    world.broker.positions = positions

    assert (StepStatus.RUNNING, "what is held is not known: the connection was lost") in told
    await until(lambda: step(world, "fence").status is StepStatus.DONE, "the fence")


async def test_a_flatten_answers_the_question_in_its_own_words(world: World):
    world.broker.hold("AAPL", Decimal(1))
    await halted(world)

    async def trade() -> None:
        world.broker.execute(list(world.broker.orders)[-1])

    world.broker.after_taking = trade
    world.price()
    await world.desk.flatten(FlattenRequest(extent=Extent.ALL), OWNER)
    await until(lambda: step(world, "fence").status is StepStatus.DONE, "the fence")

    assert step(world, "flatten").status is StepStatus.DONE
    assert step(world, "flatten").detail == str(world.state.flatten)
