"""What `killcord halt` says at its end: never more than holds."""

import json

import pytest

from console.commands import halt as command


def test_without_a_latch_nothing_is_called_halted(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path))
    (tmp_path / "demo").write_text("a file where the folder should be")

    status = command.main(["--reason", "smoke"])
    told = capsys.readouterr().out

    assert status == command.NOT_LATCHED
    assert "HALTED" not in told
    assert "THE LATCH IS NOT SET" in told


def test_without_a_latch_a_program_is_not_told_of_a_confirmed_halt(capsys):
    report = command._Report("demo", as_json=True)

    report.finish(confirmed=True, is_latched=False)

    assert json.loads(capsys.readouterr().out)["confirmed"] is False


@pytest.mark.parametrize(("kept", "besides"), [(0, ""), (1, " besides 1 kept stop")])
def test_a_stop_that_the_desk_kept_is_told(kept, besides, capsys):
    report = command._Report("demo", as_json=False)

    is_proven = command._follow(iter([{"confirmed": True, "kept": kept}]), report)
    report.finish(confirmed=is_proven, is_latched=True)

    end = capsys.readouterr().out.splitlines()[-1]
    assert end == f"HALTED and CONFIRMED: the broker shows no open order{besides}."
