"""What the gate takes for a market's bars: files, and what came straight from a broker."""

import argparse
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from console.commands.backtest_making import is_made_up
from console.folders import StateFolder
from console.lab.catalog import Catalog
from console.lab.datasets import Lineage


def made_up(folder, *, file=None, dataset=None):
    return is_made_up(folder, argparse.Namespace(file=file, dataset=dataset))


@pytest.mark.parametrize(("profile", "is_so"), [("demo", True), ("paper", False), ("live", False)])
def test_only_the_demos_desk_makes_its_bars_up(tmp_path, profile, is_so):
    assert made_up(StateFolder(tmp_path / profile)) is is_so


def test_what_a_file_holds_is_its_owners_word(tmp_path):
    assert not made_up(StateFolder(tmp_path / "demo"), file=Path("bars.parquet"))


@pytest.mark.parametrize(
    ("profile", "operation", "parents", "is_so"),
    [
        ("demo", "file", (), False),
        ("demo", "bars", (), True),
        ("paper", "bars", (), False),
        ("paper", "code", (), True),
        ("paper", "merge", ("one#1", "two#2"), True),
    ],
)
def test_a_dataset_is_a_markets_when_it_came_straight_from_one(
    tmp_path, profile, operation, parents, is_so
):
    folder = StateFolder(tmp_path / profile)
    lineage = Lineage(operation=operation, detail="a test", parents=parents)
    with closing(Catalog(folder.lab)) as catalog:
        catalog.keep_table("mine", pa.table({"close": [1.0]}), lineage)

    assert made_up(folder, dataset="mine") is is_so
