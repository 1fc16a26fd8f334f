"""The steps of a halt as they are ticked off, each with its time since the pull."""

from dataclasses import replace

from console.domain.halt import HaltStep, StepStatus
from console.ports import Clock

NAMES = ("latch", "drain", "sweep", "proof", "flatten", "fence", "receipt")


class Checklist:
    """What the halt screen shows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.monotonic()
        self._steps = {name: HaltStep(name=name) for name in NAMES}

    @property
    def steps(self) -> tuple[HaltStep, ...]:
        """All steps in their order."""
        return tuple(self._steps.values())

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since the pull."""
        return round((self._clock.monotonic() - self._began) * 1_000, 1)

    def begin(self, already_s: float = 0.0) -> None:
        """Start anew; `already_s` seconds have passed since the pull."""
        self._began = self._clock.monotonic() - already_s
        self._steps = {name: HaltStep(name=name) for name in NAMES}

    def tick(self, name: str, status: StepStatus, detail: str = "") -> bool:
        """Note how far a step has come; return whether that is new."""
        known = self._steps[name]
        detail = detail or known.detail
        if (status, detail) == (known.status, known.detail):
            return False
        has_ended = status in (StepStatus.DONE, StepStatus.FAILED)
        elapsed = self.elapsed_ms if has_ended else None
        self._steps[name] = replace(known, status=status, detail=detail, elapsed_ms=elapsed)
        return True
