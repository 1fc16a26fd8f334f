"""Strategies as a trader writes them, held in the sandbox."""

import pytest

from console.sandbox.limits import RunLimits
from console.strategies.host import Host
from tests.sandbox.conftest import isolation

__all__ = ["isolation"]

CODE = '''
"""Strategies, honest and not."""
import numpy as np
from killcord import Intent, SignalStrategy, Strategy, Target


class Rising(SignalStrategy):
    bars: int = 3

    def __post_init__(self):
        if self.bars < 1:
            raise ValueError("at least 1 bar")

    def targets(self, seen):
        made = np.zeros(len(seen))
        made[self.bars:] = np.sign(seen.close[self.bars:] / seen.close[:-self.bars] - 1)
        return made


class Patient(Strategy):
    """As Rising, bar by bar; it looks for what it should not see."""
    bars: int = 3

    def decide(self, window):
        behind = window.close.base if window.close.base is not None else window.close
        if not np.isnan(behind[len(window):]).all():
            raise ValueError("the future is here")
        if len(window) <= self.bars:
            return Intent(target=Target.FLAT)
        change = window.close[-1] / window.close[-1 - self.bars] - 1
        return Intent(target=Target(int(np.sign(change))))


shown = []


class Sly(SignalStrategy):
    """Remembers what it was shown first, to pass a check that cuts the future off."""

    def targets(self, seen):
        if not shown:
            shown.append(seen.close.copy())
        first = shown[0][: len(seen)]
        if len(first) == len(seen) and (first == seen.close).all():
            later = np.append(shown[0][1:], shown[0][-1])[: len(seen)]
            return later > seen.close
        return np.zeros(len(seen))


class Loud(SignalStrategy):
    def targets(self, seen):
        return seen.close
'''


PATIENT = RunLimits(cpu_seconds=120, wall_seconds=600.0)


@pytest.fixture
def held(isolation):
    """Hold strategies of the code above, and let go of them at the end."""
    hosts = []

    def hold(name, code=CODE):
        hosts.append(Host(isolation, code, name, PATIENT))
        return hosts[-1]

    yield hold
    for host in hosts:
        host.close()
