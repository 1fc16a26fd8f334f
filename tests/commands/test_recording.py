"""`killcord record` against a real venue: what is written can be replayed, and is what was told."""

import json
import signal
import subprocess
import sys
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from console.commands.recording import CannotRecord, TapeWriter
from console.venue.markets.market import QuoteTick, TradeTick
from console.venue.markets.recording import COLUMNS
from console.venue.markets.tape import TapeMarket
from tests.venue.rig import PATIENCE, PROJECT, RunningVenue

MAIN = "import sys; from console.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def venue():
    started = RunningVenue("--seed", "7", "--speed", "20")
    yield started
    started.stop()


def recording(venue, folder, *options: str) -> subprocess.Popen:
    line = folder / "venue.json"
    line.write_text(json.dumps(venue.line))
    words = ["record", "--venue", str(line), "--out", str(folder / "tape.parquet"), *options]
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, *words],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_is_recorded_can_be_replayed(venue, tmp_path):
    process = recording(venue, tmp_path, "--seconds", "12", "KO", "F")
    out, err = process.communicate(timeout=PATIENCE)

    tape = TapeMarket(tmp_path / "tape.parquet")
    ticks = tape.advance(tape.ends_at)

    assert (process.returncode, err) == (0, "")
    assert f": {len(ticks)} quotes and trades" in out
    assert [listing.symbol for listing in tape.listings] == ["F", "KO"]
    assert {type(tick) for tick in ticks} == {QuoteTick, TradeTick}
    assert all(t.bid < t.ask for t in ticks if isinstance(t, QuoteTick))
    again = RunningVenue("--tape", str(tmp_path / "tape.parquet"))
    symbols = again.get("/v2/stocks/quotes/latest", symbols="KO,F")
    again.stop()
    assert symbols.status_code == 200


def test_a_signal_ends_the_recording_and_the_file_is_whole(venue, tmp_path):
    process = recording(venue, tmp_path)
    part = tmp_path / "tape.parquet.part"
    first = process.stdout.readline()

    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)

    assert (first, process.returncode) == (f"recording to {tmp_path / 'tape.parquet'}\n", 0)
    assert not part.exists()
    assert set(pq.ParquetFile(tmp_path / "tape.parquet").schema_arrow.names) == set(COLUMNS)


def test_a_refusal_is_told_and_leaves_no_file(venue, tmp_path):
    venue.line["secret"] = "wrong"

    process = recording(venue, tmp_path)
    _, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert "the stream ended: auth failed (402)" in err
    assert not (tmp_path / "tape.parquet").exists()


def test_a_place_that_cannot_be_written_is_told_at_once(tmp_path):
    with pytest.raises(CannotRecord, match=r"cannot be written: No such file or directory"):
        TapeWriter(tmp_path / "nowhere" / "t.parquet")


def test_every_digit_of_a_time_is_kept(tmp_path):
    at = SimpleNamespace(seconds=1_700_000_000, nanoseconds=123_456_789)
    tape = TapeWriter(tmp_path / "t.parquet")

    tape.take([{"T": "t", "S": "KO", "p": 60.01, "s": 7, "x": "V", "t": at}, {"T": "b"}])
    rows = tape.close()

    assert rows == 1
    (tick,) = TapeMarket(tmp_path / "t.parquet").advance(2**62)
    assert (tick.at, tick.price, tick.size) == (1_700_000_000_123_456_789, 60.01, 7)


def test_an_error_of_the_stream_ends_it(tmp_path):
    with pytest.raises(CannotRecord, match="connection limit exceeded"):
        TapeWriter(tmp_path / "t.parquet").take(
            [{"T": "error", "code": 406, "msg": "connection limit exceeded"}]
        )
