"""What the desk is given from outside: its adapters, its limits, its place on the disk."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from console.desk.analyst import TakeReadings
from console.desk.gauges import Gauges
from console.desk.limits import Limits
from console.desk.watchlist import WELL_KNOWN
from console.desk.workers import Sleep
from console.folders import StateFolder
from console.ports import (
    Broker,
    Clock,
    History,
    Journal,
    MarketStream,
    ScanSource,
    TradingStream,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Everything a desk cannot make for itself."""

    broker: Broker
    history: History
    market_stream: MarketStream
    trading_stream: TradingStream
    journal: Journal
    clock: Clock
    folder: StateFolder
    take_readings: TakeReadings
    epoch: str
    """What the numbers of this life of the desk begin with: no two lives have the same."""
    limits: Limits = field(default_factory=Limits)
    gauges: Gauges = field(default_factory=Gauges)
    default_watchlist: Sequence[str] = WELL_KNOWN
    sleep: Sleep = asyncio.sleep
    has_real_time: bool = False
    """Whether the broker's clock should agree with ours; a demo's market may run faster."""
    scan_source: ScanSource | None = None
    """None where nothing can be scanned."""
