"""The closing side: ways out of a position, by the order path like everything else."""

from dataclasses import dataclass

from console.desk.closer import Closer
from console.desk.exits import ExitDesk
from console.desk.flatten import FlattenDesk
from console.desk.guard import Guard
from console.desk.rooms.account import AccountSide
from console.desk.rooms.ground import Ground
from console.desk.rooms.order_path import OrderPath
from console.desk.rooms.outside import Outside
from console.desk.sight import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingSide:
    """What closes positions."""

    sight: Sight
    flattens: FlattenDesk
    exits: ExitDesk


def build_closing_side(
    outside: Outside, ground: Ground, account: AccountSide, path: OrderPath
) -> ClosingSide:
    """Build the closing side."""
    sight = Sight(
        broker=outside.broker,
        store=ground.store,
        books=account.books,
        unknowns=account.unknowns,
        connections=ground.connections,
        clock=outside.clock,
        limits=outside.limits,
        sleep=outside.sleep,
    )
    flattens = _flattens(outside, ground, path, sight)
    guard = _guard(outside, ground, account, path, sight)
    exits = _exits(outside, ground, path, sight, guard)
    # Neither sells what the other has in its hands.
    flattens.is_leaving, exits.is_closing = exits.is_leaving, flattens.is_closing
    return ClosingSide(sight=sight, flattens=flattens, exits=exits)


def _flattens(outside: Outside, ground: Ground, path: OrderPath, sight: Sight) -> FlattenDesk:
    closer = Closer(
        sight=sight,
        store=ground.store,
        orders=path.orders,
        cancels=path.cancels,
        cord=ground.cord,
        workers=ground.workers,
        clock=outside.clock,
        limits=outside.limits,
        sleep=outside.sleep,
    )
    return FlattenDesk(
        sight=sight,
        closer=closer,
        store=ground.store,
        cord=ground.cord,
        recorder=ground.recorder,
        workers=ground.workers,
        clock=outside.clock,
        limits=outside.limits,
    )


def _guard(
    outside: Outside, ground: Ground, account: AccountSide, path: OrderPath, sight: Sight
) -> Guard:
    return Guard(
        sight=sight,
        store=ground.store,
        orders=path.orders,
        recorder=ground.recorder,
        reconciler=account.reconciler,
        alerts=ground.alerts,
        clock=outside.clock,
        limits=outside.limits,
        sleep=outside.sleep,
    )


def _exits(
    outside: Outside, ground: Ground, path: OrderPath, sight: Sight, guard: Guard
) -> ExitDesk:
    return ExitDesk(
        sight=sight,
        guard=guard,
        store=ground.store,
        orders=path.orders,
        cancels=path.cancels,
        cord=ground.cord,
        recorder=ground.recorder,
        workers=ground.workers,
        clock=outside.clock,
        limits=outside.limits,
        sleep=outside.sleep,
    )
