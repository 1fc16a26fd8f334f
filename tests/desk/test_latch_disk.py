"""The latch on the disk: what cannot be made durable is told, and a closing desk waits for none."""

import json
import logging
import stat
import threading
from pathlib import Path

import pytest

from console.desk import latch
from console.desk.cord import Cord
from console.desk.latch import Latched
from console.desk.latch_disk import LatchDisk
from console.desk.receipt import RECEIPT_NAME

SMOKE = Latched(id="h-1", reason="smoke", by="ann", at="")


async def test_a_disk_that_refuses_is_told_in_its_own_words_and_logged_once(tmp_path: Path, caplog):
    folder = tmp_path / "folder"
    folder.write_text("a file where the folder was")
    disk = LatchDisk(Cord(folder / "HALT"))

    with caplog.at_level(logging.ERROR):
        told = [await disk.hold(SMOKE), await disk.hold(SMOKE)]
        assert len(caplog.records) == 1
        folder.unlink()
        assert await disk.hold(SMOKE) == ""
        (folder / "HALT").unlink()
        folder.rmdir()
        folder.write_text("a file again")
        told.append(await disk.hold(SMOKE))

    assert all("File exists" in words for words in told)
    assert len(caplog.records) == 2
    disk.close()


async def test_what_the_first_puller_said_is_taken_over(tmp_path: Path):
    cord = Cord(tmp_path / "HALT")
    disk = LatchDisk(cord)
    latch.pull(cord.path, SMOKE)

    trouble = await disk.hold(Latched(id="h-2", reason="fire", by="bob", at=""))

    assert trouble == ""
    assert cord.said == SMOKE
    disk.close()


def test_letting_go_waits_for_no_disk_that_hangs(tmp_path: Path):
    disk, answer = LatchDisk(Cord(tmp_path / "HALT")), threading.Event()
    disk.thread.submit(answer.wait)
    late = threading.Timer(20.0, answer.set)
    late.start()

    disk.close()

    assert not answer.is_set()
    answer.set()
    late.cancel()


async def test_a_latch_says_what_it_is_renewed_to_and_holds_until_it_is_lifted(tmp_path: Path):
    cord = Cord(tmp_path / "HALT")
    disk = LatchDisk(cord)
    await disk.hold(SMOKE)
    fire = Latched(id="h-1", reason="fire", by="ann", at="")

    trouble = await disk.renew(fire)
    renewed, told = latch.read(cord.path), cord.said
    await disk.lift()

    assert (trouble, renewed, told) == ("", fire, fire)
    assert not latch.is_pulled(cord.path)
    disk.close()


def test_a_latch_that_says_something_else_is_still_its_owners_alone(tmp_path: Path):
    said = latch.pull(tmp_path / "HALT", SMOKE)

    latch.renew(tmp_path / "HALT", said)

    assert stat.S_IMODE((tmp_path / "HALT").stat().st_mode) == 0o600


async def test_a_receipt_is_kept_beside_the_latch(tmp_path: Path):
    disk = LatchDisk(Cord(tmp_path / "HALT"))

    await disk.keep({"halt": "h-1"})

    assert json.loads((tmp_path / RECEIPT_NAME).read_text()) == {"halt": "h-1"}
    disk.close()


async def test_what_cannot_be_lifted_or_kept_is_an_error(tmp_path: Path):
    disk = LatchDisk(Cord(tmp_path / "no such folder" / "HALT"))

    for work in (disk.lift(), disk.keep({"halt": "h-1"})):
        with pytest.raises(FileNotFoundError):
            await work

    disk.close()


async def test_the_disk_is_written_by_a_thread_of_its_own(tmp_path: Path):
    disk = LatchDisk(Cord(tmp_path / "HALT"))

    writer = await disk._run(threading.current_thread)

    assert writer.name.startswith("latch")
    disk.close()


def test_one_thing_is_written_at_a_time_in_the_order_it_was_asked(tmp_path: Path):
    disk, meeting = LatchDisk(Cord(tmp_path / "HALT")), threading.Barrier(2)
    alone = [disk.thread.submit(meeting.wait, 0.1) for _ in range(2)]

    for met in alone:
        with pytest.raises(threading.BrokenBarrierError):
            met.result()

    disk.close()
