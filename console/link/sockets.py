"""The Unix socket a desk listens on: private to its user, and never two desks on one."""

import errno
import os
import socket
import stat
from pathlib import Path

from websockets.asyncio.connection import Connection
from websockets.protocol import State

MAX_PATH_BYTES = 100
"""Below the 104 bytes of macOS and the 108 of Linux."""


class SocketUnusable(Exception):  # noqa: N818 - reads as what it is
    """The socket cannot be had; the message is fit for the trader."""


def check_path(path: Path) -> None:
    """Refuse a path the kernel would cut off.

    Raises:
        SocketUnusable: when it is too long.
    """
    length = len(os.fsencode(path))
    if length > MAX_PATH_BYTES:
        raise SocketUnusable(
            f"the socket's path has {length} bytes and may have {MAX_PATH_BYTES}: "
            f"set KILLCORD_STATE to a shorter folder than {path.parent}"
        )


def bind(path: Path) -> socket.socket:
    """Return a socket bound to `path` with mode 0600 in a folder of mode 0700.

    A socket left behind by a dead desk is replaced.

    Raises:
        SocketUnusable: the path is too long, taken by a living desk, or not a socket.
        OSError: the folder cannot be written.
    """
    check_path(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    _clear(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
    except OSError:
        listener.close()
        raise
    listener.settimeout(0)
    return listener


def cut(connection: Connection) -> None:
    """End a connection at once, without a goodbye that a stuck end would not answer."""
    # a transport that is gone already has no loop left to abort on
    if connection.state is not State.CLOSED:
        connection.transport.abort()


def _clear(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise SocketUnusable(f"{path} is not a socket: move it away, then start the desk again")
    if _is_answered(path):
        raise SocketUnusable(f"another desk listens on {path}: stop it with `killcord desk --stop`")
    path.unlink(missing_ok=True)


def _is_answered(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        # a living desk whose queue of callers is full must not be waited for
        probe.settimeout(0)
        refused = probe.connect_ex(str(path))
    return refused not in (errno.ECONNREFUSED, errno.ENOENT)
