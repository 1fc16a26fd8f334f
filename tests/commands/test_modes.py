"""Modes and settings from the command line."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from console import cli
from console.commands.status_text import status_facts, status_words
from console.desk import latch
from console.domain.connections import Channel, Connection, Link
from console.domain.halt import Mode, Restraint, Source
from console.domain.state import TradingState
from console.folders import state_folder
from console.link.messages import Welcome
from tests.builders import NOON

ROOT = Path(__file__).parents[2]
WELCOME = Welcome(
    profile="demo",
    venue="embedded venue",
    feed="sip",
    desk_pid=1,
    state_folder="there",
    user="ann",
)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_the_status_names_every_source_in_words():
    one = Restraint(
        source=Source.BROKER, mode=Mode.REDUCING, reason="suspended", by="broker", since=NOON
    )
    other = replace(one, source=Source.REDUCING, reason="too much news", by="ann (console)")

    state = TradingState(restraints=(one, other), restraints_revision=1)
    facts = status_facts(WELCOME, state, NOON)
    words = status_words(facts)

    assert facts["mode"] is Mode.REDUCING
    assert [source["is_latched"] for source in facts["sources"]] == [False, True]
    assert "mode          REDUCING" in words
    assert "broker suspension, REDUCING while it lasts: suspended (by broker)" in words
    assert "reducing latch, REDUCING until a re-arm: too much news (by ann (console))" in words


def test_the_status_names_the_symbols_that_the_stream_keeps_back():
    stream = Connection(
        channel=Channel.MARKET_DATA, link=Link.LIVE, at=NOON, mute_symbols=("AAPL", "SPY")
    )

    facts = status_facts(WELCOME, TradingState(connections={stream.channel: stream}), NOON)

    assert facts["connections"]["market data"]["mute_symbols"] == ["AAPL", "SPY"]
    assert "market data   live, mute on AAPL, SPY" in status_words(facts)


def test_reduce_without_a_desk_latches_for_its_next_start(capsys):
    status = cli.main(["reduce", "--reason", "too much news"])

    said = latch.read(state_folder("demo").reducing)
    assert status == 0
    assert said is not None
    assert said.reason == "too much news"
    assert "next start" in capsys.readouterr().out


def test_the_settings_say_where_each_value_comes_from(capsys, monkeypatch):
    monkeypatch.setenv("KILLCORD_TRIGGERS_REJECTS", "7")

    status = cli.main(["settings", "--json"])

    told = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert status == 0
    assert told["triggers.rejects"]["value"] == 7
    assert told["triggers.rejects"]["source"] == "the environment's KILLCORD_TRIGGERS_REJECTS"
    assert told["limits.max_order_qty"]["source"] == "default"
    assert told["triggers.daily_loss_effect"]["range"] == "halt or reduce"


def test_the_settings_for_people_are_tables(capsys):
    assert cli.main(["settings"]) == 0

    words = capsys.readouterr().out
    assert [f"[{section}]" in words for section in ("limits", "triggers", "pace")] == [True] * 3
    assert "killcord.toml" in words


def test_a_bad_file_is_one_sentence_and_a_failure(capsys):
    folder = state_folder("demo")
    folder.path.mkdir(parents=True)
    folder.settings.write_text("[limits]\nmax_order_qty = 0\n")

    status = cli.main(["settings"])

    assert status == 1
    assert "line 2: limits.max_order_qty must be 1 to" in capsys.readouterr().err


def test_a_desk_refuses_to_start_on_a_bad_file():
    folder = state_folder("demo")
    folder.path.mkdir(parents=True)
    folder.settings.write_text("[limits]\nmax_order_qty = 0\n")

    done = subprocess.run(
        [sys.executable, "-m", "console", "desk"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert "line 2: limits.max_order_qty must be 1 to" in sentence
