"""The latch under everything that can happen to it: it holds until somebody may re-arm and does."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from console.desk import latch
from console.desk.latch import Latched
from console.domain.permissions import Actor
from console.domain.receipts import Outcome
from tests.builders import OWNER, STRANGER, buy
from tests.sim.scripted import ScriptedWorld

SAID = Latched(id="h-outside", reason="outside", by="somebody", at="")


class LatchMachine(RuleBasedStateMachine):
    """The file, the desk, its deaths, and other hands; `is_latched` is what must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="kc-"))
        self.world = ScriptedWorld(self.folder)
        self.is_latched = False

    @property
    def path(self) -> Path:
        return self.world.folder.latch

    @precondition(lambda self: self.world.is_up)
    @rule(actor=st.sampled_from([OWNER, STRANGER]), reason=st.sampled_from(["smoke", ""]))
    def pull(self, actor: Actor, reason: str) -> None:
        receipt = self.world.answer("halt", self.world.desk.halt(reason, actor))

        assert receipt.outcome is Outcome.ACCEPTED
        self.is_latched = True

    @rule(how=st.sampled_from(["word", "garbage", "empty", "dangling link", "folder"]))
    def make_it_from_outside(self, how: str) -> None:
        if not latch.is_pulled(self.path):
            make(self.path, how)
        self.is_latched = True

    @precondition(lambda self: self.world.is_up and self.world.state.halt is not None)
    @rule()
    def remove_it_from_outside(self) -> None:
        """A desk that runs puts it back."""
        if self.path.is_dir() and not self.path.is_symlink():
            self.path.rmdir()
        else:
            self.path.unlink(missing_ok=True)
        self.world.let_pass(1.0)

    @precondition(lambda self: self.world.is_up)
    @rule(actor=st.sampled_from([OWNER, OWNER, STRANGER]), reason=st.sampled_from(["well", "x"]))
    def rearm(self, actor: Actor, reason: str) -> None:
        halt = self.world.state.halt
        receipt = self.world.answer("rearm", self.world.desk.rearm(reason, actor))

        if receipt.outcome is not Outcome.ACCEPTED:
            return
        assert halt is not None
        assert halt.is_confirmed
        assert (actor, reason) == (OWNER, "well")
        self.is_latched = False

    @precondition(lambda self: self.world.is_up)
    @rule()
    def order(self) -> None:
        """An order is sent or not; that none leaves while latched is watched on the wire."""
        quote = self.world.state.quotes.get("AAPL")  # none before a new desk has heard one
        wanted = buy("1", limit="1.00" if quote is None else f"{quote.bid - 1:.2f}")
        receipt = self.world.answer("submit", self.world.desk.submit(wanted, OWNER))

        if self.is_latched:
            assert receipt.outcome is Outcome.DENIED

    @precondition(lambda self: self.world.is_up)
    @rule()
    def kill_the_desk(self) -> None:
        self.world.crash()

    @rule(seconds=st.sampled_from([0.01, 0.3, 5.0]))
    def wait(self, seconds: float) -> None:
        self.world.let_pass(seconds)

    @invariant()
    def it_holds(self) -> None:
        if self.is_latched:
            assert latch.is_pulled(self.path)

    @invariant()
    def a_desk_that_has_looked_says_so(self) -> None:
        """Only a re-arm ends a halt: whatever has happened, the desk comes to show it."""
        if self.is_latched and self.world.is_up:
            self.world.let_pass(1.0)
            assert not self.world.is_up or self.world.state.halt is not None

    def teardown(self) -> None:
        try:
            if self.path.is_dir() and not self.path.is_symlink():
                return
            self.world.see_the_end()
        finally:
            self.world.bury()
            shutil.rmtree(self.folder, ignore_errors=True)


def make(path: Path, how: str) -> None:
    """Make a latch as somebody might who has no `killcord halt`."""
    match how:
        case "word":
            latch.pull(path, SAID)
        case "garbage":
            path.write_bytes(b"\xff{")
        case "empty":
            path.touch()
        case "dangling link":
            path.symlink_to("nowhere")
        case "folder":
            path.mkdir()


def test_the_latch_holds_until_it_is_lifted():
    some = settings(max_examples=15, stateful_step_count=12, derandomize=True)
    run_state_machine_as_test(LatchMachine, settings=some)


@pytest.mark.long
def test_the_latch_holds_until_it_is_lifted_whatever_is_tried():
    many = settings(max_examples=200, stateful_step_count=30)
    run_state_machine_as_test(LatchMachine, settings=many)
