"""The strategies by name, and their parameters from words."""

import dataclasses
from collections.abc import Mapping

from console.backtest.seeds.momentum import Momentum
from console.backtest.seeds.pivot_turns import PivotTurns
from console.backtest.seeds.sma_cross import SmaCross
from console.backtest.seeds.vwap_reversion import VwapReversion
from console.backtest.strategy import Strategy

STRATEGIES: dict[str, type[Strategy]] = {
    kind.name: kind for kind in (SmaCross, VwapReversion, Momentum, PivotTurns)
}
Value = int | float


class NoSuchParameter(ValueError):  # noqa: N818 - reads as what it is
    """A parameter that the strategy has not, or cannot have with that value."""


def make_strategy(name: str, values: Mapping[str, str | Value]) -> Strategy:
    """Return the strategy of that name with these parameters, the others at their defaults.

    Raises:
        NoSuchParameter: with what the strategy takes.
    """
    kind = STRATEGIES.get(name)
    if kind is None:
        raise NoSuchParameter(f"no strategy is called {name!r}; there are {', '.join(STRATEGIES)}")
    try:
        return kind(**{key: read_value(name, key, str(value)) for key, value in values.items()})
    except NoSuchParameter:
        raise
    except ValueError as error:
        raise NoSuchParameter(f"{name}: {error}") from None


def read_value(name: str, key: str, text: str) -> Value:
    """Return one value of a parameter, whole where the default is.

    Raises:
        NoSuchParameter: when there is no such parameter or the text is no such number.
    """
    default = defaults(name).get(key)
    if default is None:
        raise NoSuchParameter(f"{name} has no {key!r}; it has {', '.join(defaults(name))}")
    try:
        return int(text) if isinstance(default, int) else float(text)
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise NoSuchParameter(f"{key} of {name} is {kind}, not {text!r}") from None


def defaults(name: str) -> dict[str, Value]:
    """Return the parameters of a strategy with their defaults."""
    return parameters(STRATEGIES[name]())


def parameters(strategy: Strategy) -> dict[str, Value]:
    """Return the parameters of a strategy as it was made."""
    return {field.name: getattr(strategy, field.name) for field in dataclasses.fields(strategy)}  # type: ignore[arg-type] # every strategy is a dataclass
