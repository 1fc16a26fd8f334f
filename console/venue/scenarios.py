"""Scenarios: small files that say what happens to the market, and when on the venue's clock.

A file has a sentence (`about`) and steps; each step has `at`, in seconds after the start,
and `do`. A name without a suffix is one of the venue's own scenarios.
"""

import tomllib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Annotated, Any

import msgspec

from console.venue.faults.orders import AnyRule
from console.venue.wire.timestamps import SECOND

OURS = Path(__file__).with_name("scenarios")

Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """Something that happens `at` seconds after the scenario began."""

    at: Seconds


class Move(Step, frozen=True, kw_only=True, tag="move"):
    """A symbol goes up or down by a fraction, at once or in steps."""

    symbol: str
    by: Annotated[float, msgspec.Meta(gt=-0.99, le=10)]
    over: Seconds = 0.0
    every: Annotated[float, msgspec.Meta(ge=0.1)] = 0.5
    jitter: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0
    """How unequal the steps are: each is this fraction longer or shorter at most."""


class Halt(Step, frozen=True, kw_only=True, tag="halt"):
    """Trading in a symbol stops."""

    symbol: str
    reason: str = "T1"


class Resume(Step, frozen=True, kw_only=True, tag="resume"):
    """Trading in a symbol goes on."""

    symbol: str


class Tell(Step, frozen=True, kw_only=True, tag="tell"):
    """Something is told, as by `POST /control/tell`."""

    tell: dict[str, Any]


class Misbehave(Step, frozen=True, kw_only=True, tag="faults"):
    """Faults join those that stand."""

    faults: list[AnyRule]


class Lift(Step, frozen=True, kw_only=True, tag="lift"):
    """A fault ends, or all of them."""

    id: str | None = None


AnyStep = Move | Halt | Resume | Tell | Misbehave | Lift


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens, in order."""

    step: list[AnyStep]
    about: str = ""
    seed: int = 1


class ScenarioError(ValueError):
    """The scenario cannot be played; the message says why."""


def names() -> list[str]:
    """Return the names of the venue's own scenarios."""
    return sorted(path.stem for path in OURS.glob("*.toml"))


def load(name: str) -> Scenario:
    """Read one of the venue's scenarios by its name, or any by its path.

    Raises:
        ScenarioError: when there is none, or it is no scenario.
    """
    path = OURS / f"{name}.toml" if name in names() else Path(name)
    try:
        return read(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError:
        raise ScenarioError(
            f"there is no scenario {name}; name a file or one of {', '.join(names())}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{name} is no scenario: {error}") from error


def ours(name: str) -> Scenario:
    """Read one of the venue's scenarios; a path is nothing to be named over a socket.

    Raises:
        ScenarioError: when there is none of that name.
    """
    if name not in names():
        raise ScenarioError(f"name must be one of {', '.join(names())}")
    return load(name)


def read(body: Mapping[str, Any]) -> Scenario:
    """Return the scenario a table describes.

    Raises:
        ScenarioError: saying what is wrong and where.
    """
    try:
        return msgspec.convert(dict(body), Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(f"this is no scenario: {error}") from error


class Stage:
    """The steps still to come, each with its moment on the venue's clock."""

    def __init__(self) -> None:
        self._cues: list[tuple[int, AnyStep]] = []

    def play(self, scenario: Scenario, now: int, *, seed: int | None = None) -> None:
        """Begin a scenario in the place of any other."""
        rng = Random(scenario.seed if seed is None else seed)  # noqa: S311 - a market's whims
        steps = [small for step in scenario.step for small in _small_steps(step, rng)]
        cues = [(now + int(step.at * SECOND), step) for step in steps]
        self._cues = sorted(cues, key=lambda cue: cue[0])

    def due(self, until: int) -> list[AnyStep]:
        """Take the steps that are due."""
        if not self._cues:
            return []
        due = [step for at, step in self._cues if at <= until]
        self._cues = self._cues[len(due) :]
        return due

    @property
    def steps_left(self) -> int:
        """How many steps are still to come."""
        return len(self._cues)


def _small_steps(step: AnyStep, rng: Random) -> list[AnyStep]:
    """Return a long move as short ones whose product it is."""
    if not isinstance(step, Move) or not step.over:
        return [step]
    count = max(round(step.over / step.every), 1)
    weights = [1 + rng.uniform(-step.jitter, step.jitter) for _ in range(count)]
    reached, levels = 0.0, [1.0]
    for weight in weights:
        reached += weight / sum(weights)
        levels.append(1 + step.by * reached)
    return [
        Move(at=step.at + step.over * i / count, symbol=step.symbol, by=after / before - 1)
        for i, (before, after) in enumerate(pairwise(levels), start=1)
    ]
