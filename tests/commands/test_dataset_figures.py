"""What the dataset screen asks to be reckoned: the same as the commands say, and drawn."""

from argparse import Namespace

import pytest

from console.commands import dataset_answers, dataset_figures
from console.commands.data_asking import ask_outliers, ask_segment
from console.folders import StateFolder
from console.lab.catalog import Catalog
from console.lab.problems import LabProblem

ROWS = [f"2024-01-02T15:00:{n:02}Z,{'AB'[n % 2]},{100 + n % 7 + n % 2},{n}\n" for n in range(59)]
TERMS = {"column": "price", "by": "symbol", "far": 3.5, "method": "pearson", "with": "other"}
STEPS = {"every": "5s", "how": "mean", "rows": 7, "seed": 1}
VIEWS = ("sample", "quality", "series", "outliers", "segment", "correlate", "compare")
DRAWN = {
    "distribution": [],
    "series": [],
    "outliers": [],
    "segment": [],
    "correlate": ["price", "size"],
    "compare": ["price"],
}


def silent(share, words=""):
    del share, words


@pytest.fixture
def folder(tmp_path):
    made = StateFolder(tmp_path / "state")
    for name in ("prices", "other"):
        file = tmp_path / f"{name}.csv"
        wild = "2024-01-02T15:00:59Z,A,9999,1\n"
        file.write_text("at,symbol,price,size\n" + "".join(ROWS) + wild)
        dataset_answers.load(made, {"path": str(file)}, silent)
    return made


def ask(folder, what, **asked):
    return dataset_figures.ANSWERS[what](folder, {"name": "prices", **asked}, silent)


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_has_a_table_with_a_heading_a_column(folder, view):
    told = ask(folder, "finding", view=view, **TERMS, **STEPS)

    assert told["rows"]
    assert {len(row) for row in told["rows"]} == {len(told["header"])}


@pytest.mark.parametrize("view", DRAWN)
def test_each_picture_keeps_within_its_room(folder, view):
    told = ask(folder, "draw", view=view, row=DRAWN[view], width=60, height=16, **TERMS, **STEPS)

    lines = ["".join(text for text, _ in line) for line in told["picture"]]
    assert len(lines) + len(told["words"]) <= 16
    assert max(map(len, lines)) <= 60
    assert sum(not line.isspace() for line in lines) > 8


def test_the_screen_is_told_what_the_command_prints(folder):
    catalog = Catalog(folder.lab)
    outliers = ask_outliers(catalog, Namespace(name="prices", column="price", far=3.5, rows=20))[1]
    parts = ask_segment(catalog, Namespace(name="prices", column="price", by="symbol", into=None))[
        1
    ]
    catalog.close()

    for view, printed in (("outliers", outliers), ("segment", parts)):
        told = ask(folder, "finding", view=view, **TERMS)
        cells = [" ".join(row).split() for row in told["rows"]]
        assert [line.split() for line in printed.splitlines()[-len(cells) :]] == cells
        assert set(told["words"]) <= set(printed.splitlines())


def test_what_is_made_says_of_what_and_stays_when_that_is_dropped(folder):
    wish = {"on": [], "how": "inner", "is_as_of": True, "within": None}
    ask(folder, "merge", other="other", into="both", **wish)
    ask(folder, "keep", view="segment", into="parts", **TERMS)
    dataset_answers.drop(folder, {"name": "other"}, silent)
    told = {one["name"]: one for one in dataset_answers.datasets(folder, {}, silent)["datasets"]}

    assert set(told) == {"prices", "both", "parts"}
    assert told["both"]["origin"].startswith("merge by time of prices#")
    assert ", other#" in told["both"]["origin"]
    assert told["parts"]["origin"].startswith("segment price by symbol of prices#")


def test_an_export_that_cannot_be_is_one_sentence(folder, tmp_path):
    ask(folder, "export", path=str(tmp_path / "out.csv"))

    with pytest.raises(LabProblem, match="is there already: name another file"):
        ask(folder, "export", path=str(tmp_path / "out.csv"))
