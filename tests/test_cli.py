import pytest

from console.cli import main, parser
from console.commands.process_words import add_desk
from console.commands.processes import console_grammar
from console.folders import StateFolder

NOT_CONFIRMED = 3


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path))
    return StateFolder(tmp_path / "demo")


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_a_halt_behind_its_profile_is_still_a_halt(folder, json):
    ended = main(["--profile", "demo", "halt", "--reason", "drill", *json])

    assert ended == NOT_CONFIRMED
    assert folder.latch.exists()


def test_a_venue_behind_an_option_is_refused_with_a_sentence(folder, capsys):
    with pytest.raises(SystemExit):
        main(["--profile", "demo", "venue"])

    assert "killcord venue --help" in capsys.readouterr().err


@pytest.fixture
def short():
    made, commands = console_grammar()
    add_desk(commands)
    return made


@pytest.mark.parametrize(
    "line",
    [
        [],
        ["desk"],
        ["desk", "--stop"],
        ["desk", "--profile", "paper", "--seed", "7", "--speed", "2", "--hours", "real"],
    ],
)
def test_the_short_way_to_a_process_reads_what_the_whole_grammar_reads(short, line):
    assert vars(short.parse_args(line)) == vars(parser().parse_args(line))


@pytest.mark.parametrize("line", [["desk", "--wrong"], ["desk", "--help"]])
def test_the_short_way_to_a_process_says_what_the_whole_grammar_says(short, capsys, line):
    said = list[tuple[str, str]]()
    for grammar in (short, parser()):
        with pytest.raises(SystemExit):
            grammar.parse_args(line)
        said.append(capsys.readouterr())

    assert said[0] == said[1]
