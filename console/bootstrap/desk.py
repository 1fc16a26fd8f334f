"""The desk process: adapters, desk, doors and signals, put together and taken apart again."""

import asyncio
import fcntl
import gc
import json
import logging
import logging.handlers
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.adapters.late_pandas import pandas_when_used
from console.adapters.system_clock import SystemClock
from console.domain.permissions import Actor, Capability, Role
from console.domain.receipts import Outcome, Receipt
from console.folders import StateFolder

if TYPE_CHECKING:
    from console.adapters.alpaca.access import AlpacaAccess
    from console.adapters.embedded_venue import EmbeddedVenue
    from console.desk.desk import Desk
    from console.desk.limits import Limits

log = logging.getLogger(__name__)

VENUE_WORDS = {"demo": "embedded venue", "paper": "Alpaca paper", "live": "Alpaca live"}

LOG_BYTES = 5_000_000
"""How long desk.log may grow; the one before it is kept as desk.log.1."""

TURN_SECONDS = 0.0001
"""How long one thread computes while another is ready to: an order passes through four of them."""

Market = Mapping[str, Any]
"""The demo's market, by the names of the command line's options."""


class CannotStart(Exception):  # noqa: N818 - reads as what it is
    """A process cannot be put together; the message says what to do."""


def run_desk(folder: StateFolder, market: Market) -> None:
    """Run the desk of a profile until it is told to stop.

    Raises:
        CannotStart: with what is missing and what to do.
    """
    os.umask(0o077)
    folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _sole_holder(folder):
        keep_log(folder.log)
        sys.setswitchinterval(TURN_SECONDS)
        asyncio.run(DeskProcess(folder, market, _limits_of(folder)).run())


def keep_log(path: Path) -> None:
    """Keep a log of bounded size, and show it where standard error is not that file already."""
    handlers: list[logging.Handler] = [
        logging.handlers.RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1)
    ]
    if not os.path.samestat(os.fstat(sys.stderr.fileno()), path.stat()):
        handlers.append(logging.StreamHandler())
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(name)s: %(message)s", handlers=handlers, force=True
    )


