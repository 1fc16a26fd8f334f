"""Nothing hostile code tries comes through, and it is ended at its limits, with words."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pyarrow as pa
import pytest

from console.sandbox.endings import Ended, Limit
from console.sandbox.limits import MIB, RunLimits
from console.sandbox.manners import NICENESS
from console.sandbox.running import Bench
from console.sandbox.worker import lent
from tests.sandbox.escapes import CALLS, FILES, attempt

ROOT = Path(__file__).parents[2]
NONE_ESCAPED = "escaped: []\n"
SMALL = RunLimits(
    cpu_seconds=1,
    wall_seconds=300.0,
    memory_bytes=512 * MIB,
    printed_bytes=200_000,
    result_bytes=MIB,
)
PATIENCE = 60.0


@pytest.fixture
def secrets(tmp_path):
    keys = tmp_path / "keys.json"
    keys.write_text('{"key": "CANARY"}')
    return {
        "KEYS": str(keys),
        "HOME": str(Path.home()),
        "SECRET_MODULE": str(ROOT / "console" / "cli.py"),
    }


def run(isolation, code, limits=SMALL, tables=None):
    return Bench(isolation, limits).run(code, tables or {}, {})


def test_nothing_comes_through_wall_and_lock(isolation, secrets, monkeypatch):
    monkeypatch.setenv("KILLCORD_API_SECRET", "CANARY")
    code = attempt(FILES | CALLS, **secrets) + "\nimport os, sys; print(dict(os.environ), sys.argv)"

    outcome = run(isolation, code)

    assert outcome.problem is None
    assert outcome.printed.startswith(NONE_ESCAPED)
    assert "CANARY" not in outcome.printed
    assert len(FILES | CALLS) >= 30


def test_the_outer_wall_holds_alone(isolation, secrets):
    command = isolation.command(("inside", "frames", "lock", "manners", "runs"))
    python = command[: command.index("-X")]
    reach = {
        "the network": "import socket; socket.create_connection(('127.0.0.1', PORT), 5)",
        "a process outside": "os.kill(OUTSIDE, 0)",
    }
    with (
        subprocess.Popen(["/bin/sleep", "600"]) as outside,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        port = server.getsockname()[1]
        code = attempt(FILES | reach, PORT=port, OUTSIDE=outside.pid, **secrets)
        done = subprocess.run([*python, "-c", code], capture_output=True, text=True, check=False)
        outside.kill()

    assert (done.stdout, done.stderr) == (NONE_ESCAPED, "")


def test_the_inner_lock_holds_alone(isolation):
    loose = "--ro-bind / / --dev /dev --proc /proc --unshare-pid --die-with-parent --"
    code = attempt(CALLS) + "open('/proc/self/status').close(); print('reads')"
    locked = (
        "from console.sandbox import lock\n"
        f"lock.lock(cpu_seconds=60, memory_bytes={1024 * MIB})\n{code}"
    )

    done = subprocess.run(
        [isolation.program, *loose.split(), sys.executable, "-c", locked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == (f"{NONE_ESCAPED}reads\n", "")


OTHER_GATES = {
    "the calls of 32 bits": "b'\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3'",
    "the calls of x32": "b'\\xb8\\x27\\0\\0\\x40\\x0f\\x05\\xc3'",
}


@pytest.mark.parametrize("gate", OTHER_GATES)
def test_no_other_gate_leads_into_the_kernel(isolation, gate):
    code = f"""
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write({OTHER_GATES[gate]})
print(ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))())
"""

    outcome = run(isolation, code)

    assert "SIGSYS" in str(outcome.problem)
    assert outcome.printed == ""


@pytest.mark.parametrize(
    ("code", "limit", "words"),
    [
        ("while True: pass", Limit.CPU, "more than 1 s of processor time"),
        ("print('x')\nhuge = bytearray(10 << 30)", Limit.MEMORY, "line 2: there is not enough"),
        ("while True: print('flood' * 1000)", Limit.PRINTED, "printed more than 195 KiB"),
        ("print('\\x1b[2J' * 10**6, flush=True)", Limit.PRINTED, "printed more than"),
        ("for place in range(50): plot(range(10_000))", Limit.RESULT, "more than 1 MiB"),
    ],
)
def test_a_run_is_ended_at_its_limits_with_words(isolation, code, limit, words):
    outcome = run(isolation, code)

    assert isinstance(outcome.problem, Ended)
    assert outcome.problem.limit is limit
    assert words in str(outcome.problem)
    assert len(outcome.printed) <= SMALL.printed_bytes


@pytest.mark.long
def test_who_ignores_the_warning_of_the_clock_is_ended_all_the_same(isolation):
    code = "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"

    outcome = run(isolation, code)

    assert "ended by the system" in str(outcome.problem)


def test_who_sleeps_for_ever_is_ended_by_the_clock(isolation):
    outcome = run(isolation, "import time; time.sleep(1e9)", RunLimits(wall_seconds=1.0))

    assert outcome.problem.limit is Limit.WALL


def test_who_closes_the_channel_and_sleeps_is_ended_by_the_clock(isolation):
    code = "import os, sys, time; os.close(int(sys.argv[3])); time.sleep(1e9)"

    outcome = run(isolation, code, RunLimits(wall_seconds=1.0))

    assert outcome.problem.limit is Limit.WALL


def test_an_end_that_is_no_signal_is_an_end(isolation):
    outcome = run(isolation, "import os; os._exit(200)")

    assert str(outcome.problem) == "The code ended Python itself before it was done."


FORGERIES = {
    "garbage": "b'\\0\\0\\0\\5hello'",
    "a pickle": "b'\\x80\\x04\\x95' + b'x' * 64",
    "a head without end": "b'\\xff\\xff\\xff\\xff'",
    "no object": "b'\\0\\0\\0\\2[]'",
    "a part that is too long": "b'\\0\\0\\0\\x17' + b'{\"blobs\":[999999999999]}'[:23]",
    "a table that is none": (
        "pack({'kind': 'made', 'result': 0, 'shown': [], 'parameters': {}}, b'ARROW1')"
    ),
    "a wrong figure": "pack({'kind': 'made', 'shown': [{'kind': 'figure'}], 'parameters': 3})",
    "a number beyond all numbers": (
        "pack({'kind': 'made', 'shown': [{'kind': 'figure', 'title': '',"
        " 'lines': [{'name': '', 'y': [10**400]}]}], 'parameters': {}})"
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_result_is_nothing(isolation, forgery):
    code = f"""
