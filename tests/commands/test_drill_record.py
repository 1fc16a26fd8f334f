"""What drills measured: kept whole, shown as a trend, and never better than it was."""

import pytest

from console.commands.drill import count_late
from console.commands.drill_record import FILE_NAME, Drill, Pull, keep, kept, told, trend
from console.folders import StateFolder


def pull(**changed):
    fine = {
        "way": "key",
        "sent": 6,
        "late": 0,
        "left_open": 0,
        "has_receipt": True,
        "latch_ms": 1.5,
        "cancel_ms": 9.0,
        "confirmed_ms": 300.0,
    }
    return Pull(**{**fine, **changed})


def drill(*pulls, at="2026-11-23T14:00:00+00:00", trouble=""):
    return Drill(at=at, pulls=pulls, trouble=trouble)


@pytest.mark.parametrize(
    "changed", [{"late": 1}, {"left_open": 1}, {"has_receipt": False}, {"cancel_ms": None}]
)
def test_one_broken_promise_fails_the_drill(changed):
    assert drill(pull(), pull(**changed)).passed is False
    assert "DRILL FAILED" in told(drill(pull(**changed)))


def test_a_drill_that_broke_off_or_never_began_has_not_passed():
    assert drill(pull(), trouble="it took too long").passed is False
    assert drill().passed is False
    assert "it took too long" in told(drill(pull(), trouble="it took too long"))


def test_orders_that_left_after_the_acknowledgement_are_late_and_those_on_their_way_are_not():
    posts = [{"at_ns": at, "client_order_id": name} for at, name in ((1, "a"), (5, "b"), (6, "c"))]

    assert count_late(posts, halted_at=4, on_their_way={"b"}) == 1


def test_drills_are_kept_in_order_and_a_torn_line_is_left_out(tmp_path):
    folder = StateFolder(tmp_path / "demo")
    first, second = drill(pull()), drill(pull(late=2), at="2026-11-24T14:00:00+00:00")

    assert keep(folder, first) == ""
    with (folder.path / FILE_NAME).open("a") as file:
        file.write('{"at": "torn\n')
    keep(folder, second)

    assert kept(folder) == [first, second]
    assert (folder.path / FILE_NAME).stat().st_mode & 0o077 == 0


def test_what_cannot_be_kept_is_said(tmp_path):
    (tmp_path / "demo").write_text("in the way")

    assert "could not be kept" in keep(StateFolder(tmp_path / "demo"), drill(pull()))


def test_the_trend_shows_the_slowest_pull_of_each_drill_and_the_failures():
    shown = trend([drill(pull(confirmed_ms=300.0), pull(confirmed_ms=500.0)), drill(pull(late=1))])

    assert "500.0 ms" in shown
    assert shown.count("passed") == shown.count("FAILED") == 1
    assert "Median until confirmed: 400.0 ms" in shown


def test_without_a_drill_the_trend_says_how_to_run_one():
    assert "killcord halt --drill" in trend([])
