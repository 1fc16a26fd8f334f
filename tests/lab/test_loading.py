import gzip
import json
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.lab.limits import LoadLimits
from console.lab.loading import load_file
from console.lab.problems import Unreadable
from console.lab.wishes import Wish

LETTERS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), max_size=12)
WORDS = LETTERS.map(lambda text: f"w{text.encode().decode()}").filter(str.isprintable)


@pytest.fixture
def load(tmp_path):
    def loaded(name, data, **wish):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        out = tmp_path / "out.parquet"
        done = load_file(Wish(path=path, **wish), out)
        return pq.read_table(out), done.notes

    return loaded


def refused(load, name, data, **wish):
    with pytest.raises(Unreadable) as problem:
        load(name, data, **wish)
    return str(problem.value)


def test_a_column_is_what_all_its_rows_can_be(load):
    rows = "".join(f"{number},{number},2024-01-02T15:00:00Z,true\n" for number in range(100_000))
    table, _ = load("t.csv", f"whole,number,at,flag\n{rows}7,0.5,2024-01-02 16:00:00+01:00,false\n")

    assert [str(column.type) for column in table.schema] == [
        "int64",
        "double",
        "timestamp[us, tz=UTC]",
        "bool",
    ]
    assert table.num_rows == 100_001
    assert table["at"][-1].as_py() == datetime(2024, 1, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["007", "42"], "string"),
        (["12345678901234567890", "1"], "string"),
        (["+1.5", ".5", "1e3"], "double"),
        (["2024-01-02", "2024-01-03"], "timestamp[us, tz=UTC]"),
        (["2024-01-02 10:00:00.123456789Z"], "timestamp[ns, tz=UTC]"),
        (["2024-01-02", "yesterday"], "string"),
        (["", "NA"], "string"),
        (["true", "1"], "string"),
        (["", "5"], "int64"),
    ],
)
def test_what_a_cell_looks_like_decides(load, cells, kind):
    table, _ = load("t.csv", "a,b\n" + "".join(f"{cell},x\n" for cell in cells))

    assert str(table.schema.field("a").type) == kind


def test_a_time_without_an_offset_is_utc_and_the_note_says_so(load):
    table, notes = load("t.csv", "at,b\n2024-01-02 15:00:00,1\n")

    assert table["at"][0].as_py() == datetime(2024, 1, 2, 15, tzinfo=UTC)
    assert notes == ["times without an offset are taken as UTC in 'at'"]


def test_a_number_may_count_time(load):
    table, _ = load("t.csv", "ts,b\n1381152600007000000,1\n", as_time={"ts": "ns"})

    assert table["ts"][0].as_py().isoformat() == "2013-10-07T13:30:00.007000+00:00"


