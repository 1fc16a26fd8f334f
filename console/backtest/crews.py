"""All cores of this machine, or a Dask cluster: the crews of a long sweep."""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from console.backtest.sweeps import Chunk, Job, Outcome, Task

CONNECT_SECONDS = 10


class NoCrew(Exception):  # noqa: N818 - reads as what it is
    """The crew that was asked for cannot be had; the message says what to do."""


class Cores:
    """Processes of this machine, one a core."""

    def __init__(self, processes: int | None = None) -> None:
        self.processes = (
            processes or len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )

    def work(self, job: Job, task: Task, chunks: Sequence[Chunk]) -> Iterator[list[Outcome]]:
        """Give back what came of each chunk, in their order.

        Spawned and not forked: a fork of a process with threads may hang.
        """
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(
            self.processes, mp_context=context, initializer=_remember, initargs=(job, task)
        )
        try:
            yield from pool.map(_do, chunks)
        finally:
            pool.shutdown(cancel_futures=True)


class Dask:
    """A Dask cluster, by its scheduler's address; every worker needs Killcord installed."""

    def __init__(self, address: str) -> None:
        self._address = address

    def work(self, job: Job, task: Task, chunks: Sequence[Chunk]) -> Iterator[list[Outcome]]:
        """Give back what came of each chunk, in their order; the bars travel once a worker.

        Raises:
            NoCrew: when Dask is not installed, or no scheduler answers.
        """
        client = self._connect()
        try:
            shared = client.scatter(task, broadcast=True, hash=False)
            futures = [client.submit(job, shared, chunk, pure=False) for chunk in chunks]
            for future in futures:
                yield future.result()
        finally:
            client.close()

    def _connect(self) -> Any:
        try:
            from distributed import Client  # noqa: PLC0415 - an extra that few need
        except ImportError:
            raise NoCrew(
                "Dask is not installed here: install killcord[dask], here and on every worker"
            ) from None
        try:
            return Client(self._address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NoCrew(f"no Dask scheduler answers at {self._address}: {error}") from None


_shared: list[tuple[Job, Task]] = []


def _remember(job: Job, task: Task) -> None:
    """Keep in a worker process what all of its chunks share.

    Ctrl+C is for the process that asked, which then ends its workers.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _shared[:] = [(job, task)]


def _do(chunk: Chunk) -> list[Outcome]:
    job, task = _shared[0]
    return job(task, chunk)
