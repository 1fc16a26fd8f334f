"""The demo's own exchange as a child process that outlives its desk.

A desk that starts finds the venue of an earlier one and goes on with it; a venue
that dies is started again on the same port with the same books and keys, so what
it acknowledged is still there.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from console.folders import StateFolder

log = logging.getLogger(__name__)

START_SECONDS = 20.0
PROBE_SECONDS = 0.5


class VenueFailed(Exception):  # noqa: N818 - reads as what it is
    """The venue did not start; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOptions:
    """What market the venue trades, in the words of `killcord venue`; None is its default."""

    seed: int | None = None
    tape: Path | None = None
    speed: float | None = None
    hours: str | None = None
    cash: str | None = None
    scenario: str | None = None

    def arguments(self) -> list[str]:
        """Return them as they are typed."""
        given = {
            "--seed": self.seed,
            "--tape": self.tape and self.tape.absolute(),
            "--speed": self.speed,
            "--hours": self.hours,
            "--cash": self.cash,
            "--scenario": self.scenario,
        }
        return [
            word
            for name, value in given.items()
            if value is not None
            for word in (name, str(value))
        ]


class EmbeddedVenue:
    """Starts, finds, revives and ends the venue of one state folder."""

    def __init__(self, folder: StateFolder, options: VenueOptions) -> None:
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._started: Mapping[str, str] | None = None

    def begin(self) -> None:
        """Set the process going without waiting for it, unless one is running already."""
        known = self._known()
        if known is not None and _answers(known):
            self._started = known
            return
        if self._options.tape is not None:
            self._books.unlink(missing_ok=True)
        self._spawn(port=0, options=self._options)

    async def started(self) -> Mapping[str, str]:
        """Return the venue's start line: its addresses and keys.

        Raises:
            VenueFailed: with the venue's own last words.
        """
        if self._started is None:
            self._started = await self._read_start_line()
            self._remember(self._started)
        return self._started

    async def keep_alive(self) -> None:
        """Start the venue again whenever it has died; runs until canceled."""
        while True:
            await asyncio.sleep(PROBE_SECONDS)
            started = await self.started()
            if not await asyncio.to_thread(_listens, started):
                log.warning("the embedded venue is gone; starting it again")
                await self._revive(started)

    def end(self) -> None:
        """Stop the venue; its books stay."""
        if self._started is None:
            if self._process is not None:
                self._process.terminate()
            return
        with suppress(ProcessLookupError, ValueError):
            os.kill(int(self._started["pid"]), signal.SIGTERM)
        if self._process is not None:
            self._process.wait(START_SECONDS)
        self._folder.venue.unlink(missing_ok=True)

    @property
    def _books(self) -> Path:
        if self._options.tape is None:
            return self._folder.venue_books
        return self._folder.venue_books.with_stem(f"venue-{self._options.tape.stem}")

    async def _revive(self, started: Mapping[str, str]) -> None:
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.1)
        self._started = None
        try:
            # a scenario is a story told once: what came back goes on without it
            options = replace(self._options, scenario=None)
            self._spawn(port=urlsplit(started["trading_url"]).port or 0, options=options)
            await self.started()
        except VenueFailed:
            log.exception("the embedded venue did not come back; trying again")
            self._started = started

    def _spawn(self, *, port: int, options: VenueOptions) -> None:
        command = [sys.executable, "-P", "-m", "console", "venue", "--port", str(port)]
        command += ["--books", str(self._books), *options.arguments()]
        with self._log.open("ab") as words:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, arguments as a list
                command,
                stdout=subprocess.PIPE,
                stderr=words,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    async def _read_start_line(self) -> Mapping[str, str]:
        process = self._process
        if process is None or process.stdout is None:
            raise VenueFailed("the embedded venue was never started")
        try:
            line = await asyncio.wait_for(asyncio.to_thread(process.stdout.readline), START_SECONDS)
        except TimeoutError:
            process.kill()
            raise VenueFailed(
                f"the embedded venue did not start within {START_SECONDS:.0f} s"
            ) from None
        if not line:
            raise VenueFailed(f"the embedded venue did not start: {self._last_words()}")
        process.stdout.close()
        told: dict[str, str] = json.loads(line)
        return told

    @property
    def _log(self) -> Path:
        return self._folder.path / "venue.log"

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def _known(self) -> Mapping[str, str] | None:
        try:
            told = json.loads(self._folder.venue.read_text())
        except (OSError, ValueError):
            return None
        if told.pop("options", None) != self._options.arguments():
            _terminate(told)
            return None
        found: dict[str, str] = told
        return found

    def _remember(self, started: Mapping[str, str]) -> None:
        """Write the start line for later desks and `killcord halt`; only the owner may read it."""
        draft = self._folder.venue.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump({**started, "options": self._options.arguments()}, file)
        draft.replace(self._folder.venue)


def _terminate(started: Mapping[str, str]) -> None:
    if _answers(started):
        with suppress(KeyError, ValueError, ProcessLookupError):
            os.kill(int(started["pid"]), signal.SIGTERM)


def _listens(started: Mapping[str, str]) -> bool:
    """Return whether the venue's port takes connections; costs it no request."""
    address = urlsplit(started["trading_url"])
    try:
        socket.create_connection((address.hostname, address.port), timeout=2).close()
    except OSError:
        return False
    return True


def _answers(started: Mapping[str, str]) -> bool:
    """Return whether something listens where the venue said it does, and knows its keys."""
    import http.client  # noqa: PLC0415 - not needed on a first start

    try:
        address = urlsplit(started["trading_url"])
        headers = {"APCA-API-KEY-ID": started["key"], "APCA-API-SECRET-KEY": started["secret"]}
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=2)
        try:
            connection.request("GET", "/v2/clock", headers=headers)
            return connection.getresponse().status == http.HTTPStatus.OK
        finally:
            connection.close()
    except (OSError, KeyError, http.client.HTTPException):
        return False