@pytest.mark.parametrize("pack", [gzip.compress, None])
def test_packed_files_are_read(tmp_path, load, pack):
    data = b"a,b\n1,x\n"
    if pack is not None:
        table, _ = load("t.csv.gz", pack(data))
    else:
        with zipfile.ZipFile(tmp_path / "made.zip", "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("t.csv", data)
        table, _ = load("t.zip", (tmp_path / "made.zip").read_bytes())

    assert table.to_pylist() == [{"a": 1, "b": "x"}]


def test_json_records_and_lines_say_the_same(load):
    rows = [{"a": 1, "b": "007"}, {"a": 2.5, "c": True}, {"b": None, "d": [1, {"x": 2}]}]

    records, _ = load("t.json", json.dumps(rows, indent=1))
    lines, _ = load("t.jsonl", "\n".join(map(json.dumps, rows)))

    assert records == lines
    assert records.to_pylist() == [
        {"a": 1.0, "b": "007", "c": None, "d": None},
        {"a": 2.5, "b": None, "c": True, "d": None},
        {"a": None, "b": None, "c": None, "d": '[1, {"x": 2}]'},
    ]


def test_parquet_keeps_exact_money_and_drops_nan(tmp_path, load):
    made = pa.table(
        {
            "money": pa.array([Decimal("1.10"), None]),
            "x": pa.array([float("nan"), 1.0]),
            "word": pa.array(["a", "b\x1b[2J"]).dictionary_encode(),
            "day": pa.array([datetime(2024, 1, 2), None], pa.date32()),  # noqa: DTZ001 - a day has no zone  # noqa: E501 - the whole sentence
        }
    )
    pq.write_table(made, tmp_path / "made.parquet")
    table, notes = load("t.parquet", (tmp_path / "made.parquet").read_bytes())

    assert table["money"].to_pylist() == [Decimal("1.10"), None]
    assert table["x"].to_pylist() == [None, 1.0]
    assert table["word"].to_pylist() == ["a", "b[2J"]
    assert table["day"][0].as_py() == datetime(2024, 1, 2, tzinfo=UTC)
    assert notes == ["1 NaN in 'x' are missing values"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (
            "t.csv",
            "a,b\n1,2\n3\n",
            (
                "t.csv, line 3: there are 1 cells where the header has 2: mend the line, or quote what"  # noqa: E501 - the whole sentence
                " holds a ','."
            ),
        ),
        (
            "t.csv",
            'a,b\n"x\ny",2\n\n3,4,5\n',
            (
                "t.csv, line 5: there are 3 cells where the header has 2: mend the line, or quote what"  # noqa: E501 - the whole sentence
                " holds a ','."
            ),
        ),
        (
            "t.csv",
            b"a,b\n1,2\nx,caf\xe9\n",
            (
                "t.csv, line 3, column 6: the byte 0xe9 is not utf-8: give --encoding, such as"
                " latin-1."
            ),
        ),
        (
            "t.csv",
            "a,a\n",
            "t.csv: the columns 1 and 2 are both called 'a': rename one.",
        ),
        ("t.csv", "", "t.csv, line 1: there is no header: the first line names the columns."),
        (
            "t.csv",
            "a,b\n1,2\n1e999,3\n",
            (
                "t.csv, row 2, column 'a': the number is infinite: write it as missing, or keep the"
                " column as words with --text 'a'."
            ),
        ),
        (
            "t.csv",
            "a,b\n2024-02-31,2\n",
            (
                "t.csv, column 'a', after row 0: 'Failed to parse string: '2024-02-31 00:00Z' as a"
                " scalar of …': mend it, or keep the column as words with --text 'a'."
            ),
        ),
        ("t.csv", "a\n".encode("utf-16"), "t.csv is in utf-16: give --encoding utf-16."),
        (
            "t.csv",
            b"a,b\n\x00,1\n",
            (
                "t.csv, line 2, column 1: there is a NUL byte, so this is no text: name the right file"  # noqa: E501 - the whole sentence
                " or --encoding."
            ),
        ),
        (
            "t.json",
            '[{"a": 1},\n {"a": tru}]',
            "t.json, line 2, column 8: this is no JSON (expecting value): mend it there.",
        ),
        (
            "t.jsonl",
            '{"a": 1}\n{"a": NaN}',
            (
                "t.jsonl, line 2: JSON knows no NaN, write null: JSON is read as an array of objects,"  # noqa: E501 - the whole sentence
                " or as one object a line."
            ),
        ),
        (
            "t.json",
            '[{"a": 1}',
            (
                "t.json, line 1: the array is never closed with ']': JSON is read as an array of"
                " objects, or as one object a line."
            ),
        ),
        (
            "t.csv.gz",
            b"nothing packed",
            "t.csv.gz: what is packed in it is damaged (Not a gzipped file (b'no')): pack it again.",  # noqa: E501 - the whole sentence
        ),
        (
            "t.exe",
            "x",
            (
                "'t.exe' is of a kind that is not read: load .csv, .json, .jsonl (each also as .gz or"  # noqa: E501 - the whole sentence
                " .zip) or .parquet."
            ),
        ),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_remedy(load, name, data, said):
    assert refused(load, name, data) == said


def test_a_damaged_parquet_file_is_refused(tmp_path, load):
    pq.write_table(pa.table({"a": list(range(10_000))}), tmp_path / "made.parquet")
    data = bytearray((tmp_path / "made.parquet").read_bytes())
    data[100:4_000] = b"\xff" * 3_900

    said = refused(load, "t.parquet", bytes(data))

    assert said.startswith("t.parquet")


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (LoadLimits(rows=2), "has more than 2 rows"),
        (LoadLimits(columns=1), "2 columns and may be 1"),
        (LoadLimits(cell_bytes=3), "a cell of 4 bytes, and 3 may be"),
        (LoadLimits(unpacked_bytes=4), "is larger than"),
    ],
)
def test_limits_hold(load, limits, said):
    assert said in refused(load, "t.csv", "a,b\n1,x\n2,y\n3,zzzz\n", limits=limits)


@pytest.mark.parametrize("format_", ["csv", "json", "parquet"])
def test_nothing_that_is_loaded_can_act_on_a_terminal(tmp_path, load, format_):
    hostile = "a\x1b]52;c;x\x07\x9b31m\u202eb\u200bc\ud7ff\u2066\n\tz" + "e" + "\u0301" * 9
    if format_ == "csv":
        table, _ = load("t.csv", f'x\x1b[2J,b\n"{hostile}",1\n')
    elif format_ == "json":
        table, _ = load("t.json", json.dumps([{"x\x1b[2J": hostile, "b": 1}]))
    else:
        pq.write_table(pa.table({"x\x1b[2J": [hostile], "b": [1]}), tmp_path / "made.parquet")
        table, _ = load("t.parquet", (tmp_path / "made.parquet").read_bytes())

    assert table.column_names == ["x[2J", "b"]
    assert table["x[2J"][0].as_py() == "a]52;c;x31mbc\ud7ff  ze\u0301\u0301"


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.tuples(
            st.none() | WORDS,
            st.none() | st.integers(-(10**17), 10**17),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_what_json_says_is_what_is_loaded(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("json")
    path = folder / "t.jsonl"
    path.write_text("\n".join(json.dumps(dict(zip("abc", row, strict=True))) for row in rows))

    load_file(Wish(path=path, as_text=frozenset("a")), folder / "out.parquet")
    told = pq.read_table(folder / "out.parquet").to_pylist()

    assert [(row["b"], row["c"]) for row in told] == [row[1:] for row in rows]
    assert [row["a"] is None for row in told] == [row[0] is None for row in rows]
