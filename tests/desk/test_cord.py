"""The cord tells who pulled it and why, from memory or from the file."""

from pathlib import Path

from console.desk import latch
from console.desk.cord import Cord, Grant
from console.desk.latch import Latched
from tests.builders import sell

SMOKE = Latched(id="h-1", reason="smoke", by="ann", at="2026-11-20T17:00:00+00:00")


def test_a_pull_in_memory_is_told_by_its_word_whatever_the_disk_holds(tmp_path: Path):
    cord = Cord(tmp_path / "HALT")

    cord.said = SMOKE

    assert cord.is_pulled
    assert cord.objection() == "Trading is halted by ann: smoke. Re-arm before you trade."


def test_a_pull_by_file_is_told_by_the_word_in_it(tmp_path: Path):
    cord = Cord(tmp_path / "HALT")
    assert cord.objection() == ""

    latch.pull(cord.path, SMOKE)

    assert cord.is_pulled
    assert cord.objection() == "Trading is halted by ann: smoke. Re-arm before you trade."


def test_a_latch_that_says_nothing_halts_all_the_same(tmp_path: Path):
    cord = Cord(tmp_path / "HALT")

    cord.path.symlink_to(tmp_path / "nowhere")

    assert cord.is_pulled
    assert cord.objection() == "Trading is halted. Re-arm before you trade."


def test_a_grant_lets_its_own_order_pass_until_it_is_withdrawn(tmp_path: Path):
    cord, closing = Cord(tmp_path / "HALT"), sell(key="kc-t-1")
    cord.said = SMOKE
    objections = iter(["", "It would no longer only reduce the position."])
    cord.grant(Grant(request=closing, objection=lambda: next(objections)))

    told = [cord.objection(closing), cord.objection(closing)]
    assert told == ["", "It would no longer only reduce the position."]
    assert (cord.may_leave("kc-t-1"), cord.may_leave("kc-t-2")) == (True, False)
    assert "halted" in cord.objection(sell("5", key="kc-t-1"))

    cord.withdraw("kc-t-1")
    cord.withdraw("kc-t-1")
    assert not cord.may_leave("kc-t-1")
    assert "halted" in cord.objection(closing)


def test_taking_back_every_grant_leaves_none(tmp_path: Path):
    cord = Cord(tmp_path / "HALT")
    cord.said = SMOKE
    for key in ("kc-t-1", "kc-t-2"):
        cord.grant(Grant(request=sell(key=key), objection=str))

    cord.withdraw_all()

    assert not cord.may_leave("kc-t-1")
    assert not cord.may_leave("kc-t-2")
