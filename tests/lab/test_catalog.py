import pyarrow as pa
import pytest

from console.lab.catalog import Catalog
from console.lab.datasets import Kind, Lineage, Role
from console.lab.names import BadName, dataset_name, name_from
from console.lab.problems import LabProblem, NameTaken, NotAsked, UnknownDataset

MADE = Lineage(operation="test", detail="by hand")


@pytest.fixture
def catalog(tmp_path):
    opened = Catalog(tmp_path / "lab")
    yield opened
    opened.close()


def table(rows=3):
    return pa.table({"symbol": ["A"] * rows, "price": [1.5] * rows, "n": list(range(rows))})


def test_what_is_kept_is_there_after_a_restart(tmp_path, catalog):
    kept = catalog.keep_table("prices", table(), MADE, notes=["one", "two"])
    catalog.close()
    again = Catalog(tmp_path / "lab")

    assert again.all() == [kept]
    assert again.get("PRICES") == kept
    assert again.read(kept, ["n"]).to_pydict() == {"n": [0, 1, 2]}
    assert [(c.kind, c.role) for c in kept.columns] == [
        (Kind.TEXT, Role.SYMBOL),
        (Kind.NUMBER, Role.PRICE),
        (Kind.WHOLE, Role.VALUE),
    ]
    again.close()


def test_a_name_is_given_once(catalog):
    catalog.keep_table("prices", table(), MADE)

    with pytest.raises(NameTaken, match="already"):
        catalog.keep_table("Prices", table(), MADE)

    assert len(catalog.all()) == 1


def test_what_is_dropped_leaves_no_file(tmp_path, catalog):
    kept = catalog.keep_table("prices", table(), MADE)

    catalog.drop(kept)

    assert list((tmp_path / "lab" / "data").iterdir()) == []
    with pytest.raises(UnknownDataset, match="none yet"):
        catalog.get("prices")


def test_a_file_that_is_gone_is_told_in_a_sentence(catalog):
    kept = catalog.keep_table("prices", table(), MADE)
    catalog.path(kept).unlink()

    with pytest.raises(LabProblem, match="drop it and load it again"):
        catalog.read(kept)


def test_a_role_must_fit(catalog):
    kept = catalog.keep_table("prices", table(), MADE)

    told = catalog.say_roles(kept, {"n": Role.SIZE})

    assert catalog.get("prices").column("n").role is Role.SIZE
    assert told == catalog.get("prices")
    with pytest.raises(NotAsked, match="cannot be the time"):
        catalog.say_roles(kept, {"n": Role.TIME})
    with pytest.raises(NotAsked, match="There is no column 'm'"):
        catalog.say_roles(kept, {"m": Role.SIZE})


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../x",
        "a/b",
        "/etc/passwd",
        "a..b",
        "-rf",
        ".hidden",
        "a\x1b",
        "a b",
        "x" * 65,
        "ä",
        "a\n",
    ],
)
def test_no_name_is_a_path_an_option_or_an_escape(name):
    with pytest.raises(BadName):
        dataset_name(name)


def test_a_name_is_made_of_a_files():
    assert name_from("My Trades (2024)\x1b[2J") == "my-trades-2024-2j"
    with pytest.raises(BadName, match="give it a name"):
        name_from("…")


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path):
    (tmp_path / "lab").write_text("in the way")

    with pytest.raises(LabProblem, match="cannot be opened"):
        Catalog(tmp_path / "lab")
