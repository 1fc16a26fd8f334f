"""A hosted strategy among the built-in ones: found by its name, made with its parameters."""

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import ClassVar, Self

from console.backtest.bars import Columns
from console.backtest.catalogue import STRATEGIES
from console.backtest.strategy import Intent, SignalStrategy, Strategy, Targets
from console.backtest.window import Window
from console.sandbox.endings import Mistake, SandboxProblem
from console.strategies.host import Host


class _Hosted:
    """What both kinds share: a host, and parameters that it accepted."""

    host: ClassVar[Host]

    def __post_init__(self) -> None:
        try:
            self.host.make(self._values())
        except Mistake as mistake:
            raise ValueError(str(mistake)) from None

    def _values(self) -> dict[str, int | float]:
        return dataclasses.asdict(self)  # type: ignore[call-overload,no-any-return] # every adopted kind is a dataclass


class HostedSignals(_Hosted, SignalStrategy):
    """Decides about all bars at once."""

    on: Host | None = None
    """Another host than the kind's own."""

    def targets(self, seen: Columns) -> Targets:
        """Return what the code says."""
        about = (getattr(seen, "symbol", ""), getattr(seen, "frame", ""))
        return (self.on or self.host).targets(self._values(), seen, about)

    @contextmanager
    def afresh(self) -> Iterator[Self]:
        """Lend the same strategy in a worker that has seen nothing yet."""
        with self.host.afresh() as host:
            made = dataclasses.replace(self)  # type: ignore[type-var] # as above
            object.__setattr__(made, "on", host)
            yield made


class HostedStrategy(_Hosted, Strategy):
    """Decides after each bar."""

    def decide(self, window: Window) -> Intent:
        """Return what the code says."""
        return self.host.decide(self._values(), window)


@contextmanager
def adopted(host: Host) -> Iterator[type[Strategy]]:
    """Have a hosted strategy in the catalogue for as long as this lasts.

    Raises:
        SandboxProblem: when a built-in one is called so.
    """
    if host.name in STRATEGIES:
        raise SandboxProblem(f"There is a strategy {host.name} already: give yours another name.")
    fields = [(name, type(value), value) for name, value in host.parameters.items()]
    base = HostedSignals if host.is_signal else HostedStrategy
    names = {"name": host.name, "host": host}
    kind: type[Strategy] = dataclasses.make_dataclass(
        "Adopted", fields, bases=(base,), namespace=names, frozen=True
    )
    with ExitStack() as until:
        STRATEGIES[host.name] = kind
        until.callback(STRATEGIES.pop, host.name)
        yield kind
