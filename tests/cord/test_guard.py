"""The guard with real processes: bytes pass, keys are seen, the terminal is left clean."""

import json
import os
import random
import signal
import socket
import termios
import time
from contextlib import ExitStack, closing

import psutil
import pytest

from console.cord.keys import PASTE_BEGIN, PASTE_END
from console.cord.pull import REASON

FULL_SCREEN = r'say("\x1b[?1049h\x1b[?1003h\x1b[?25lshown")'
KEEP = """
tty.setraw(0)
say("ready")
with (folder / "typed").open("wb", buffering=0) as kept:
    while len(data := os.read(0, 65536)) > 0:
        kept.write(data)
"""
WAIT = f"{FULL_SCREEN}\nwhile True: time.sleep(1)"
SIZES = """
signal.signal(signal.SIGWINCH, lambda *_: say("<%dx%d>" % os.get_terminal_size()))
say("<%dx%d>" % os.get_terminal_size())
while True: signal.pause()
"""
FLOOD = """
say("ready")
while True: os.write(1, b"x" * 4096)
"""
BUSY_THEN_STUCK = """
tty.setraw(0)
say("ready")
os.read(0, 1)
for _ in range(20): os.write(1, b"x" * 4096)
say("last")
while True: time.sleep(1)
"""
SHOW = r"""
tty.setraw(0)
say("\x1b[?1049hready")
while True:
    for byte in os.read(0, 4096):
        if byte == 7:
            say("took" if line.takes_the_key() else "alone")
            line.tell_shown()
"""

EXPORTED = """
import shutil
size = shutil.get_terminal_size()
say(f"<{size.columns}x{size.lines}>")
select.select([0], [], [])
"""


def restored(guarded):
    return termios.tcgetattr(guarded.slave) == guarded.settings


def is_alive(process):
    # where nobody reaps orphans a dead one stays in the list
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def writes_nothing(process):
    written = process.io_counters().write_chars
    time.sleep(0.3)
    return process.io_counters().write_chars == written


def test_every_byte_typed_reaches_the_console_as_it_was(behind, folder):
    noise = random.Random(4).randbytes(1_000_000).replace(PASTE_END, b"")
    typed = bytes(set(range(256)) - {7}) + PASTE_BEGIN + noise + PASTE_END + b"end"
    guarded = behind(KEEP)
    guarded.wait_for(b"ready")

    guarded.type(typed)

    kept = folder / "typed"
    guarded.until(lambda: kept.read_bytes().endswith(b"end"), "not all of it came")
    assert kept.read_bytes() == typed
    assert not guarded.latch.exists()


def test_every_byte_drawn_reaches_the_terminal_as_it_was(behind, folder):
    drawn = bytes(range(256)) + random.Random(4).randbytes(1_000_000) + b"the end"
    (folder / "drawn").write_bytes(drawn)
    guarded = behind(
        'tty.setraw(1)\nleft = (folder / "drawn").read_bytes()\n'
        "while left: left = left[os.write(1, left):]"
    )

    guarded.wait_for(b"the end")

    assert guarded.seen == drawn
    assert guarded.ended() == 0


@pytest.mark.parametrize("key", [b"\x07", b"\x1b[24~", b"\x1b[103;5u"])
def test_a_stopped_console_keeps_no_key_from_halting(behind, key):
    guarded = behind(WAIT)
    guarded.wait_for(b"shown")
    guarded.stop_console()

    guarded.type(key)

    guarded.until_latched()
    guarded.wait_for(b"HALTED: the latch is set")
    assert json.loads(guarded.latch.read_text())["by"].endswith("(the cord)")


def test_a_key_behind_a_paste_that_nobody_takes_halts(behind):
    # raw, or the kernel would throw away what nobody reads
    guarded = behind(f"tty.setraw(0)\n{WAIT}")
    guarded.wait_for(b"shown")
    guarded.stop_console()

    guarded.type(PASTE_BEGIN + b"x\x07" * 500_000 + PASTE_END)
    assert not guarded.latch.exists()
    guarded.type(b"\x07")

    guarded.until_latched()


