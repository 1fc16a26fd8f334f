"""A real venue process on loopback, and what tests ask of it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import requests

PROJECT = Path(__file__).parents[2]
TAPE = PROJECT / "../shared/data/tape-20131007.parquet"
PATIENCE = 60.0
T = TypeVar("T")
COMMAND = "import sys; from console.venue.command import main; sys.exit(main(sys.argv[1:]))"


class RunningVenue:
    """A venue in a process of its own."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *options],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the venue did not start: {self.process.communicate()[1]}")
        self.line: dict[str, Any] = json.loads(line)
        self.http = requests.Session()
        self.http.headers.update(self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"APCA-API-KEY-ID": self.line["key"], "APCA-API-SECRET-KEY": self.line["secret"]}

    def get(self, path: str, **query: object) -> Any:
        return self.http.get(self.line["trading_url"] + path, params=query, timeout=PATIENCE)

    def post(self, path: str, body: object) -> Any:
        return self.http.post(self.line["trading_url"] + path, json=body, timeout=PATIENCE)

    def patch(self, path: str, body: object) -> Any:
        return self.http.patch(self.line["trading_url"] + path, json=body, timeout=PATIENCE)

    def delete(self, path: str, **query: object) -> Any:
        return self.http.delete(self.line["trading_url"] + path, params=query, timeout=PATIENCE)

    def control(self, knob: str, **body: object) -> Any:
        url = f"{self.line['control_url']}/{knob}"
        answer = requests.post(url, json=body, timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def journal(self, after: int = 0) -> list[dict[str, Any]]:
        url = f"{self.line['control_url']}/journal"
        return requests.get(url, params={"after": after}, timeout=PATIENCE).json()

    def order(self, **ticket: object) -> dict[str, Any]:
        asked = {"symbol": "AAPL", "side": "buy", "type": "market", "time_in_force": "day"}
        answer = self.post("/v2/orders", asked | ticket)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def until_order(self, order: dict[str, Any], status: str) -> dict[str, Any]:
        """Return an order once it has a status."""
        return until(lambda: _with_status(self.get(f"/v2/orders/{order['id']}").json(), status))

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.wait()

    def wait(self) -> int:
        self.http.close()
        code = self.process.wait(PATIENCE)
        self.errors = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return code


def _with_status(order: dict[str, Any], status: str) -> dict[str, Any] | None:
    return order if order["status"] == status else None


def until(look: Callable[[], T]) -> T:
    """Look again and again until there is something to see."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError(f"{look} saw nothing in {PATIENCE} seconds")
