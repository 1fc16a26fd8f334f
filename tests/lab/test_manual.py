"""The examples of the chapter on datasets are run as they stand there, one after the other."""

import re
import shlex
from pathlib import Path

import pytest

from console.cli import main

CHAPTER = Path(__file__).parents[2] / "docs/using/datasets.md"
BLOCK = re.compile(r"^```(csv|console) ?(\S*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_example_says_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall(CHAPTER.read_text(encoding="utf-8"))

    for kind, name, text in blocks:
        if kind == "csv":
            Path(name).write_text(text, encoding="utf-8")
            continue
        asked, _, expected = text.partition("\n")
        main(shlex.split(asked.removeprefix("$ killcord")))
        told = "".join(capsys.readouterr())
        if not matches(told, expected):
            pytest.fail(f"{asked}\n{told}")

    assert len(blocks) > 3


def matches(told, expected):
    """Return whether each line is the one expected, where … stands for anything."""
    patterns = [re.escape(line).replace("…", ".*") for line in expected.splitlines()]
    return re.fullmatch("\n".join(patterns), told.rstrip("\n")) is not None
