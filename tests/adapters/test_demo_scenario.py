"""A scenario in the demo: told to its venue when it opens, and told once."""

import asyncio
import json
import os
import signal
import urllib.request

import pytest

from console.adapters.embedded_venue import EmbeddedVenue, VenueOptions
from console.cli import parser
from console.folders import StateFolder

PATIENCE = 60


def test_a_scenario_is_named_or_a_file_another_process_finds_too(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text("step = []")
    monkeypatch.chdir(tmp_path)

    named = parser().parse_args(["--scenario", "flash-crash"])
    filed = parser().parse_args(["desk", "--scenario", "mine.toml"])

    assert named.scenario == "flash-crash"
    assert filed.scenario == str(tmp_path / "mine.toml")
    assert VenueOptions(scenario="gap-open").arguments() == ["--scenario", "gap-open"]


@pytest.fixture
def folder(tmp_path):
    """Return the demo's folder, which is there already."""
    demo = StateFolder(tmp_path / "demo")
    demo.path.mkdir(parents=True)
    return demo


@pytest.fixture
def embedded(folder):
    """Return a demo's venue with a scenario of its own."""
    venue = EmbeddedVenue(folder, VenueOptions(scenario="flash-crash"))
    yield venue
    venue.end()


async def test_a_venue_that_died_comes_back_without_its_scenario(folder, embedded):
    embedded.begin()
    started = await embedded.started()
    told = await steps_left(started)
    living = asyncio.create_task(embedded.keep_alive())

    os.kill(int(started["pid"]), signal.SIGKILL)
    again = await until_another(folder, started["pid"])
    left = await steps_left(again)
    living.cancel()

    assert told > 0
    assert left == 0


async def until_another(folder, pid):
    """Return the start line of the venue that took the place of process `pid`."""
    async with asyncio.timeout(PATIENCE):
        while True:
            started = json.loads(folder.venue.read_text())
            if started["pid"] != pid:
                return started
            await asyncio.sleep(0.05)


async def steps_left(started):
    url = started["control_url"] + "/scenario"
    return json.loads(await asyncio.to_thread(_read, url))["steps_left"]


def _read(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read()
