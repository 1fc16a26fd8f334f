"""Who is at the other end of a Unix socket, in the kernel's word and not the caller's."""

import os
import pwd
import socket
import struct
import sys
from dataclasses import dataclass
from typing import Protocol

from console.domain.permissions import Actor, Role

PROGRAMS = frozenset({"console", "command line", "killcord halt"})
"""What a caller may say it is; anything else is written down as another program."""

_UCRED = struct.Struct("=iII")  # Linux: pid, uid, gid
_XUCRED_SIZE = 76  # macOS: cr_version, cr_uid, cr_ngroups, cr_groups[16]
_XUCRED_HEAD = struct.Struct("=II")
_SOL_LOCAL = 0
_LOCAL_PEERCRED = 1
_LOCAL_PEERPID = 2


class PeerSocket(Protocol):
    """As much of a socket as it takes to ask the kernel."""

    def getsockopt(self, level: int, option: int, size: int, /) -> bytes:
        """Return the raw value of an option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The process that connected, at the moment it did."""

    uid: int
    pid: int | None


def peer(sock: PeerSocket) -> Peer:
    """Return who connected this socket.

    Raises:
        OSError: when the kernel does not tell.
    """
    if sys.platform == "darwin":
        return _peer_on_macos(sock)
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    pid, uid, _ = _UCRED.unpack(raw)
    return Peer(uid=uid, pid=pid or None)


def identify(sock: PeerSocket, via: str) -> Actor:
    """Return whoever connected this socket: the owner if they run as the desk does.

    Raises:
        OSError: when the kernel does not tell.
    """
    found = peer(sock)
    role = Role.OWNER if found.uid == os.getuid() else Role.STRANGER
    program = via if via in PROGRAMS else "another program"
    return Actor(uid=found.uid, name=user_name(found.uid), pid=found.pid, role=role, via=program)


def user_name(uid: int) -> str:
    """Return the user's login name, or the number where the system has no name for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _peer_on_macos(sock: PeerSocket) -> Peer:
    raw = sock.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _XUCRED_SIZE)
    _, uid = _XUCRED_HEAD.unpack_from(raw)
    try:
        (pid,) = struct.unpack("=i", sock.getsockopt(_SOL_LOCAL, _LOCAL_PEERPID, 4))
    except OSError:
        return Peer(uid=uid, pid=None)
    return Peer(uid=uid, pid=pid)
