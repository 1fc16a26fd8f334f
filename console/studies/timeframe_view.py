"""What five timeframes say, and what they say together without counting anything twice.

The last 20 bars of an hour contain the last 20 bars of a minute: a rally of this minute
moves all five frames, and five votes would be one. So each frame votes only with what it
adds: the part of its span that no shorter frame covers. The parts do not overlap, and
returns that do not overlap are uncorrelated on a market without memory (Lo and MacKinlay
1988, "Stock Market Prices Do Not Follow Random Walks", Review of Financial Studies 1(1),
41-66, whose variance ratio rests on it). Each part is the sum of its returns over the root
of the sum of their squares, which has a variance of 1 whatever the volatility (Logan,
Mallows, Rice and Shepp 1973, "Limit Distributions of Self-normalized Sums", Annals of
Probability 1(5), 788-809); k such scores are combined as their sum over root k (Stouffer
et al. 1949, "The American Soldier", volume 1). On a random walk the combined score has a
mean of 0 and a variance of 1: the tests hold it to that, and show that adding up the
frames as they are has far more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from console.domain.market import Timeframe
from console.studies.frames import Frames

BARS = 20
LEAST_RETURNS = 5
CLEAR = 1.0
"""Standard deviations from 0 beyond which a direction is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameScore:
    """One frame: its trend, and its own part of it; None where nothing is known."""

    timeframe: Timeframe
    score: float | None
    """Of all its bars, in standard deviations."""
    own: float | None
    """Of the bars that no shorter frame covers: what it has a vote with."""

    @property
    def direction(self) -> int | None:
        """+1 up, -1 down, 0 neither; None when not known."""
        return direction_of(self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeframeView:
    """All frames, shortest first, and their combined score."""

    frames: tuple[FrameScore, ...]
    combined: float | None
    votes: int
    """How many frames had a part of their own."""

    @property
    def direction(self) -> int | None:
        """+1 up, -1 down, 0 neither; None when not known."""
        return direction_of(self.combined)


def view_timeframes(frames: Frames) -> TimeframeView:
    """Return what the finished bars of each frame say."""
    scores, covered = [], math.inf
    for timeframe in Timeframe:
        moves = _moves(timeframe, frames)
        scores.append(
            FrameScore(
                timeframe=timeframe,
                score=_score([change for _, _, change in moves]),
                own=_score([change for _, end, change in moves if end <= covered]),
            )
        )
        covered = min([covered, *(began for began, _, _ in moves)])
    own = [one.own for one in scores if one.own is not None]
    combined = sum(own) / math.sqrt(len(own)) if own else None
    return TimeframeView(frames=tuple(scores), combined=combined, votes=len(own))


def direction_of(score: float | None) -> int | None:
    """Return +1 beyond one standard deviation up, -1 down, 0 between."""
    if score is None:
        return None
    return (score > CLEAR) - (score < -CLEAR)


def _moves(timeframe: Timeframe, frames: Frames) -> list[tuple[float, float, float]]:
    """Return where the newest moves from close to close begin and end, and their log returns."""
    rows = list(frames[timeframe].finished)[-BARS - 1 :]
    return [
        (before[0] + timeframe.seconds, row[0] + timeframe.seconds, math.log(row[4] / before[4]))
        for before, row in pairwise(rows)
    ]


def _score(returns: Sequence[float]) -> float | None:
    if len(returns) < LEAST_RETURNS:
        return None
    squares = sum(change * change for change in returns)
    return sum(returns) / math.sqrt(squares) if squares > 0 else 0.0
