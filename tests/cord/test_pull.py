"""The pull: neither a disk nor a desk that hangs keeps the other from halting."""

import json
import os
import socket
import threading
from pathlib import PosixPath

import pytest

from console.cord import pull
from console.cord.pull import Puller
from console.desk import latch
from console.folders import StateFolder


class Unwritable(StateFolder):
    """A folder in which the latch has too long a name for any disk."""

    @property
    def latch(self):
        return self.path / ("HALT" * 200)


class Hanging(PosixPath):
    """A latch on a disk that answers nothing until it is let go."""

    let_go = threading.Event()

    def __fspath__(self):
        self.let_go.wait(60)
        return super().__fspath__()


class OnHangingDisk(StateFolder):
    """A folder whose latch hangs."""

    @property
    def latch(self):
        return Hanging(self.path / "HALT")


NOBODY = latch.Latched(id="", reason="", by="", at="")


@pytest.fixture
def patient(monkeypatch):
    """However slow this machine is: its desk and its disk do not hang."""
    monkeypatch.setattr(pull, "ANSWER_SECONDS", 60.0)


def standing(folder):
    puller = Puller(folder)
    puller.start()
    return puller


def desk_at(folder):
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(folder / "halt.sock"))
    door.listen()
    door.settimeout(60)
    return door


def test_a_latch_that_cannot_be_set_does_not_keep_the_desk_from_hearing(folder, patient):
    full = folder / "full"
    full.mkdir()
    with desk_at(full) as door:
        puller = standing(Unwritable(full))
        puller.pull()
        caller, _ = door.accept()
        with caller:
            caller.sendall(b'{"latched": true}\n')
            puller.finish(60)

    assert puller.words.startswith("THE LATCH COULD NOT BE SET")
    assert puller.words.endswith("the desk sweeps")


def test_a_desk_that_hangs_does_not_keep_the_latch_from_being_set(folder, patient):
    puller = standing(StateFolder(folder))
    with desk_at(folder) as door:
        puller.pull()
        caller, _ = door.accept()
        with caller:
            poll_until((folder / "HALT").exists)
            caller.sendall(b'{"latched": true}\n')
            puller.finish(60)

    assert puller.words == "HALTED: the latch is set, the desk sweeps"


def test_nobody_waits_for_a_disk_that_hangs(folder, patient):
    Hanging.let_go.clear()
    puller = standing(OnHangingDisk(folder))
    with desk_at(folder) as door:
        puller.pull()
        caller, _ = door.accept()
        is_latched_yet = (folder / "HALT").exists()
        with caller:
            caller.sendall(b'{"latched": true}\n')
            Hanging.let_go.set()
            puller.finish(60)

    assert not is_latched_yet
    assert (folder / "HALT").exists()
    assert puller.words == "HALTED: the latch is set, the desk sweeps"


def test_the_desk_is_told_by_which_name_and_through_whom_the_latch_is_set(folder, patient):
    puller = standing(StateFolder(folder))
    with desk_at(folder) as door:
        puller.pull()
        caller, _ = door.accept()
        with caller:
            told = json.loads(caller.recv(4096))
            poll_until(lambda: (latch.read(folder / "HALT") or NOBODY).at)
            caller.sendall(b'{"latched": true}\n')
            puller.finish(60)

    said = latch.read(folder / "HALT")
    assert (told["id"], told["reason"]) == (said.id, said.reason)
    assert said.by.endswith(f"({told['via']})")


def test_a_second_press_is_a_second_pull_and_a_repeat_is_not(folder):
    times = iter([0.0, 0.0, 0.3, 0.3, 0.6, 0.6, 5.0, 5.0])
    puller = Puller(StateFolder(folder), monotonic=lambda: next(times))

    for _ in range(4):
        puller.pull()

    assert puller._pulls.qsize() == 2


def poll_until(holds):
    done = threading.Event()
    for _ in range(6000):
        if holds():
            return
        done.wait(0.01)
    raise AssertionError(f"it never came, process {os.getpid()}")
