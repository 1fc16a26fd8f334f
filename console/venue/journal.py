"""What the venue saw: every request and every order event, numbered in order.

It is the truth that tests and the halt's proof are held against, so a request is
noted when it arrives, before anything is done about it.
"""

import time
from collections import deque
from collections.abc import Callable
from itertools import count, islice
from typing import Any

import msgspec

from console.venue.trading.orders import OrderEvent
from console.venue.wire.trading import number, optional

LONGEST_BODY = 4_096
MOST_ENTRIES = 200_000


class RequestSeen(msgspec.Struct, kw_only=True, gc=False):
    """One HTTP request; status and answer time are filled in when it is answered."""

    seq: int
    at_ns: int
    method: str
    path: str
    query: str
    body: str
    client_order_id: str | None
    status: int | None = None
    answered_at_ns: int | None = None
    faults: tuple[str, ...] = ()
    """The faults that struck it, by id; `status` is then what the client was told."""

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the journal shows it."""
        return {
            "seq": self.seq,
            "kind": "request",
            "at_ns": self.at_ns,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "body": self.body,
            "client_order_id": self.client_order_id,
            "status": self.status,
            "answered_at_ns": self.answered_at_ns,
            "faults": self.faults,
        }


class EventSeen(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order event of the exchange."""

    seq: int
    at_ns: int
    event: OrderEvent

    def as_json(self) -> dict[str, Any]:
        """Return the entry as the journal shows it."""
        order, fill = self.event.order, self.event.fill
        return {
            "seq": self.seq,
            "kind": "event",
            "at_ns": self.at_ns,
            "venue_at_ns": self.event.at,
            "event": self.event.kind,
            "order_id": order.id,
            "client_order_id": order.terms.client_order_id,
            "symbol": order.terms.symbol,
            "side": order.terms.side,
            "type": order.terms.type,
            "status": order.status,
            "filled_qty": number(order.filled_qty),
            "price": optional(fill.price) if fill else None,
            "qty": optional(fill.qty) if fill else None,
            "execution_id": fill.id if fill else None,
            "position_qty": number(self.event.position_qty),
        }


class Journal:
    """The newest entries, oldest first; `at_ns` is the machine's wall clock."""

    def __init__(
        self, *, most: int = MOST_ENTRIES, time_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._entries: deque[RequestSeen | EventSeen] = deque(maxlen=most)
        self._numbers = count(1)
        self._time_ns = time_ns

    def arrived(
        self, *, method: str, path: str, query: str, body: str, client_order_id: str | None
    ) -> RequestSeen:
        """Note a request that just came."""
        entry = RequestSeen(
            seq=next(self._numbers),
            at_ns=self._time_ns(),
            method=method,
            path=path,
            query=query,
            body=body[:LONGEST_BODY],
            client_order_id=client_order_id,
        )
        self._entries.append(entry)
        return entry

    def answered(self, entry: RequestSeen, status: int) -> None:
        """Note how a request was answered."""
        entry.status = status
        entry.answered_at_ns = self._time_ns()

    def happened(self, event: OrderEvent) -> None:
        """Note an order event."""
        self._entries.append(EventSeen(seq=next(self._numbers), at_ns=self._time_ns(), event=event))

    def after(self, seq: int) -> list[dict[str, Any]]:
        """Return the entries with a higher number, in order."""
        if not self._entries:
            return []
        known = max(seq - self._entries[0].seq + 1, 0)
        return [entry.as_json() for entry in islice(self._entries, known, None)]
