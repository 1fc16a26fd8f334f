"""The latch on the disk: what cannot be made durable is told, and a closing desk waits for none."""

import logging
import threading
from pathlib import Path

from console.desk import latch
from console.desk.cord import Cord
from console.desk.latch import Latched
from console.desk.latch_disk import LatchDisk

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