import os, sys
from console.sandbox.frames import packed
def pack(head, *blobs): return b"".join(packed(head, blobs))
os.write(int(sys.argv[3]), {FORGERIES[forgery]})
os._exit(0)
"""

    outcome = run(isolation, code)

    assert outcome.problem is not None
    assert (outcome.result, outcome.shown) == (None, ())


def test_what_is_lent_cannot_be_changed(isolation):
    table = pa.table({"close": list(map(float, range(1000)))})
    code = """
import os
for file in range(3, 64):
    try:
        os.pwrite(file, b"hacked" * 100, 0)
    except OSError:
        pass
result = df
"""

    outcome = run(isolation, code, tables={"bars": table})

    assert outcome.problem is None
    assert outcome.result.equals(table)


PARENT = """
import sys, threading, time
from console.sandbox.isolation import find_isolation
from console.sandbox.worker import Worker
inside = ("inside", "frames", "lock", "manners", "runs")
worker = Worker(find_isolation(), inside, host="console.sandbox.runs")
def report():
    while "up" not in worker.printed:
        time.sleep(0.02)
    print(worker._process.pid, flush=True)
threading.Thread(target=report, daemon=True).start()
code = "import time; print('up'); time.sleep(1e9)"
worker.begin({"code": code, "tables": [], "parameters": {}})
"""


def test_the_sandbox_lets_others_go_first_and_dies_with_whoever_started_it(isolation):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        sandbox = psutil.Process(int(parent.stdout.readline()))
        everything = [sandbox, *sandbox.children(recursive=True)]
        # Bubblewrap's own processes only wait: whoever has nothing below it does the work.
        kindness = min(process.nice() for process in everything if not process.children())
        os.kill(parent.pid, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and any(map(lives, everything)):
            time.sleep(0.02)

    assert len(everything) >= 2
    assert kindness >= NICENESS
    assert not any(map(lives, everything))


def lives(process):
    """Whether it still runs; one that nobody has buried does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_lent_file_is_sealed():
    file = lent(lambda out: out.write(b"bars"))

    with pytest.raises(PermissionError):
        os.pwrite(file, b"hack", 0)
    os.close(file)
