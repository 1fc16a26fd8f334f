import asyncio
import hashlib
import json
import os
import random
import shutil
import signal
import stat
import sys
from pathlib import Path

import pysqlite3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.adapters.sqlite.chain import verify_chain
from console.adapters.sqlite.journal import open_journal
from console.adapters.sqlite.writer import RECORDS_A_LOG
from console.domain.alerts import Alert, AlertKind, Crossing, Direction, Severity
from console.domain.orders import OrderStatus
from console.ports import JournalUnavailable, Record, Setting
from tests import builders

ROOT = Path(__file__).parents[2]


def record(kind="order.intended", **body):
    return Record(kind=kind, actor=builders.OWNER, at=builders.NOON, body=body)


class FixedClock:
    def now(self):
        return builders.NOON

    def monotonic(self):
        return 0.0


async def written(path, count=5):
    journal = open_journal(path)
    for n in range(count):
        await journal.write(record(n=n))
    head = journal.head()
    await journal.close()
    return head


async def test_records_are_numbered_and_chained(tmp_path):
    path = tmp_path / "desk.db"

    head = await written(path, 3)
    again = open_journal(path)

    assert again.head() == head
    assert await again.write(record(n=3)) == 4
    await again.close()
    assert verify_chain(path) == (4, None)


async def test_a_stranger_can_verify_the_chain_with_sha256_alone(tmp_path):
    path = tmp_path / "desk.db"
    head = await written(path, 20)

    database = pysqlite3.connect(path)
    before = hashlib.sha256(b"killcord audit 1").digest()
    for seq, line in database.execute("SELECT seq, record FROM audit ORDER BY seq"):
        before = hashlib.sha256(before + line).digest()
        assert json.loads(line)["seq"] == seq
    database.close()

    assert before.hex() == head


async def test_the_file_is_its_owners_alone(tmp_path):
    path = tmp_path / "state" / "desk.db"
    journal = open_journal(path)
    await journal.write(record())

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    await journal.close()

    assert set(modes.values()) == {0o600}


async def test_many_writers_are_all_recorded_in_one_order(tmp_path):
    path = tmp_path / "desk.db"
    journal = open_journal(path)

    numbers = await asyncio.gather(*(journal.write(record(n=n)) for n in range(1_500)))

    await journal.close()
    assert sorted(numbers) == list(range(1, 1_501))
    assert verify_chain(path) == (1_500, None)


async def test_a_pause_brings_the_log_into_the_file_so_that_no_order_waits_for_it(tmp_path):
    path = tmp_path / "desk.db"
    journal = open_journal(path)
    for n in range(RECORDS_A_LOG):
        await journal.write(record(n=n))

    alone = tmp_path / "without-its-log.db"
    async with asyncio.timeout(30):
        while shutil.copy(path, alone) and in_the_file(alone) < RECORDS_A_LOG:  # noqa: ASYNC110 - another thread's work has no event
            await asyncio.sleep(0.1)

    assert await journal.write(record()) == RECORDS_A_LOG + 1
    await journal.close()
    assert verify_chain(path) == (RECORDS_A_LOG + 1, None)


def in_the_file(path):
    """How many records stand in the database file itself; a copy under way is no database yet."""
    database = pysqlite3.connect(f"file:{path}?immutable=1", uri=True)
    try:
        return database.execute("SELECT count(*) FROM audit").fetchone()[0]
    except pysqlite3.Error:
        return 0
    finally:
        database.close()


async def test_what_was_stored_is_remembered(tmp_path):
    order = builders.order(key="kc-1")
    fill = builders.fill()
    alert = Alert(id="a", kind=AlertKind.FILL, severity=Severity.INFO, text="…", at=builders.NOON)
    crossing = Crossing(
        id="c", symbol="AAPL", direction=Direction.ABOVE, price=1.5, by="ann", at=builders.NOON
    )
    setting = Setting(name="theme", value="dark")
    journal = open_journal(tmp_path / "desk.db", clock=FixedClock())
    await journal.write(record(), order, fill, alert, crossing, setting)
    await journal.close()

    again = open_journal(tmp_path / "desk.db", clock=FixedClock())
    known = await again.remembered()
    await again.close()

    assert known.orders == (order,)
    assert known.fills == (fill,)
    assert known.alerts == (alert,)
    assert known.crossings == (crossing,)
    assert known.settings == {"theme": "dark"}


