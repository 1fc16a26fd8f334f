"""What the adapters can tell of themselves, asked when it is needed and never waited for."""

from collections.abc import Callable
from dataclasses import dataclass

from console.domain.connections import Allowance


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """Looked at by the desk on its own loop; each one answers at once."""

    audit_head: Callable[[], str] = str
    """The hash of the audit's last durable record, empty without one."""
    set_back: Callable[[], float] = float
    """Seconds by which the machine's clock was set back since the desk started."""
    allowance: Callable[[], Allowance | None] = lambda: None
    """What is left of the requests a minute, None until the broker has told."""
    quotes_heard: Callable[[], int] = int
    """Quotes and trades that came over the market data."""
    bad_quotes: Callable[[], int] = int
    """Messages of the market data that could not be read."""
    bad_updates: Callable[[], int] = int
    """Messages of the trading stream that could not be read."""