@contextmanager
def _sole_holder(folder: StateFolder) -> Iterator[None]:
    """Hold the profile's lock: two desks of one account would not know of each other."""
    handle = os.open(folder.lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise CannotStart(
            f"a {folder.profile} desk is running already: attach to it with `killcord --profile "
            f"{folder.profile}`, or end it with `killcord desk --stop --profile {folder.profile}`."
        ) from None
    try:
        yield
    finally:
        os.close(handle)


class DeskProcess:
    """One desk process, from its first import to its last goodbye."""

    def __init__(self, folder: StateFolder, market: Market, limits: "Limits") -> None:
        self._folder = folder
        self._limits = limits
        self._market = market
        self._ending = asyncio.Event()
        self._clock = SystemClock()
        self._signaled = set[asyncio.Task[Receipt]]()

    async def run(self) -> None:
        """Put the desk together, serve until told to end, take it apart in reverse order."""
        gc.disable()  # nothing that is loaded now is garbage
        venue = self._begin_venue()
        async with AsyncExitStack() as stack:
            if venue is not None:
                stack.callback(venue.end)
            access = await self._access(venue)
            if venue is not None:
                reviving = asyncio.create_task(venue.keep_alive())
                stack.callback(reviving.cancel)
            desk = self._desk(access, stack)
            await self._open_doors(desk, access, stack)
            self._heed_signals(desk)
            await desk.start()
            stack.push_async_callback(desk.stop)
            gc.freeze()
            gc.enable()
            await self._ending.wait()

    def _begin_venue(self) -> "EmbeddedVenue | None":
        """Set the demo's venue going at once: it starts while alpaca-py is imported."""
        if self._folder.profile != "demo":
            if any(value is not None for value in self._market.values()):
                raise CannotStart("only the demo's market can be chosen: leave those options out.")
            return None
        if self._market.get("venue") is not None:
            return None
        from console.adapters.embedded_venue import (  # noqa: PLC0415 - the demo only
            EmbeddedVenue,
            VenueOptions,
        )

        chosen = {name: value for name, value in self._market.items() if name != "venue"}
        venue = EmbeddedVenue(self._folder, VenueOptions(**chosen))
        venue.begin()
        return venue

    async def _access(self, venue: "EmbeddedVenue | None") -> "AlpacaAccess":
        from console.adapters.alpaca.access import AlpacaAccess  # noqa: PLC0415 - after the venue

        if venue is not None:
            # a third of a second of imports, while the venue starts on the other core
            with pandas_when_used():
                from console.adapters.alpaca import (  # noqa: F401, PLC0415
                    broker,
                    market_stream,
                    trading_stream,
                )

            return AlpacaAccess.venue(await self._started(venue))
        if self._folder.profile == "demo":
            return AlpacaAccess.venue(_start_line(self._market["venue"], self._folder))
        from console.adapters.keys import (  # noqa: PLC0415 - not in the demo
            KeysMissing,
            read_keys,
            refuse_keys_of_another,
        )

        try:
            keys = read_keys(self._folder.keys, os.environ)
            refuse_keys_of_another(self._folder.profile, keys)
        except KeysMissing as missing:
            raise CannotStart(f"{self._folder.profile}: {missing}") from None
        return AlpacaAccess.of_profile(self._folder.profile, keys.key, keys.secret)

    async def _started(self, venue: "EmbeddedVenue") -> Mapping[str, object]:
        from console.adapters.embedded_venue import VenueFailed  # noqa: PLC0415 - the demo only

        try:
            return await venue.started()
        except VenueFailed as failure:
            raise CannotStart(str(failure)) from None

    def _desk(self, access: "AlpacaAccess", stack: AsyncExitStack) -> "Desk":
        with pandas_when_used():
            from console.bootstrap.desk_parts import build_desk  # noqa: PLC0415 - this process only
        from console.ports import JournalUnavailable  # noqa: PLC0415 - as above

        try:
            return build_desk(
                access, folder=self._folder, limits=self._limits, clock=self._clock, stack=stack
            )
        except JournalUnavailable as trouble:
            raise CannotStart(str(trouble)) from None

    async def _open_doors(
        self, desk: "Desk", access: "AlpacaAccess", stack: AsyncExitStack
    ) -> None:
        """Listen for consoles and for `killcord halt`."""
        from console.desk.halt_socket import HaltSocket  # noqa: PLC0415 - this process only
        from console.link.messages import Welcome  # noqa: PLC0415
        from console.link.peers import identify, user_name  # noqa: PLC0415
        from console.link.server import LinkServer  # noqa: PLC0415

        welcome = Welcome(
            profile=self._folder.profile,
            venue=VENUE_WORDS[self._folder.profile],
            feed=access.feed,
            desk_pid=os.getpid(),
            state_folder=str(self._folder.path),
            user=user_name(os.getuid()),
        )
        server = LinkServer(
            desk,
            path=self._folder.socket,
            welcome=welcome,
            clock=self._clock,
            on_stop=self._stop,
        )
        halt_door = HaltSocket(
            desk=desk,
            path=self._folder.halt_socket,
            identify=lambda door: identify(door, "killcord halt"),
        )
        await server.start()
        stack.push_async_callback(server.close)
        await halt_door.start()
        stack.push_async_callback(halt_door.stop)

    def _heed_signals(self, desk: "Desk") -> None:
        """End on SIGTERM and SIGINT, halt on SIGUSR1, live on after SIGHUP."""
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(ending, self._ending.set)
        loop.add_signal_handler(signal.SIGHUP, lambda: log.info("hang-up: the desk goes on"))
        loop.add_signal_handler(signal.SIGUSR1, lambda: self._halt_by_signal(desk))

    def _halt_by_signal(self, desk: "Desk") -> None:
        from console.link.peers import user_name  # noqa: PLC0415 - loaded already, by the doors

        user = user_name(os.getuid())
        sender = Actor(uid=os.getuid(), name=user, pid=None, role=Role.OWNER, via="signal")
        task = asyncio.create_task(desk.halt("SIGUSR1", sender))
        self._signaled.add(task)
        task.add_done_callback(self._signaled.discard)

    async def _stop(self, actor: Actor) -> Receipt:
        """End this process, if the actor may; the answer is sent before it ends."""
        if not actor.may(Capability.STOP_DESK):
            detail = f"{actor} may not stop this desk."
            return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)
        self._ending.set()
        detail = "The desk is stopping; orders stay at the broker."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)


def _limits_of(folder: StateFolder) -> "Limits":
    from console.settings import read_settings  # noqa: PLC0415 - this process only
    from console.settings_sources import BadSettings  # noqa: PLC0415 - as above

    try:
        return read_settings(folder, os.environ).limits
    except BadSettings as trouble:
        raise CannotStart(str(trouble)) from None


def _start_line(given: Path, folder: StateFolder) -> Mapping[str, object]:
    """Return a running venue's start line, and keep it where `killcord halt` looks."""
    try:
        started = json.loads(given.read_text())
    except (OSError, ValueError) as error:
        raise CannotStart(f"{given} does not hold a venue's start line: {error}") from None
    kept = os.open(folder.venue, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(kept, "w") as file:
        json.dump({**started, "options": ["--venue", str(given)]}, file)
    found: Mapping[str, object] = started
    return found
