"""Cancels: never trapped by a limit, a halt or a full disk; recorded all the same."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from console.desk.connections import Connections
from console.desk.limits import Pace
from console.desk.recorder import Recorder
from console.desk.store import Store
from console.desk.unknowns import Unknowns
from console.desk.workers import Workers
from console.domain.chains import chain_of
from console.domain.orders import Order
from console.domain.permissions import Actor, Capability
from console.domain.receipts import Outcome, Receipt
from console.ports import Broker, BrokerError, KeysRefused, OrderRejected

WORST_FIRST = (Outcome.UNKNOWN, Outcome.REJECTED, Outcome.DENIED, Outcome.ACCEPTED)


class CancelDesk:
    """Takes cancels."""

    def __init__(
        self,
        *,
        broker: Broker,
        store: Store,
        recorder: Recorder,
        connections: Connections,
        unknowns: Unknowns,
        workers: Workers,
        pace: Pace,
    ) -> None:
        self._broker = broker
        self._store = store
        self._recorder = recorder
        self._connections = connections
        self._unknowns = unknowns
        self._workers = workers
        self._pace = pace

    async def cancel(self, keys: Sequence[str], actor: Actor) -> Receipt:
        """Ask the broker to cancel these orders; the stream tells when they are."""
        if refusal := self._forbidden(actor, keys):
            return refusal
        if not keys:
            return Receipt(outcome=Outcome.DENIED, detail="There is no order to cancel.")
        await self._recorder.try_write("cancel.intended", actor, {"orders": list(keys)})
        meant = dict.fromkeys(link for key in keys for link in self._alive(key))
        answers = await asyncio.gather(*(self._cancel_one(key) for key in meant))
        receipt = _summary(answers)
        return await self._conclude("cancel.answered", actor, {"orders": list(keys)}, receipt)

    async def cancel_all(self, actor: Actor) -> Receipt:
        """Ask the broker to cancel every open order of the account, foreign ones too."""
        if refusal := self._forbidden(actor, ()):
            return refusal
        await self._recorder.try_write("cancel_all.intended", actor, {})
        outcome, why = await self._ask(self._broker.cancel_all())
        detail = "The broker was asked to cancel every open order."
        if outcome is Outcome.REJECTED:
            detail = f"The broker refused to cancel all: {why}"
        if outcome is Outcome.UNKNOWN:
            detail = f"No answer to cancel all: {why}. Look at the orders and ask again."
        receipt = Receipt(outcome=outcome, detail=detail)
        return await self._conclude("cancel_all.answered", actor, {}, receipt)

    def _alive(self, key: str) -> tuple[str, ...]:
        """Return which links of an order's chain to cancel.

        The newest; and while nobody knows whether that came about, the one it should replace.
        """
        orders = self._store.state.orders
        if key not in orders:
            return (key,)
        chain = chain_of(orders[key], orders)
        if not chain.newest.status.is_ours:
            return (chain.newest.key,)
        alive = tuple(link.key for link in chain.links if link.is_open)
        return alive or (chain.newest.key,)

    async def _cancel_one(self, key: str) -> Receipt:
        order = self._store.state.orders.get(key)
        if order is None:
            return Receipt(outcome=Outcome.DENIED, detail=f"There is no order {key}.", order=key)
        if order.status.is_closed:
            detail = f"{order.request} is {order.status.value} already."
            return Receipt(outcome=Outcome.DENIED, detail=detail, order=key)
        broker_id = order.broker_id or await self._find(key)
        if broker_id is None:
            detail = f"{order.request} is not known to the broker yet; ask again in a moment."
            return Receipt(outcome=Outcome.UNKNOWN, detail=detail, order=key)
        outcome, why = await self._ask(self._broker.cancel(broker_id))
        if outcome is not Outcome.ACCEPTED:
            self._workers.run(f"look-up of {key}", self._look_again(key))
        return Receipt(outcome=outcome, detail=_sentence(order, outcome, why), order=key)

    async def _ask(self, question: Coroutine[Any, Any, None]) -> tuple[Outcome, str]:
        try:
            await self._connections.ask(question, within=self._pace.send_deadline)
        except (OrderRejected, KeysRefused) as error:
            return Outcome.REJECTED, str(error)
        except (BrokerError, TimeoutError) as error:
            return Outcome.UNKNOWN, str(error) or "no answer in time"
        return Outcome.ACCEPTED, ""

    async def _find(self, key: str) -> str | None:
        try:
            told = await self._unknowns.look_up(key)
        except BrokerError:
            return None
        return None if told is None else told.broker_id

    async def _look_again(self, key: str) -> None:
        # A refused cancel mostly means that the order has just filled: let the state say so.
        await self._find(key)

    async def _conclude(
        self, kind: str, actor: Actor, body: dict[str, object], receipt: Receipt
    ) -> Receipt:
        said = {"outcome": receipt.outcome.value, "detail": receipt.detail}
        await self._recorder.try_write(kind, actor, {**body, **said})
        return receipt

    def _forbidden(self, actor: Actor, keys: Sequence[str]) -> Receipt | None:
        if actor.may(Capability.CANCEL):
            return None
        detail = f"{actor} may not cancel orders at this desk."
        self._recorder.note("cancel.forbidden", actor, {"orders": list(keys)})
        return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)


def _sentence(order: Order, outcome: Outcome, why: str) -> str:
    if outcome is Outcome.ACCEPTED:
        return f"Cancel of {order.request} was asked."
    if outcome is Outcome.REJECTED:
        return f"The broker refused to cancel {order.request}: {why}"
    return f"No answer to the cancel of {order.request}: {why}. It may still be working."


def _summary(receipts: Sequence[Receipt]) -> Receipt:
    if len(receipts) == 1:
        return receipts[0]
    asked = sum(receipt.outcome is Outcome.ACCEPTED for receipt in receipts)
    troubles = [r.detail for r in receipts if r.outcome is not Outcome.ACCEPTED]
    worst = next(o for o in WORST_FIRST if any(r.outcome is o for r in receipts))
    detail = " ".join([f"Cancel of {asked} of {len(receipts)} orders was asked.", *troubles])
    return Receipt(outcome=worst, detail=detail)
