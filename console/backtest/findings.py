"""A finished back-test as plain values: what is printed, kept, compared and exported.

Prices and quantities are as they were traded, and what is not known is None.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

import numpy as np

from console.backtest.baselines import buy_and_hold, by_chance
from console.backtest.metrics import drawdown, measure
from console.backtest.rules import Rules
from console.backtest.sweeps import Outcome, best, luck
from console.backtest.trades import Run
from console.backtest.walk_forward import Walk

CURVE_POINTS = 1_000
MOST_TRADES = 10_000
LATER = frozenset({"lookahead"})
"""What older back-tests have not."""
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One back-test, as it is kept in a file."""

    key: str
    """Its name among the others."""
    made_at: str
    strategy: str
    parameters: Plain
    symbol: str
    frame: str
    source: str
    """Where the bars came from."""
    bars: int
    first_at: str
    last_at: str
    terms: Plain
    metrics: Plain
    hold: Plain
    """The metrics of buying and holding."""
    chance: Plain | None
    """Random entries of the same exposure: median, and the share that was beaten."""
    at: list[str]
    """The times of the curves: at most 1,000 of the bars."""
    equity: list[float]
    drawdown: list[float]
    """The deepest since the point before."""
    trades: list[Plain]
    """The first 10,000."""
    sweep: list[Plain]
    luck: float | None
    """The Sharpe ratio that the best of as many worthless tries reaches."""
    walk: Plain | None
    lookahead: str | None = None
    """What the check for look-ahead found, None where it was not made."""


def finding(
    run: Run,
    *,
    key: str,
    made_at: datetime,
    strategy: tuple[str, Mapping[str, Any]],
    source: str,
    seed: int,
    outcomes: Sequence[Outcome] = (),
    walk: Walk | None = None,
    lookahead: str | None = None,
) -> Finding:
    """Return what there is to say of a run; `outcomes` are those it was chosen from."""
    curve, cash, bars = run.equity(), run.rules.cash, run.bars
    shown = np.unique(np.linspace(0, len(bars) - 1, CURVE_POINTS).astype(np.int64))
    begins = np.concatenate(([0], shown[:-1] + 1))
    deepest = np.minimum.reduceat(drawdown(curve, cash), begins)
    return Finding(
        key=key,
        made_at=made_at.isoformat(timespec="seconds"),
        strategy=strategy[0],
        parameters=dict(strategy[1]),
        symbol=bars.symbol,
        frame=bars.frame.value,
        source=source,
        bars=len(bars),
        first_at=moment(bars.at[0]),
        last_at=moment(bars.at[-1]),
        terms=_terms(run.rules),
        metrics=asdict(measure(run, curve)),
        hold=asdict(measure(buy_and_hold(run))),
        chance=_chance(run, seed),
        at=[moment(bars.at[place]) for place in shown],
        equity=[round(float(value), 4) for value in curve[shown]],
        drawdown=[round(float(value), 6) for value in deepest],
        trades=[_trade(run, place) for place in range(min(len(run.trades), MOST_TRADES))],
        sweep=[asdict(found) for found in outcomes],
        luck=luck(outcomes),
        walk=None if walk is None else _walk(walk),
        lookahead=lookahead,
    )


def as_plain(found: Finding) -> Plain:
    """Return a finding as plain values, to be written as JSON."""
    return asdict(found)


def from_plain(values: object) -> Finding:
    """Return the finding that `as_plain` wrote.

    Raises:
        ValueError: when it is not whole.
    """
    names = {field.name for field in fields(Finding)}
    if not isinstance(values, dict) or names - LATER != set(values) - LATER:
        raise ValueError("this is no back-test of this version of Killcord")
    return Finding(**values)


def moment(at: float) -> str:
    """Return seconds since the epoch as ISO 8601 in UTC."""
    return datetime.fromtimestamp(float(at), UTC).isoformat(timespec="seconds")


def best_of(found: Finding) -> Outcome | None:
    """Return the best of the sweep behind a finding."""
    return best([Outcome(**one) for one in found.sweep])


def _terms(rules: Rules) -> Plain:
    return {
        "cash": rules.cash,
        "fraction": rules.fraction,
        "qty": rules.qty,
        "may_short": rules.may_short,
        "flat_minutes": rules.flat_minutes,
        "sessions_a_year": rules.calendar.sessions_a_year,
        **asdict(rules.costs),
    }


def _chance(run: Run, seed: int) -> Plain | None:
    drawn = by_chance(run, seed=seed)
    if drawn is None:
        return None
    return {
        "draws": len(drawn.returns),
        "median": drawn.median,
        "beaten": drawn.beaten,
        "seed": seed,
    }


def _trade(run: Run, place: int) -> Plain:
    trades, bars = run.trades, run.bars
    entry, leave = int(trades.entry[place]), int(trades.exit[place])
    is_open = leave >= len(bars)
    begun, ended = float(bars.factor[entry]), float(bars.factor[min(leave, len(bars) - 1)])
    return {
        "side": "long" if trades.side[place] > 0 else "short",
        "entered_at": moment(bars.at[entry]),
        "left_at": None if is_open else moment(bars.at[leave]),
        "qty": float(trades.qty[place]) * begun,
        "entry_price": float(trades.entry_price[place]) / begun,
        "exit_price": None if is_open else float(trades.exit_price[place]) / ended,
        "cost": float(trades.cost[place]),
        "pnl": float(trades.pnl[place]),
    }


def _walk(walk: Walk) -> Plain:
    at = walk.run.bars.at
    first = walk.folds[0].first
    return {
        "metrics": asdict(measure(walk.run)),
        "folds": [
            {
                "first_at": moment(at[fold.first - first]),
                "last_at": moment(at[fold.end - 1 - first]),
                "parameters": None if fold.chosen is None else dict(fold.chosen.parameters),
            }
            for fold in walk.folds
        ],
    }
