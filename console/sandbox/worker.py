"""A sandboxed worker as its owner sees it: asked, listened to, and killed at its limits.

Everything it says is the word of untrusted code. It can be prepared before there is a job,
its libraries loaded, and serves one job only: nothing of one run is left for the next.
"""

import fcntl
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Self

from console.sandbox.endings import Ended, Limit, SandboxProblem
from console.sandbox.frames import BadFrame, Frame, packed, read_frame
from console.sandbox.isolation import Isolation
from console.sandbox.limits import LIMITS, MIB, RunLimits
from console.sandbox.manners import give_way

START_SECONDS = 120.0
"""How long Python and its libraries may take to load on a machine that is busy."""
END_SECONDS = 1.0
"""How long the end of a worker may take beyond its time."""
PART = 64 * 1024
SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL


class Worker:
    """One process behind the wall; close it, or use it as a context."""

    def __init__(
        self,
        isolation: Isolation,
        inside: Sequence[str],
        *,
        host: str,
        packages: Sequence[str] = (),
        preload: Sequence[str] = (),
        limits: RunLimits = LIMITS,
    ) -> None:
        """Start it; it goes on loading while its owner does other things.

        Args:
            isolation: the wall.
            inside: our modules that stand inside, as `Isolation.command` takes them.
            host: which of them does the job.
            packages: further ones that it may import.
            preload: libraries it loads before there is a job.
            limits: what it may take.
        """
        self._limits = limits
        self._printed = bytearray()
        self._deadline = time.monotonic() + START_SECONDS
        self._is_working = False
        self._channel, theirs = socket.socketpair()
        command = isolation.command(inside, packages)
        with theirs:
            self._process = _started(command, theirs)
        self._tell({"host": host, "preload": list(preload)})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def printed(self) -> str:
        """What it has printed so far, at most as much as it may; not made harmless."""
        return self._printed[: self._limits.printed_bytes].decode(errors="replace")

    def begin(self, job: dict[str, Any], files: Sequence[int] = ()) -> Frame:
        """Give it its job, and return its first answer; `files` are lent, not given.

        Raises:
            Ended: when there is no answer.
        """
        # it may have been ready for hours: what counts is how long its owner waits now
        self._deadline = time.monotonic() + START_SECONDS
        self._hear()
        self._deadline = time.monotonic() + self._limits.wall_seconds
        self._is_working = True
        limits = {
            "cpu_seconds": self._limits.cpu_seconds,
            "memory_bytes": self._limits.memory_bytes,
        }
        self._tell({**job, **limits, "files": len(files)})
        if files:
            socket.send_fds(self._channel, [b"f"], list(files))
        return self._hear()

    def ask(self, head: dict[str, Any], blobs: Sequence[bytes | memoryview] = ()) -> Frame:
        """Ask more of a worker that has begun.

        Raises:
            Ended: when there is no answer.
        """
        self._tell(head, blobs)
        return self._hear()

    def close(self) -> None:
        """End it and everything in it, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._channel.close()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _tell(self, head: dict[str, Any], blobs: Sequence[bytes | memoryview] = ()) -> None:
        try:
            self._channel.settimeout(max(self._deadline - time.monotonic(), 0.001))
            for piece in packed(head, blobs):
                self._channel.sendall(piece)
        except TimeoutError:
            raise self._late() from None
        except OSError:
            raise self._over() from None

    def _hear(self) -> Frame:
        """Return the next thing it says, listening to what it prints meanwhile."""
        try:
            frame = read_frame(self._read, most=self._limits.result_bytes)
        except BadFrame as bad:
            is_long = "too" in str(bad)
            self.close()
            if is_long:
                most = self._limits.result_bytes // MIB
                raise Ended(
                    f"The run was ended: what it gives back is more than {most:,} MiB.",
                    Limit.RESULT,
                ) from None
            raise self._over() from None
        if frame is None:
            raise self._over()
        return frame

    def _read(self, count: int) -> bytes:
        """Return some bytes of the channel, and none at its end."""
        out = self._process.stdout
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._channel, selectors.EVENT_READ)
            if out is not None and not out.closed:
                waiting.register(out, selectors.EVENT_READ)
            while True:
                left = self._deadline - time.monotonic()
                found = {key.fileobj for key, _ in waiting.select(max(left, 0))}
                if left <= 0:
                    raise self._late()
                if out in found and not self._take_printed():
                    waiting.unregister(out)
                if self._channel in found:
                    try:
                        return self._channel.recv(count)
                    except OSError:
                        return b""

    def _take_printed(self) -> bool:
        """Take what was printed; return whether there can be more.

        Raises:
            Ended: when it is more than it may be.
        """
        out = self._process.stdout
        part = b"" if out is None else os.read(out.fileno(), PART)
        self._printed += part
        most = self._limits.printed_bytes
        if len(self._printed) > most:
            self.close()
            raise Ended(
                f"The run was ended: it printed more than {_size(most)}.",
                Limit.PRINTED,
            )
        return bool(part)

    def _late(self) -> SandboxProblem:
        self.close()
        if not self._is_working:
            return Ended("The sandbox did not start in time.", Limit.WALL)
        seconds = self._limits.wall_seconds
        return Ended(f"The run was ended: it took longer than {seconds:g} s.", Limit.WALL)

    def _over(self) -> SandboxProblem:
        """Say why a worker is gone, as far as its end tells."""
        status = self._waited()
        self._drain()
        if status is None:
            return self._late()
        self.close()
        if not self._is_working:
            last = (self.printed.strip().splitlines() or ["it said nothing"])[-1]
            return SandboxProblem(f"The sandbox did not start: {last}.")
        if status == 128 + signal.SIGXCPU:
            seconds = self._limits.cpu_seconds
            return Ended(
                f"The run was ended: it took more than {seconds} s of processor time.", Limit.CPU
            )
        if status == 128 + signal.SIGKILL:
            return Ended("The run was ended by the system: it took too much time or memory.")
        if status - 128 in set(signal.Signals):  # as a shell says it
            name = signal.Signals(status - 128).name
            return Ended(f"The code ended Python itself ({name}), perhaps for want of memory.")
        return Ended("The code ended Python itself before it was done.")

    def _waited(self) -> int | None:
        """Return how it ended; None when it does not end in its time."""
        left = max(self._deadline - time.monotonic(), 0)
        try:
            return self._process.wait(left + END_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def _drain(self) -> None:
        out = self._process.stdout
        if out is None or out.closed:
            return
        os.set_blocking(out.fileno(), False)
        try:
            while self._take_printed():
                pass
        except (BlockingIOError, Ended):
            return


def lent(fill: Callable[[BinaryIO], object]) -> int:
    """Return a file in memory that nobody can change once it is filled; its owner closes it."""
    file = os.memfd_create("data", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with open(file, "wb", buffering=0, closefd=False) as out:
            fill(out)
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, SEALS)
    except BaseException:
        os.close(file)
        raise
    return file


def _started(command: Sequence[str], theirs: socket.socket) -> "subprocess.Popen[bytes]":
    """Start the command, which is told the number of its channel as its last word."""
    process = subprocess.Popen(  # noqa: S603 - a command of our own
        [*command, str(theirs.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(theirs.fileno(),),
        env={},
        cwd="/",
        start_new_session=True,
        bufsize=0,
    )
    give_way(process.pid)
    return process


def _size(count: int) -> str:
    return f"{count // MIB:,} MiB" if count >= MIB else f"{count // 1024:,} KiB"
