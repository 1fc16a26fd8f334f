"""The latch on the disk, in a thread of its own: a disk that hangs must not delay a halt."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from console.desk import latch
from console.desk.cord import Cord
from console.desk.latch import Latched
from console.desk.receipt import keep_receipt

Ts = TypeVarTuple("Ts")
R = TypeVar("R")
log = logging.getLogger(__name__)


class LatchDisk:
    """Makes the cord's word durable, and takes it back."""

    def __init__(self, cord: Cord) -> None:
        self._cord = cord
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="latch")
        self._trouble = ""

    def close(self) -> None:
        """Let go of the thread; the latch stays as it is."""
        self.thread.shutdown(wait=False)

    async def hold(self, said: Latched) -> str:
        """Make the latch hold on the disk; return the trouble, if there is any."""
        return await self._hold(latch.pull, said)

    async def renew(self, said: Latched) -> str:
        """Make the latch say something else on the disk; return the trouble, if there is any."""
        return await self._hold(latch.renew, said)

    async def _hold(self, make: Callable[[Path, Latched], Latched], said: Latched) -> str:
        try:
            self._cord.said = await self._run(make, self._cord.path, said)
        except OSError as error:
            if str(error) != self._trouble:
                log.exception("the latch is not on the disk")
            self._trouble = str(error)
            return str(error)
        self._trouble = ""
        return ""

    async def lift(self) -> None:
        """Remove the latch durably. OSError when it cannot be."""
        await self._run(latch.lift, self._cord.path)

    async def keep(self, receipt: Mapping[str, object]) -> None:
        """Keep a receipt beside the latch. OSError when it cannot be."""
        await self._run(keep_receipt, self._cord.path.parent, receipt)

    async def _run(self, work: Callable[[*Ts], R], *args: *Ts) -> R:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work, *args)
