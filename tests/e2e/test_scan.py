"""`killcord scan` on a venue and a desk of its own, and every command of the page on scanners."""

import json
import re
import shlex
import signal
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.rig import KILLCORD, ROOT, Rig
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e

PAGE = ROOT / "docs/using/scanners.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def demo(rig: Rig) -> Rig:
    rig.start_venue()
    # a venue makes its calendar once, which on a slow machine takes longer than one answer may
    rig.json_of_venue("GET", "/v2/calendar")
    rig.start_desk()
    return rig


def rise(rig: Rig, symbol: str, percent: float) -> None:
    """Move a market so far above its last session's close."""
    daily = data(rig, f"/v2/stocks/{symbol}/snapshot")["prevDailyBar"]
    rig.control("/price", {"symbol": symbol, "price": daily["c"] * (1 + percent / 100)})


def data(rig: Rig, path: str) -> Any:
    """Ask the venue's data side, as another program with the same keys would."""
    request = urllib.request.Request(
        rig.venue["data_url"] + path,
        headers={
            "APCA-API-KEY-ID": rig.venue["key"],
            "APCA-API-SECRET-KEY": rig.venue["secret"],
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_a_mover_is_found_compared_and_kept(demo):
    def is_found() -> bool:
        rise(demo, "KO", 30)
        return "KO" in symbols(demo.json("scan", "movers"))

    demo.until(is_found, "KO never moved")
    again = demo.json("scan", "movers")
    words = demo.run("scan", "explosive").stdout

    [row] = [row for row in again["rows"] if row["symbol"] == "KO"]
    assert row["change"] >= 10
    assert row["mark"] in ("same", "up", "down")
    assert again["state"] == "done"
    assert again["scanned"] == again["total"] > 10
    assert "KO" in words
    assert (demo.profile / "scans").is_dir()


def symbols(scan):
    return [row["symbol"] for row in scan["rows"]]


def test_what_is_wrong_is_said_with_its_own_status(demo):
    bad = demo.folder / "bad.txt"
    bad.write_text("AAPL\nno symbol at all\n")

    unknown = demo.run("scan", "nonsense")
    mistaken = demo.run("scan", "movers", "--file", str(bad))
    missing = demo.run("scan", "movers", "--file", str(demo.folder / "missing"))
    listed = demo.run("scan")

    assert (unknown.returncode, mistaken.returncode, missing.returncode) == (2, 2, 2)
    assert "movers" in unknown.stderr
    assert "line 2" in mistaken.stderr
    assert listed.returncode == 0
    assert "after-hours" in listed.stdout


def test_every_example_of_the_page_does_what_it_says(demo):
    files = {"scans.toml": demo.profile / "scans.toml", "tech.txt": demo.folder / "tech.txt"}
    commands = []
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind in ("toml", "text"):
            files["scans.toml" if kind == "toml" else "tech.txt"].write_text(text)
        if kind == "sh":
            commands += text.splitlines()
    rise(demo, "KO", 30)

    done = {line: demo.run(*words(line, demo.folder)) for line in commands}

    assert [line for line, ran in done.items() if ran.returncode] == []
    assert len(done) >= 4
    assert "busy" in done["killcord scan --rules"].stdout
    assert "of tech.txt" in done["killcord scan busy --file tech.txt"].stdout


def words(line: str, folder: Path) -> list[str]:
    """Return a line's words after `killcord`, its files found where the test put them."""
    return [str(folder / w) if w.endswith(".txt") else w for w in shlex.split(line)[1:]]


def test_without_a_desk_it_says_so(rig):
    assert rig.run("scan", "movers").returncode == 5
    assert rig.run("scan", "--rules").returncode == 0


@pytest.mark.long
def test_ten_thousand_names_of_a_file_are_scanned_against_the_venue(rig):
    rig.start_venue("--stocks", "10000")
    rig.start_desk()
    names = [f"Z{number:05}" for number in range(1, 10_001)]
    file = rig.folder / "many.txt"
    file.write_text("# ten thousand\n" + "\n".join(names))

    done = rig.run("scan", "movers", "--file", str(file), "--json", seconds=600)
    again = rig.run("scan", "movers", "--file", str(file), "--json", seconds=600)

    scan, later = json.loads(done.stdout), json.loads(again.stdout)
    assert (done.returncode, scan["state"]) == (0, "done")
    assert scan["scanned"] == scan["total"] == 10_000
    assert scan["not_listed"] == []
    assert 0 < len(scan["rows"]) < 10_000
    assert all(row["change"] >= 10 for row in scan["rows"])
    assert later["compared_with"] == scan["at"]


@pytest.mark.long
def test_ctrl_c_ends_a_scan_that_waits_for_requests(rig):
    rig.start_venue("--stocks", "4000", "--rate-limit", "30")
    rig.start_desk()
    scanning = Terminal([*KILLCORD, "scan", "movers"], rig.env)
    try:
        scanning.wait_for("used up", seconds=600)
        scanning.process.send_signal(signal.SIGINT)
        status = scanning.wait_until_ended(seconds=600)
        text = scanning.text
    finally:
        scanning.close()

    assert (status, "canceled" in text, "Traceback" in text) == (1, True, False)
