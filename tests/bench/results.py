"""One figure beside its baseline, as a line of JSON for `make bench` to gather."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured: ours, its baseline in the same run, and the ratio to reach."""

    name: str
    ours: float
    baseline: float
    unit: str
    goal: str
    """A bound on ours / baseline, for example `<= 1.3`."""

    @property
    def ratio(self) -> float:
        """Ours over the baseline."""
        return self.ours / self.baseline


def say(result: Result) -> None:
    """Print one result for `run.py`."""
    print(json.dumps({**asdict(result), "ratio": result.ratio}), flush=True)