async def test_what_is_closed_is_forgotten_after_days_and_what_is_open_never(tmp_path):
    closed = builders.order(key="kc-1", status=OrderStatus.CANCELED, updated=-10 * 86_400)
    working = builders.order(key="kc-2", status=OrderStatus.NEW, updated=-10 * 86_400)
    unknown = builders.order(key="kc-3", status=OrderStatus.UNKNOWN, updated=-10 * 86_400)
    journal = open_journal(tmp_path / "desk.db", clock=FixedClock())

    await journal.write(record(), closed, working, unknown)
    known = await journal.remembered()

    await journal.close()
    assert {order.key for order in known.orders} == {"kc-2", "kc-3"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET record = x'00' WHERE seq = 2",
        "UPDATE audit SET seq = 9 WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 5",
        "DELETE FROM audit",
        "REPLACE INTO audit SELECT * FROM audit WHERE seq = 2",
        "INSERT INTO audit VALUES (7, x'00', zeroblob(32), zeroblob(32))",
        "INSERT INTO audit VALUES (6, x'00', zeroblob(32), zeroblob(32))",
    ],
)
async def test_raw_statements_that_would_change_the_audit_abort(tmp_path, statement):
    path = tmp_path / "desk.db"
    await written(path)
    database = pysqlite3.connect(path)

    with pytest.raises(pysqlite3.DatabaseError):
        database.execute(statement)

    database.close()
    assert verify_chain(path) == (5, None)


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE audit", "DROP TRIGGER audit_is_never_updated", "ALTER TABLE audit RENAME TO x"],
)
async def test_the_journal_itself_may_not_undo_the_guard(tmp_path, statement):
    journal = open_journal(tmp_path / "desk.db")
    await journal.write(record())

    with pytest.raises(JournalUnavailable):
        await journal._ask(lambda database: database.execute(statement))

    assert await journal.write(record()) == 2
    await journal.close()


MUTATIONS = st.tuples(
    st.integers(1, 20),
    st.sampled_from(["record", "prev_hash", "hash"]),
    st.integers(0, 31),
    st.integers(1, 255),
)


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    path = tmp_path_factory.mktemp("audited") / "desk.db"
    asyncio.run(written(path, 20))
    return path.read_bytes()


def tampered(tmp_path, content, *statements):
    path = tmp_path / "tampered.db"
    path.write_bytes(content)
    database = pysqlite3.connect(path)
    for trigger in ("never_updated", "never_deleted", "only_appended_to"):
        database.execute(f"DROP TRIGGER audit_is_{trigger}")
    for statement, *values in statements:
        database.execute(statement, values)
    database.commit()
    database.close()
    return path


@given(MUTATIONS)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_changed_byte_of_a_record_is_found(tmp_path, audited, mutation):
    seq, column, place, flip = mutation
    path = tampered(tmp_path, audited)
    database = pysqlite3.connect(path)
    (old,) = database.execute(
        f"SELECT {column} FROM audit WHERE seq = ?",  # noqa: S608 - one of three columns
        (seq,),
    ).fetchone()
    new = bytearray(old)
    new[place] ^= flip
    database.execute(
        f"UPDATE audit SET {column} = ? WHERE seq = ?",  # noqa: S608 - one of three columns
        (bytes(new), seq),
    )
    database.commit()
    database.close()

    good, bad = verify_chain(path)

    assert bad is not None
    assert bad in {seq, seq + 1}
    assert good == bad - 1


@pytest.mark.parametrize(
    ("statements", "first_bad"),
    [
        ([("DELETE FROM audit WHERE seq = 7",)], 7),
        ([("DELETE FROM audit WHERE seq = 1",)], 1),
        ([("UPDATE audit SET seq = seq + 1 WHERE seq = 20",)], 20),
        (
            [
                ("UPDATE audit SET seq = 99 WHERE seq = 4",),
                ("UPDATE audit SET seq = 4 WHERE seq = 5",),
                ("UPDATE audit SET seq = 5 WHERE seq = 99",),
            ],
            4,
        ),
        ([("UPDATE audit SET record = CAST(record AS TEXT) WHERE seq = 3",)], 3),
    ],
)
def test_removed_and_reordered_records_are_found(tmp_path, audited, statements, first_bad):
    path = tampered(tmp_path, audited, *statements)

    assert verify_chain(path) == (first_bad - 1, first_bad)


async def test_a_record_that_cannot_be_written_leaves_nothing_and_the_chain_goes_on(tmp_path):
    path = tmp_path / "desk.db"
    journal = open_journal(path, clock=FixedClock())
    await journal.write(record(n=1))
    other = pysqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(JournalUnavailable, match="locked"):
        await journal.write(record(n=2), builders.order(key="kc-lost"))

    other.execute("ROLLBACK")
    other.close()
    assert await journal.write(record(n=3)) == 2
    assert (await journal.remembered()).orders == ()
    await journal.close()
    assert verify_chain(path) == (2, None)


