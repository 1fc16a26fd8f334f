"""Real processes for a test: a venue of its own, a desk, consoles, and the venue's journal."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.e2e.asker import ASKER
from tests.e2e.terminal import PATIENCE, Terminal

ROOT = Path(__file__).resolve().parents[2]
KILLCORD = [sys.executable, "-m", "console"]
FOR_WANT_OF_A_PRICE = (
    "s old, over",
    "There is no quote",
    "has one side only",
    "no price to reckon",
)

FREE_HAND = {
    "KILLCORD_LIMITS_DUPLICATE_WINDOW": "0",
    "KILLCORD_LIMITS_MAX_ORDERS_PER_MINUTE": "100000",
    "KILLCORD_TRIGGERS_ORDER_RATE": "100000",
}
"""For tests that send the same order over and over, and as fast as they can."""


class Rig:
    """One state folder with everything that runs on it; `close` leaves nothing behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("APCA_", "KILLCORD_"))},
            "KILLCORD_STATE": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            **FREE_HAND,
            "PYTHONPATH": str(ROOT),
        }
        self.started: dict[str, str] = {}
        self.venue_process: subprocess.Popen[bytes] | None = None
        self.desk_process: subprocess.Popen[bytes] | None = None
        self._terminals: list[Terminal] = []

    @property
    def profile(self) -> Path:
        """The state folder of the demo profile."""
        return self.folder / "demo"

    def start_venue(self, *arguments: str) -> None:
        """Start a venue of its own; its start line goes to `venue_file`."""
        self.venue_process = subprocess.Popen(
            [*KILLCORD, "venue", "--port", "0", *arguments], stdout=subprocess.PIPE, env=self.env
        )
        assert self.venue_process.stdout is not None
        line = self.venue_process.stdout.readline()
        self.started = json.loads(line)
        self.venue_file.write_bytes(line)

    @property
    def venue_file(self) -> Path:
        """Where the start line of this rig's venue is kept."""
        return self.folder / "venue-of-the-test.json"

    def start_desk(self, *arguments: str) -> None:
        """Start a desk, on this rig's venue if there is one, and wait until it answers."""
        where = ["--venue", str(self.venue_file)] if self.started else []
        with (self.folder / "desk.out").open("ab") as out:
            self.desk_process = subprocess.Popen(
                [*KILLCORD, "desk", *where, *arguments], env=self.env, stdout=out, stderr=out
            )
        self.until(lambda: self.status().get("ready") is True, "the desk never became ready")

    def status(self) -> dict[str, Any]:
        """What `killcord status --json` says; empty when there is no desk."""
        code, told, _ = ASKER.ask(["status", "--json"], self.env)
        return json.loads(told) if code == 0 else {}

    def run(self, *arguments: str, seconds: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        """Run one killcord command to its end."""
        return subprocess.run(
            [*KILLCORD, *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def order(self, line: str, *flags: str) -> subprocess.CompletedProcess[str]:
        """Send an order; again while the desk denies it for want of a fresh price.

        On a crowded machine the market itself may be late. A denied order has not left.
        """
        answers: list[subprocess.CompletedProcess[str]] = []

        def is_answered() -> bool:
            answers.append(self.run("order", line, *flags))
            return not any(words in answers[-1].stdout for words in FOR_WANT_OF_A_PRICE)

        try:
            self.until(is_answered, f"never a fresh price for {line!r}")
        except AssertionError as late:
            raise AssertionError(f"{late}\n{answers[-1].stdout}") from None
        return answers[-1]

    def fill(self, line: str, symbol: str) -> None:
        """Buy, and bring the market to the order: it has moved on while the order was written."""
        done = self.order(line, "--json")
        assert done.returncode == 0, done.stdout
        self.meet(symbol)

    def meet(self, symbol: str) -> None:
        """Let the market fall below the newest order in a symbol until there is a position."""
        [order, *_] = self.json_of_venue("GET", f"/v2/orders?status=all&symbols={symbol}")
        price = float(order["limit_price"]) * 0.999

        def is_filled() -> bool:
            self.control("/price", {"symbol": symbol, "price": price})
            return any(held["symbol"] == symbol for held in self.json("positions"))

        self.until(is_filled, f"the order in {symbol} was never filled")

    def python(self, script: str) -> str:
        """Run a script in a fresh interpreter; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", script], env=self.env, capture_output=True, text=True, check=True
        )
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """Run one reading command and return what it says."""
        code, told, complaint = ASKER.ask([*arguments, "--json"], self.env)
        assert code == 0, told + complaint
        return json.loads(told)

    def console(self, *arguments: str, columns: int = 120, rows: int = 40) -> Terminal:
        """Open a console in a terminal."""
        where = ["--venue", str(self.venue_file)] if self.started else []
        terminal = Terminal([*KILLCORD, *where, *arguments], self.env, columns=columns, rows=rows)
        self._terminals.append(terminal)
        return terminal

    @property
    def venue(self) -> dict[str, str]:
        """The start line of the venue: this rig's, or the one that the desk started."""
        return self.started or json.loads((self.profile / "venue.json").read_text())

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the venue's control: a GET, or a POST when there is a body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.venue["control_url"] + path,
            data=data,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"null")

    def json_of_venue(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the venue directly, as another program with the same keys would."""
        request = urllib.request.Request(
            self.venue["trading_url"] + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "APCA-API-KEY-ID": self.venue["key"],
                "APCA-API-SECRET-KEY": self.venue["secret"],
            },
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"null")

    def embedded_venue_pid(self) -> int:
        """The venue that the desk itself started."""
        return int(self.venue["pid"])

    def journal(self) -> list[dict[str, Any]]:
        """Everything the venue saw, in order."""
        entries: list[dict[str, Any]] = self.control("/journal")
        return entries

    def until(self, holds: Callable[[], bool], otherwise: str, seconds: float = PATIENCE) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"{otherwise}\n{self._words()}")
            time.sleep(0.05)

    def kill(self, process: subprocess.Popen[bytes] | None) -> None:
        """kill -9 one process."""
        assert process is not None
        process.kill()
        process.wait()

    def close(self) -> None:
        """End everything."""
        for terminal in self._terminals:
            terminal.close()
        self.run("desk", "--stop")
        for process in (self.desk_process, self.venue_process):
            if process is not None:
                process.kill()
                process.wait()
                if process.stdout is not None:
                    process.stdout.close()
        if not self.started:
            self._kill_the_embedded_venue()

    def _kill_the_embedded_venue(self) -> None:
        with suppress(OSError, ValueError, KeyError):
            os.kill(self.embedded_venue_pid(), signal.SIGKILL)

    def _words(self) -> str:
        texts = [path.read_text(errors="replace") for path in self.folder.rglob("*.log")]
        with suppress(OSError):
            texts.append((self.folder / "desk.out").read_text())
        return "\n".join(texts)[-4000:]


def posts(journal: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The order requests in a journal."""
    return [
        entry
        for entry in journal
        if entry["kind"] == "request" and entry["method"] == "POST" and "/orders" in entry["path"]
    ]
