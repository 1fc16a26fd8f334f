import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.lab.pages import KEPT, Pages
from console.lab.table_files import GROUP_ROWS, write_table

ROWS = GROUP_ROWS * (KEPT + 2) + 17


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("pages") / "t.parquet"
    write_table(path, pa.table({"n": list(range(ROWS)), "word": ["x"] * ROWS}))
    return path


@given(data=st.data())
def test_any_stretch_is_what_stands_there(file, data):
    asked = data.draw(
        st.lists(st.tuples(st.integers(0, ROWS + 5), st.integers(0, GROUP_ROWS + 3)), max_size=4)
    )

    with Pages(file) as pages:
        told = [pages.read(first, count)["n"].to_pylist() for first, count in asked]

    assert told == [list(range(ROWS))[first : first + count] for first, count in asked]
    assert pages.rows == ROWS


def test_no_more_than_a_few_groups_are_kept(file):
    with Pages(file, ["n"]) as pages:
        for first in range(0, ROWS, GROUP_ROWS):
            pages.read(first, 40)

        assert len(pages._kept) == KEPT
        assert all(table.column_names == ["n"] for table in pages._kept.values())
