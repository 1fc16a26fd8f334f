"""The lab's processes beside the console: lines of JSON in, lines of JSON out.

A process starts at its first question. Its input ends when the console does, and with it the
process, however the console came to its end.
"""

import asyncio
import itertools
import json
import signal
import sys
from contextlib import suppress
from typing import Any

from console.sandbox.manners import give_way
from console.screens.lab_link import CANCELED, Far, LabTrouble

SERVICE = "console.commands.lab_service"
LONGEST_LINE = 64 * 1024 * 1024
CLOSE_SECONDS = 2.0
GONE = "The lab's process has ended: ask again, and it is started anew."


class LabProcesses:
    """One process a hand, each asked one thing after the other."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._hands: dict[str, _Hand] = {}

    async def ask(self, hand: str, what: str, *, told: Far | None = None, **words: Any) -> Any:
        """Ask one thing of one hand, which is started if need be."""
        known = self._hands.get(hand)
        if known is None:
            known = self._hands[hand] = _Hand(self._profile)
        return await known.ask(what, words, told)

    def cancel(self, hand: str) -> None:
        """Have a hand give up what it does."""
        if hand in self._hands:
            self._hands[hand].cancel()

    async def close(self) -> None:
        """End every process."""
        hands, self._hands = self._hands, {}
        await asyncio.gather(*(hand.close() for hand in hands.values()))


class _Hand:
    """One process. It is interrupted only once it has said that it is ready to be."""

    def __init__(self, profile: str) -> None:
        self._profile = profile
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._is_ready = False
        self._is_asked = False
        self._is_canceled = False

    async def ask(self, what: str, words: dict[str, Any], told: Far | None) -> Any:
        async with self._turn:
            self._is_canceled = False
            try:
                return await self._answer(what, words, told)
            except (BrokenPipeError, ConnectionResetError, ValueError):
                await self._end()
                raise LabTrouble(GONE) from None
            except asyncio.CancelledError:
                # nobody waits for the answer any more; the next one is not to wait for it either
                self.cancel()
                raise
            finally:
                self._is_asked = False

    def cancel(self) -> None:
        """Interrupt what runs; what is only about to run is not begun."""
        self._is_canceled = True
        if self._is_asked and self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGINT)

    async def close(self) -> None:
        """End the process: its input ends first, and force comes after a while."""
        self.cancel()
        await self._end()

    async def _answer(self, what: str, words: dict[str, Any], told: Far | None) -> Any:
        process = await self._running()
        while not self._is_canceled:
            said = await self._asked(process, what, words, told)
            if "said" in said:
                return said["said"]
            # an interrupt that was meant for the question before may have met this one
            if said["wrong"] != CANCELED or self._is_canceled:
                raise LabTrouble(said["wrong"])
        raise LabTrouble(CANCELED)

    async def _asked(
        self,
        process: asyncio.subprocess.Process,
        what: str,
        words: dict[str, Any],
        told: Far | None,
    ) -> Any:
        if process.stdin is None or process.stdout is None:
            raise BrokenPipeError
        number = next(self._numbers)
        self._is_asked = True
        process.stdin.write(f"{json.dumps({'id': number, 'ask': what, **words})}\n".encode())
        await process.stdin.drain()
        while answer := await process.stdout.readline():
            said = json.loads(answer)
            if said["id"] != number:
                continue  # of a question that was given up
            if "far" not in said:
                return said
            if told is not None:
                told(said["far"], said["words"])
        raise BrokenPipeError

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._is_ready = False
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", SERVICE, self._profile),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=LONGEST_LINE,
            )
            give_way(self._process.pid)
        if not self._is_ready and self._process.stdout is not None:
            if not await self._process.stdout.readline():
                raise BrokenPipeError
            self._is_ready = True
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), CLOSE_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
