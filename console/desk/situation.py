"""The facts that the gate decides by, gathered at the moment of the question."""

from console.desk.connections import Connections
from console.desk.cord import Cord
from console.desk.gate import Facts, check_all, failed, passed
from console.desk.limits import Limits
from console.desk.reconcile import Reconciler
from console.desk.rules import RULES
from console.desk.store import Store
from console.desk.universe import Universe
from console.domain.connections import Channel, Link
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
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._store = store
        self._universe = universe
        self._connections = connections
        self._reconciler = reconciler
        self._cord = cord
        self._limits = limits
        self._clock = clock

    def checks(self, request: OrderRequest, replacing: Order | None = None) -> tuple[Check, ...]:
        """Return what every rule says of an order, the halt first."""
        facts = self._facts(request, replacing)
        return (self.halt_check(request), *check_all(request, facts, RULES))

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
        )
