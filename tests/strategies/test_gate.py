"""What the gate asks of a strategy, and the record of every try."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from console.backtest.lookahead import Glimpse, Peeking
from console.backtest.metrics import Metrics, Sharpe
from console.backtest.rules import Costs, Rules
from console.backtest.seeds.momentum import Momentum
from console.backtest.strategy import Intent, Strategy, Target
from console.cli import main
from console.sandbox.endings import SandboxProblem
from console.strategies.gate import LIMITS, Measured, examine, judge, luckiest
from console.strategies.tries import Tried, Tries
from console.strategies.walks import Edge, edge_on_walks
from tests.backtest.markets import random_walk

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
SHARPE = Sharpe(value=1.5, low=-0.46, high=3.46, sample=500)
GOOD = Measured(
    glimpse=None,
    shows_all_bars=True,
    edge=Edge(mean=0.001, error=0.001),
    has_costs=True,
    is_made_up=False,
    held_out=Metrics(
        total_return=0.1,
        annual_return=None,
        sharpe=SHARPE,
        max_drawdown=-0.05,
        trades=40,
        win_rate=0.5,
        expectancy=1.0,
        pay_off=1.0,
        exposure=0.5,
        cost=1.0,
    ),
    bars=500,
)
TRIED = Tried(
    strategy="mine",
    parameters={"bars": 3},
    code="ab" * 32,
    symbol="SPY",
    frame="1Min",
    source="a file",
    first_at="2013-10-04",
    last_at="2013-10-11",
)


class Waiting(Strategy):
    """Decides bar by bar, and never buys."""

    name = "waiting"

    def decide(self, window):
        return Intent(target=Target.FLAT)


def failed(found, tries=1):
    return [check.name for check in judge(found, tries=tries) if check.passed is False]


def measured(**held_out):
    return replace(GOOD, held_out=replace(GOOD.held_out, **held_out))


@pytest.mark.parametrize(
    ("found", "names"),
    [
        (GOOD, []),
        (measured(trades=LIMITS.least_trades), []),
        (measured(trades=LIMITS.least_trades - 1), ["trades"]),
        (measured(sharpe=replace(SHARPE, value=1.0)), []),
        (measured(sharpe=replace(SHARPE, value=0.99)), ["Sharpe ratio"]),
        (measured(sharpe=None), ["Sharpe ratio", "luck of 1 tries"]),
        (measured(max_drawdown=-0.10), []),
        (measured(max_drawdown=-0.101), ["drawdown"]),
        (replace(GOOD, has_costs=False), ["costs"]),
        (replace(GOOD, is_made_up=True), ["bars"]),
        (replace(GOOD, edge=Edge(mean=0.01, error=0.001)), ["random walks"]),
        (replace(GOOD, edge=Edge(mean=0.0, error=0.0)), []),
        (
            replace(GOOD, glimpse=Glimpse(bar=3, was=0, became=1, experiment="cut", cut=4)),
            ["look-ahead"],
        ),
    ],
)
def test_each_check_fails_at_its_bound_and_not_before(found, names):
    assert failed(found) == names


def test_a_strategy_that_is_shown_bar_by_bar_is_told_that_it_was_not_tested(tmp_path):
    bars, rules = random_walk(200, seed=5), Rules(costs=Costs(spread_bps=1))

    found = examine(Waiting(), bars, rules, seed=1)
    check = judge(found, tries=1)[0]
    with Tries(tmp_path) as record:
        made = record.add(AT, TRIED, judge(replace(GOOD, shows_all_bars=False), tries=1))
        kept = record.get(made.number)

    assert (check.name, check.passed, check.found) == ("look-ahead", None, "not tested")
    assert kept.stage == "passed"
    assert kept.checks[0].passed is None


def test_whoever_tries_often_needs_more_than_luck():
    assert luckiest(1, SHARPE) == 0.0
    assert luckiest(2, SHARPE) < luckiest(20, SHARPE) < luckiest(2000, SHARPE)
    # the expected maximum of 100 standard normal draws is 2.51
    assert luckiest(100, SHARPE) == pytest.approx(2.51, abs=0.03)
    assert failed(GOOD, tries=100) == ["luck of 100 tries"]


def test_an_honest_strategy_earns_nothing_on_random_walks_and_one_that_peeks_is_caught():
    bars, rules = random_walk(600, seed=5), Rules(costs=Costs(spread_bps=1))

    honest = examine(Momentum(bars=3), bars, rules, seed=1)
    cheat = examine(Peeking(Momentum(bars=3), 3), bars, rules, seed=1)

    assert (honest.glimpse, honest.bars) == (None, 180)
    assert honest.edge.errors < LIMITS.most_errors
    assert cheat.glimpse is not None
    assert cheat.edge.errors > LIMITS.most_errors
    assert edge_on_walks(Momentum(bars=3), seed=1) == honest.edge


def test_too_few_bars_are_refused():
    with pytest.raises(ValueError, match="50 bars are too few"):
        examine(Momentum(), random_walk(50, seed=1), Rules(), seed=1)


def test_a_rejected_try_keeps_its_reason_and_can_never_be_approved(tmp_path):
    checks = judge(measured(trades=2), tries=1)
    with Tries(tmp_path) as record:
        made = record.add(AT, TRIED, checks)
    with Tries(tmp_path) as record:
        kept = record.get(made.number)
        with pytest.raises(SandboxProblem, match="rejected and stays so: trades: 2 held out"):
            record.approve(made.number, AT, "ann", "please")

    assert kept == made
    assert kept.stage == "rejected"
    assert kept.reasons == "trades: 2 held out, at least 30"


def test_a_try_that_passed_is_approved_once_by_somebody_with_a_reason(tmp_path):
    with Tries(tmp_path) as record:
        made = record.add(AT, TRIED, judge(GOOD, tries=1))
        before = record.get(made.number).stage
        approved = record.approve(made.number, AT, "ann", "seen the trades")
        with pytest.raises(SandboxProblem, match="approved by ann before"):
            record.approve(made.number, AT, "bob", "me too")
        counts = record.count("SPY", "1Min"), record.count("SPY", "1Day")
        with pytest.raises(SandboxProblem, match="No try is numbered 9"):
            record.get(9)

    assert (before, approved.stage) == ("passed", "paper")
    assert (approved.approved_by, approved.approved_why) == ("ann", "seen the trades")
    assert counts == (1, 0)


def test_the_command_tries_lists_and_counts_what_was_looked_at(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path / "state"))
    bars = random_walk(400, seed=2)
    rows = "\n".join(
        f"{at},SPY,{o},{h},{low},{c},{v}"
        for at, o, h, low, c, v in zip(
            bars.at, bars.open, bars.high, bars.low, bars.close, bars.volume, strict=True
        )
    )
    file = tmp_path / "bars.csv"
    file.write_text(f"ts,symbol,open,high,low,close,volume\n{rows}\n")

    def killcord(*words):
        status = main([*map(str, words)])
        told = capsys.readouterr()
        return status, told.out, told.err

    words = ("momentum", "SPY", "--file", file, "--set", "bars=3", "--session", "all")
    killcord("backtest", *words, "--sweep", "threshold_percent=0,0.1,0.2")
    first = killcord("strategies", "try", *words)
    (tmp_path / "state" / "demo" / "killcord.toml").write_text("[gate]\nleast_trades = 7\n")
    again = json.loads(killcord("strategies", "try", *words, "--json")[1])
    listed = killcord("strategies", "list")[1]
    approved = killcord("strategies", "approve", 1, "--reason", "hope")
    swept = killcord("strategies", "try", *words, "--sweep", "bars=1:5")

    assert first[0] == 1
    assert "FAILED  costs" in first[1]
    assert "luck of 4 tries" in first[1]
    assert "REJECTED" in first[1]
    assert [check["name"] for check in again["checks"]][6] == "luck of 5 tries"
    assert [check["asked"] for check in again["checks"]][4] == "at least 7"
    assert "rejected  costs: trading was free" in listed
    assert approved[0] == 1
    assert "stays so" in approved[2]
    assert swept[0] == 2
    assert "leave out --sweep" in swept[2]
