"""What the desk needs from outside, as protocols; adapters fulfil them, tests fake them.

Errors tell the caller what to do, not what broke inside.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from console.domain.account import Account
from console.domain.alerts import Alert, Crossing
from console.domain.connections import Link
from console.domain.events import FillBooked, OrderUpdated
from console.domain.fills import Fill
from console.domain.instruments import Asset
from console.domain.market import Bar, Day, MarketClock, Quote, Timeframe, Trade
from console.domain.orders import Order, OrderRequest, ReplaceRequest
from console.domain.permissions import Actor
from console.domain.positions import Position
from console.domain.scans import MarketSnapshot, TradingSession


class BrokerError(Exception):
    """The broker or the way to it failed; the message is fit for the trader."""


class OrderRejected(BrokerError):  # noqa: N818 - the field's word for it
    """The broker refused the command; it had no effect there."""


class Unconfirmed(BrokerError):  # noqa: N818 - not an error: not known
    """No answer came; it may or may not have had effect. Look it up, never resend."""


class BrokerUnavailable(BrokerError):  # noqa: N818 - reads as what it is
    """A question could not be answered now; nothing follows from that."""


class Postponed(BrokerUnavailable):
    """The question was not even asked, for more urgent ones: it says nothing of the broker."""


class KeysRefused(BrokerError):  # noqa: N818 - reads as what it is
    """The broker does not know these keys."""


class Broker(Protocol):
    """Where orders go. Every call has a deadline; no write is ever repeated."""

    async def submit(self, request: OrderRequest) -> Order:
        """Send an order; return it as the broker has it. OrderRejected, Unconfirmed."""

    async def replace(self, broker_id: str, request: ReplaceRequest) -> Order:
        """Change a working order; return the new one. OrderRejected, Unconfirmed."""

    async def cancel(self, broker_id: str) -> None:
        """Ask to cancel one order; the stream tells when it is. OrderRejected, Unconfirmed."""

    async def cancel_all(self) -> None:
        """Ask to cancel every open order of the account. OrderRejected, Unconfirmed."""

    async def find(self, client_order_id: str) -> Order | None:
        """Look an order up by our own id; None when the broker has no such order."""

    async def open_orders(self) -> Sequence[Order]:
        """Every order that is not closed, legs included, whatever its state."""

    async def orders_since(self, after: datetime) -> Sequence[Order]:
        """Every order submitted after `after`, in any state."""

    async def fills_since(self, after: datetime) -> Sequence[Fill]:
        """Every execution after `after`; `order` holds the broker's id of the order."""

    async def positions(self) -> Sequence[Position]:
        """All holdings."""

    async def account(self) -> Account:
        """The account's money."""

    async def clock(self) -> MarketClock:
        """The broker's time and session."""

    async def assets(self) -> Sequence[Asset]:
        """Every active instrument."""

    async def is_suspended(self) -> bool:
        """Whether the account's user has suspended its trading at the broker."""

    async def suspend(self, is_suspended: bool) -> None:  # noqa: FBT001 - the wire's field
        """Suspend the account's trading at the broker, or lift that. OrderRejected, Unconfirmed."""

    async def close(self) -> None:
        """Let go of threads and sockets."""


class History(Protocol):
    """Market data of the past and the last known values."""

    async def bars(self, symbol: str, timeframe: Timeframe, limit: int) -> Sequence[Bar]:
        """The newest `limit` bars, oldest first."""

    async def days(self, symbols: Sequence[str]) -> Sequence[Day]:
        """Today's bar and the close before, for each symbol the source knows."""

    async def latest(self, symbols: Sequence[str]) -> tuple[Sequence[Quote], Sequence[Trade]]:
        """The newest quote and trade of each symbol the source knows."""

    async def compared(self, symbols: Sequence[str]) -> Sequence[Quote | Trade]:
        """The same of at most a hundred symbols, from the feed that the stream tells of.

        Raises Postponed at once when requests are scarce: nobody waits for the answer.
        """


