"""How much one run of a trader's code may take."""

from dataclasses import dataclass
from typing import Annotated

from console.domain.ranges import Within

KIB, MIB, GIB = 1024, 1024**2, 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """The bounds of one run; what goes beyond one of them ends it."""

    cpu_seconds: int = 10
    """Of processor time, from when the code begins."""
    wall_seconds: float = 60.0
    """By the clock, however little it reckons meanwhile."""
    memory_bytes: int = 3 * GIB // 2
    """Of address space: Python, its libraries and the data it is given count."""
    printed_bytes: int = MIB
    result_bytes: int = 64 * MIB
    """Of tables, figures and what is returned."""
    code_bytes: int = 256 * KIB

    def __post_init__(self) -> None:
        if self.cpu_seconds < 1 or not self.wall_seconds > 0:
            raise ValueError("a run needs at least a second of processor time, and some time")
        if self.memory_bytes < 256 * MIB:
            raise ValueError("Python and its tables alone need 256 MiB of memory")


LIMITS = RunLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSettings:
    """What one run of the trader's own code may take; what goes beyond is ended.

    Read at each run, not when the desk starts.
    """

    cpu_seconds: Annotated[int, Within("s", 1, 600)] = LIMITS.cpu_seconds
    """Processor time, from when the code begins."""
    wall_seconds: Annotated[float, Within("s", 1, 3600)] = LIMITS.wall_seconds
    """Time by the clock, however little it reckons meanwhile."""
    memory_mib: Annotated[int, Within("MiB", 256, 65_536)] = LIMITS.memory_bytes // MIB
    """Memory; Python, its libraries and the data it is given count."""
    printed_mib: Annotated[int, Within("MiB", 1, 16)] = LIMITS.printed_bytes // MIB
    """Printed text."""
    result_mib: Annotated[int, Within("MiB", 1, 512)] = LIMITS.result_bytes // MIB
    """Tables, figures and `result` together, each value written out."""

    @property
    def limits(self) -> RunLimits:
        """The same as a run knows them."""
        return RunLimits(
            cpu_seconds=self.cpu_seconds,
            wall_seconds=self.wall_seconds,
            memory_bytes=self.memory_mib * MIB,
            printed_bytes=self.printed_mib * MIB,
            result_bytes=self.result_mib * MIB,
        )
