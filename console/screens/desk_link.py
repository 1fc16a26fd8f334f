"""What the screens need of the desk, as protocols; the link fulfils them, tests fake them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from console.domain.alerts import Direction
from console.domain.flatten import FlattenRequest
from console.domain.market import Bar, Timeframe
from console.domain.orders import OrderRequest, TimeInForce
from console.domain.receipts import Preview, Receipt
from console.domain.scans import Scan, ScanRule
from console.domain.state import TradingState
from console.domain.tickets import Ticket


class Commands(Protocol):
    """What can be asked of a desk. Every call raises when the desk goes away first."""

    async def check(self, ticket: Ticket) -> Preview:
        """Ask the gate about a ticket; the preview's request may be submitted as it is."""

    async def submit(self, request: OrderRequest) -> Receipt:
        """Send an order."""

    async def cancel(self, orders: Sequence[str]) -> Receipt:
        """Cancel working orders by their client order ids."""

    async def cancel_all(self) -> Receipt:
        """Cancel every open order of the account."""

    async def replace(
        self,
        order: str,
        *,
        qty: Decimal | None = None,
        limit_price: Decimal | None = None,
        stop_price: Decimal | None = None,
        trail_price: Decimal | None = None,
        trail_percent: Decimal | None = None,
        time_in_force: TimeInForce | None = None,
    ) -> Receipt:
        """Change a working order; what is None stays."""

    async def flat(self, symbol: str) -> Receipt:
        """Cancel the symbol's working orders and close its position."""

    async def exit(self, symbol: str) -> Receipt:
        """Free a position from its own orders and close it; protected again if that fails."""

    async def flatten(self, request: FlattenRequest) -> Receipt:
        """Close positions, also while halted."""

    async def fence(self, *, is_set: bool) -> Receipt:
        """Suspend the account at the broker while halted, or lift that."""

    async def halt(self, reason: str) -> Receipt:
        """Pull the cord."""

    async def reduce(self, reason: str) -> Receipt:
        """Let only orders through that reduce."""

    async def rearm(self, reason: str) -> Receipt:
        """Lift the halt."""

    async def reconcile(self) -> Receipt:
        """Have the desk compare with the broker now."""

    async def set_crossing(self, symbol: str, direction: Direction, price: float) -> Receipt:
        """Ask to be told when a price crosses a level."""

    async def remove_crossing(self, crossing: str) -> Receipt:
        """Take a price alert back, by its id."""

    async def acknowledge(self, alerts: Sequence[str]) -> Receipt:
        """Say that these alerts were seen."""

    async def watch(self, symbol: str, *, is_watched: bool) -> Receipt:
        """Put a symbol on the watchlist or take it off."""

    async def scan(
        self, rule: ScanRule, universe: str, symbols: Sequence[str] | None = None
    ) -> Receipt:
        """Scan these symbols by a rule, or all that can be traded."""

    async def cancel_scan(self) -> Receipt:
        """End the running scan; what it found stays."""

    async def last_scan(self) -> Scan | None:
        """Return the scan that runs or ran last; None when there was never one."""

    async def stop_desk(self) -> Receipt:
        """End the desk; orders stay at the broker."""

    async def bars(self, symbol: str, timeframe: Timeframe, limit: int) -> tuple[Bar, ...]:
        """Return the newest bars, oldest first."""


class Greeting(Protocol):
    """What a desk says of itself when a console attaches."""

    @property
    def profile(self) -> str:
        """`demo`, `paper` or `live`."""

    @property
    def venue(self) -> str:
        """Whose market it is, in words."""

    @property
    def feed(self) -> str:
        """Which feed the quotes come from."""

    @property
    def state_folder(self) -> str:
        """Where the desk keeps its state."""


class DeskLink(Protocol):
    """This console's copy of the desk, and the way to ask it things."""

    on_change: Callable[[], None]
    """Called, on the console's own loop, whenever anything below may have changed."""

    @property
    def state(self) -> TradingState:
        """The newest state; replaced, never changed."""

    @property
    def welcome(self) -> Greeting | None:
        """What the desk said of itself, None before it was ever attached."""

    @property
    def trouble(self) -> str:
        """Why there is no desk, in a sentence; empty while attached."""

    @property
    def is_attached(self) -> bool:
        """Whether a desk is there and its whole state is known."""

    @property
    def desk(self) -> Commands:
        """The way to ask things. Raises when there is no desk."""

    def now(self) -> datetime | None:
        """Return the desk's time, None before its first word."""

    async def show(self, symbols: Sequence[str], focus: str | None = None) -> None:
        """Say which symbols are on the screen and which one to analyse."""

    async def run(self) -> None:
        """Stay attached until cancelled."""
