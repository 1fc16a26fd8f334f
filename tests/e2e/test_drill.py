"""The halt drill with its real processes, and what it leaves alone."""

import json
import subprocess

import psutil
import pytest

from tests.e2e.rig import KILLCORD, Rig

pytestmark = pytest.mark.e2e


@pytest.fixture
def floors(rig: Rig):
    """Where the drills of this test alone have their floors."""
    # short: the name of a Unix socket has room for about a hundred bytes
    folder = rig.folder / "f"
    folder.mkdir()
    rig.env["TMPDIR"] = str(folder)
    return folder


def test_a_drill_passes_keeps_its_figures_and_touches_nothing_else(rig: Rig, floors):
    done = rig.run("halt", "--drill", "--json", seconds=120)

    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [(p["way"], p["late"], p["left_open"]) for p in said["pulls"]] == [
        ("command", 0, 0),
        ("signal", 0, 0),
        ("key", 0, 0),
    ]
    assert [path.name for path in rig.profile.iterdir()] == ["drills.jsonl"]
    assert "1 of 1" in rig.run("drills").stdout
    assert list(floors.iterdir()) == []


def test_a_drill_that_is_ended_leaves_no_process_behind(rig: Rig, floors):
    drilling = subprocess.Popen([*KILLCORD, "halt", "--drill"], env=rig.env, stdout=subprocess.PIPE)
    process = psutil.Process(drilling.pid)
    rig.until(lambda: len(process.children()) > 1, "the drill never began")
    started = process.children()

    drilling.terminate()
    said = drilling.communicate(timeout=60)[0].decode()

    assert drilling.returncode == 1
    assert "ended before its time" in said
    assert not any(child.is_running() for child in started)
    assert list(floors.iterdir()) == []
    assert not rig.profile.exists()
