"""The facts that the gate decides by, gathered at the moment of the question."""

from dataclasses import replace

from console.desk.blind import BlindEntries
from console.desk.connections import Connections
from console.desk.cord import Cord
from console.desk.gate import Facts, check_all, failed, passed
from console.desk.limits import Limits
from console.desk.reconcile import Reconciler
from console.desk.restraints import Restraints
from console.desk.rules import RULES, order_is_no_repetition, the_mode_lets_it_through
from console.desk.store import Store
from console.desk.traffic import Traffic
from console.desk.universe import Universe
from console.desk.unseen import UnseenFills
from console.domain.connections import Channel, Link
from console.domain.exposure import ZERO
from console.domain.orders import Order, OrderRequest
from console.domain.receipts import Check
from console.ports import Clock


class Situation:
    """Asks the gate about orders as things stand now."""

    def __init__(
        self,
        *,
        store: Store,
        universe: Universe,
        connections: Connections,
        reconciler: Reconciler,
        cord: Cord,
        restraints: Restraints,
        unseen: UnseenFills,
        traffic: Traffic,
        blind: BlindEntries,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._store = store
        self._universe = universe
        self._connections = connections
        self._reconciler = reconciler
        self._cord = cord
        self._restraints = restraints
        self._unseen = unseen
        self._traffic = traffic
        self._blind = blind
        self._limits = limits
        self._clock = clock

    def checks(self, request: OrderRequest, replacing: Order | None = None) -> tuple[Check, ...]:
        """Return what every rule says of an order, the halt first."""
        facts = self._facts(request, replacing)
        return (self.halt_check(request), *check_all(request, facts, RULES))

    def decide(self, request: OrderRequest, replacing: Order | None = None) -> tuple[Check, ...]:
        """Ask the gate about an order that is to be sent now, and count that it was asked."""
        facts = self._facts(request, replacing)
        checks = (self.halt_check(request), *check_all(request, facts, RULES))
        is_twin = not order_is_no_repetition(request, facts).passed
        is_sent = all(check.passed for check in checks)
        self._traffic.note(request, is_sent=is_sent, is_twin=is_twin)
        return checks

    def last_look(self, order: Order) -> str:
        """Return why an order may not leave in the mode of this very moment; empty when it may.

        The order stands in the state already, and may not be held against itself.
        """
        if not self._restraints.current():
            return ""
        orders = self._store.state.orders
        replaced = None
        if order.replaces is not None:
            known = (one for one in orders.values() if one.broker_id == order.replaces)
            replaced = next(known, None)
        filled = ZERO if replaced is None else replaced.filled_qty
        if order.request.qty <= filled:
            return "What it would replace is filled already."
        request = replace(order.request, qty=order.request.qty - filled)
        others = {key: one for key, one in orders.items() if key != order.key}
        facts = self._facts(request, replaced)
        facts = replace(facts, state=replace(facts.state, orders=others))
        check = the_mode_lets_it_through(request, facts)
        return "" if check.passed else check.detail

    def halt_check(self, request: OrderRequest | None = None) -> Check:
        """Return whether trading is halted, as the first line of the checks."""
        objection = self._cord.objection(request)
        return failed("halt", objection) if objection else passed("halt", "trading is active")

    def _facts(self, request: OrderRequest, replacing: Order | None) -> Facts:
        return Facts(
            state=self._store.state,
            asset=self._universe.asset(request.symbol),
            is_listed_known=self._universe.assets is not None,
            is_reconciled=self._reconciler.is_done,
            is_trading_live=self._connections.link(Channel.TRADING) is Link.LIVE,
            limits=self._limits,
            now=self._clock.now(),
            replacing=replacing,
            restraints=self._restraints.current(),
            unseen=self._unseen.qty,
            sent_last_minute=self._traffic.sent,
            age_of_twin=self._traffic.age_of_twin(request),
            blind_reason=self._blind.reason,
        )