class ScanSource(Protocol):
    """Market data of many symbols, asked for a part of them at a time.

    Every call may raise Postponed, when the requests of a minute are used up: wait, ask again.
    """

    async def sessions(self, first: date, last: date) -> Sequence[TradingSession]:
        """The exchange's sessions on these days and between them, oldest first."""

    async def snapshots(self, symbols: Sequence[str]) -> Sequence[MarketSnapshot]:
        """What is known now of each symbol the source knows; no more than a hundred at once."""

    async def volumes(
        self, symbols: Sequence[str], timeframe: Timeframe, start: datetime, end: datetime
    ) -> Mapping[str, float]:
        """Shares traded in the bars that begin from `start` on and before `end`, by symbol.

        A symbol without a bar is missing. No more than a hundred at once.
        """


Tick = Quote | Trade


class MarketStream(Protocol):
    """Live quotes and trades, handed over in batches on the desk's event loop."""

    def start(
        self,
        on_ticks: Callable[[Sequence[Tick]], None],
        on_link: Callable[[Link, str], None],
    ) -> None:
        """Begin to listen; both callbacks run on the event loop that called this."""

    async def subscribe(self, symbols: Sequence[str]) -> None:
        """Also stream these symbols."""

    async def unsubscribe(self, symbols: Sequence[str]) -> None:
        """Stop streaming these symbols."""

    async def reconnect(self) -> None:
        """Drop the connection, which has gone mute, and connect anew."""

    async def stop(self) -> None:
        """End the stream and its thread."""


class TradingStream(Protocol):
    """What happens to our orders, handed over on the desk's event loop."""

    def start(
        self,
        on_updates: Callable[[Sequence[OrderUpdated | FillBooked]], None],
        on_link: Callable[[Link, str], None],
    ) -> None:
        """Begin to listen; both callbacks run on the event loop that called this."""

    async def reconnect(self) -> None:
        """Drop the connection and connect anew."""

    async def stop(self) -> None:
        """End the stream and its thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of the audit: who did what, when, with what result."""

    kind: str
    """A dotted name, for example `order.intended`."""
    actor: Actor
    at: datetime
    body: Mapping[str, object]
    """Plain values: text, numbers, booleans, None, and lists and mappings of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One named choice that outlives the desk."""

    name: str
    value: str


Row = Order | Fill | Alert | Crossing | Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What the journal knows from before."""

    orders: Sequence[Order] = ()
    fills: Sequence[Fill] = ()
    alerts: Sequence[Alert] = ()
    crossings: Sequence[Crossing] = ()
    settings: Mapping[str, str] | None = None


class JournalUnavailable(Exception):  # noqa: N818 - reads as what it is
    """The record could not be written durably; what it records must not happen."""


class Unrecordable(JournalUnavailable):
    """This one record can never be written, whatever becomes of the disk."""


Note = tuple[Record, tuple[Row, ...]]
"""A record, and the rows that are stored with it."""


class Journal(Protocol):
    """The desk's memory and its audit: what is written is durable when the call returns."""

    async def write(self, record: Record, *rows: Row) -> int:
        """Append the record and store the rows, all or nothing; return its number.

        Raises:
            JournalUnavailable: when it is not on the disk.
        """

    async def write_all(self, notes: Sequence[Note]) -> None:
        """Append all these records in their order, each with its rows, or none of them.

        Raises:
            JournalUnavailable: when they are not on the disk.
        """

    async def remembered(self) -> Remembered:
        """What was stored before: open orders and those of the last days, fills, alerts."""

    async def close(self) -> None:
        """Finish what is queued and close the file."""


class Clock(Protocol):
    """The time, given and never taken."""

    def now(self) -> datetime:
        """UTC, aware."""

    def monotonic(self) -> float:
        """Seconds that only go forward."""
