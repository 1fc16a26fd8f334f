"""What a strategy is: a small object that is shown the past and says what to hold.

The same object runs over past bars and over live ones. Its parameters are its fields, its
answers are typed, and it sends nothing itself.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from console.backtest.bars import Columns
from console.backtest.window import Window

Targets: TypeAlias = npt.NDArray[np.int8]


class Target(IntEnum):
    """What to hold from the next bar on."""

    SHORT = -1
    FLAT = 0
    LONG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a strategy wants after a bar; prices in the window's dollars."""

    target: Target
    limit_price: float | None = None
    """Enter during the next bar at this price or better, or not at all."""
    stop_price: float | None = None
    """Leave the position when the market gets here against it."""
    take_profit_price: float | None = None
    """Leave it when the market gets here in its favour."""


class Strategy(ABC):
    """Decides after each bar. Made with its parameters, it keeps nothing else."""

    name: ClassVar[str]
    """What it is called on the command line."""

    @abstractmethod
    def decide(self, window: Window) -> Intent:
        """Return what to hold from the next bar on, judging by the past alone."""


class SignalStrategy(Strategy):
    """A strategy that can decide about all bars at once, because it asks for no position."""

    @abstractmethod
    def targets(self, seen: Columns) -> Targets:
        """Return the target after each bar; each may rest on that bar and those before it.

        Args:
            seen: n bars, n at least 1.

        Returns:
            n of -1, 0 and 1.
        """

    @contextmanager
    def afresh(self) -> Iterator[Self]:
        """Lend the same strategy where it remembers nothing it was shown; itself, if it cannot."""
        yield self

    def decide(self, window: Window) -> Intent:
        """Return the last of the targets: what live trading asks for, bar by bar."""
        return Intent(target=Target(int(self.targets(window)[-1])))


def held_on(signs: npt.NDArray[np.signedinteger]) -> Targets:
    """Return signs in which a 0 stays what was before it; 0 before the first."""
    places = np.where(signs != 0, np.arange(len(signs)), 0)
    kept: Targets = signs[np.maximum.accumulate(places)].astype(np.int8)
    return kept
