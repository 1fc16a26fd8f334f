"""`killcord audit verify`: what it finds, in a sentence, and its exit status."""

import json

import pysqlite3
import pytest

from console.adapters.sqlite.journal import open_journal
from console.commands import exits
from console.commands.auditing import verify
from console.domain.order_ids import OrderIds
from console.folders import StateFolder
from console.ports import Record
from tests import builders

ORDERS = 5


@pytest.fixture
async def folder(tmp_path):
    """A profile whose desk has traded and ended."""
    made = StateFolder(tmp_path / "demo")
    made.path.mkdir()
    journal = open_journal(made.database)
    ids = OrderIds("t", journal.head)
    for _ in range(ORDERS):
        body = {"order": ids.next()}
        record = Record(kind="order.intended", actor=builders.OWNER, at=builders.NOON, body=body)
        await journal.write(record)
    await journal.close()
    return made


def tamper(folder, statement: str, *values: int) -> None:
    database = pysqlite3.connect(folder.database)
    for trigger in ("audit_is_never_deleted", "audit_is_never_updated"):
        database.execute(f"DROP TRIGGER {trigger}")
    database.execute(statement, values)
    database.commit()
    database.close()


async def found(folder, capsys, seen: str = "") -> tuple[int, dict]:
    status = await verify(folder, seen=seen, wants_json=True)
    return status, json.loads(capsys.readouterr().out)


async def test_a_whole_audit_is_said_to_be_whole(folder, capsys):
    status = await verify(folder, seen="", wants_json=False)

    words = capsys.readouterr().out
    assert status == exits.DONE
    assert "5 records, each of which follows from the one before." in words
    assert "No desk runs, so the orders at the broker could not be held against it." in words


async def test_a_changed_record_is_found_and_named(folder, capsys):
    tamper(folder, "UPDATE audit SET record = replace(record, 'kc-', 'kx-') WHERE seq = 3")

    status = await verify(folder, seen="", wants_json=False)

    assert status == exits.FAILED
    assert "2 records are good, and record 3 was changed" in capsys.readouterr().out


@pytest.mark.parametrize("last", range(ORDERS))
async def test_a_hash_noted_earlier_finds_every_cut(folder, capsys, last):
    _, whole = await found(folder, capsys)

    tamper(folder, "DELETE FROM audit WHERE seq > ?", last)

    assert (await found(folder, capsys))[0] == exits.DONE
    status, told = await found(folder, capsys, seen=whole["head"])
    assert (status, told["lacks_seen"], told["records"]) == (exits.FAILED, True, last)


async def test_what_is_no_audit_is_said_to_be_none(tmp_path, capsys):
    folder = StateFolder(tmp_path / "demo")
    assert await verify(folder, seen="", wants_json=False) == exits.FAILED
    assert "There is no audit of the demo profile" in capsys.readouterr().out

    folder.path.mkdir()
    folder.database.write_bytes(b"no database at all" * 100)
    assert await verify(folder, seen="", wants_json=False) == exits.FAILED
    assert "cannot be read" in capsys.readouterr().out