def test_a_terminal_that_shows_nothing_keeps_no_key_from_halting(behind):
    guarded = behind(FLOOD)
    guarded.until(guarded.read, "nothing was drawn")
    guarded.until(lambda: writes_nothing(guarded.console()), "it never got stuck")

    os.write(guarded.master, b"\x07")

    guarded.until_latched()


def test_a_new_size_is_handed_on_and_so_is_the_last_of_a_storm(behind):
    guarded = behind(SIZES, columns=100, rows=30)
    guarded.wait_for(b"<100x30>")

    for number in range(1_000):
        guarded.resize(80 + number % 200, 24)
    guarded.resize(132, 43)

    guarded.wait_for(b"<132x43>")


def test_the_terminal_s_own_size_counts_whatever_a_shell_has_exported(behind, monkeypatch):
    for name in ("COLUMNS", "LINES"):
        monkeypatch.setenv(name, "7")

    guarded = behind(EXPORTED, columns=100, rows=30)

    guarded.wait_for(b"<100x30>")


def test_a_killed_console_leaves_a_clean_terminal(behind):
    guarded = behind(WAIT)
    guarded.wait_for(b"shown")
    assert not restored(guarded)

    guarded.console().kill()

    assert guarded.ended() == 128 + signal.SIGKILL
    assert guarded.seen.endswith(b"\x1b[?1049l\x1b[?25h")
    assert b"\x1b[?1003l" in guarded.seen
    assert restored(guarded)


def test_a_console_killed_within_a_sequence_leaves_a_clean_terminal_too(behind):
    guarded = behind(FULL_SCREEN + r'; say("\x1b[12;3")' + "\nwhile True: time.sleep(1)")
    guarded.wait_for(b"\x1b[12;3")

    guarded.console().kill()

    guarded.ended()
    assert b"\x1b[12;3\x18" in guarded.seen


def test_a_console_that_has_left_is_not_left_again(behind):
    guarded = behind(FULL_SCREEN + r'; say("\x1b[?1049lbye"); return 7')

    assert guarded.ended() == 7
    assert guarded.seen.endswith(b"bye")
    assert restored(guarded)


@pytest.mark.parametrize("is_stopped", [False, True])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_cord_that_is_told_to_end_ends_its_console_and_leaves_clean(behind, number, is_stopped):
    guarded = behind(WAIT, patient_in=("END_SECONDS",))
    guarded.wait_for(b"shown")
    console = guarded.stop_console() if is_stopped else guarded.console()

    guarded.cord.send_signal(number)

    assert guarded.ended() == 128 + number
    assert not console.is_running()
    assert guarded.seen.endswith(b"\x1b[?1049l\x1b[?25h")
    assert restored(guarded)


def test_a_console_ends_with_a_killed_cord_also_where_hang_ups_are_ignored(behind):
    ignored = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        guarded = behind(WAIT)
    finally:
        signal.signal(signal.SIGHUP, ignored)
    guarded.wait_for(b"shown")
    console = guarded.console()

    guarded.cord.kill()
    guarded.cord.wait()

    guarded.until(lambda: not is_alive(console), "the console outlived its terminal")


