"""The reducing latch: found, pulled, kept and lifted, with what is said and recorded of it."""

import asyncio
import shutil
from datetime import UTC, datetime

import pytest

from console.desk import latch
from console.desk.latch import Latched
from console.domain.events import AccountReported
from console.domain.halt import Mode, Source
from console.domain.receipts import Outcome
from tests.builders import NOON, OWNER, STRANGER, account, at
from tests.desk.conftest import World, until


def bodies(world: World, kind: str) -> list[dict[str, object]]:
    return [dict(record.body) for record in world.journal.records if record.kind == kind]


def source(world: World):
    return next((one for one in world.state.restraints if one.source is Source.REDUCING), None)


@pytest.mark.parametrize(
    "said", ["2026-11-20T16:00:00+00:00", "2026-11-20T16:00:00", "2026-11-20T11:00:00-05:00"]
)
async def test_a_latch_of_another_process_holds_since_it_says_so(world: World, said):
    latch.pull(world.folder.reducing, Latched(id="r-1", reason="outside", by="root", at=said))

    await until(lambda: source(world), "the latch")
    await until(lambda: "reduce.found" in world.journal.kinds, "the record")

    assert source(world).since == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert bodies(world, "reduce.found") == [{"reason": "outside"}]


async def test_a_latch_that_says_nothing_is_told_as_found_and_keeps_its_name(world: World):
    world.folder.reducing.symlink_to(world.folder.path / "nowhere")

    await until(lambda: source(world), "the latch")
    await world.desk.reduce("more", OWNER)
    await until(lambda: "reduce.again" in world.journal.kinds, "the record")

    assert (source(world).reason, source(world).by) == ("the latch was found", "?")
    assert source(world).since >= NOON
    assert bodies(world, "reduce.again") == [{"latch": "unknown", "reason": "more"}]


async def test_a_second_pull_is_recorded_and_told_as_one(world: World):
    first = await world.desk.reduce("news", OWNER)
    second = await world.desk.reduce("more news", STRANGER)
    await until(lambda: "reduce.again" in world.journal.kinds, "the record")

    assert first.detail == "REDUCING: news. Only orders that reduce and cancels pass."
    assert second.detail == f"REDUCING already by {OWNER}: news."
    assert [body["reason"] for body in bodies(world, "reduce.pulled")] == ["news"]
    assert [body["reason"] for body in bodies(world, "reduce.again")] == ["more news"]


async def test_a_change_of_mode_is_recorded_with_its_sources_and_only_a_change(world: World):
    before = len(bodies(world, "mode.changed"))
    await world.desk.reduce("news", OWNER)
    world.desk._rooms.ground.store.apply(AccountReported(account(made_at=at(60), is_blocked=True)))
    await world.desk.rearm("over", OWNER)
    await until(lambda: len(bodies(world, "reduce.rearmed")) == 1, "the record")

    assert len(world.state.restraints) == 1
    assert bodies(world, "mode.changed")[before:] == [
        {"mode": "reducing", "why": [f"reducing latch: news (by {OWNER})"]}
    ]


async def test_two_changes_in_one_instant_are_both_told(world: World):
    store = world.desk._rooms.ground.store
    revision = world.state.restraints_revision

    store.apply(AccountReported(account(made_at=at(60), is_blocked=True)))
    blocked = world.state.mode
    store.apply(AccountReported(account(made_at=at(61))))

    assert (blocked, world.state.mode) == (Mode.REDUCING, Mode.ACTIVE)
    now = int(world.clock.now().timestamp() * 1_000)
    assert int(NOON.timestamp() * 1_000) <= revision < world.state.restraints_revision <= now + 2


async def test_a_disk_that_refuses_is_told_beside_what_holds(world: World):
    shutil.rmtree(world.folder.path)
    world.folder.path.write_text("a file where the folder was")

    receipt = await world.desk.reduce("news", OWNER)

    assert receipt.detail.startswith("REDUCING: news. ")
    assert "But the latch is not on the disk: [Errno" in receipt.detail
    assert source(world)


async def test_it_is_lifted_as_often_as_it_was_latched_for_three_letters(world: World):
    outcomes = []
    for _ in range(2):
        await world.desk.reduce("news", OWNER)
        outcomes.append((await world.desk.rearm("fed", OWNER)).outcome)

    assert outcomes == [Outcome.ACCEPTED, Outcome.ACCEPTED]
    assert world.state.mode is Mode.ACTIVE


async def test_nobody_lifts_what_is_being_lifted(world: World):
    await world.desk.reduce("news", OWNER)
    recording, go_on = world.journal.hold("reduce.rearmed")
    lifting = asyncio.create_task(world.desk.rearm("over", OWNER))
    await recording.wait()

    second = await world.desk.rearm("over too", OWNER)
    go_on.set()

    assert second.detail == "It is being re-armed already."
    assert (await lifting).outcome is Outcome.ACCEPTED


async def test_a_pull_while_the_file_is_removed_wins(world: World):
    await world.desk.reduce("news", OWNER)
    restraints = world.desk._rooms.path.restraints
    lifting = asyncio.create_task(world.desk.rearm("over", OWNER))
    while not restraints._disk.locked():  # noqa: ASYNC110 - seen in the turn in which it begins
        await asyncio.sleep(0)

    await world.desk.reduce("no, stay", STRANGER)
    receipt = await lifting

    assert receipt.detail == "It was reduced again meanwhile; still reducing."
    assert latch.is_pulled(world.folder.reducing)
    assert world.state.mode is Mode.REDUCING
