"""Does a strategy know what it cannot know? Two experiments that a cheat does not pass.

*Prefix*: decide again with the future cut off. *Perturbation*: decide again with the
future made up anew. A decision that changes rested on what had not happened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from console.backtest.bars import Bars, Columns
from console.backtest.strategy import SignalStrategy, Targets

CUTS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """The first decision found that rests on the future."""

    bar: int
    """After which bar it was taken, counted from 0."""
    was: int
    became: int
    experiment: str
    cut: int
    """How many bars of the past were left as they are."""


def find_glimpse(
    strategy: SignalStrategy, bars: Bars, *, seed: int, cuts: int = CUTS
) -> Glimpse | None:
    """Return a decision that changes with its future, or None when none was found.

    Args:
        strategy: what is suspected.
        bars: n bars.
        seed: of the places of the cuts and of the futures.
        cuts: at how many places to try, spread over the bars and where targets change.
    """
    chance = np.random.default_rng(seed)
    whole = strategy.targets(bars)
    with strategy.afresh() as fresh:
        for cut in _places(whole, cuts, chance):
            for experiment, other in (
                ("future cut off", bars.between(0, cut)),
                ("future made up", _another_future(bars, cut, chance)),
            ):
                again = fresh.targets(other)[:cut]
                changed = np.flatnonzero(again != whole[:cut])
                if len(changed):
                    return _glimpse(whole, again, int(changed[0]), experiment, cut)
    return None


def _glimpse(whole: Targets, again: Targets, bar: int, experiment: str, cut: int) -> Glimpse:
    was, became = int(whole[bar]), int(again[bar])
    return Glimpse(bar=bar, was=was, became=became, experiment=experiment, cut=cut)


@dataclass(frozen=True, slots=True)
class Peeking(SignalStrategy):
    """A strategy with look-ahead switched on: it acts `bars` before it could. Never trade it."""

    name = "peeking"
    honest: SignalStrategy
    bars: int = 1

    def targets(self, seen: Columns) -> Targets:
        """Return what the honest strategy will want later."""
        later = self.honest.targets(seen)
        ahead = min(self.bars, len(later) - 1)
        return np.concatenate((later[ahead:], np.full(ahead, later[-1], dtype=np.int8)))

    @contextmanager
    def afresh(self) -> Iterator["Peeking"]:
        """Lend it over an honest one that remembers nothing."""
        with self.honest.afresh() as honest:
            yield Peeking(honest, self.bars)


def _places(targets: Targets, cuts: int, chance: np.random.Generator) -> list[int]:
    """Return where to cut: right after changes of the target, and anywhere."""
    count = len(targets)
    changes = np.flatnonzero(np.diff(targets)) + 1
    if len(changes) > cuts:
        changes = chance.choice(changes, cuts, replace=False)
    anywhere = chance.integers(1, count, cuts) if count > 1 else np.empty(0, dtype=np.int64)
    return sorted({int(place) for place in (*changes, *(changes + 1), *anywhere) if place < count})


def _another_future(bars: Bars, cut: int, chance: np.random.Generator) -> Bars:
    """Return the bars with everything from `cut` on moved up or down by up to a half."""
    moved = np.ones(len(bars))
    moved[cut:] = np.exp(chance.uniform(-0.5, 0.5, len(bars) - cut))
    prices = {name: getattr(bars, name) * moved for name in ("open", "high", "low", "close")}
    return replace(bars, volume=bars.volume * moved, **prices)
