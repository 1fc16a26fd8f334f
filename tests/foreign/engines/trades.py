"""Trade an SMA cross in backtesting.py and in vectorbt; print each engine's trades and speed.

Reads `{"open": [...], "high": ..., "low": ..., "close": ..., "fast": n, "slow": n}` from
standard input. Averages are compared as sums of whole hundredths of a cent, by their own
way: the engines differ on ties of rounded means otherwise.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

warnings.simplefilter("ignore")


def sums(close, window):
    """Return the sum of each window in whole ticks, 0 before there is one."""
    ticks = np.array([round(price * 10_000) for price in close], dtype=object)
    made = np.zeros(len(ticks), dtype=object)
    made[window - 1 :] = sliding_window_view(ticks, window).sum(axis=1)
    return made


def by_backtesting(bars, above, below):
    """Return the closed trades of backtesting.py, and its seconds of CPU."""
    from backtesting import Backtest, Strategy  # noqa: PLC0415 - slow, and only for this engine

    class Cross(Strategy):
        def init(self):
            self.sign = self.I(lambda: above.astype(float) - below.astype(float), plot=False)

        def next(self):
            if self.sign[-1] > 0 and not self.position:
                self.buy(size=1)
            elif self.sign[-1] < 0 and self.position:
                self.position.close()

    test = Backtest(bars, Cross, cash=1e9, trade_on_close=False, finalize_trades=False)
    began = time.process_time()
    stats = test.run()
    took = time.process_time() - began
    rows = stats["_trades"][["EntryBar", "ExitBar", "EntryPrice", "ExitPrice"]]
    return rows.to_numpy().tolist(), took


def by_vectorbt(bars, above, below):
    """Return the closed trades of vectorbt, and its seconds of CPU when compiled."""
    import vectorbt as vbt  # noqa: PLC0415 - compiles for seconds, only for this engine

    def run():
        portfolio = vbt.Portfolio.from_signals(
            bars["Close"],
            pd.Series(above, bars.index).shift(1, fill_value=False),
            pd.Series(below, bars.index).shift(1, fill_value=False),
            price=bars["Open"],
            size=1.0,
            init_cash=1e9,
            freq="1min",
        )
        return portfolio.trades.records

    run()
    began = time.process_time()
    records = run()
    took = time.process_time() - began
    closed = records[records["status"] == 1]
    return closed[["entry_idx", "exit_idx", "entry_price", "exit_price"]].to_numpy().tolist(), took


def main():
    """Print one line of JSON."""
    given = json.load(sys.stdin)
    index = pd.date_range("2013-10-07", periods=len(given["close"]), freq="1min")
    bars = pd.DataFrame({name.title(): given[name] for name in ("open", "high", "low", "close")})
    bars.index = index
    fast, slow = given["fast"], given["slow"]
    quick, late = sums(given["close"], fast) * slow, sums(given["close"], slow) * fast
    is_ready = np.arange(len(bars)) >= slow - 1
    above, below = is_ready & (quick > late), is_ready & (quick < late)
    told = {}
    for name, engine in (("backtesting.py", by_backtesting), ("vectorbt", by_vectorbt)):
        told[name] = dict(zip(("trades", "seconds"), engine(bars, above, below), strict=True))
    print(json.dumps(told))


main()
