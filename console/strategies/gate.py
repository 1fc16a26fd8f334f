"""What a strategy must pass before it may run on paper: checks of one choice of parameters.

The last part of the bars is held out; what counts is what the strategy made of that part,
after costs. Whoever tries often finds something by luck, so all tries on the same market
are counted, and the Sharpe ratio must be above what the best of as many worthless ones
would reach: the expected maximum of n draws, after Bailey and Lopez de Prado (2014), "The
Deflated Sharpe Ratio", Journal of Portfolio Management 40(5).
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from console.backtest.bars import Bars
from console.backtest.lookahead import Glimpse, find_glimpse
from console.backtest.metrics import NORMAL_95, Metrics, Sharpe, measure
from console.backtest.rules import Rules
from console.backtest.running import run_strategy
from console.backtest.strategy import SignalStrategy, Strategy
from console.strategies.gate_limits import LIMITS, GateLimits
from console.strategies.walks import Edge, edge_on_walks

EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was found out about one choice."""

    glimpse: Glimpse | None
    shows_all_bars: bool
    """Whether it is shown all bars at once; only then can it look ahead, and is it tested."""
    edge: Edge
    has_costs: bool
    is_made_up: bool
    """Whether its bars are the demo's, or were reckoned from others: no market's."""
    held_out: Metrics
    bars: int
    """How many were held out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was asked, and the answer."""

    name: str
    passed: bool | None
    """None when it was not made: that counts neither for a strategy nor against it."""
    found: str
    asked: str


def examine(
    strategy: Strategy,
    bars: Bars,
    rules: Rules,
    *,
    seed: int,
    is_made_up: bool = False,
    limits: GateLimits = LIMITS,
) -> Measured:
    """Try a strategy in every way the gate asks for; `is_made_up` tells of the bars' market.

    Raises:
        ValueError: when there are too few bars to hold any out.
    """
    begin = len(bars) - int(len(bars) * limits.held_out)
    if len(bars) - begin < limits.least_trades:
        raise ValueError(f"{len(bars)} bars are too few to hold {limits.held_out:.0%} of them out")
    glimpse = None
    if isinstance(strategy, SignalStrategy):
        glimpse = find_glimpse(strategy, bars, seed=seed)
    unseen = bars.between(begin, len(bars))
    return Measured(
        glimpse=glimpse,
        shows_all_bars=isinstance(strategy, SignalStrategy),
        edge=edge_on_walks(strategy, seed=seed),
        has_costs=not rules.costs.is_free,
        is_made_up=is_made_up,
        held_out=measure(run_strategy(strategy, unseen, rules)),
        bars=len(unseen),
    )


def judge(found: Measured, *, tries: int, limits: GateLimits = LIMITS) -> tuple[Check, ...]:
    """Return every check; `tries` counts those on this market, this one included."""
    sharpe = found.held_out.sharpe
    lucky = 0.0 if sharpe is None else luckiest(tries, sharpe)
    return (
        _look_ahead(found),
        Check(
            name="random walks",
            passed=found.edge.errors <= limits.most_errors,
            found=f"{found.edge.mean:+.3%}, {found.edge.errors:.1f} errors from 0",
            asked=f"at most {limits.most_errors:g} errors",
        ),
        Check(
            name="bars",
            passed=not found.is_made_up,
            found="of the demo, or reckoned" if found.is_made_up else "from a file or a broker",
            asked="from a file or a broker",
        ),
        Check(
            name="costs",
            passed=found.has_costs,
            found="charged" if found.has_costs else "trading was free",
            asked="charged",
        ),
        Check(
            name="trades",
            passed=found.held_out.trades >= limits.least_trades,
            found=f"{found.held_out.trades:,} held out",
            asked=f"at least {limits.least_trades:,}",
        ),
        _sharpe("Sharpe ratio", sharpe, limits.least_sharpe, "at least"),
        _sharpe(f"luck of {tries:,} tries", sharpe, lucky, "above"),
        Check(
            name="drawdown",
            passed=-found.held_out.max_drawdown <= limits.deepest_drawdown,
            found=f"{found.held_out.max_drawdown:+.2%}",
            asked=f"not below {-limits.deepest_drawdown:.0%}",
        ),
    )


def _look_ahead(found: Measured) -> Check:
    if not found.shows_all_bars:
        asked = "nothing: it is shown bar by bar"
        return Check(name="look-ahead", passed=None, found="not tested", asked=asked)
    bar = None if found.glimpse is None else found.glimpse.bar + 1
    told = "none found" if bar is None else f"after bar {bar}"
    return Check(name="look-ahead", passed=bar is None, found=told, asked="none")


def luckiest(tries: int, sharpe: Sharpe) -> float:
    """Return the Sharpe ratio the best of so many worthless tries reaches; 0 for one try.

    Each is taken as an independent draw around 0 with this ratio's own standard error.
    Tries that resemble each other are fewer than they look: the bar is rather too high then.
    """
    if tries < 2:  # noqa: PLR2004 - one try is no choice
        return 0.0
    error = (sharpe.high - sharpe.low) / (2 * NORMAL_95)
    normal = NormalDist()
    first, second = normal.inv_cdf(1 - 1 / tries), normal.inv_cdf(1 - 1 / (tries * math.e))
    return error * ((1 - EULER) * first + EULER * second)


def _sharpe(name: str, sharpe: Sharpe | None, least: float, words: str) -> Check:
    return Check(
        name=name,
        passed=sharpe is not None and sharpe.value >= least and sharpe.value > 0,
        found="not known" if sharpe is None else f"{sharpe.value:+.2f} held out",
        asked=f"{words} {least:+.2f}",
    )
