"""Quotes from the venue to the painted screen: the CPU of desk and console against a naive app.

The naive app does what comes to mind first: alpaca-py's models, one DataTable cell a
message. Both watch the same symbols of one venue whose clock runs fast, each in a real
terminal of 120x40, one after the other.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.bench.results import Result, say
from tests.e2e.rig import Rig
from tests.e2e.terminal import Terminal

SECONDS = 12.0
WARM_UP = 4.0
SPEED = "60"
"""How fast the venue's clock runs: some thousand messages a second."""

NAIVE = """
import sys, threading
from alpaca.data.live import StockDataStream
from textual.app import App
from textual.widgets import DataTable
key, secret, url, *symbols = sys.argv[1:]
class Naive(App):
    seen = 0
    def compose(self):
        yield DataTable()
    def on_mount(self):
        table = self.query_one(DataTable)
        for column in ("symbol", "bid", "ask"):
            table.add_column(column, key=column)
        for symbol in symbols:
            table.add_row(symbol, "", "", key=symbol)
        stream = StockDataStream(key, secret, url_override=url)
        async def on_quote(quote):
            Naive.seen += 1
            self.call_later(self.put, quote)
        async def on_trade(trade):
            Naive.seen += 1
        stream.subscribe_quotes(on_quote, *symbols)
        stream.subscribe_trades(on_trade, *symbols)
        threading.Thread(target=stream.run, daemon=True).start()
        self.set_interval(1, lambda: setattr(self, "title", f"seen={Naive.seen}"))
    def put(self, quote):
        table = self.query_one(DataTable)
        table.update_cell(quote.symbol, "bid", f"{quote.bid_price:.2f}")
        table.update_cell(quote.symbol, "ask", f"{quote.ask_price:.2f}")
Naive().run()
"""


def cpu_share(pids: list[int], terminal: Terminal) -> float:
    """Return the share of one core that processes take while their terminal is read."""
    processes = [psutil.Process(pid) for pid in pids]
    terminal.settle(WARM_UP)
    before, began = _used(processes), time.monotonic()
    terminal.settle(SECONDS)
    return (_used(processes) - before) / (time.monotonic() - began) * 100


def _used(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def main() -> None:
    """Measure ours, then the naive one, on the same venue."""
    folder = Path(tempfile.mkdtemp(prefix="kc-"))
    rig = Rig(folder)
    try:
        rig.start_venue("--speed", SPEED, "--rate-limit", "off")
        rig.start_desk()
        desk = rig.status()["desk_pid"]
        console = rig.console()
        console.wait_for("SPY")
        ours = cpu_share([desk, console.process.pid], console)
        console.close()
        naive = _naive(rig)
        baseline = cpu_share([naive.process.pid], naive)
        naive.close()
    finally:
        rig.close()
        shutil.rmtree(folder, ignore_errors=True)
    say(Result("quotes -> painted: desk and console", ours, baseline, "% core", "<= 0.33"))


def _naive(rig: Rig) -> Terminal:
    symbols = ["SPY", "QQQ", "AAPL", "MSFT", "NVDA", "AMZN", "GOOG", "META", "TSLA", "AMD", "JPM"]
    url = rig.started["stream_url"] + "/v2/iex"
    command = [sys.executable, "-W", "ignore", "-c", NAIVE]
    arguments = [rig.started["key"], rig.started["secret"], url, *symbols]
    terminal = Terminal([*command, *arguments], dict(os.environ))
    terminal.wait_for("SPY")
    return terminal


if __name__ == "__main__":
    main()
