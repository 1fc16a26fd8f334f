import pytest

from console.cli import main
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
