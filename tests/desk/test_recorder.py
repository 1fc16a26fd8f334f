"""What was noted is written together, whole and in its order."""

import asyncio

import pytest

from console.desk.limits import Pace
from console.desk.recorder import MOST_TOGETHER, Recorder
from console.desk.store import Store
from console.ports import JournalUnavailable, Unrecordable
from tests.builders import OWNER
from tests.desk.fakes import FakeClock, FakeJournal

UNSPEAKABLE = object()


class Counting(FakeJournal):
    """Counts its transactions, and refuses one that holds what cannot be recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    async def write_all(self, notes) -> None:
        if any(UNSPEAKABLE in record.body.values() for record, _ in notes):
            raise Unrecordable("no plain value")
        # like the journal's thread, it goes on when who waits for it gives up
        await asyncio.shield(asyncio.create_task(self._transact(notes)))

    async def _transact(self, notes) -> None:
        await super().write_all(notes)
        self.sizes.append(len(notes))


def pen(journal: Counting) -> Recorder:
    return Recorder(
        journal=journal, store=Store(), clock=FakeClock(), pace=Pace(), sleep=asyncio.sleep
    )


def numbers(journal: Counting) -> list[object]:
    return [record.body.get("n", record.kind) for record in journal.records]


async def test_all_that_waits_shares_few_transactions_and_keeps_its_order():
    journal = Counting()
    recorder, count = pen(journal), 2 * MOST_TOGETHER + 1
    for n in range(count):
        recorder.note("order.told", OWNER, {"n": n})

    await recorder.flush()

    assert journal.sizes == [MOST_TOGETHER, MOST_TOGETHER, 1]
    assert numbers(journal) == list(range(count))


async def test_a_transaction_that_fails_costs_no_record_and_no_order():
    journal = Counting()
    recorder = pen(journal)
    for n in range(5):
        recorder.note("order.told", OWNER, {"n": n})
    journal.trouble = "the disk is full"

    with pytest.raises(JournalUnavailable):
        await recorder.flush()
    recorder.note("order.told", OWNER, {"n": 5})
    journal.trouble = ""
    await recorder.flush()

    assert numbers(journal) == list(range(6))
    assert recorder.trouble == ""


async def test_what_is_noted_while_others_are_written_is_written_after_them():
    journal = Counting()
    recorder = pen(journal)
    writing, go_on = journal.hold("first")
    recorder.note("first", OWNER, {"n": 0})
    flushing = asyncio.create_task(recorder.flush())
    await writing.wait()

    for n in (1, 2):
        recorder.note("later", OWNER, {"n": n})
    go_on.set()
    await flushing

    assert journal.sizes == [1, 2]
    assert numbers(journal) == [0, 1, 2]


async def test_one_that_can_never_be_written_costs_none_of_those_beside_it():
    journal = Counting()
    recorder = pen(journal)
    for n in (0, 1, UNSPEAKABLE, 3):
        recorder.note("order.told", OWNER, {"n": n})

    await recorder.flush()

    assert numbers(journal) == [0, 1, "record.lost", 3]


async def test_two_that_write_at_once_write_nothing_twice():
    journal = Counting()
    recorder = pen(journal)
    writing, go_on = journal.hold("first")
    recorder.note("first", OWNER, {"n": 0})
    both = [asyncio.create_task(recorder.flush()) for _ in range(2)]
    await writing.wait()

    recorder.note("later", OWNER, {"n": 1})
    go_on.set()
    await asyncio.gather(*both)

    assert numbers(journal) == [0, 1]


async def test_a_worker_that_is_ended_while_it_writes_leaves_nothing_to_be_written_twice():
    journal = Counting()
    recorder = pen(journal)
    writing, go_on = journal.hold("first")
    recorder.note("first", OWNER, {"n": 0})
    worker = asyncio.create_task(recorder.work())
    await writing.wait()

    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    recorder.note("later", OWNER, {"n": 1})
    go_on.set()
    await recorder.flush()

    assert numbers(journal) == [0, 1]
