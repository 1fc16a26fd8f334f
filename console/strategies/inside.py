"""Holds a trader's strategy inside the sandbox, and passes on what it decides.

A signal strategy is shown all bars and says its targets. Any other is shown one bar after
another: what comes next is not in this process yet, so there is nothing to look ahead at.
"""

import dataclasses
import re
import struct
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np

from console.backtest import strategy as terms
from console.backtest.strategy import SignalStrategy, Strategy
from console.backtest.window import History, Window
from console.domain.market import Timeframe
from console.sandbox.runs import Wrong, compiled, mistake_of

COLUMNS = ("at", "open", "high", "low", "close", "volume")
BAR = struct.Struct("<7d")
"""A bar as it is handed over: the columns, and the day."""
LENT = ("Strategy", "SignalStrategy", "Intent", "Target", "held_on")
"""What `from killcord import …` finds inside."""
Say = Callable[..., None]
Plain = dict[str, Any]


def serve(job: Any, files: Sequence[Any], say: Say, hear: Callable[[], Any]) -> None:
    """Make the strategy, say what it is, and decide for as long as somebody asks."""
    del files
    try:
        stage = Stage(_kind(job.head["code"], job.head["name"]))
        say({"kind": "strategy", **stage.described()})
    except BaseException as error:  # noqa: BLE001 - the boundary of a stranger's code
        say({"kind": "mistake", **mistake_of(error)})
        return
    while (asked := hear()) is not None:
        try:
            head, *blobs = stage.answer(asked.head, asked.blobs)
        except BaseException as error:  # noqa: BLE001 - as above
            head, blobs = {"kind": "mistake", **mistake_of(error)}, []
        sys.stdout.flush()
        say(head, *blobs)


class Stage:
    """One kind of strategy, and the bars it has seen one by one."""

    def __init__(self, kind: type[Strategy]) -> None:
        self._kind = kind
        self._made: dict[tuple[Any, ...], Strategy] = {}
        self._history = History("", Timeframe.MIN_1)

    def described(self) -> Plain:
        """Return its name, whether it is a signal strategy, and its parameters' defaults."""
        return {
            "name": name_of(self._kind),
            "is_signal": issubclass(self._kind, SignalStrategy),
            "parameters": _defaults(self._kind),
        }

    def answer(self, head: Plain, blobs: Sequence[bytes]) -> tuple[Any, ...]:
        """Do what was asked, and return the answer."""
        strategy = self._strategy(head["parameters"])
        if head["ask"] == "targets" and isinstance(strategy, SignalStrategy):
            told = np.asarray(strategy.targets(_window(head, blobs)))
            if told.dtype.kind not in "bif":
                raise Wrong("targets are numbers: 1 long, 0 flat, -1 short")
            return {"kind": "targets"}, np.ascontiguousarray(told, dtype=np.float64).data
        if head["ask"] == "bar":
            return (self._decided(strategy, head, blobs),)
        return ({"kind": "made"},)

    def _strategy(self, parameters: Plain) -> Strategy:
        key = tuple(parameters.items())
        if key not in self._made:
            self._made = {key: self._kind(**parameters)}
        return self._made[key]

    def _decided(self, strategy: Strategy, head: Plain, blobs: Sequence[bytes]) -> Plain:
        if head["first"]:
            self._history = History(head["symbol"], Timeframe(head["frame"]))
        for bar in BAR.iter_unpack(blobs[0]):
            self._history.append(_one_bar(bar), 0)
        intent: Any = strategy.decide(self._history.window(head["held"], head["entry_price"]))
        if not isinstance(intent, terms.Intent):
            raise Wrong(f"decide returns an Intent, not {type(intent).__name__}")
        return {"kind": "intent", **dataclasses.asdict(intent)}


def name_of(kind: type[Strategy]) -> str:
    """Return what a strategy is called: its `name`, else its class's in small letters."""
    if "name" in vars(kind):
        return str(kind.name)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", kind.__name__).lower()


def _kind(text: str, wanted: str) -> type[Strategy]:
    """Return the strategy of that name in the code, or the only one there is."""
    _lend()
    code, _ = compiled(text, {})
    names: Plain = {"__name__": "__main__"}
    exec(code, names)  # noqa: S102 - what the sandbox is for
    lent = [getattr(terms, name) for name in LENT]
    kinds = {
        name_of(kind): kind
        for kind in names.values()
        if isinstance(kind, type) and issubclass(kind, Strategy) and kind not in lent
    }
    found: Any = next(iter(kinds.values())) if len(kinds) == 1 else kinds.get(wanted)
    if found is None or (wanted and wanted not in kinds):
        known = ", ".join(kinds) or "none"
        raise Wrong(f"the code has no strategy {wanted!r}; it has {known}")
    made: Any = found if dataclasses.is_dataclass(found) else _frozen(found)
    return cast("type[Strategy]", made)


_frozen = dataclasses.dataclass(frozen=True)


def _lend() -> None:
    """Let the code find the terms of a strategy under the name of the program."""
    lent = types.ModuleType("killcord", "What a strategy is made of.")
    for name in LENT:
        setattr(lent, name, getattr(terms, name))
    sys.modules["killcord"] = lent


def _defaults(kind: Any) -> Plain:
    found: Plain = {}
    for field in dataclasses.fields(kind):
        if type(field.default) not in (int, float):
            raise Wrong(f"the parameter {field.name} needs a default that is a number")
        found[field.name] = field.default
    return found


def _window(head: Mapping[str, Any], blobs: Sequence[bytes]) -> Window:
    columns: Plain = {
        name: np.frombuffer(blob, np.float64) for name, blob in zip(COLUMNS, blobs, strict=False)
    }
    day = np.frombuffer(blobs[len(COLUMNS)], np.int64)
    return Window(symbol=head["symbol"], frame=Timeframe(head["frame"]), day=day, **columns)


def _one_bar(bar: Sequence[float]) -> Any:
    columns = {name: (value,) for name, value in zip(COLUMNS, bar, strict=False)}
    return types.SimpleNamespace(day=(int(bar[-1]),), **columns)
