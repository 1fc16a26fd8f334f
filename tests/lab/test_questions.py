"""What is asked of datasets, held against other ways to reckon it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.lab.catalog import Catalog
from console.lab.comparing import compare
from console.lab.datasets import Lineage
from console.lab.distribution import distribution
from console.lab.exporting import export
from console.lab.loading import load_file
from console.lab.merging import as_of, by_keys
from console.lab.outliers import outliers, scores
from console.lab.problems import LabProblem, NotAsked
from console.lab.quality import quality
from console.lab.relations import correlations
from console.lab.sampling import sample
from console.lab.segments import segments
from console.lab.series import resampled
from console.lab.wishes import Wish

BEGAN = datetime(2024, 1, 2, 15, tzinfo=UTC)
MADE = Lineage(operation="test", detail="by hand")
NUMBERS = st.floats(-1e6, 1e6, width=32)


@pytest.fixture
def catalog(tmp_path):
    opened = Catalog(tmp_path / "lab")
    yield opened
    opened.close()


@pytest.fixture
def keep(catalog):
    return lambda name, **columns: catalog.keep_table(name, pa.table(columns), MADE)


def at(*seconds):
    return pa.array([BEGAN + timedelta(seconds=s) for s in seconds], pa.timestamp("us", "UTC"))


def test_a_sample_is_the_same_for_the_same_seed(catalog, keep):
    dataset = keep("t", n=list(range(1_000)))

    one, again, other = (sample(catalog, dataset, 20, seed) for seed in (1, 1, 2))

    assert one == again != other
    assert len(set(one["n"].to_pylist())) == 20
    assert sample(catalog, dataset, 5_000, 1).num_rows == 1_000


def test_quality_finds_what_was_put_in(catalog, keep):
    dataset = keep(
        "t",
        at=at(0, 2, 1, 1, 4, 4),
        symbol=["A", "A", "A", "B", "B", "B"],
        price=[10.0, 10.1, 9.9, 200.0, 200.1, 200.1],
        fixed=[1, 1, 1, 1, 1, 1],
        hole=["x", None, None, "x", "y", "y"],
    )

    told = quality(catalog, dataset)
    by_name = {column.name: column for column in told.columns}

    assert told.duplicates == 1
    assert by_name["at"].backward == 1
    assert by_name["price"].outliers == 0
    assert by_name["hole"].missing == 2
    assert [name for name, column in by_name.items() if column.is_constant] == ["fixed"]


@given(st.lists(NUMBERS, min_size=3, max_size=40), st.floats(-1e3, 1e3), st.floats(0.5, 100))
def test_scores_do_not_hang_on_place_and_unit(values, shift, unit):
    array = np.round(np.array(values), 3)

    assert np.allclose(scores(array * unit + shift), scores(array), rtol=1e-3, atol=1e-2)


def test_wild_values_do_not_hide_each_other():
    values = np.array([*np.linspace(9, 11, 50), 1e6, 1e6, np.nan, -1e6])

    assert [one.row for one in outliers(values)] == [54, 51, 52] or [
        one.row for one in outliers(values)
    ] == [51, 52, 54]


def test_correlation_is_numpys_and_says_how_many_pairs_it_saw(catalog, keep):
    x, y = np.random.default_rng(7).normal(size=(2, 500))
    dataset = keep("t", x=x, y=x + y, none=pa.nulls(500, pa.float64()), word=["a"] * 500)

    told = {(p.one, p.other): p for p in correlations(catalog, dataset, [], "pearson")}
    ranks = correlations(catalog, dataset, ["x", "y"], "spearman")

    assert told["x", "y"].r == pytest.approx(np.corrcoef(x, x + y)[0, 1])
    assert told["x", "y"].pairs == 500
    assert (told["x", "none"].r, told["x", "none"].pairs) == (None, 0)
    by_rank = np.corrcoef(np.argsort(np.argsort(x)), np.argsort(np.argsort(x + y)))[0, 1]
    assert ranks[0].r == pytest.approx(by_rank)
    with pytest.raises(NotAsked, match="no numbers"):
        correlations(catalog, dataset, ["word"], "pearson")


@settings(max_examples=30)
@given(st.lists(NUMBERS, max_size=200))
def test_a_distribution_counts_every_value_once(tmp_path_factory, values):
    catalog = Catalog(tmp_path_factory.mktemp("lab"))
    table = pa.table({"x": pa.array([*values, None], pa.float64())})
    dataset = catalog.keep_table("t", table, MADE)

    told = distribution(catalog, dataset, "x")
    catalog.close()

    assert (sum(told.counts), told.known, told.missing) == (len(values), len(values), 1)
    assert list(told.edges) == sorted(told.edges)


def test_a_step_holds_what_is_from_its_begin_to_before_its_end(catalog, keep):
    dataset = keep("t", at=at(59, 0, 60, 200), symbol=["A"] * 4, price=[2.0, 1.0, 3.0, 4.0])

    made, gaps = resampled(catalog, dataset, "price", "1min", "last")

    assert made["price"].replace(np.nan, None).tolist() == [2.0, 3.0, None, 4.0]
    assert (gaps[0].symbol, gaps[0].ends_at - gaps[0].begins_at) == ("A", timedelta(seconds=140))
    with pytest.raises(NotAsked, match="steps"):
        resampled(catalog, dataset, "price", "1us", "last")


def test_segments_are_pandas_groups(catalog, keep):
    dataset = keep("t", side=["buy", "sell", "buy", None], qty=[1, 2, 3, 4])

    told = {row["segment"]: row for row in segments(catalog, dataset, "side", "qty")}

    assert (told["buy"]["count"], told["buy"]["mean"]) == (2, 2.0)
    assert told["sell"]["std"] is None
    assert told[None]["max"] == 4


def test_comparing_a_dataset_with_itself_finds_no_distance(catalog, keep):
    dataset = keep("t", x=[1.0, 2.0, None], only=["a", "b", "c"])
    other = keep("u", x=[7.0, 8.0, 9.0])

    same, apart = compare(catalog, dataset, dataset), compare(catalog, dataset, other)

    assert [pair.distance for pair in same.both] == [0.0, None]
    assert apart.only_first == ("only",)
    assert apart.both[0].distance == 1.0


TICKS = st.lists(st.tuples(st.integers(0, 20), st.sampled_from("AB")), min_size=1, max_size=25)


@settings(max_examples=20)
@given(TICKS, TICKS)
def test_as_of_never_sees_what_comes_later(tmp_path_factory, ours, theirs):
    catalog = Catalog(tmp_path_factory.mktemp("lab"))
    first, second = (
        catalog.keep_table(
            name,
            pa.table(
                {
                    "at": at(*(s for s, _ in ticks)),
                    "symbol": [symbol for _, symbol in ticks],
                    "row": list(range(len(ticks))),
                }
            ),
            MADE,
        )
        for name, ticks in (("ours", ours), ("theirs", theirs))
    )

    made = as_of(catalog, first, second, None)
    catalog.close()

    assert len(made) == len(ours)
    for row in made.to_dict("records"):
        second_at, symbol = ours[row["row"]]
        past = [s for s, word in theirs if word == symbol and s <= second_at]
        found = None if pd.isna(row["row_2"]) else theirs[int(row["row_2"])]
        assert found == (None if not past else (max(past), symbol))


def test_a_merge_that_would_explode_is_refused(catalog, keep):
    dataset = keep("t", symbol=["A"] * 3_000, n=list(range(3_000)))

    assert len(by_keys(catalog, dataset, dataset, ["n"], "inner")) == 3_000
    with pytest.raises(NotAsked, match="9,000,000 rows"):
        by_keys(catalog, dataset, dataset, ["symbol"], "inner")


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)"])
def test_no_cell_of_an_export_is_a_formula(tmp_path, catalog, keep, cell):
    dataset = keep("t", **{"=x": [cell, "fine"]}, n=[-1, 2])

    changed = export(catalog, dataset, tmp_path / "out.csv")

    assert changed == 2
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        '"\'=x","n"',
        f'"\'{cell}",-1',
        '"fine",2',
    ]
    with pytest.raises(LabProblem, match="already"):
        export(catalog, dataset, tmp_path / "out.csv")


@settings(max_examples=15)
@given(
    rows=st.lists(
        st.tuples(
            st.none() | st.text("ab ,\"';", max_size=6),
            st.none() | st.integers(-(2**60), 2**60),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
            st.none() | st.booleans(),
            st.none() | st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)),  # noqa: DTZ001 - hypothesis wants bare ones
        ),
        min_size=1,
        max_size=10,
    )
)
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_what_is_exported_and_loaded_is_the_same(tmp_path_factory, suffix, rows):
    folder = tmp_path_factory.mktemp("trip")
    catalog = Catalog(folder / "lab")
    kinds = (pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("us", "UTC"))
    columns = [
        pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)
    ]
    dataset = catalog.keep_table("t", pa.table(dict(zip("abcde", columns, strict=True))), MADE)

    export(catalog, dataset, folder / f"out{suffix}")
    wish = Wish(path=folder / f"out{suffix}", as_text=frozenset("a"))
    loaded = load_file(wish, folder / "again.parquet")
    told = pq.read_table(folder / "again.parquet").to_pylist() if loaded.rows else []
    catalog.close()

    assert told == pa.table(dict(zip("abcde", columns, strict=True))).to_pylist()
