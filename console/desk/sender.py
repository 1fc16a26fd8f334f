"""The one place from which an order leaves, and what its answer is taken to mean."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from console.desk.books import Books, terms
from console.desk.connections import Connections
from console.desk.cord import Cord
from console.desk.limits import Pace
from console.desk.recorder import Recorder
from console.desk.store import Store
from console.desk.unknowns import Unknowns
from console.domain.events import OrderUpdated
from console.domain.orders import Order, OrderStatus
from console.domain.permissions import Actor
from console.domain.receipts import Outcome, Receipt
from console.ports import BrokerError, Clock, JournalUnavailable, KeysRefused, OrderRejected

Send = Callable[[], Coroutine[Any, Any, Order]]
log = logging.getLogger(__name__)


class Sender:
    """Records, sends, and says what came of it. Nothing is ever sent twice."""

    def __init__(
        self,
        *,
        store: Store,
        books: Books,
        recorder: Recorder,
        connections: Connections,
        cord: Cord,
        unknowns: Unknowns,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._store = store
        self._books = books
        self._recorder = recorder
        self._connections = connections
        self._cord = cord
        self._unknowns = unknowns
        self._clock = clock
        self._pace = pace
        self._in_flight: set[str] = set()
        self._landed = asyncio.Event()
        self._slots = asyncio.Semaphore(pace.sends_at_once)
        self.last_look: Callable[[Order], str] = lambda _order: ""
        """Why an order may not leave in the mode of this moment; asked right before the send."""

    @property
    def in_flight(self) -> int:
        """How many sends have not been answered yet."""
        return len(self._in_flight)

    async def drained(self) -> None:
        """Return once no send is in flight."""
        while self._in_flight:
            self._landed.clear()
            await self._landed.wait()

    async def send(self, kind: str, order: Order, actor: Actor, call: Send) -> Receipt:
        """Send an order that the gate has let through.

        The intent is recorded first: what cannot be written down is not sent. It
        stands in the state from the start, so that other orders are checked against it.
        """
        self._store.apply(OrderUpdated(order))
        began = self._clock.monotonic()
        try:
            await self._recorder.write(f"{kind}.intended", actor, terms(order), order)
        except JournalUnavailable as error:
            return self._hold_back(kind, order, actor, f"It cannot be recorded: {error}")
        except Exception as error:
            log.exception("recording %s failed in a way nobody foresaw", order.key)
            return self._hold_back(kind, order, actor, f"It cannot be recorded: {error!r}")
        async with self._slots:
            # Right before the send: nothing is awaited between this look and the call.
            if objection := (
                self._cord.objection(order.request)
                or self.last_look(order)
                or self._too_late(order, began)
            ):
                return self._hold_back(kind, order, actor, objection)
            told = await self._deliver(order, call)
        self._store.apply(OrderUpdated(told))
        return await self._conclude(kind, self._store.state.orders[order.key], actor)

    def _too_late(self, order: Order, began: float) -> str:
        """Return why the order's check is worth nothing any more, as a sentence; empty when it is.

        Told by both clocks: the one stands still while the machine sleeps, the other may be set.
        """
        slept = (self._clock.now() - order.submitted_at).total_seconds()
        waited, most = max(self._clock.monotonic() - began, slept), self._pace.send_patience
        if waited <= most:
            return ""
        return f"It waited {waited:.1f} s to be sent, over {most:g} s; check it again."

    async def _deliver(self, order: Order, call: Send) -> Order:
        """Return the order as the answer leaves it: the broker's, rejected, or unknown."""
        self._in_flight.add(order.key)
        try:
            told = await self._connections.ask(call(), within=self._pace.send_deadline)
            return self._books.name(told)
        except (OrderRejected, KeysRefused) as error:
            return self._as(order, OrderStatus.REJECTED, str(error))
        except (BrokerError, TimeoutError) as error:
            return self._as(order, OrderStatus.UNKNOWN, str(error) or "no answer in time")
        except Exception as error:
            # A failure nobody foresaw says nothing about the order: that is what unknown means.
            log.exception("sending %s failed in a way nobody foresaw", order.key)
            return self._as(order, OrderStatus.UNKNOWN, repr(error))
        finally:
            self._in_flight.discard(order.key)
            self._landed.set()

    async def _conclude(self, kind: str, order: Order, actor: Actor) -> Receipt:
        receipt = _receipt(order)
        if order.status is OrderStatus.UNKNOWN:
            self._unknowns.follow(order.key)
        body = {"outcome": receipt.outcome.value, **terms(order)}
        await self._recorder.try_write(f"{kind}.answered", actor, body, order)
        return receipt

    def _hold_back(self, kind: str, order: Order, actor: Actor, why: str) -> Receipt:
        absent = self._books.absent(order, f"not sent: {why}")
        self._store.apply(OrderUpdated(absent))
        self._recorder.note(f"{kind}.denied", actor, terms(absent), absent)
        detail = f"Not sent. {why}"
        return Receipt(outcome=Outcome.DENIED, detail=detail, order=order.key)

    def _as(self, order: Order, status: OrderStatus, reason: str) -> Order:
        return replace(order, status=status, updated_at=self._clock.now(), reason=reason)


def _receipt(order: Order) -> Receipt:
    if order.status is OrderStatus.REJECTED:
        reason = order.reason or "no reason given"
        return Receipt(
            outcome=Outcome.REJECTED,
            detail=f"The broker rejected {order.request}: {reason}",
            order=order.key,
        )
    if order.status.is_ours:
        return Receipt(
            outcome=Outcome.UNKNOWN,
            detail=f"No answer to {order.request}: it may or may not exist. Looking it up; "
            "do not send it again.",
            order=order.key,
        )
    status = order.status.value.replace("_", " ")
    return Receipt(outcome=Outcome.ACCEPTED, detail=f"{order.request}: {status}", order=order.key)
