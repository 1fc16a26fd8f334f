"""The life of the desk: what begins when, what ends when, and what it remembers of the last one."""

import asyncio
import logging

from console.desk.recorder import THE_DESK
from console.desk.rooms.outside import Outside
from console.desk.rooms.plan import Rooms
from console.domain.alerts import AlertKind, Severity
from console.domain.events import AlertUpdated, CrossingUpdated, Event, OrderUpdated
from console.domain.orders import Order, OrderStatus
from console.domain.reconciliation import Cause
from console.ports import JournalUnavailable, Remembered

log = logging.getLogger(__name__)


class Life:
    """Begins and ends the rooms of a desk."""

    def __init__(self, rooms: Rooms, outside: Outside) -> None:
        self._rooms = rooms
        self._journal = outside.journal
        self._broker = outside.broker
        rooms.account.unknowns.on_resolved = self._on_resolved

    async def begin(self) -> None:
        """Begin: market data at once, the rest behind it; the gate opens when reconciled.

        Returns before the broker has answered anything, so that consoles may attach.
        JournalUnavailable when what was stored cannot be read.
        """
        rooms = self._rooms
        rooms.market.feed.start()
        remembered = await self._journal.remembered()
        self._remember(remembered)
        rooms.halt.halts.resume()
        rooms.path.restraints.start()
        rooms.path.unseen.start()
        rooms.path.traffic.start()
        rooms.market.lookout.start()
        rooms.ground.store.listen(self._on_event)
        rooms.market.attention.start()
        rooms.account.unknowns.follow_remembered()
        rooms.account.trading.start()
        self._keep_working()
        rooms.ground.recorder.note("desk.started", THE_DESK, {})

    async def end(self) -> None:
        """End the desk and close what it was given; orders stay at the broker."""
        rooms = self._rooms
        await rooms.ground.workers.stop()
        await asyncio.gather(rooms.market.feed.stop(), rooms.account.trading.stop())
        rooms.halt.halts.close()
        rooms.ground.recorder.note("desk.stopped", THE_DESK, {})
        try:
            await rooms.ground.recorder.flush()
        except JournalUnavailable:
            log.exception("the last records could not be written")
        await self._broker.close()
        await self._journal.close()

    def _remember(self, remembered: Remembered) -> None:
        rooms, settings = self._rooms, remembered.settings or {}
        rooms.ground.store.apply(
            *(OrderUpdated(order) for order in remembered.orders),
            *(AlertUpdated(alert) for alert in remembered.alerts),
            *(CrossingUpdated(crossing) for crossing in remembered.crossings),
        )
        rooms.account.books.remember(remembered.fills)
        rooms.account.reconciler.remember(settings)
        rooms.market.watchlist.begin(settings)
        rooms.closing.exits.remember(settings)

    def _keep_working(self) -> None:
        rooms = self._rooms
        for name, work in (
            ("halt watcher", rooms.halt.halts.watch),
            ("restraints", rooms.path.restraints.watch),
            ("triggers", rooms.halt.triggers.work),
            ("recorder", rooms.ground.recorder.work),
            ("reconciler", rooms.account.reconciler.work),
            ("list of instruments", rooms.market.universe.work),
            ("positions and account", rooms.account.money.work),
            ("lookout", rooms.market.lookout.work),
            ("wakefulness", rooms.account.wakefulness.work),
            ("analyst", rooms.market.analyst.work),
            ("cross-check", rooms.market.cross_check.ask),
            ("judge of the cross-check", rooms.market.cross_check.judge),
        ):
            rooms.ground.workers.keep(name, work)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, OrderUpdated) and event.order.status.is_closed:
            self._rooms.account.money.change()

    def _on_resolved(self, order: Order) -> None:
        fate = order.status.value.replace("_", " ")
        text = f"No longer unknown: {order.request} is {fate}."
        if order.status is OrderStatus.ABSENT:
            text = f"No longer unknown: {order.request} never reached the broker."
            if order.replaces is not None:
                text = f"{text} What it should replace is as it was."
        symbol = order.request.symbol
        self._rooms.ground.alerts.alert(AlertKind.UNKNOWN, Severity.INFO, text, symbol)
        self._rooms.account.reconciler.demand(Cause.UNKNOWN)
