"""Only one of all ways to re-arm lifts a halt. Promise H11, exhaustively."""

from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

from console.desk import latch
from console.desk.cord import Cord
from console.desk.fence import FenceFailed
from console.desk.latch import Latched
from console.desk.limits import Pace
from console.desk.rearm import Rearm
from console.domain.receipts import Outcome
from console.ports import BrokerUnavailable, JournalUnavailable
from tests.builders import OWNER, STRANGER

SMOKE = Latched(id="h-1", reason="smoke", by="ann", at="")
ACTORS = [OWNER, STRANGER]
STATES = ["active", "unconfirmed", "confirmed", "being lifted", "fence moving"]
IN_THE_WAY = "The fence is being changed; re-arm once that is over."
REASONS = ["", "   ", "ok", " ok ", "all clear"]
STEPS = ["fence", "record", "account", "disk"]
MOMENTS = ["never", *STEPS]


class Halted:
    """A halt as far as the way back sees it; something may happen at any of its steps."""

    def __init__(self, folder: Path, state: str) -> None:
        self.steps: list[str] = []
        self.at: dict[str, object] = {}
        self.cord = Cord(folder / "HALT")
        self.is_lifted_told = False
        self.notes: list[tuple[str, object]] = []
        self.taken_up = 0
        if state != "active":
            self.cord.said = SMOKE
            latch.pull(self.cord.path, SMOKE)
        self.board = SimpleNamespace(
            is_confirmed=state not in ("active", "unconfirmed"),
            is_fenced=True,
            said=SMOKE,
            tell_lifted=self._tell_lifted,
        )
        self.rearm = Rearm(
            cord=self.cord,
            board=self.board,
            sequence=SimpleNamespace(rest=lambda: None, take_up=self._take_up),
            fence=SimpleNamespace(put=self._put),
            disk=SimpleNamespace(lift=self._lift, hold=self._hold),
            recorder=SimpleNamespace(note=self._note, write=self._write),
            refresh=self._refresh,
            pace=Pace(),
        )
        self.rearm.is_lifting = state == "being lifted"
        if state == "fence moving":
            self.rearm.objection = lambda: IN_THE_WAY

    def pull_at(self, step: str) -> None:
        """Have somebody pull the cord during one step."""
        self.at[step] = self.rearm.see_pull

    def fail_at(self, step: str, error: Exception) -> None:
        """Have one step fail."""
        self.at[step] = error

    def _happen(self, step: str) -> None:
        self.steps.append(step)
        what = self.at.get(step)
        if isinstance(what, Exception):
            raise what
        if callable(what):
            what()

    async def _put(self, *, is_set: bool) -> None:
        assert not is_set
        self._happen("fence")

    async def _write(self, kind: str, actor: object, body: object) -> None:
        self.notes.append((kind, body))
        self._happen("record")

    async def _refresh(self) -> None:
        self._happen("account")

    async def _lift(self) -> None:
        latch.lift(self.cord.path)
        self._happen("disk")

    async def _hold(self, said: Latched) -> str:
        latch.pull(self.cord.path, said)
        return ""

    def _tell_lifted(self) -> None:
        self.is_lifted_told = True

    def _take_up(self) -> None:
        self.taken_up += 1

    def _note(self, kind: str, _actor: object, body: object) -> None:
        self.notes.append((kind, body))


MATRIX = list(product(ACTORS, STATES, REASONS, MOMENTS))


@pytest.mark.parametrize("state", STATES)
async def test_only_the_owner_with_a_reason_after_the_proof_and_undisturbed(tmp_path, state):
    lifted = []

    for number, (actor, told, reason, moment) in enumerate(MATRIX):
        if told != state:
            continue
        halted = Halted(tmp_path / str(number), state)
        halted.pull_at(moment)
        receipt = await halted.rearm.rearm(reason, actor)

        is_lifted = receipt.outcome is Outcome.ACCEPTED
        is_halted = latch.is_pulled(halted.cord.path) and halted.cord.said is not None
        assert is_lifted is halted.is_lifted_told
        assert is_halted is (state != "active" and not is_lifted)
        assert (receipt.outcome is Outcome.FORBIDDEN) is (actor is STRANGER)
        if is_lifted:
            lifted.append((actor, reason, moment))

    assert lifted == ([(OWNER, "all clear", "never")] if state == "confirmed" else [])


@pytest.mark.parametrize(
    ("actor", "state", "reason", "words"),
    [
        (STRANGER, "confirmed", "all clear", "bob (console) may not re-arm this desk."),
        (OWNER, "active", "all clear", "Trading is not halted; there is nothing to re-arm."),
        (OWNER, "confirmed", " ok ", "Re-arming needs a reason, in a few words."),
        (OWNER, "fence moving", "all clear", IN_THE_WAY),
        (OWNER, "unconfirmed", "all clear", "The halt is not confirmed yet; re-arm once"),
        (OWNER, "being lifted", "all clear", "The halt is not confirmed yet; re-arm once"),
    ],
)
async def test_a_refusal_says_why_is_recorded_and_touches_nothing(
    tmp_path, actor, state, reason, words
):
    halted = Halted(tmp_path, state)

    receipt = await halted.rearm.rearm(reason, actor)

    assert receipt.detail.startswith(words)
    assert halted.steps == []
    body = {"reason": reason, "detail": receipt.detail}
    assert halted.notes == [(f"rearm.{receipt.outcome.value}", body)]
    assert halted.rearm.is_lifting is (state == "being lifted")


async def test_the_fence_goes_first_and_the_latch_last_and_the_reason_is_kept(tmp_path):
    halted = Halted(tmp_path, "confirmed")

    receipt = await halted.rearm.rearm("  all clear ", OWNER)

    assert halted.steps == STEPS
    assert halted.notes == [("halt.rearmed", {"reason": "all clear"})]
    assert receipt.detail == "Re-armed: all clear. Trading is active."
    assert not halted.board.is_fenced
    assert not halted.rearm.is_lifting


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        ("fence", FenceFailed("no answer"), "the fence at the broker cannot be lifted: no answer"),
        ("record", JournalUnavailable("disk full"), "the re-arming cannot be recorded: disk full"),
        ("disk", OSError("read-only"), "the latch file cannot be removed: read-only"),
    ],
)
async def test_a_step_that_fails_leaves_it_halted_and_the_sequence_takes_it_up(
    tmp_path, step, error, words
):
    halted = Halted(tmp_path, "confirmed")
    halted.fail_at(step, error)

    receipt = await halted.rearm.rearm("all clear", OWNER)

    assert (receipt.outcome, receipt.detail) == (Outcome.DENIED, f"Still halted: {words}.")
    assert halted.cord.said == SMOKE
    assert (halted.taken_up, halted.rearm.is_lifting) == (1, False)


async def test_an_account_that_cannot_be_had_does_not_keep_it_halted(tmp_path):
    halted = Halted(tmp_path, "confirmed")
    halted.fail_at("account", BrokerUnavailable("away"))

    receipt = await halted.rearm.rearm("all clear", OWNER)

    assert receipt.outcome is Outcome.ACCEPTED


async def test_a_pull_meanwhile_is_told_and_recorded(tmp_path):
    halted = Halted(tmp_path, "confirmed")
    halted.pull_at("account")

    receipt = await halted.rearm.rearm("all clear", OWNER)

    assert receipt.detail == "The cord was pulled again meanwhile; still halted."
    assert halted.notes[-1] == ("halt.kept", {"reason": "smoke"})
    assert latch.read(halted.cord.path) == SMOKE
