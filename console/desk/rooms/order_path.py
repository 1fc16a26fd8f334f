"""The order path: the one way by which an order, or the cancel of one, leaves the desk."""

from dataclasses import dataclass

from console.desk.blind import BlindEntries
from console.desk.cancels import CancelDesk
from console.desk.orders import OrderDesk
from console.desk.restraints import Restraints
from console.desk.rooms.account import AccountSide
from console.desk.rooms.ground import Ground
from console.desk.rooms.market import MarketSide
from console.desk.rooms.outside import Outside
from console.desk.sender import Sender
from console.desk.situation import Situation
from console.desk.traffic import Traffic
from console.desk.unseen import UnseenFills


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPath:
    """What stands between a wish and the broker."""

    sender: Sender
    restraints: Restraints
    unseen: UnseenFills
    traffic: Traffic
    blind: BlindEntries
    orders: OrderDesk
    cancels: CancelDesk


def build_order_path(
    outside: Outside, ground: Ground, market: MarketSide, account: AccountSide
) -> OrderPath:
    """Build the order path."""
    sender = _sender(outside, ground, account)
    restraints = _restraints(outside, ground, account)
    unseen = UnseenFills(store=ground.store, clock=outside.clock)
    traffic = Traffic(store=ground.store, clock=outside.clock)
    blind = BlindEntries(
        store=ground.store,
        connections=ground.connections,
        recorder=ground.recorder,
        alerts=ground.alerts,
    )
    situation = Situation(
        store=ground.store,
        universe=market.universe,
        connections=ground.connections,
        reconciler=account.reconciler,
        cord=ground.cord,
        restraints=restraints,
        unseen=unseen,
        traffic=traffic,
        blind=blind,
        limits=outside.limits,
        clock=outside.clock,
    )
    sender.last_look = situation.last_look
    return OrderPath(
        sender=sender,
        restraints=restraints,
        unseen=unseen,
        traffic=traffic,
        blind=blind,
        orders=_orders(outside, ground, situation, sender),
        cancels=_cancels(outside, ground, account),
    )


def _sender(outside: Outside, ground: Ground, account: AccountSide) -> Sender:
    return Sender(
        store=ground.store,
        books=account.books,
        recorder=ground.recorder,
        connections=ground.connections,
        cord=ground.cord,
        unknowns=account.unknowns,
        clock=outside.clock,
        pace=outside.limits.pace,
    )


def _restraints(outside: Outside, ground: Ground, account: AccountSide) -> Restraints:
    return Restraints(
        path=outside.folder.reducing,
        store=ground.store,
        reconciler=account.reconciler,
        recorder=ground.recorder,
        clock=outside.clock,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )


def _orders(outside: Outside, ground: Ground, situation: Situation, sender: Sender) -> OrderDesk:
    return OrderDesk(
        broker=outside.broker,
        store=ground.store,
        situation=situation,
        sender=sender,
        recorder=ground.recorder,
        clock=outside.clock,
        epoch=outside.epoch,
        audit_head=outside.gauges.audit_head,
    )


def _cancels(outside: Outside, ground: Ground, account: AccountSide) -> CancelDesk:
    return CancelDesk(
        broker=outside.broker,
        store=ground.store,
        recorder=ground.recorder,
        connections=ground.connections,
        unknowns=account.unknowns,
        workers=ground.workers,
        pace=outside.limits.pace,
    )
