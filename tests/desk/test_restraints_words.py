"""What holding back and re-arming say, to the person and to the audit, to the letter."""

import asyncio
from dataclasses import replace

import pytest

from console.desk import latch
from console.desk.latch import Latched
from console.desk.recorder import THE_DESK
from console.domain.halt import Mode, Source
from console.domain.receipts import Outcome
from tests.builders import OWNER, STRANGER
from tests.desk.conftest import World, until


def kept(world: World, *kinds: str) -> list[tuple[str, str, dict]]:
    """Return who did what, of some kinds."""
    return [
        (record.kind, str(record.actor), dict(record.body))
        for record in world.journal.records
        if record.kind in kinds
    ]


def refuse(*_given) -> None:
    """Be a disk that takes nothing."""
    raise OSError("read-only file system")


async def recorded(world: World, *kinds: str) -> list[tuple[str, str, dict]]:
    await until(lambda: kept(world, *kinds), f"a record of {kinds}")
    return kept(world, *kinds)


class Nobody:
    """Somebody of a role that may nothing, not even halt; no role of today is such a one."""

    def may(self, _capability) -> bool:
        return False

    def __str__(self) -> str:
        return "nobody"


async def test_who_may_not_hold_back_is_told_so(world: World):
    receipt = await world.desk.reduce("news", Nobody())

    assert receipt.outcome is Outcome.FORBIDDEN
    assert receipt.detail == "nobody may not hold back this desk."
    assert world.state.mode is Mode.ACTIVE


async def test_holding_back_says_what_passes_and_a_second_time_who_was_first(world: World):
    first = await world.desk.reduce("news", OWNER)
    again = await world.desk.reduce("more news", OWNER)

    passing = "REDUCING: news. Only orders that reduce and cancels pass."
    assert (first.outcome, first.detail) == (Outcome.ACCEPTED, passing)
    already = f"REDUCING already by {OWNER}: news."
    assert (again.outcome, again.detail) == (Outcome.ACCEPTED, already)
    said = latch.read(world.folder.reducing)
    assert said is not None
    assert await recorded(world, "reduce.again") == [
        ("reduce.again", str(OWNER), {"latch": said.id, "reason": "more news"})
    ]
    assert kept(world, "reduce.pulled") == [
        ("reduce.pulled", str(OWNER), {"latch": said.id, "reason": "news"})
    ]
    assert said.id.startswith("r-")
    assert len(said.id) == len("r-") + 8


async def test_no_reason_is_called_no_reason(world: World):
    receipt = await world.desk.reduce("", OWNER)

    assert receipt.detail.startswith("REDUCING: no reason given. ")


async def test_a_latch_that_is_not_on_the_disk_is_said(world: World, monkeypatch):
    monkeypatch.setattr(latch, "pull", refuse)

    receipt = await world.desk.reduce("news", OWNER)

    assert receipt.detail == (
        "REDUCING: news. Only orders that reduce and cancels pass. But the latch is not on the "
        "disk: read-only file system. Do not restart this desk."
    )


async def test_the_mode_is_recorded_with_every_reason(world: World):
    await until(lambda: world.state.mode is Mode.ACTIVE, "the start")
    await world.desk.reduce("news", OWNER)

    changes = await recorded(world, "mode.changed")
    why = f"reducing latch: news (by {OWNER})"
    assert changes[-1] == ("mode.changed", str(THE_DESK), {"mode": "reducing", "why": [why]})


@pytest.mark.parametrize(
    ("actor", "reason", "outcome", "detail"),
    [
        (STRANGER, "over", "forbidden", f"{STRANGER} may not re-arm this desk."),
        (OWNER, " a ", "denied", "Re-arming needs a reason, in a few words."),
    ],
)
async def test_a_re_arming_that_is_refused_is_recorded(world, actor, reason, outcome, detail):
    await world.desk.reduce("news", OWNER)

    receipt = await world.desk.rearm(reason, actor)

    assert (receipt.outcome.value, receipt.detail) == (outcome, detail)
    kind = f"rearm.{outcome}"
    expected = [(kind, str(actor), {"reason": reason, "detail": detail})]
    assert await recorded(world, kind) == expected


async def test_where_nothing_is_latched_nothing_is_re_armed(world: World):
    restraints = world.desk._rooms.path.restraints

    receipt = await restraints.rearm("over", OWNER)

    assert receipt.outcome is Outcome.DENIED
    assert receipt.detail == "Nothing is latched; there is nothing to re-arm."


async def test_the_reason_of_a_re_arming_is_said_and_kept_without_its_blanks(world: World):
    await world.desk.reduce("news", OWNER)

    receipt = await world.desk.rearm("  the news is out ", OWNER)

    assert (receipt.outcome, receipt.detail) == (Outcome.ACCEPTED, "Re-armed: the news is out.")
    body = {"reason": "the news is out", "from": "reducing"}
    assert kept(world, "reduce.rearmed") == [("reduce.rearmed", str(OWNER), body)]


