import stat

from console.desk.latch import Latched, is_pulled, lift, pull, read

SAID = Latched(id="a1", reason="too fast", by="kim (console)", at="2026-11-23T15:00:00+00:00")


def test_a_pulled_latch_says_who_and_why(tmp_path):
    latch = tmp_path / "demo" / "HALT"

    pull(latch, SAID)

    assert is_pulled(latch)
    assert read(latch) == SAID


def test_the_first_word_stands_when_it_is_pulled_again(tmp_path):
    latch = tmp_path / "HALT"
    pull(latch, SAID)

    again = pull(latch, Latched(id="b2", reason="me too", by="lee (console)", at=""))

    assert again == SAID
    assert read(latch) == SAID


def test_only_the_owner_may_touch_it(tmp_path):
    latch = tmp_path / "HALT"

    pull(latch, SAID)

    assert stat.S_IMODE(latch.stat().st_mode) == 0o600


def test_a_latch_with_garbage_in_it_still_holds(tmp_path):
    latch = tmp_path / "HALT"
    latch.write_bytes(b"\xff not json")

    assert is_pulled(latch)
    assert read(latch) is not None


def test_a_dangling_link_is_a_latch_too(tmp_path):
    latch = tmp_path / "HALT"
    latch.symlink_to(tmp_path / "nowhere")

    assert is_pulled(latch)


def test_a_lifted_latch_is_gone(tmp_path):
    latch = tmp_path / "HALT"
    pull(latch, SAID)

    lift(latch)

    assert not is_pulled(latch)
    assert read(latch) is None
