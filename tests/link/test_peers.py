import os
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass

import pytest

from console.domain.permissions import Role
from console.link import peers


def test_the_other_end_of_a_socket_is_named_by_the_kernel() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        actor = peers.identify(ours, "command line")

    assert (actor.uid, actor.pid) == (os.getuid(), os.getpid())
    assert actor.name == peers.user_name(os.getuid())
    assert (actor.role, actor.via) == (Role.OWNER, "command line")


def test_what_a_caller_says_it_is_is_taken_from_a_list() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert peers.identify(ours, "the desk itself").via == "another program"


@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are those of Linux")
def test_another_process_is_told_by_its_own_number() -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        name = f"\0killcord-{os.getpid()}"  # an abstract name leaves no file
        listener.bind(name)
        listener.listen()
        call = (
            "import socket, sys; caller = socket.socket(socket.AF_UNIX);"
            "caller.connect(sys.argv[1].replace('@', chr(0))); caller.recv(1)"
        )
        with subprocess.Popen([sys.executable, "-c", call, name.replace("\0", "@")]) as process:
            caller, _ = listener.accept()
            with caller:
                found = peers.peer(caller)

    assert found == peers.Peer(uid=os.getuid(), pid=process.pid)


@dataclass
class SocketOf:
    """A socket whose kernel says what it is told to."""

    uid: int
    pid: int

    def getsockopt(self, level: int, option: int, size: int) -> bytes:
        return struct.pack("=iII", self.pid, self.uid, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="the raw bytes are those of Linux")
def test_another_user_is_a_stranger_who_may_only_halt() -> None:
    actor = peers.identify(SocketOf(uid=os.getuid() + 1, pid=42), "console")

    assert (actor.role, actor.pid) == (Role.STRANGER, 42)


def test_a_user_without_a_name_is_a_number() -> None:
    assert peers.user_name(4_000_000_001) == "uid 4000000001"


class MacSocket:
    """What a socket of macOS answers: an xucred, and the number of the process."""

    def getsockopt(self, level: int, option: int, size: int) -> bytes:
        if option == 1:
            return struct.pack("=IIh2x16I", 0, 501, 1, *range(16))
        return struct.pack("=i", 4711)


def test_macos_tells_the_same_in_its_own_words() -> None:
    assert peers._peer_on_macos(MacSocket()) == peers.Peer(uid=501, pid=4711)