async def test_three_letters_are_reason_enough(world: World):
    await world.desk.reduce("news", OWNER)

    assert (await world.desk.rearm("fed", OWNER)).outcome is Outcome.ACCEPTED


async def test_a_second_re_arming_at_the_same_time_is_told_of_the_first(world: World):
    await world.desk.reduce("news", OWNER)
    recording, go_on = world.journal.hold("reduce.rearmed")
    first = asyncio.create_task(world.desk.rearm("the news is out", OWNER))
    await recording.wait()

    second = await world.desk.rearm("it is out", OWNER)
    go_on.set()

    assert second.detail == "It is being re-armed already."
    assert (await first).outcome is Outcome.ACCEPTED


async def test_a_pull_meanwhile_is_said(world: World):
    await world.desk.reduce("news", OWNER)
    recording, go_on = world.journal.hold("reduce.rearmed")
    rearming = asyncio.create_task(world.desk.rearm("the news is out", OWNER))
    await recording.wait()
    await world.desk.reduce("there is more", OWNER)
    go_on.set()

    assert (await rearming).detail == "It was reduced again meanwhile; still reducing."


async def test_what_cannot_be_recorded_or_removed_is_said(world: World, monkeypatch):
    await world.desk.reduce("news", OWNER)
    await recorded(world, "reduce.pulled")
    world.journal.trouble = "disk full"
    unrecorded = await world.desk.rearm("the news is out", OWNER)
    world.journal.trouble = ""

    monkeypatch.setattr(latch, "lift", refuse)
    unremoved = await world.desk.rearm("the news is out", OWNER)

    told = "Still reducing: the re-arming cannot be recorded: disk full."
    assert (unrecorded.outcome, unrecorded.detail) == (Outcome.DENIED, told)
    told = "Still reducing: the latch file cannot be removed: read-only file system."
    assert (unremoved.outcome, unremoved.detail) == (Outcome.DENIED, told)
    assert world.state.mode is Mode.REDUCING


async def test_a_latch_of_another_hand_is_taken_over_and_recorded(world: World):
    other = Latched(id="r-9", reason="by file", by="ann", at="2026-01-05T12:00:00")
    latch.pull(world.folder.reducing, other)

    assert await recorded(world, "reduce.found") == [
        ("reduce.found", str(THE_DESK), {"reason": "by file"})
    ]
    (source,) = world.state.sources
    assert (source.reason, source.by) == ("by file", "ann")
    assert source.since.isoformat() == "2026-01-05T12:00:00+00:00"


async def test_a_latch_that_is_gone_before_it_is_read_holds_by_an_unknown_hand(world, monkeypatch):
    monkeypatch.setattr(latch, "read", lambda _path: None)
    latch.pull(world.folder.reducing, Latched(id="r-9", reason="r", by="b", at=""))
    await until(lambda: world.state.sources, "the latch")

    (source,) = world.state.sources
    assert (source.source, source.mode) == (Source.REDUCING, Mode.REDUCING)
    assert (source.reason, source.by) == ("the latch was found", "?")


async def test_each_condition_says_what_it_is_and_by_whom(world: World):
    blocked = replace(world.broker.money, is_blocked=True)
    words = []
    for is_suspended in (False, True):
        world.broker.money = replace(blocked, is_suspended=is_suspended)
        await until(lambda: world.state.account.is_blocked, "the block")
        await until(
            lambda: world.state.account.is_suspended is is_suspended,  # noqa: B023
            "the kind of it",
        )
        words.append([(source.reason, source.by) for source in world.state.sources])

    assert words == [
        [("the account is blocked by the broker", "broker")],
        [("the account is suspended (suspend_trade), as by a fence", "its user")],
    ]


async def test_a_desk_that_knows_nothing_yet_says_so(tmp_path):
    world = World(tmp_path)
    world.broker.trouble = "connection refused"
    await world.desk.start()

    (source,) = world.state.sources
    assert (source.reason, source.by) == ("what the broker holds was not read yet", "the desk")
    assert source.mode is Mode.REDUCING
    world.broker.trouble = ""
    await world.desk.stop()


async def test_a_disk_that_keeps_nothing_says_what_it_said(world: World):
    world.journal.trouble = "disk full"
    await world.desk.reduce("news", OWNER)
    await until(lambda: world.state.mode is Mode.HALTED, "the trouble")

    told = {source.source: source for source in world.state.sources}
    assert told[Source.AUDIT].by == "the desk"
    assert "disk full" in told[Source.AUDIT].reason
    world.journal.trouble = ""
