"""How much one run of a trader's code may take."""

from dataclasses import dataclass

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
