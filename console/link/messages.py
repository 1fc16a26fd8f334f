"""What console and desk say to each other.

A connection begins with `Hello`. The desk answers with `Welcome` and a snapshot
told as events, then sends events as they come. A request carries a number of the
client's choosing and gets exactly one `Reply` or `Refusal` with the same number.
"""

from datetime import datetime

import msgspec

from console.domain.alerts import Direction
from console.domain.flatten import FlattenRequest
from console.domain.market import Bar, Timeframe
from console.domain.orders import OrderRequest, TimeInForce
from console.domain.receipts import Preview, Receipt
from console.domain.scans import Scan, ScanRule
from console.domain.tickets import Ticket
from console.domain.ticks import Ticks

VERSION = 1


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Anything on the wire."""


# ── console → desk ──────────────────────────────────────────────────────────


class Hello(Message, tag="hello", frozen=True, kw_only=True):
    """Who is calling, and in which version of this language."""

    version: int
    program: str
    """`console` or `command line`."""


class Show(Message, tag="show", frozen=True, kw_only=True):
    """Which symbols this console shows now: quotes are sent for these and held positions."""

    symbols: tuple[str, ...]
    focus: str | None = None
    """The symbol to analyse: readings are taken of it."""


class Request(Message, frozen=True, kw_only=True):
    """Anything that wants an answer."""

    id: int


class Check(Request, tag="check", frozen=True, kw_only=True):
    """Ask the gate about a ticket without sending it; answered with a Preview."""

    ticket: Ticket


class Submit(Request, tag="submit", frozen=True, kw_only=True):
    """Send an order; answered with a Receipt."""

    request: OrderRequest


class Cancel(Request, tag="cancel", frozen=True, kw_only=True):
    """Cancel working orders by their client order ids; answered with a Receipt."""

    orders: tuple[str, ...]


class CancelAll(Request, tag="cancel_all", frozen=True, kw_only=True):
    """Cancel every open order of the account; answered with a Receipt."""


class Replace(Request, tag="replace", frozen=True, kw_only=True):
    """Change a working order; answered with a Receipt."""

    order: str
    qty: str | None = None
    limit_price: str | None = None
    stop_price: str | None = None
    trail_price: str | None = None
    trail_percent: str | None = None
    time_in_force: TimeInForce | None = None


class Flat(Request, tag="flat", frozen=True, kw_only=True):
    """Cancel the symbol's working orders and close its position; answered with a Receipt."""

    symbol: str


class Flatten(Request, tag="flatten", frozen=True, kw_only=True):
    """Close positions, also while halted; answered with a Receipt once it has begun."""

    request: FlattenRequest


class Fence(Request, tag="fence", frozen=True, kw_only=True):
    """Suspend the account at the broker while halted, or lift that; answered with a Receipt."""

    is_set: bool


class Exit(Request, tag="exit", frozen=True, kw_only=True):
    """Free a position from its own orders and close it; answered with a Receipt."""

    symbol: str


class Halt(Request, tag="halt", frozen=True, kw_only=True):
    """Pull the cord; answered with a Receipt as soon as the latch is on the disk."""

    reason: str


class Reduce(Request, tag="reduce", frozen=True, kw_only=True):
    """Let only orders through that reduce; answered with a Receipt."""

    reason: str


class Override(Request, tag="override", frozen=True, kw_only=True):
    """Let entries pass while the trading stream is down; answered with a Receipt."""

    reason: str


class Rearm(Request, tag="rearm", frozen=True, kw_only=True):
    """Lift the halt; answered with a Receipt."""

    reason: str


class Reconcile(Request, tag="reconcile", frozen=True, kw_only=True):
    """Compare with the broker now; answered with a Receipt, the report comes as an event."""


class SetCrossing(Request, tag="set_crossing", frozen=True, kw_only=True):
    """Tell me when a price crosses a level; answered with a Receipt."""

    symbol: str
    direction: Direction
    price: float


class RemoveCrossing(Request, tag="remove_crossing", frozen=True, kw_only=True):
    """Forget a crossing; answered with a Receipt."""

    crossing: str


class Acknowledge(Request, tag="acknowledge", frozen=True, kw_only=True):
    """I have seen these alerts; answered with a Receipt."""

    alerts: tuple[str, ...]


class Watchlist(Request, tag="watchlist", frozen=True, kw_only=True):
    """Put a symbol on the watchlist or take it off; answered with a Receipt."""

    symbol: str
    is_watched: bool


class Bars(Request, tag="bars", frozen=True, kw_only=True):
    """The newest bars of a symbol; answered with History."""

    symbol: str
    timeframe: Timeframe
    limit: int


class TakeTicks(Request, tag="take_ticks", frozen=True, kw_only=True):
    """Every tick of some symbols since this tap was asked last; answered with Ticks."""

    tap: str
    """The caller's name for its tap; the first question begins it."""
    symbols: tuple[str, ...]


class BeginScan(Request, tag="begin_scan", frozen=True, kw_only=True):
    """Scan the market by a rule; answered with a Receipt once it has begun."""

    rule: ScanRule
    universe: str
    """Which symbols, in words: scans of the same rule and universe are compared."""
    symbols: tuple[str, ...] | None = None
    """None scans all that can be traded."""


class CancelScan(Request, tag="cancel_scan", frozen=True, kw_only=True):
    """End the running scan; what it found stays; answered with a Receipt."""


class ShowScan(Request, tag="show_scan", frozen=True, kw_only=True):
    """Tell of the scan that runs or ran last; answered with a Scan or an empty Reply."""


class StopDesk(Request, tag="stop_desk", frozen=True, kw_only=True):
    """End the desk; orders stay at the broker; answered with a Receipt."""


FromConsole = (
    Hello
    | Show
    | Check
    | Submit
    | Cancel
    | CancelAll
    | Replace
    | Flat
    | Flatten
    | Fence
    | Exit
    | Halt
    | Reduce
    | Override
    | Rearm
    | Reconcile
    | SetCrossing
    | RemoveCrossing
    | Acknowledge
    | Watchlist
    | Bars
    | TakeTicks
    | BeginScan
    | CancelScan
    | ShowScan
    | StopDesk
)

# ── desk → console ──────────────────────────────────────────────────────────


class Welcome(Message, tag="welcome", frozen=True, kw_only=True):
    """What this desk is; the snapshot follows as events."""

    profile: str
    venue: str
    """Whose market it is, in words: `embedded venue`, `Alpaca paper`, `Alpaca live`."""
    feed: str
    desk_pid: int
    state_folder: str
    user: str


class Told(Message, tag="told", frozen=True, kw_only=True):
    """Events in the order in which they happened, and the desk's time."""

    now: datetime
    events: tuple[msgspec.Raw, ...]
    """Each one a `[kind, event]` pair."""
    is_snapshot: bool = False
    """Whether these are the whole state rather than what is new."""


class Reply(Message, tag="reply", frozen=True, kw_only=True):
    """The answer to a request."""

    id: int
    receipt: Receipt | None = None
    preview: Preview | None = None
    bars: tuple[Bar, ...] | None = None
    scan: Scan | None = None
    ticks: Ticks | None = None


class Refusal(Message, tag="refusal", frozen=True, kw_only=True):
    """A message that could not be understood or answered, and why; id 0 if it had none."""

    id: int
    text: str


FromDesk = Welcome | Told | Reply | Refusal
