"""What the code screen asks, answered over real datasets and, once, a real sandbox."""

import json

import pytest

from console.commands.code_answers import ANSWERS, _lines, close_bench
from console.commands.code_files import file_names, read_file, write_file
from console.commands.code_shown import MOST_COLUMNS, MOST_LINES, PIECE
from console.commands.lab_service import _answered
from console.folders import StateFolder
from console.lab.catalog import Catalog
from console.lab.datasets import Lineage
from console.lab.problems import LabProblem
from console.lab.rows import table_of
from console.sandbox.endings import SandboxProblem
from tests.sandbox.conftest import isolation

__all__ = ["isolation"]

CODE = """
PARAMETERS = {"times": 2}
print("\\x1b[2Jhello")
plot(price=df.price)
result = df.assign(price=df.price * PARAMETERS["times"])
"""


@pytest.fixture
def folder(tmp_path):
    made = StateFolder(tmp_path / "demo")
    catalog = Catalog(made.lab)
    rows = [{"symbol": "SPY", "price": 1.5}, {"symbol": "QQQ", "price": 2.5}]
    catalog.keep_table("prices", table_of(rows, "rows"), Lineage(operation="file", detail="x"))
    catalog.close()
    yield made
    close_bench()


def ask(folder, what, **words):
    return ANSWERS[what](folder, words, lambda share, words="": None)


def run(folder, text, **words):
    asked = {"name": "mine", "data": ["prices"], "parameters": {}, "width": 60} | words
    return ask(folder, "code_run", text=text, **asked)


def test_a_run_is_told_kept_written_down_and_brought_back(isolation, folder):
    begun = ask(folder, "code_desk")
    ran = run(folder, CODE, parameters={"times": "4"})
    kept = ask(folder, "code_keep", name="more")
    past = ask(folder, "code_past")
    brought = ask(folder, "code_past", number=ran["number"])

    assert begun["holds"]
    assert begun["datasets"] == ["prices"]
    assert (ran["problem"], ran["has_result"]) == (None, True)
    assert ran["lines"][0] == [("[2Jhello", "words")]
    told = ["".join(text for text, _ in line) for line in ran["lines"]]
    assert "result, 2 rows:" in told
    assert "SPY         6" in told
    assert any("┤" in line for line in told)
    assert kept["words"].startswith("more: 2 rows, 2 columns, ")
    assert "mine" in past["lines"][1][0][0]
    assert brought["text"] == CODE.rstrip("\n")
    assert ANSWERS["code_run"] is _answered("code_run")


FLOOD = """
print("x" * 200_000)
for place in range(6_000):
    print(place, "é" * 40)
"""


def test_a_flood_is_told_in_pieces_and_is_there_after_the_process_that_ran_it(isolation, folder):
    ran = run(folder, FLOOD, data=[])
    told = [ran["lines"]]
    while sum(map(len, told)) < ran["count"]:
        told.append(ask(folder, "code_lines", first=sum(map(len, told)))["lines"])
    whole = [line for piece in told for line in piece]
    _lines.clear()
    again = ask(folder, "code_newest")

    assert ran["count"] == len(whole) == MOST_LINES
    assert whole[-1][0][0].startswith(str(MOST_LINES - 2))
    # the most that the console reads in one turn of its loop
    assert max(map(len, told)) <= PIECE
    assert max(len(text) for line in whole for text, _ in line) <= MOST_COLUMNS
    assert (again["number"], again["name"], again["count"]) == (1, "mine", MOST_LINES)
    assert json.dumps(again["lines"]) == json.dumps(told[0])
    assert ask(folder, "code_lines", first=MOST_LINES - 1)["lines"] == [list(map(list, whole[-1]))]


def test_the_limits_are_those_of_the_settings_at_each_run(isolation, folder):
    endless = 'print("begun", flush=True)\nwhile True: pass'
    folder.path.mkdir(exist_ok=True)
    folder.settings.write_text("[code]\ncpu_seconds = 1\n")
    begun = ask(folder, "code_desk")
    ended = run(folder, endless, data=[])
    folder.settings.write_text("[code]\ncpu_seconds = 0\n")
    refused = ask(folder, "code_desk")

    assert "at most 1 s of processor time" in begun["wall"]
    assert ended["problem"] == "The run was ended: it took more than 1 s of processor time."
    assert not refused["holds"]
    assert "line 2: code.cpu_seconds must be 1 to 600 s" in refused["wall"]
    with pytest.raises(SandboxProblem, match="not run: "):
        run(folder, endless, data=[])


def test_before_the_first_run_there_is_no_newest_one(folder):
    assert ask(folder, "code_newest") is None


def test_files_are_written_listed_and_read_by_names_that_are_no_paths(folder):
    ask(folder, "code_save", name="first", text="x = 1\n", known="")
    ask(folder, "code_save", name="second", text="\ty = '\x1b[2J'\n", known="")

    assert set(file_names(folder.code)) == {"first", "second"}
    assert ask(folder, "code_open", name="second")["text"] == "    y = '[2J'"
    for name in ("../keys", "a/b", "", "A B", ".hidden", "x" * 41):
        with pytest.raises(SandboxProblem, match="cannot be the name of a file"):
            write_file(folder.code, name, "x")
    with pytest.raises(SandboxProblem, match="no file none: there are "):
        read_file(folder.code, "none")
    with pytest.raises(SandboxProblem, match="256 KiB is the most"):
        write_file(folder.code, "long", "x" * 300_000)


def test_a_file_is_opened_whoever_wrote_it_and_no_text_of_another_is_written_over(folder):
    new = ask(folder, "code_open", name="mine")
    ask(folder, "code_save", name="mine", text="x = 1\n", known="")
    (folder.code / "mine.py").write_text("x = 2\n")
    opened = ask(folder, "code_open", name="mine")
    with pytest.raises(SandboxProblem, match="mine holds another text, which is kept"):
        ask(folder, "code_save", name="mine", text="x = 3\n", known="x = 1\n")
    kept = read_file(folder.code, "mine")
    ask(folder, "code_save", name="mine", text="x = 3\n", known=opened["text"])

    assert (new["text"], new["is_new"]) == ("", True)
    assert (opened["text"], opened["is_new"]) == ("x = 2", False)
    assert (kept, read_file(folder.code, "mine")) == ("x = 2", "x = 3")
    assert ask(folder, "code_stock") == {"files": ["mine"], "datasets": ["prices"]}


def test_what_is_not_there_is_said(folder):
    with pytest.raises(LabProblem, match="no dataset"):
        run(folder, "x = 1", data=["nothing"])
    with pytest.raises(SandboxProblem, match="No run is numbered 9"):
        ask(folder, "code_past", number=9)
