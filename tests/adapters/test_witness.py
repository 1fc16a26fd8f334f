"""The names of orders as a witness: an audit that was cut or exchanged is found out by them."""

import pysqlite3
import pytest

from console.adapters.sqlite.chain import verify_chain
from console.adapters.sqlite.journal import open_journal
from console.adapters.sqlite.witness import doubtful_names
from console.domain.order_ids import OrderIds
from console.ports import Record
from tests import builders

RECORDS = 12
EVERY = 3
"""Every third record intends an order."""


def record(kind, **body):
    return Record(kind=kind, actor=builders.OWNER, at=builders.NOON, body=body)


async def traded(path) -> list[str]:
    """Write an audit with some orders in it; return their names."""
    journal = open_journal(path)
    ids, names = OrderIds("t", journal.head), []
    for number in range(RECORDS):
        if number % EVERY:
            await journal.write(record("alert.raised", n=number))
            continue
        names.append(ids.next())
        await journal.write(record("order.intended", order=names[-1]))
    await journal.close()
    return names


def cut(path, last: int) -> None:
    """Cut off all records after one, as a forger with the file in hand can."""
    database = pysqlite3.connect(path)
    database.execute("DROP TRIGGER audit_is_never_deleted")
    database.execute("DELETE FROM audit WHERE seq > ?", (last,))
    database.commit()
    database.close()


async def test_an_audit_that_is_whole_bears_every_name_out(tmp_path):
    names = await traded(tmp_path / "desk.db")

    foreign = ["5a2f1c8e-0000-4000-8000-000000000000", "other-program"]
    assert doubtful_names(tmp_path / "desk.db", [*names, *foreign]) == {}


@pytest.mark.parametrize("last", range(RECORDS))
async def test_wherever_the_audit_is_cut_no_order_after_it_goes_unnoticed(tmp_path, last):
    path = tmp_path / "desk.db"
    names = await traded(path)

    cut(path, last)

    kept = (last + EVERY - 1) // EVERY
    assert verify_chain(path) == (last, None)
    doubtful = doubtful_names(path, names)
    assert set(doubtful) == set(names[kept:])
    # the hash that a name carries is of the record right before its own
    lacking = [name for number, name in enumerate(names) if number * EVERY > last]
    assert all("lacks the record" in doubtful[name] for name in lacking)


async def test_an_audit_exchanged_for_another_is_found_out(tmp_path):
    names = await traded(tmp_path / "one.db")
    journal = open_journal(tmp_path / "other.db")
    for name in names:
        await journal.write(record("order.intended", order=name))
    await journal.close()

    doubtful = doubtful_names(tmp_path / "other.db", names)

    # the first was named by the genesis, which every audit has
    assert set(doubtful) == set(names[1:])


async def test_names_of_desks_before_there_were_witnesses_prove_nothing(tmp_path):
    path = tmp_path / "desk.db"
    journal = open_journal(path)
    await journal.write(record("order.intended", order="kc-3f2a17-1"))
    await journal.close()

    assert doubtful_names(path, ["kc-3f2a17-1"]) == {}
    assert set(doubtful_names(path, ["kc-3f2a17-2"])) == {"kc-3f2a17-2"}
