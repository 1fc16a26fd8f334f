"""How the desk writes to its journal: at once where something depends on it, else in turn.

What must not happen unrecorded is written with `write`, which raises. What has
happened already, or must never be held up by a full disk (cancels, halts, the
broker's own word), is handed to `note`, which keeps it until it is on the disk.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice

from console.desk.limits import Pace
from console.desk.store import Store
from console.desk.workers import Sleep
from console.domain.orders import Order
from console.domain.permissions import Actor, Role
from console.ports import Clock, Journal, JournalUnavailable, Note, Record, Row, Unrecordable

log = logging.getLogger(__name__)
MOST_KEPT = 10_000
"""Records held back while the journal cannot be written; beyond it the oldest is lost."""
MOST_TOGETHER = 100
"""Waiting records that share one transaction and one fsync."""

THE_DESK = Actor(
    uid=os.getuid(), name="desk", pid=os.getpid(), role=Role.OWNER, via="the desk itself"
)


class Recorder:
    """The desk's pen."""

    def __init__(
        self, *, journal: Journal, store: Store, clock: Clock, pace: Pace, sleep: Sleep
    ) -> None:
        self._journal = journal
        self._store = store
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._waiting: deque[Note] = deque(maxlen=MOST_KEPT)
        self._writing: asyncio.Task[None] | None = None
        self._something = asyncio.Event()
        self.on_trouble: Callable[[str], None] = log.error
        self.trouble = ""
        """Why nothing can be written now; empty while the journal works."""

    async def write(self, kind: str, actor: Actor, body: Mapping[str, object], *rows: Row) -> None:
        """Record durably. JournalUnavailable when it is not on the disk."""
        try:
            await self._put((self._record(kind, actor, body), rows))
        except Unrecordable:
            raise
        except JournalUnavailable as error:
            self._fail(str(error))
            raise
        self.trouble = ""

    async def try_write(
        self, kind: str, actor: Actor, body: Mapping[str, object], *rows: Row
    ) -> None:
        """Record durably if that can be done soon; what it records happens in any case."""
        try:
            async with asyncio.timeout(self._pace.record_patience):
                await self.write(kind, actor, body, *rows)
        except (JournalUnavailable, TimeoutError):
            self.note(kind, actor, body, *rows)

    def note(self, kind: str, actor: Actor, body: Mapping[str, object], *rows: Row) -> None:
        """Record as soon as may be, in the order of the calls."""
        if len(self._waiting) == MOST_KEPT:
            log.error("the journal has been away too long: its oldest waiting record is lost")
        self._waiting.append((self._record(kind, actor, body), rows))
        self._something.set()

    async def work(self) -> None:
        """Write what was noted, for ever."""
        pause = self._pace.retry_first
        while True:
            await self._something.wait()
            try:
                await self.flush()
            except JournalUnavailable as error:
                self._fail(str(error))
                await self._sleep(pause)
                pause = min(pause * 2, self._pace.retry_longest)
            else:
                pause = self._pace.retry_first

    async def flush(self) -> None:
        """Write all that was noted. JournalUnavailable when that cannot be done now."""
        while self._waiting:
            if self._writing is None or self._writing.done():
                self._writing = asyncio.create_task(self._write_some(), name="notes")
            # Whoever gives up waiting must not have it written a second time.
            await asyncio.shield(self._writing)
        self._something.clear()

    async def _write_some(self) -> None:
        """Write the oldest notes in one transaction, and take them off."""
        together = tuple(islice(self._waiting, MOST_TOGETHER))
        try:
            await self._put(*together)
        except Unrecordable:
            # One of them; it must not stand in the way of all that wait behind it.
            together = together[:1]
            await self._put_or_lose(*together)
        # The oldest may have been dropped meanwhile: only what was written is taken off.
        written = set(map(id, together))
        while self._waiting and id(self._waiting[0]) in written:
            self._waiting.popleft()
        self.trouble = ""

    async def _put_or_lose(self, note: Note) -> None:
        """Write one note, or that it can never be written."""
        try:
            await self._put(note)
        except Unrecordable as error:
            log.exception("a record is lost")
            lost = {"kind": note[0].kind, "why": ascii(str(error))}
            await self._put((self._record("record.lost", THE_DESK, lost), ()))

    async def _put(self, *notes: Note) -> None:
        """Write them at once; a disk that keeps silent closes the gate as one that fails does."""
        patience = self._pace.send_patience
        why = f"the disk that holds the audit has not answered for {patience:g} s"
        alarm = asyncio.get_running_loop().call_later(patience, self._fail, why)
        try:
            await self._journal.write_all([(said, self._newest(rows)) for said, rows in notes])
        finally:
            alarm.cancel()

    def _newest(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        # A note may have waited: the row must never fall back behind what was stored since.
        orders = self._store.state.orders
        return tuple(orders.get(row.key, row) if isinstance(row, Order) else row for row in rows)

    def _record(self, kind: str, actor: Actor, body: Mapping[str, object]) -> Record:
        return Record(kind=kind, actor=actor, at=self._clock.now(), body=body)

    def _fail(self, why: str) -> None:
        if not self.trouble:
            self.on_trouble(why)
        self.trouble = why
