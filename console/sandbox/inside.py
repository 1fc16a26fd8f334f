"""The worker as it is inside the sandbox: takes one job, locks itself, does it, and answers.

It was started with the folders of its libraries and the number of the file it speaks on as
arguments. Whatever it says is the word of untrusted code: the other side reads it as such.
Standard library only until a job asks for more.
"""

import importlib
import mmap
import os
import socket
import sys
from typing import Any

MOST_JOB_BYTES = 64 * 1024**2
MOST_FILES = 8


def main() -> None:
    """Serve one job."""
    sys.path[:0] = [sys.argv[1]]
    sys.path.append(sys.argv[2])
    channel = int(sys.argv[3])
    from console.sandbox import lock  # noqa: PLC0415 - its place is an argument
    from console.sandbox.frames import packed, read_frame  # noqa: PLC0415 - as above
    from console.sandbox.manners import give_way  # noqa: PLC0415 - as above

    give_way()

    def say(head: dict[str, Any], *blobs: Any) -> None:
        for piece in packed(head, blobs):
            _write(channel, piece)

    def hear() -> Any:
        return read_frame(lambda count: os.read(channel, count), most=MOST_JOB_BYTES)

    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr] # a real file here
    first = hear()
    if first is None:
        return
    for name in first.head["preload"]:
        importlib.import_module(name)
    host = importlib.import_module(first.head["host"])
    _have_threads_ready()
    say({"kind": "ready"})
    job = hear()
    if job is None:
        return
    files = [_mapped(file) for file in _files(channel, job.head["files"])]
    lock.lock(cpu_seconds=job.head["cpu_seconds"], memory_bytes=job.head["memory_bytes"])
    host.serve(job, files, say, hear)


def _write(channel: int, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[os.write(channel, left) :]


def _files(channel: int, count: int) -> list[int]:
    """Return the files that come along with a job."""
    if not count:
        return []
    with socket.socket(fileno=os.dup(channel)) as spoken:
        _, files, _, _ = socket.recv_fds(spoken, 1, MOST_FILES)
    return files


def _mapped(file: int) -> mmap.mmap:
    """Return a file as memory, without copying it."""
    return mmap.mmap(file, 0, mmap.MAP_PRIVATE, mmap.PROT_READ)


def _have_threads_ready() -> None:
    """Let Arrow start its threads now: afterwards nobody can."""
    if "pyarrow" not in sys.modules:
        return
    import pyarrow as pa  # noqa: PLC0415 - only where it was asked for

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    pa.table({"a": [1, 2]}).group_by("a").aggregate([]).to_pandas()


if __name__ == "__main__":
    main()
