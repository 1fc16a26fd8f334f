"""A dataset that grows: bounded, whole at any moment, and asked like any other."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.lab.catalog import Catalog
from console.lab.exporting import export
from console.lab.live import LiveWriter, is_live, read_ring
from console.lab.problems import LabProblem, NameTaken
from console.lab.quality import quality
from console.lab.summary import summary

NOW = datetime(2026, 3, 2, 15, 4, 5, tzinfo=UTC)


@pytest.fixture
def catalog(tmp_path):
    made = Catalog(tmp_path / "lab")
    yield made
    made.close()


def write(writer, first, count):
    for number in range(first, first + count):
        symbol = ("AAPL", "MSFT")[number % 2]
        writer.append(NOW + timedelta(seconds=number), symbol, {"bid": float(number)})


@given(counts=st.lists(st.integers(0, 25), max_size=6), rows=st.integers(1, 20))
def test_a_ring_holds_the_newest_rows_in_their_order(tmp_path_factory, counts, rows):
    path = tmp_path_factory.mktemp("ring") / "t.ring"

    with LiveWriter(path, ["AAPL", "MSFT"], rows) as writer:
        for count in counts:
            write(writer, writer._written, count)
        told = read_ring(path)

    every = list(range(sum(counts)))
    assert told["bid"].to_pylist() == [float(number) for number in every[-rows:]]
    assert told["symbol"].to_pylist() == [("AAPL", "MSFT")[n % 2] for n in every[-rows:]]
    assert told["ask"].null_count == told.num_rows == writer.rows


def test_a_ring_takes_no_more_room_however_long_it_is_written(tmp_path):
    path = tmp_path / "t.ring"
    with LiveWriter(path, ["AAPL", "MSFT"], 1_000) as writer:
        at_first = path.stat().st_size
        write(writer, 0, 10_000)
        held = writer._rows.nbytes

    assert path.stat().st_size == at_first
    assert held < 1_001 * 64
    assert read_ring(path).num_rows == 1_000


def test_what_is_read_while_it_is_written_is_whole(tmp_path):
    path = tmp_path / "t.ring"
    wrong = []
    with LiveWriter(path, ["AAPL", "MSFT"], 50) as writer:
        write(writer, 0, 50)
        writing = threading.Thread(target=write, args=(writer, 50, 20_000))
        writing.start()
        while writing.is_alive():
            bids = read_ring(path)["bid"].to_pylist()
            wrong += [bids for one, other in pairwise(bids) if other != one + 1]
        writing.join()

    assert wrong == []


def test_a_live_dataset_is_asked_like_any_other(catalog, tmp_path):
    dataset, writer = catalog.open_ring("ticks", ["AAPL", "MSFT"], 100, detail="AAPL MSFT")
    with writer:
        write(writer, 0, 30)
        growing = catalog.get("ticks")
        figures = {one.column.name: one for one in summary(catalog, growing)}
        judged = quality(catalog, growing)
        was_live = catalog.is_live(growing)
        changed = export(catalog, growing, tmp_path / "ticks.csv")

    assert (growing.rows, dataset.rows) == (30, 0)
    assert (figures["bid"].greatest, figures["ask"].missing) == (29.0, 30)
    assert judged.rows == 30
    assert changed == 0
    assert len((tmp_path / "ticks.csv").read_text().splitlines()) == 31
    assert was_live
    assert not catalog.is_live(growing)


def test_a_live_dataset_can_be_dropped_and_its_name_is_taken_until_then(catalog):
    dataset, writer = catalog.open_ring("ticks", ["AAPL"], 10, detail="AAPL")
    writer.close()
    with pytest.raises(NameTaken):
        catalog.open_ring("ticks", ["AAPL"], 10, detail="AAPL")
    catalog.drop(dataset)

    assert catalog.all() == []
    assert not is_live(catalog.path(dataset))


@pytest.mark.parametrize("rows", [0, 1_000_001])
def test_a_ring_is_bounded_before_it_is_made(catalog, rows):
    with pytest.raises(LabProblem, match="holds 1 to 1,000,000 rows"):
        catalog.open_ring("ticks", ["AAPL"], rows, detail="")

    assert catalog.all() == []
