"""The guard: the console in a terminal of its own, and between the two every byte copied.

Two threads copy, so that a console that reads nothing and a terminal that shows nothing
never keep a key from being seen. What is typed is kept until the console takes it.
Standard library only; the console is forked off before anything else is loaded.
"""

import gc
import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from console.cord.keys import HaltKeys
from console.cord.line import CordEnd
from console.cord.pull import Puller
from console.cord.terminal import OuterTerminal

A_READ = 65_536
A_PIECE = 8_192
"""What the kernel hands over at once from a pseudo-terminal is less than this."""
ENDING = frozenset({signal.SIGTERM, signal.SIGHUP})
"""Signals that end the console for certain."""
HANDED_ON = frozenset({signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2})
OURS = frozenset({signal.SIGCHLD, signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT})
END_SECONDS = 2.0
"""How long a console may take to end before it is killed."""
SHOW_SECONDS = 0.7
"""How long a console may take to show the halt before the cord writes it on the screen."""
SILENT_SECONDS = 0.2
"""The cord never writes between two pieces of a picture: so long nothing must have come."""
LOOK_AGAIN_SECONDS = 0.1
SUSPEND_SECONDS = 1.0
LAST_WORDS_SECONDS = 1.0
PULL_SECONDS = 5.0


class Guard:
    """Copies between the terminal and the console, sees the halt keys and pulls."""

    def __init__(
        self,
        *,
        console: int,
        master: int,
        terminal: OuterTerminal,
        line: CordEnd,
        puller: Puller,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._master = master
        self._terminal = terminal
        self._line = line
        self._puller = puller
        self._monotonic = monotonic
        self._keys = HaltKeys()
        self._typed = bytearray()
        self._is_writing = False
        self._written_at = 0.0
        self._show_by: float | None = None
        self._shown = ("", 0.0)
        """What was written on the screen, and after which of the console's pictures."""
        self._kill_at: float | None = None
        self._status: int | None = None
        self._wake, self._waker = os.pipe()
        self._output = Thread(target=self._copy_output, name="output", daemon=True)

    def run(self) -> int:
        """Guard until the console has ended; return its exit status."""
        os.set_blocking(self._master, False)
        os.set_blocking(self._waker, False)
        self._heed_signals()
        self._puller.start()
        self._terminal.make_raw()
        try:
            # its size may have changed before the signal was heeded
            self._terminal.hand_size_to(self._master)
            self._output.start()
            gc.freeze()
            gc.disable()  # what is made here is freed by counting
            while not self._has_ended():
                self._step()
            self._output.join(LAST_WORDS_SECONDS)
            self._puller.finish(PULL_SECONDS)
        finally:
            self._say(self._terminal.leaving(), LAST_WORDS_SECONDS)
            self._terminal.restore()
        return self._exit_status()

    def _step(self) -> None:
        """Wait for whatever comes next and deal with it."""
        poll = select.poll()
        for source in (0, self._wake, self._line.fileno):
            poll.register(source, select.POLLIN)
        if self._typed:
            poll.register(self._master, select.POLLOUT)
        ready = dict(poll.poll(self._patience()))
        if 0 in ready:
            self._read_keys()
        if self._wake in ready:
            for number in os.read(self._wake, A_READ):
                self._heed(signal.Signals(number))
        if self._typed:
            self._hand_on()
        self._look_after_the_screen()
        self._look_after_the_end()

    def _patience(self) -> int | None:
        """Return for how many milliseconds nothing is due."""
        due = [at for at in (self._show_by, self._kill_at) if at is not None]
        if not due:
            return None
        return max(int((min(due) - self._monotonic()) * 1000) + 1, 0)

    def _read_keys(self) -> None:
        """Pull first, then keep what was typed for the console."""
        try:
            data = os.read(0, A_READ)
        except OSError:
            data = b""
        if not data:
            self._lose_terminal()
            return
        if halts := self._keys.feed(data, self._monotonic()):
            self._puller.pull()
            self._line.tell_seen(halts)
            self._show_by = self._monotonic() + SHOW_SECONDS
        self._typed += data

    def _hand_on(self) -> None:
        try:
            del self._typed[: os.write(self._master, self._typed)]
        except BlockingIOError:
            return
        except OSError:
            # The console is gone; its end is about to be told.
            self._typed.clear()

    def _copy_output(self) -> None:
        """Copy what the console draws until its terminal is closed."""
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        while True:
            try:
                data = os.read(self._master, A_PIECE)
            except BlockingIOError:
                poll.poll()
                continue
            except OSError:
                return
            if not data:
                return
            self._is_writing = True
            try:
                self._terminal.write(data)
            except OSError:
                self._lose_terminal()
                return
            self._written_at = self._monotonic()
            self._is_writing = False

    def _look_after_the_screen(self) -> None:
        """Write the halt on the screen when the console does not; again when it drew over it."""
        if self._line.has_shown():
            self._show_by = None
        now = self._monotonic()
        if self._show_by is None or now < self._show_by:
            return
        self._show_by = now + LOOK_AGAIN_SECONDS
        headline = (self._puller.words, self._written_at)
        is_silent = not self._is_writing and now - self._written_at >= SILENT_SECONDS
        if is_silent and headline != self._shown:
            self._shown = headline
            self._say(self._terminal.headline(f"{headline[0]}. The console does not answer."))

    def _say(self, data: bytes, seconds: float = 0) -> None:
        """Write to the terminal beside everything else: it may be stuck. Wait so long for it."""
        if not data:
            return
        saying = Thread(target=self._write, args=(data,), name="say", daemon=True)
        saying.start()
        saying.join(seconds)

    def _write(self, data: bytes) -> None:
        with suppress(OSError):
            self._terminal.write(data)

    def _heed_signals(self) -> None:
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        for number in (*ENDING, *HANDED_ON, *OURS):
            signal.signal(number, lambda *_: None)

    def _heed(self, number: signal.Signals) -> None:
        if number in ENDING:
            self._end(number)
        elif number in HANDED_ON:
            self._send(number)
        elif number == signal.SIGWINCH:
            self._terminal.hand_size_to(self._master)
        elif number == signal.SIGTSTP:
            self._suspend()

    def _lose_terminal(self) -> None:
        """End as after a hang-up; the output's thread calls this too."""
        with suppress(OSError):
            os.write(self._waker, bytes([signal.SIGHUP]))
        time.sleep(LOOK_AGAIN_SECONDS)

    def _end(self, number: signal.Signals) -> None:
        """End the console, also one that is stopped."""
        self._send(number)
        self._send(signal.SIGCONT)
        if self._kill_at is None:
            self._kill_at = self._monotonic() + END_SECONDS

    def _look_after_the_end(self) -> None:
        if self._kill_at is not None and self._monotonic() >= self._kill_at:
            self._kill_at = self._monotonic() + END_SECONDS
            self._send(signal.SIGKILL)

    def _suspend(self) -> None:
        """Stop the console and then the cord, as job control asks; go on together."""
        self._send(signal.SIGTSTP)
        until = self._monotonic() + SUSPEND_SECONDS
        while self._monotonic() < until:
            if os.waitid(os.P_PID, self._console, os.WSTOPPED | os.WNOHANG | os.WNOWAIT):
                break
            time.sleep(0.01)
        time.sleep(SILENT_SECONDS)  # for what it still says when it leaves
        self._say(self._terminal.leaving(), LAST_WORDS_SECONDS)
        self._terminal.restore()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._terminal.make_raw()
        self._terminal.hand_size_to(self._master)
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._console, number)

    def _has_ended(self) -> bool:
        found, status = os.waitpid(self._console, os.WNOHANG)
        if found:
            self._status = status
        return bool(found)

    def _exit_status(self) -> int:
        """Return the console's status; a signal's as a shell tells it."""
        code = os.waitstatus_to_exitcode(self._status or 0)
        return code if code >= 0 else 128 - code
