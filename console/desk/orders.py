"""The life of an order at the desk: permission, latch, gate, record, broker, record.

There is no other way to the broker, and no way past one of the stations.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from console.desk.pricing import NotPriced, price
from console.desk.recorder import Recorder
from console.desk.replaceable import not_replaceable
from console.desk.sender import Sender
from console.desk.situation import Situation
from console.desk.store import Store
from console.domain.chains import Chain, chain_of
from console.domain.exposure import ZERO, cost, held_qty, reduces
from console.domain.order_ids import MAX_LENGTH, OrderIds, is_ours
from console.domain.orders import Order, OrderRequest, OrderStatus, ReplaceRequest
from console.domain.permissions import Actor, Capability
from console.domain.receipts import Check, Outcome, Preview, Receipt
from console.domain.tickets import Ticket
from console.ports import Broker, Clock

MOST_OFFERED = 64
"""How many consoles' offered ids are kept; every command line is a console of its own."""


class OrderDesk:
    """Takes orders and replacements."""

    def __init__(
        self,
        *,
        broker: Broker,
        store: Store,
        situation: Situation,
        sender: Sender,
        recorder: Recorder,
        clock: Clock,
        epoch: str,
        audit_head: Callable[[], str] = str,
    ) -> None:
        self._broker = broker
        self._store = store
        self._situation = situation
        self._sender = sender
        self._recorder = recorder
        self._clock = clock
        self._ids = OrderIds(epoch, audit_head)
        self._offered: OrderedDict[tuple[int, int | None], str] = OrderedDict()

    def preview(self, ticket: Ticket, actor: Actor) -> Preview:
        """Say what the gate would say of a ticket now; nothing is sent or recorded."""
        quote = self._store.state.quotes.get(ticket.symbol)
        try:
            request = price(ticket, self._store.state, self._offer_id(actor))
        except NotPriced as error:
            checks = (
                self._situation.halt_check(),
                Check(rule="ticket", passed=False, detail=str(error)),
            )
            return Preview(
                request=None,
                checks=checks,
                quote=quote,
                notional=None,
                buying_power_after=None,
                position_after=None,
            )
        notional = cost(request, request.qty, quote)
        position = self._store.state.position_of(ticket.symbol)
        is_known = self._store.state.positions is not None
        signed = request.qty * request.side.sign
        return Preview(
            request=request,
            checks=self._situation.checks(request),
            quote=quote,
            notional=notional,
            buying_power_after=self._buying_power_after(request, notional),
            position_after=held_qty(position) + signed if is_known else None,
        )

    async def submit(self, request: OrderRequest, actor: Actor) -> Receipt:
        """Submit an order, and say what came of it."""
        if refusal := self._forbidden(actor):
            return self._refuse("order", actor, request, refusal)
        if not request.client_order_id:
            request = replace(request, client_order_id=self._ids.next())
        if refusal := self._misnamed(request.client_order_id) or self._denied(request):
            return self._refuse("order", actor, request, refusal)
        return await self._sender.send(
            "order", self._in_flight(request), actor, lambda: self._broker.submit(request)
        )

    async def replace(self, key: str, terms: Mapping[str, object], actor: Actor) -> Receipt:
        """Replace a working order; `terms` are new values of ReplaceRequest's fields.

        Whichever link of a chain of replacements is named, the newest is replaced. A new
        quantity is that of the whole chain, what its earlier links have filled included.
        """
        known = self._store.state.orders.get(key)
        if known is None:
            no_order = _deny("There is no such order; nothing was replaced.")
            return self._refuse_replace(key, actor, self._forbidden(actor) or no_order)
        chain = chain_of(known, self._store.state.orders)
        known, terms = chain.newest, _of_the_newest(chain, terms)
        if refusal := self._forbidden(actor) or not_replaceable(known, terms):
            return self._refuse_replace(key, actor, refusal)
        try:
            request = replace(known.request, client_order_id=self._ids.next(), **terms)  # type: ignore[arg-type] # the caller names fields
            remaining = replace(request, qty=request.qty - known.filled_qty)
        except ValueError as error:
            return self._refuse_replace(key, actor, _deny(f"These terms make no order: {error}."))
        if refusal := self._denied(remaining, replacing=known):
            return self._refuse_replace(key, actor, refusal)
        wish = ReplaceRequest(order=known.key, client_order_id=request.client_order_id, **terms)  # type: ignore[arg-type] # as above
        order = replace(
            self._in_flight(request),
            replaces=known.broker_id,
            group=known.group,
            parent=known.parent,
            role=known.role,
        )
        broker_id = known.broker_id or ""
        return await self._sender.send(
            "replace", order, actor, lambda: self._broker.replace(broker_id, wish)
        )

    def next_id(self) -> str:
        """Return a fresh client order id."""
        return self._ids.next()

    def _offer_id(self, actor: Actor) -> str:
        """Return the id a preview carries: the same one until this console has used it."""
        caller = (actor.uid, actor.pid)
        offered = self._offered.get(caller)
        if offered is None or offered in self._store.state.orders:
            offered = self._offered[caller] = self._ids.next()
        self._offered.move_to_end(caller)
        while len(self._offered) > MOST_OFFERED:
            self._offered.popitem(last=False)
        return offered

    def _misnamed(self, client_order_id: str) -> Receipt | None:
        if not is_ours(client_order_id) or len(client_order_id) > MAX_LENGTH:
            return _deny(f"{client_order_id[:MAX_LENGTH]} is not an order id of this desk.")
        if client_order_id in self._store.state.orders:
            return _deny(f"{client_order_id} was sent already; an order is never sent twice.")
        return None

    def _denied(self, request: OrderRequest, replacing: Order | None = None) -> Receipt | None:
        checks = self._situation.decide(request, replacing)
        failures = tuple(check for check in checks if not check.passed)
        if not failures:
            return None
        return Receipt(outcome=Outcome.DENIED, detail=_in_one_sentence(failures), failures=failures)

    def _buying_power_after(
        self, request: OrderRequest, notional: Decimal | None
    ) -> Decimal | None:
        account = self._store.state.account
        if account is None or notional is None:
            return None
        position = self._store.state.position_of(request.symbol)
        is_exit = reduces(request, position, self._store.state.open_orders)
        return account.buying_power - (ZERO if is_exit else notional)

    def _in_flight(self, request: OrderRequest) -> Order:
        now = self._clock.now()
        return Order(
            request=request, status=OrderStatus.IN_FLIGHT, updated_at=now, submitted_at=now
        )

    def _forbidden(self, actor: Actor) -> Receipt | None:
        if actor.may(Capability.TRADE):
            return None
        detail = f"{actor} may not trade at this desk."
        return Receipt(outcome=Outcome.FORBIDDEN, detail=detail)

    def _refuse(self, kind: str, actor: Actor, request: OrderRequest, why: Receipt) -> Receipt:
        receipt = replace(why, order=request.client_order_id or None)
        self._note(kind, actor, {"order": receipt.order, "terms": str(request)}, receipt)
        return receipt

    def _refuse_replace(self, key: str, actor: Actor, why: Receipt) -> Receipt:
        receipt = replace(why, order=key)
        self._note("replace", actor, {"order": key}, receipt)
        return receipt

    def _note(self, kind: str, actor: Actor, body: Mapping[str, object], receipt: Receipt) -> None:
        rules = [check.rule for check in receipt.failures]
        said = {"outcome": receipt.outcome.value, "detail": receipt.detail, "rules": rules}
        self._recorder.note(f"{kind}.{receipt.outcome.value}", actor, {**body, **said})


def _in_one_sentence(failures: tuple[Check, ...]) -> str:
    first, *others = failures
    if not others:
        return first.detail
    rules = ", ".join(check.rule for check in others)
    return f"{first.detail.rstrip('.')}; also failed: {rules}."


def _deny(detail: str) -> Receipt:
    return Receipt(outcome=Outcome.DENIED, detail=detail)


def _of_the_newest(chain: Chain, terms: Mapping[str, object]) -> Mapping[str, object]:
    """Return the terms with the quantity the newest link needs to make up the whole."""
    qty = terms.get("qty")
    if not isinstance(qty, Decimal):
        return terms
    earlier = sum((link.filled_qty for link in chain.earlier), ZERO)
    return {**terms, "qty": qty - earlier}