async def test_a_full_disk_is_named_and_nothing_acknowledged_is_lost(tmp_path):
    path = tmp_path / "desk.db"
    journal = open_journal(path)
    kept = await journal.write(record(n=1))
    await journal._ask(lambda base: base.execute("PRAGMA max_page_count = 1"))

    with pytest.raises(JournalUnavailable, match=f"the disk that holds {path} is full"):
        await journal.write(record(text="x" * 500_000))

    assert await journal.write(record(n=2)) == kept + 1
    await journal.close()
    assert verify_chain(path) == (2, None)


async def test_what_is_acknowledged_has_been_synced_to_the_disk(tmp_path):
    journal = open_journal(tmp_path / "desk.db")
    asked = ("journal_mode", "synchronous", "fullfsync", "checkpoint_fullfsync")

    told = await journal._ask(
        lambda base: [base.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    )

    # only a power loss would tell: 2 is SQLite's FULL
    assert told == ["wal", 2, 1, 1]
    await journal.close()


async def test_a_record_of_what_is_no_plain_value_is_refused_alone(tmp_path):
    journal = open_journal(tmp_path / "desk.db")

    good = journal.write(record(n=1))
    bad = journal.write(record(n=object()))
    said = await asyncio.gather(good, bad, return_exceptions=True)

    await journal.close()
    assert said[0] == 1
    assert isinstance(said[1], JournalUnavailable)


async def test_records_that_are_written_together_are_all_there_in_their_order(tmp_path):
    path = tmp_path / "desk.db"
    journal = open_journal(path, clock=FixedClock())
    orders = [builders.order(key=f"kc-{n}") for n in range(3)]
    await journal.write_all([(record(n=n), (order,)) for n, order in enumerate(orders)])

    assert await journal.write(record(n=3)) == 4
    assert len((await journal.remembered()).orders) == 3
    await journal.close()
    assert verify_chain(path) == (4, None)


async def test_of_records_that_are_written_together_none_is_there_when_one_fails(tmp_path):
    path = tmp_path / "desk.db"
    journal = open_journal(path, clock=FixedClock())
    await journal._ask(lambda base: base.execute("PRAGMA max_page_count = 1"))
    big, small = record(text="x" * 500_000), record(n=1)

    with pytest.raises(JournalUnavailable, match="is full"):
        await journal.write_all([(small, (builders.order(key="kc-lost"),)), (big, ())])
    with pytest.raises(JournalUnavailable, match="cannot be recorded"):
        await journal.write_all([(small, ()), (record(n=object()), ())])

    assert await journal.write(record(n=2)) == 1
    assert (await journal.remembered()).orders == ()
    await journal.close()
    assert verify_chain(path) == (1, None)


async def test_a_file_that_was_taken_away_is_noticed(tmp_path):
    path = tmp_path / "desk.db"
    journal = open_journal(path)
    await journal.write(record())
    path.rename(tmp_path / "elsewhere.db")

    with pytest.raises(JournalUnavailable):
        await journal.write(record())

    with pytest.raises(JournalUnavailable):
        await journal.close()


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read as one" * 99])
def test_what_is_no_journal_is_refused(tmp_path, content):
    path = tmp_path / "desk.db"
    path.write_bytes(content)

    with pytest.raises(JournalUnavailable, match=r"desk\.db"):
        open_journal(path)


async def test_a_closed_journal_takes_nothing(tmp_path):
    journal = open_journal(tmp_path / "desk.db")
    await journal.close()
    await journal.close()

    with pytest.raises(JournalUnavailable, match="closed"):
        await journal.write(record())


WRITING = """
import asyncio, sys
from pathlib import Path
from console.adapters.sqlite.journal import open_journal
from console.ports import Record
from tests import builders

async def write(journal, name):
    while True:
        record = Record(kind="k", actor=builders.OWNER, at=builders.NOON, body={"by": name})
        seq = await journal.write(record, builders.order(key=f"kc-{name}"))
        print(seq, flush=True)

async def main():
    journal = open_journal(Path(sys.argv[1]))
    await asyncio.gather(*(write(journal, name) for name in range(8)))

asyncio.run(main())
"""


@pytest.mark.parametrize("seed", range(3))
async def test_kill_9_loses_no_acknowledged_record(tmp_path, seed):
    path = tmp_path / "desk.db"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        WRITING,
        str(path),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    acknowledged = 0
    for _ in range(random.Random(seed).randint(20, 200)):
        acknowledged = max(acknowledged, int(await process.stdout.readline()))
    process.send_signal(signal.SIGKILL)
    rest, _ = await process.communicate()
    told = [int(line) for line in rest.splitlines(keepends=True) if line.endswith(b"\n")]

    good, bad = verify_chain(path)

    assert bad is None
    assert good >= max([acknowledged, *told])
    journal = open_journal(path)
    assert await journal.write(record()) == good + 1
    await journal.close()
