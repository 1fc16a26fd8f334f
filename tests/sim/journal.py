"""The desk's journal in memory: what is durable outlives the desk, what is queued does not."""

from collections.abc import Callable, Sequence
from dataclasses import fields

import msgspec

from console.adapters.sqlite.chain import GENESIS, canonical, chained, numbered
from console.domain.alerts import Alert, Crossing
from console.domain.fills import Fill
from console.domain.orders import Order
from console.ports import JournalUnavailable, Note, Record, Remembered, Row, Setting, Unrecordable
from tests.sim.timeline import ProcessLoop

Line = tuple[bytes, str, list[tuple[type, str, bytes]]]
"""A record but for its number, its kind, and its rows."""
KEYS: dict[type, tuple[str, str]] = {
    Order: ("orders", "key"),
    Fill: ("fills", "execution_id"),
    Alert: ("alerts", "id"),
    Crossing: ("crossings", "id"),
    Setting: ("settings", "name"),
}
"""Where a kind of row is remembered, and by what it is known."""


class Platter:
    """What is on the disk: survives every desk."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.records: list[bytes] = []
        self.hashes: list[bytes] = []
        self.rows: dict[type, dict[str, bytes]] = {kind: {} for kind in KEYS}
        self.intended: set[str] = set()
        """Every order whose intent is durable."""

    def append(self, record: bytes, kind: str, rows: list[tuple[type, str, bytes]]) -> int:
        """Write one transaction."""
        number = len(self.records) + 1
        whole = numbered(record, number)
        self.hashes.append(chained(self.head, whole))
        self.records.append(whole)
        self.kinds.append(kind)
        for sort, key, row in rows:
            self.rows[sort][key] = row
            if sort is Order and kind.endswith(".intended"):
                self.intended.add(key)
        return number

    @property
    def head(self) -> bytes:
        """The hash of the last record."""
        return self.hashes[-1] if self.hashes else GENESIS

    def bodies(self) -> list[dict[str, object]]:
        """Every record as it can be read by anybody."""
        return [msgspec.json.decode(record) for record in self.records]

    def is_chained(self) -> bool:
        """Whether the chain of the audit holds from the first record to the last."""
        before = GENESIS
        for record, own in zip(self.records, self.hashes, strict=True):
            before = chained(before, record)
            if before != own:
                return False
        return True


class SimJournal:
    """One desk's pen on the platter."""

    def __init__(
        self,
        platter: Platter,
        loop: ProcessLoop,
        *,
        seconds: Callable[[], float],
        read_seconds: Callable[[], float],
        trouble: Callable[[], str],
        note: Callable[[str], None],
    ) -> None:
        self._platter = platter
        self._loop = loop
        self._seconds = seconds
        self._read_seconds = read_seconds
        self._trouble = trouble
        self._note = note
        self._free_at = 0.0

    def head(self) -> str:
        """The hash of the last durable record, as hexadecimal text."""
        return self._platter.head.hex()

    async def write(self, record: Record, *rows: Row) -> int:
        """Append; durable when this returns, and perhaps a moment before."""
        return await self._put([(record, rows)])

    async def write_all(self, notes: Sequence[Note]) -> None:
        """Append all of them or none, in one turn of the disk."""
        await self._put(notes)

    async def _put(self, notes: Sequence[Note]) -> int:
        try:
            lines = [
                (canonical(record), record.kind, [_encoded(row) for row in rows])
                for record, rows in notes
            ]
        except (TypeError, ValueError) as error:
            raise Unrecordable(str(error)) from error
        answer = self._loop.create_future()
        # The pen goes on when who waits for it gives up: like a thread, it is not canceled.
        self._loop.call_at(self._turn(), self._commit, answer, lines)
        number: int = await answer
        return number

    def _commit(self, answer, lines: list[Line]) -> None:
        if trouble := self._trouble():
            if not answer.done():
                answer.set_exception(JournalUnavailable(trouble))
            return
        number = 0
        for body, kind, told in lines:
            number = self._platter.append(body, kind, told)
            self._note(f"durable {kind} {' '.join(key for _, key, _ in told)}")
        self._loop.call_later(self._seconds(), _answer, answer, number)

    def _turn(self) -> float:
        self._free_at = max(self._free_at, self._loop.time()) + self._seconds()
        return self._free_at

    async def remembered(self) -> Remembered:
        """What was durable when this desk started."""
        read = self._loop.create_future()
        self._loop.call_later(self._read_seconds(), _answer, read, None)
        await read
        names = {field.name for field in fields(Remembered)}
        told: dict[str, object] = {}
        for sort, (name, _) in KEYS.items():
            if name in names:
                stored = self._platter.rows[sort].values()
                told[name] = tuple(msgspec.json.decode(row, type=sort) for row in stored)
        settings = told.pop("settings", ())
        return Remembered(**told, settings={s.name: s.value for s in settings})

    async def close(self) -> None:
        """Nothing is kept open."""


def _answer(future, told: object) -> None:
    if not future.done():
        future.set_result(told)


def _encoded(row: Row) -> tuple[type, str, bytes]:
    sort = type(row)
    return sort, getattr(row, KEYS[sort][1]), msgspec.json.encode(row)
