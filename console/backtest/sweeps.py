"""Many runs of one strategy, one for each choice of parameters.

A sweep is cut into chunks, and whoever computes them (this process, all cores, a Dask
cluster) is a crew: it is given one function and gives back what came of each chunk, in
order, as they are done. The best of many is the luckiest of many, so a sweep says how
many it tried and what the best of as many worthless strategies would have reached.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol

from console.backtest.bars import Bars
from console.backtest.catalogue import NoSuchParameter, Value, make_strategy, read_value
from console.backtest.pace import Pace
from console.backtest.rules import Rules
from console.backtest.running import run_strategy
from console.backtest.strategy import SignalStrategy

MOST_RUNS = 100_000
CHUNK = 16
EULER = 0.5772156649015329

Parameters = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one choice of parameters came to; `refused` says why there is none."""

    parameters: Parameters
    total_return: float | None = None
    sharpe: float | None = None
    """A year; None where nothing moved."""
    trades: int = 0
    refused: str = ""

    @property
    def rank(self) -> float:
        """What the best is chosen by: the Sharpe ratio."""
        return -math.inf if self.sharpe is None else self.sharpe


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Task:
    """What every chunk of a sweep shares."""

    name: str
    bars: Bars
    rules: Rules


Chunk = Sequence[Parameters]
Job = Callable[[Task, Chunk], list[Outcome]]


class Crew(Protocol):
    """Whoever computes the chunks."""

    def work(self, job: Job, task: Task, chunks: Sequence[Chunk]) -> Iterator[list[Outcome]]:
        """Give back what came of each chunk, in their order."""


class Alone:
    """This process, one chunk after another."""

    def work(self, job: Job, task: Task, chunks: Sequence[Chunk]) -> Iterator[list[Outcome]]:
        """Give back what came of each chunk."""
        for chunk in chunks:
            yield job(task, chunk)


def grid(name: str, ranges: Mapping[str, str], fixed: Parameters) -> list[Parameters]:
    """Return every combination of the values named.

    Args:
        name: the strategy's.
        ranges: by parameter, `5:50:5` (from, to and with, step) or `5,10,20`.
        fixed: what all of them share.

    Raises:
        NoSuchParameter: for a range that is none, and for too many combinations.
    """
    axes = [values_of(name, key, text) for key, text in ranges.items()]
    count = math.prod(map(len, axes))
    if count > MOST_RUNS:
        raise NoSuchParameter(f"{count:,} combinations are too many: {MOST_RUNS:,} is the most")
    return [
        {**fixed, **dict(zip(ranges, chosen, strict=True))} for chosen in itertools.product(*axes)
    ]


def values_of(name: str, key: str, text: str) -> list[Value]:
    """Return the values that `5:50:5` or `5,10,20` means.

    Raises:
        NoSuchParameter: when it means none.
    """
    if ":" not in text:
        return [read_value(name, key, part) for part in text.split(",")]
    parts = text.split(":")
    first, last = (read_value(name, key, part) for part in parts[:2])
    step: Value = read_value(name, key, parts[2]) if len(parts) > 2 else 1  # noqa: PLR2004 - first, last, step
    if len(parts) > 3 or not step > 0 or last < first:  # noqa: PLR2004 - as above
        raise NoSuchParameter(f"{key}={text} is no range: say from:to:step, such as 5:50:5")
    count = int((last - first) / step + 1e-9) + 1
    if count > MOST_RUNS:
        raise NoSuchParameter(f"{key}={text} are {count:,} values: {MOST_RUNS:,} is the most")
    return [first + step * place for place in range(count)]


def sweep(task: Task, choices: Sequence[Parameters], crew: Crew) -> Iterator[list[Outcome]]:
    """Give back what came of the choices, a chunk at a time, in their order."""
    chunks = [choices[first : first + CHUNK] for first in range(0, len(choices), CHUNK)]
    return crew.work(run_chunk, task, chunks)


def run_chunk(task: Task, chunk: Chunk) -> list[Outcome]:
    """Run some choices: what a crew's member does."""
    pace = Pace.of(task.bars, task.rules)
    return [outcome(task, parameters, pace) for parameters in chunk]


def outcome(task: Task, parameters: Parameters, pace: Pace) -> Outcome:
    """Return what one choice comes to."""
    try:
        strategy = make_strategy(task.name, parameters)
    except NoSuchParameter as error:
        return Outcome(parameters=parameters, refused=str(error))
    run = run_strategy(strategy, task.bars, task.rules)
    return Outcome(
        parameters=parameters,
        total_return=run.total_return,
        sharpe=pace.sharpe(run, is_at_opens=isinstance(strategy, SignalStrategy)),
        trades=int(run.closed.sum()),
    )


def best(outcomes: Sequence[Outcome]) -> Outcome | None:
    """Return the outcome of the highest Sharpe ratio, the first of equals; None without one."""
    ranked = [found for found in outcomes if found.sharpe is not None]
    return max(ranked, key=lambda found: found.rank) if ranked else None


def luck(outcomes: Sequence[Outcome]) -> float | None:
    """Return the Sharpe ratio that the best of as many worthless strategies reaches.

    The expected maximum of n independent draws with the spread seen, after Bailey and
    Lopez de Prado (2014), "The Deflated Sharpe Ratio", Journal of Portfolio Management
    40(5). Parameters that resemble each other are fewer draws than they look: the bar is
    rather too high then. None below two.
    """
    found = [one.sharpe for one in outcomes if one.sharpe is not None]
    if len(found) < 2:  # noqa: PLR2004 - one has no spread
        return None
    mean = sum(found) / len(found)
    spread = math.sqrt(sum((one - mean) ** 2 for one in found) / (len(found) - 1))
    normal = NormalDist()
    first = normal.inv_cdf(1 - 1 / len(found))
    second = normal.inv_cdf(1 - 1 / (len(found) * math.e))
    return spread * ((1 - EULER) * first + EULER * second)
