import json
import os
import stat

import pytest

from console.desk.latch import LONGEST_WORD, Latched, is_pulled, lift, plain, pull, read, renew

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


def test_a_pipe_or_a_folder_in_its_place_holds_and_is_not_waited_for(tmp_path):
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()

    for latch_file in (pipe, folder):
        said = read(latch_file)
        assert is_pulled(latch_file)
        assert said is not None
        assert said.by == "?"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "null", "7", "[" * 60_000, '{"id": 1}', '{"id": 1, "reason": 2, "by": 3, "at": 4}'],
)
def test_whatever_it_holds_it_is_text_or_unreadable(tmp_path, content):
    file = tmp_path / "HALT"
    file.write_text(content)

    said = read(file)

    assert said is not None
    assert said.id == "unreadable"


def test_a_latch_that_is_not_written_yet_takes_no_word_from_its_second_hand(tmp_path):
    (tmp_path / "HALT").touch()
    said = Latched(id="h-2", reason="fire", by="bob", at="", keeps="none")

    assert pull(tmp_path / "HALT", said) == said
    assert (tmp_path / "HALT").read_text() == ""


def test_its_words_can_be_stored_and_shown_anywhere(tmp_path):
    file = tmp_path / "HALT"
    words = {"id": "h", "reason": "a\ud800b\x1b]0;x\x07" + "c" * 9_000, "by": "me\n", "at": ""}
    file.write_text(json.dumps(words))

    said = read(file)

    assert said is not None
    assert said.reason.encode()
    assert said.reason.startswith("ab]0;xccc")
    assert (len(said.reason), said.by) == (500, "me")


def test_the_folder_of_a_latch_is_made_for_its_owner_alone(tmp_path):
    path = tmp_path / "a" / "b" / "HALT"

    pull(path, Latched(id="h-1", reason="smoke", by="ann", at=""))

    assert is_pulled(path)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_lifting_a_latch_that_has_gone_is_no_trouble(tmp_path):
    lift(tmp_path / "HALT")

    assert not is_pulled(tmp_path / "HALT")


def test_a_latch_that_cannot_be_read_is_told_as_pulled_by_an_unknown_hand(tmp_path):
    (tmp_path / "HALT").write_text("not JSON")
    (tmp_path / "FOLDER").mkdir()

    told, folder = read(tmp_path / "HALT"), read(tmp_path / "FOLDER")

    why = "latch file without a readable reason"
    assert told == Latched(id="unreadable", reason=why, by="?", at="")
    assert folder is not None
    assert (folder.id, folder.by, folder.at) == ("unreadable", "?", "")
    assert folder.reason.startswith("latch cannot be read: ")


def test_only_the_beginning_of_an_endless_word_is_looked_at():
    assert plain("\n" * (4 * LONGEST_WORD) + "late") == ""


def test_a_latch_that_cannot_be_looked_at_counts_as_pulled(tmp_path):
    (tmp_path / "folder").write_text("a file where the folder was")

    assert is_pulled(tmp_path / "folder" / "HALT")


@pytest.fixture
def synced(monkeypatch):
    """What has been put on the disk for certain: without it only a power loss would tell."""
    found, fsync = [], os.fsync

    def record(handle):
        found.append(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", record)
    return found


def test_a_latch_outlives_the_power_before_anybody_hears_of_it(tmp_path, synced):
    latch = tmp_path / "HALT"

    pull(latch, SAID)
    first, folder = latch.stat().st_ino, tmp_path.stat().st_ino
    renew(latch, SAID)
    second = latch.stat().st_ino
    lift(latch)

    assert synced == [first, folder, second, folder, folder]
