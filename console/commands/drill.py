"""`killcord halt --drill`: pull the cord on a floor of its own, in every way, and measure it.

The venue, the desk and the orders are real processes and real requests, but private: the
profile's own latch, orders and keys are not touched. Only the figures are kept there.
"""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from console.commands import exits
from console.commands.drill_floor import FOLLOWING, KILLCORD, Floor, private_floor, storm
from console.commands.drill_record import Drill, Pull, keep, kept, told, trend
from console.commands.tables import as_json
from console.folders import StateFolder
from console.link.errors import LinkError
from console.link.replica import Replica

DRILL_SECONDS = 55.0
CLIENTS = 3
ORDERS_FIRST = 6
"""Orders that must have reached the venue before each pull."""
LOOK_SECONDS = 0.0002
AFTER_PROOF = 0.3
"""How long the storm goes on against a desk that has proven its halt."""
CTRL_G = b"\x07"
REASON = "halt drill"
MILLION = 1_000_000


def main(folder: StateFolder, *, wants_json: bool) -> int:
    """Drill, print what was measured, keep it; 0 when every pull did what a halt promises."""
    try:
        drill = asyncio.run(_drill())
    except asyncio.CancelledError:
        print("The drill was ended before its time; nothing was kept.")
        return exits.FAILED
    trouble = keep(folder, drill)
    if wants_json:
        print(as_json(drill.as_json()))
    else:
        print(told(drill))
        print(trend(kept(folder)))
    if trouble:
        print(trouble)
    return exits.DONE if drill.passed else exits.FAILED


async def _drill() -> Drill:
    """Pull in each way on one floor; what stops it is told as a failure, not raised."""
    _heed_signals()
    at, pulls, trouble = datetime.now(UTC), list[Pull](), ""
    try:
        async with asyncio.timeout(DRILL_SECONDS), AsyncExitStack() as stack:
            floor = await stack.enter_async_context(private_floor())
            watch = await stack.enter_async_context(floor.client())
            clients = [await stack.enter_async_context(floor.client()) for _ in range(CLIENTS)]
            press = await stack.enter_async_context(_console(floor))
            for way, pull in _ways(floor, press):
                pulls.append(await _round(floor, watch, clients, way, pull))
    except TimeoutError:
        trouble = f"the drill was not over within {DRILL_SECONDS:g} s"
    except (OSError, LinkError, ValueError, ExceptionGroup) as error:
        trouble = f"the drill broke off: {error}"
    return Drill(at=at.isoformat(timespec="seconds"), pulls=tuple(pulls), trouble=trouble)


def _heed_signals() -> None:
    """End in order, with everything that was started, when told to end."""
    task = asyncio.current_task()
    if task is not None:
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(ending, task.cancel)


def _ways(floor: Floor, press: Callable[[], None]) -> list[tuple[str, Callable[[], None]]]:
    return [
        ("command", lambda: _ignore(floor.run("halt", "--reason", REASON))),
        ("signal", lambda: os.kill(floor.desk.pid, signal.SIGUSR1)),
        ("key", press),
    ]


def _ignore(_: object) -> None:
    """Take what a way of pulling returns."""


async def _round(
    floor: Floor, watch: Replica, clients: list[Replica], way: str, pull: Callable[[], None]
) -> Pull:
    """Storm, pull, and hold what followed against the venue's journal."""
    known = len(await floor.requests())
    storming = asyncio.create_task(storm(clients))
    try:
        while len(_posts((await floor.requests())[known:])) < ORDERS_FIRST:
            _refuse_early_halt(watch)
            await asyncio.sleep(FOLLOWING)
        seen = _Seen(watch)
        latched = asyncio.create_task(asyncio.to_thread(_latched_at, floor))
        began = time.time_ns()
        pull()
        latched_at = await latched
        confirmed_at = await seen.confirmed()
        await asyncio.sleep(AFTER_PROOF)
    finally:
        storming.cancel()
        await asyncio.gather(storming, return_exceptions=True)
    requests = (await floor.requests())[known:]
    cancels = [r["at_ns"] for r in requests if r["method"] == "DELETE" and r["at_ns"] >= began]
    posts = _posts(requests)
    result = Pull(
        way=way,
        sent=len(posts),
        late=count_late(posts, seen.halted_at, seen.on_their_way),
        left_open=await floor.open_orders(),
        has_receipt=bool(watch.state.halt and watch.state.halt.receipt),
        latch_ms=(latched_at - began) / MILLION,
        cancel_ms=(min(cancels) - began) / MILLION if cancels else None,
        confirmed_ms=(confirmed_at - began) / MILLION,
    )
    await watch.desk.rearm("the drill goes on")
    return result


def _refuse_early_halt(watch: Replica) -> None:
    if watch.state.halt is not None:
        raise ValueError(f"the desk halted by itself: {watch.state.halt.reason}")


def _posts(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [r for r in requests if r["method"] == "POST" and r["path"].endswith("/orders")]


def count_late(posts: list[dict[str, Any]], halted_at: int, on_their_way: Collection[str]) -> int:
    """Return how many orders left after the halt was acknowledged.

    An order that had left by then may reach the venue a moment later; it is none of these.
    """
    later = (post for post in posts if post["at_ns"] > halted_at)
    return sum(post["client_order_id"] not in on_their_way for post in later)


def _latched_at(floor: Floor) -> int:
    """Look for the latch without a pause worth measuring; return when it was there."""
    deadline = time.monotonic() + DRILL_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError):
            floor.folder.latch.lstat()
            return time.time_ns()
        time.sleep(LOOK_SECONDS)
    raise TimeoutError


class _Seen:
    """When the desk said that it is halted, what was on its way then, and when it was proven."""

    def __init__(self, watch: Replica) -> None:
        self.halted_at = 0
        self.on_their_way: frozenset[str] = frozenset()
        self._confirmed_at = 0
        self._changed = asyncio.Event()
        self._watch = watch
        watch.on_change = self._look

    def _look(self) -> None:
        state, now = self._watch.state, time.time_ns()
        if state.halt is not None and not self.halted_at:
            self.halted_at = now
            # sent and not answered yet: these have left already, and the sweep finds them
            unanswered = (o.key for o in state.orders.values() if o.status.is_ours)
            self.on_their_way = frozenset(unanswered)
        if state.halt is not None and state.halt.is_confirmed and not self._confirmed_at:
            self._confirmed_at = now
        self._changed.set()

    async def confirmed(self) -> int:
        """Wait for the proof; return when it was told."""
        while not self._confirmed_at:
            await self._changed.wait()
            self._changed.clear()
        return self._confirmed_at


@asynccontextmanager
async def _console(floor: Floor) -> AsyncIterator[Callable[[], None]]:
    """Open a console in a terminal of its own; give what presses its halt key."""
    master, slave = os.openpty()
    process = subprocess.Popen(  # noqa: ASYNC220, S603 - our own program; it returns at once
        [*KILLCORD, "--venue", str(floor.venue_file)],
        env={**floor.env, "TERM": "xterm-256color"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        cwd="/",
    )
    os.close(slave)
    drawn = asyncio.Event()
    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            if os.read(master, 65_536):
                drawn.set()
                return
        except OSError:
            pass
        loop.remove_reader(master)

    loop.add_reader(master, read)
    try:
        await drawn.wait()
        yield lambda: _ignore(os.write(master, CTRL_G))
    finally:
        loop.remove_reader(master)
        os.close(master)
        await asyncio.to_thread(process.wait)
