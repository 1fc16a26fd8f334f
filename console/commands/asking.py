"""One question to a running desk: attach, take its picture, ask, detach."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from console.commands import exits
from console.domain.state import TradingState
from console.folders import StateFolder
from console.link.client import LinkClient
from console.link.errors import NotAttached
from console.link.replica import Replica

PICTURE_SECONDS = 10.0
PROGRAM = "command line"


class NoDesk(Exception):  # noqa: N818 - reads as what it is
    """No desk of this profile runs; the message says how to start one."""


class Desk:
    """A desk that answers: its state as of now, and the connection to ask over."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    @property
    def state(self) -> TradingState:
        """The desk's state, kept up to date while attached."""
        return self._replica.state

    @property
    def replica(self) -> Replica:
        """The whole replica, for its welcome and its clock."""
        return self._replica

    @property
    def link(self) -> LinkClient:
        """The connection to ask things over."""
        return self._replica.desk

    async def until(self, holds: Callable[[TradingState], bool], seconds: float) -> bool:
        """Wait until the state is so; return whether it became so in time."""
        changed = asyncio.Event()
        self._replica.on_change = changed.set
        try:
            async with asyncio.timeout(seconds):
                while not holds(self.state):
                    await changed.wait()
                    changed.clear()
        except TimeoutError:
            return False
        return True


def answer(question: Coroutine[None, None, int]) -> int:
    """Ask the question, print what comes of it, and return the exit status."""
    try:
        status = asyncio.run(_interruptible(question))
        sys.stdout.flush()
    except NoDesk as missing:
        print(missing, file=sys.stderr)
        return exits.NO_DESK
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("killcord: interrupted", file=sys.stderr)
        return exits.INTERRUPTED
    except BrokenPipeError:
        # the reader, `head` for example, has seen enough; Python flushes once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.FAILED
    return status


async def _interruptible(question: Coroutine[None, None, int]) -> int:
    """Be canceled by Ctrl-C, also by one that comes just as the loop falls asleep.

    The handler of `asyncio.run` wakes no loop that waits already: it would be heard with the
    next event.
    """
    task = asyncio.current_task()
    is_main = threading.current_thread() is threading.main_thread()
    # a shell that starts it in the background has it ignored, and so it stays
    if task is not None and is_main and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
    return await question


@asynccontextmanager
async def attached(folder: StateFolder) -> AsyncIterator[Desk]:
    """Attach to the profile's desk for the length of one question.

    Raises:
        NoDesk: when none answers.
    """
    replica = Replica(folder.socket, PROGRAM)
    running = asyncio.create_task(replica.run())
    try:
        await _picture(replica, folder)
        yield Desk(replica)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _picture(replica: Replica, folder: StateFolder) -> None:
    missing = NoDesk(
        f"No {folder.profile} desk is running: start one with "
        f"`killcord desk --profile {folder.profile}`, or open the console with `killcord`."
    )
    if not folder.socket.exists():
        raise missing
    try:
        async with asyncio.timeout(PICTURE_SECONDS):
            while not replica.is_attached:
                if replica.trouble:
                    raise missing
                await asyncio.sleep(0.005)
    except (TimeoutError, NotAttached):
        raise missing from None
