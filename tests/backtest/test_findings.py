import json
from datetime import UTC, datetime

import numpy as np
import pytest

from console.backtest.bars import Split, make_bars
from console.backtest.findings import CURVE_POINTS, as_plain, finding, from_plain
from console.backtest.rules import Rules
from console.backtest.vectorised import run_targets
from console.domain.market import Timeframe
from tests.backtest.markets import random_walk, times

MADE_AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def found(run):
    return finding(
        run, key="1", made_at=MADE_AT, strategy=("test", {"bars": 3}), source="a test", seed=1
    )


def long_run(count=5_000):
    said = (np.arange(count) % 70 < 40).astype(np.int8)
    return run_targets(said, random_walk(count, seed=6), Rules())


def test_what_is_kept_as_json_comes_back_whole():
    one = found(long_run())

    assert from_plain(json.loads(json.dumps(as_plain(one)))) == one


def test_the_curve_has_at_most_a_thousand_points_and_loses_neither_end_nor_depth():
    run = long_run()

    one = found(run)

    assert len(one.at) == len(one.equity) == len(one.drawdown) == CURVE_POINTS
    assert one.equity[-1] == pytest.approx(run.final_equity, abs=1e-3)
    assert min(one.drawdown) == pytest.approx(one.metrics["max_drawdown"], abs=1e-6)


def test_trades_are_told_in_prices_and_shares_as_they_were_traded():
    at = times(5, Timeframe.DAY_1)
    traded = [100.0, 100.0, 50.0, 50.0, 50.0]
    bars = make_bars(
        "X", Timeframe.DAY_1, at, prices=[traded] * 4, volume=[1.0] * 5,
        splits=[Split(at=at[2], ratio=2.0)],
    )  # fmt: skip
    said = np.array([1, 1, 0, 1, 1], dtype=np.int8)

    first, second = found(run_targets(said, bars, Rules(qty=10))).trades

    assert (first["qty"], first["entry_price"], first["exit_price"]) == (10, 100.0, 50.0)
    assert first["pnl"] == 0
    assert (second["entry_price"], second["exit_price"], second["left_at"]) == (50.0, None, None)


@pytest.mark.parametrize("broken", [None, [], {}, {"key": "1"}])
def test_what_is_no_finding_is_refused(broken):
    with pytest.raises(ValueError, match="no back-test"):
        from_plain(broken)
