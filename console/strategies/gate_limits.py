"""The numbers of the gate, apart from what measures by them: a desk reads settings without it."""

from dataclasses import dataclass
from typing import Annotated

from console.domain.ranges import Within


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLimits:
    """What is asked of a strategy before it may go on to paper. Specification F7."""

    held_out: Annotated[float, Within("fraction", 0.05, 0.9)] = 0.3
    """The share of the bars, at their end, that counts."""
    least_trades: Annotated[int, Within("trades", 1, 1_000_000)] = 30
    """Closed, among the bars held out."""
    least_sharpe: Annotated[float, Within("a year", -10, 100)] = 1.0
    """The Sharpe ratio of the bars held out."""
    deepest_drawdown: Annotated[float, Within("fraction", 0.001, 1)] = 0.10
    """From the peak of the equity, as the desk's own limit has it."""
    most_errors: Annotated[float, Within("standard errors", 0.1, 100)] = 3.5
    """How many from 0 it may earn on random walks."""


LIMITS = GateLimits()
