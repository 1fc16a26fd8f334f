"""A strategy in the sandbox, as its user outside sees it: the same terms as a built-in one."""

import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from console.backtest.bars import Columns
from console.backtest.strategy import Intent, Target, Targets
from console.backtest.window import Window
from console.sandbox.endings import Mistake, SandboxProblem
from console.sandbox.frames import Frame
from console.sandbox.isolation import Isolation
from console.sandbox.limits import LIMITS, RunLimits
from console.sandbox.worker import Worker
from console.strategies.inside import BAR, COLUMNS

Values = Mapping[str, int | float]
_INSIDE = ("inside", "frames", "lock", "manners", "runs")
_PACKAGES = (
    "strategies/__init__.py",
    "strategies/inside.py",
    "backtest",
    "studies",
    "domain",
)
_PRICES = ("limit_price", "stop_price", "take_profit_price")


class Host:
    """One strategy of a trader's code, in a worker of its own; close it at the end."""

    def __init__(
        self, isolation: Isolation, code: str, name: str = "", limits: RunLimits = LIMITS
    ) -> None:
        """Start it.

        Args:
            isolation: the wall.
            code: the file's text.
            name: which of its strategies; may be empty when there is one.
            limits: what all of its decisions together may take.

        Raises:
            Mistake: when the code is wrong or has no such strategy.
            SandboxProblem: when it cannot be started.
        """
        self._isolation, self._code, self._limits = isolation, code, limits
        self._seen = 0
        self._worker = Worker(
            isolation,
            _INSIDE,
            host="console.strategies.inside",
            packages=_PACKAGES,
            preload=("numpy",),
            limits=limits,
        )
        try:
            told = self._checked(self._worker.begin({"code": code, "name": name}))
            self.name = str(told.head["name"])
            """What it is called."""
            self.is_signal = told.head["is_signal"] is True
            """Whether it can decide about all bars at once."""
            self.parameters = _numbers(told.head["parameters"])
            """The defaults."""
        except (KeyError, TypeError, ValueError, OverflowError):
            self.close()
            raise SandboxProblem("The strategy does not say what it is.") from None
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def printed(self) -> str:
        """What its code has printed; not made harmless."""
        return self._worker.printed

    def close(self) -> None:
        """End it."""
        self._worker.close()

    def afresh(self) -> "Host":
        """Return the same strategy where it remembers nothing."""
        return Host(self._isolation, self._code, self.name, self._limits)

    def make(self, parameters: Values) -> None:
        """Try whether it can have these parameters.

        Raises:
            Mistake: when it cannot.
        """
        self._ask({"ask": "make", "parameters": dict(parameters)})

    def targets(self, parameters: Values, seen: Columns, about: tuple[str, str]) -> Targets:
        """Return its target after each bar; `about` is the symbol and the timeframe.

        Raises:
            Mistake: when it says no such thing.
        """
        columns = [np.ascontiguousarray(getattr(seen, name), np.float64) for name in COLUMNS]
        blobs = [column.data.cast("B") for column in columns]
        blobs.append(np.ascontiguousarray(seen.day, np.int64).data.cast("B"))
        head = {"ask": "targets", "parameters": dict(parameters)}
        told = self._ask(head | {"symbol": about[0], "frame": about[1]}, blobs)
        try:
            made = np.frombuffer(told.blobs[0], np.float64)
        except (IndexError, ValueError):
            raise Mistake("its targets cannot be read") from None
        if made.shape != seen.at.shape:
            raise Mistake(f"{len(seen)} bars need as many targets, it gave {len(made)}")
        if not np.isin(made, (-1, 0, 1)).all():
            raise Mistake("a target is 1 long, 0 flat or -1 short, and nothing else")
        return made.astype(np.int8)

    def decide(self, parameters: Values, window: Window) -> Intent:
        """Return what it wants after the newest bar; only bars it has not seen are sent.

        Raises:
            Mistake: when it says no such thing.
        """
        is_first = len(window) <= self._seen
        begin = 0 if is_first else self._seen
        self._seen = len(window)
        bars = b"".join(
            BAR.pack(*(float(getattr(window, name)[place]) for name in (*COLUMNS, "day")))
            for place in range(begin, len(window))
        )
        head = {
            "ask": "bar",
            "parameters": dict(parameters),
            "symbol": window.symbol,
            "frame": window.frame.value,
            "first": is_first or begin == 0,
            "held": window.held,
            "entry_price": window.entry_price,
        }
        return _intent(self._ask(head, [bars]).head)

    def _ask(self, head: dict[str, Any], blobs: Any = ()) -> Frame:
        return self._checked(self._worker.ask(head, blobs))

    def _checked(self, told: Frame) -> Frame:
        if told.head.get("kind") != "mistake":
            return told
        line = told.head.get("line")
        text = str(told.head.get("text", "it does not say what is wrong"))
        raise Mistake(text, line if isinstance(line, int) else None)


def _numbers(told: Mapping[str, Any]) -> dict[str, int | float]:
    for value in told.values():
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValueError("a parameter is a number")
    return {str(name): value for name, value in told.items()}


def _intent(told: Mapping[str, Any]) -> Intent:
    try:
        prices = {name: _price(told[name]) for name in _PRICES}
        return Intent(target=Target(told["target"]), **prices)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Mistake("an Intent is a target and, at most, prices above 0") from None


def _price(told: object) -> float | None:
    if told is None:
        return None
    price = float(told)  # type: ignore[arg-type] # what is none raises
    if not 0 < price < math.inf:
        raise ValueError("no price")
    return price