def test_a_console_that_will_not_end_is_killed(behind):
    guarded = behind("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WAIT)
    guarded.wait_for(b"shown")

    guarded.cord.send_signal(signal.SIGTERM)

    assert guarded.ended() == 128 + signal.SIGKILL
    assert restored(guarded)


def test_a_terminal_that_is_gone_ends_the_console(behind):
    guarded = behind(WAIT)
    guarded.wait_for(b"shown")
    console = guarded.console()

    for end in (guarded.master, guarded.slave):
        os.close(end)
    guarded.master, guarded.slave = os.openpty()

    guarded.until(lambda: guarded.cord.poll() is not None, "the cord lives on")
    assert not console.is_running()


def test_job_control_stops_both_and_both_go_on(behind):
    stops = "signal.signal(signal.SIGTSTP, lambda *_: os.kill(os.getpid(), 19))\n"
    guarded = behind(stops + SHOW, patient_in=("SUSPEND_SECONDS",))
    guarded.wait_for(b"ready")

    guarded.cord.send_signal(signal.SIGTSTP)
    _, status = os.waitpid(guarded.cord.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert restored(guarded)
    guarded.cord.send_signal(signal.SIGCONT)
    guarded.until(lambda: not restored(guarded), "it is not raw again")
    guarded.type(b"\x07")

    guarded.wait_for(b"took")


def test_the_console_knows_which_keys_the_cord_has_seen(behind):
    guarded = behind(SHOW, patient_in=("SHOW_SECONDS",))
    guarded.wait_for(b"ready")

    guarded.type(b"\x07")
    guarded.wait_for(b"took")
    guarded.type(PASTE_BEGIN + b"\x07" + PASTE_END)

    guarded.wait_for(b"alone")
    assert b"does not answer" not in guarded.seen


def test_the_halt_is_written_after_what_a_slow_terminal_has_still_to_show(behind):
    guarded = behind(BUSY_THEN_STUCK)
    guarded.wait_for(b"ready")

    os.write(guarded.master, b"\x07")
    guarded.until_latched()
    time.sleep(1.5)  # the terminal shows nothing for so long

    guarded.until(
        lambda: guarded.seen.rfind(b"HALTED") > guarded.seen.find(b"last") > 0,
        "the halt was drawn over",
        reading=True,
    )


class FakeDesk:
    """Listens where a desk would and answers when it is told to."""

    def __init__(self, folder, stack):
        self.door = stack.enter_context(closing(socket.socket(socket.AF_UNIX)))
        self.door.bind(str(folder / "halt.sock"))
        self.door.listen()
        self.door.settimeout(60)
        self.stack = stack

    def asked(self):
        caller, _ = self.door.accept()
        self.stack.enter_context(closing(caller))
        caller.settimeout(60)
        return caller, json.loads(caller.makefile().readline())


@pytest.fixture
def desk(folder):
    with ExitStack() as stack:
        yield FakeDesk(folder, stack)


def test_a_key_that_is_held_down_is_one_pull_and_the_desk_hears_the_latch(behind, desk):
    guarded = behind(WAIT, patient_in=("ANSWER_SECONDS",))
    guarded.wait_for(b"shown")

    guarded.type(b"\x07" * 30)
    caller, asked = desk.asked()
    caller.sendall(b'{"latched": true}\n')

    guarded.wait_for(b"HALTED: the latch is set, the desk sweeps")
    told = {"reason": REASON, "id": json.loads(guarded.latch.read_text())["id"]}
    assert asked == {**told, "via": "the cord"}
    desk.door.settimeout(0)
    with pytest.raises(BlockingIOError):
        desk.door.accept()


def test_a_desk_that_does_not_answer_is_not_waited_for(behind, desk):
    guarded = behind(WAIT)
    guarded.wait_for(b"shown")

    guarded.type(b"\x07")
    _, first = desk.asked()
    _, second = desk.asked()

    told = {"reason": REASON, "id": json.loads(guarded.latch.read_text())["id"]}
    assert (first, second) == ({**told, "via": "the cord"}, {**told, "keeps": ""})
    guarded.wait_for(b"no desk answers, killcord halt sweeps")


def test_a_console_that_dies_of_the_key_has_halted(behind, desk):
    guarded = behind(WAIT)
    guarded.wait_for(b"shown")
    guarded.stop_console()

    guarded.type(b"\x07")
    caller, _ = desk.asked()
    guarded.console().kill()
    caller.sendall(b'{"latched": true}\n')

    guarded.ended()
    assert guarded.latch.exists()
