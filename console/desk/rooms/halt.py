"""The halt side: the cord, what follows a pull, and what pulls by itself."""

from dataclasses import dataclass

from console.desk.board import Board
from console.desk.fence import Fence
from console.desk.fencing import Fencing
from console.desk.halt import HaltDesk
from console.desk.held_key import HeldKey
from console.desk.latch_disk import LatchDisk
from console.desk.latecomers import Latecomers
from console.desk.rearm import Rearm
from console.desk.rooms.account import AccountSide
from console.desk.rooms.closing import ClosingSide
from console.desk.rooms.ground import Ground
from console.desk.rooms.market import MarketSide
from console.desk.rooms.order_path import OrderPath
from console.desk.rooms.outside import Outside
from console.desk.sequence import HaltSequence
from console.desk.sweep import Sweep
from console.desk.triggers.watcher import TriggerWatch
from console.desk.turns import Turns


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltSide:
    """What stops everything, and lifts that again."""

    halts: HaltDesk
    triggers: TriggerWatch


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What a halt and a re-arm share."""

    board: Board
    disk: LatchDisk
    fence: Fence
    fencing: Fencing
    sweep: Sweep
    sequence: HaltSequence


def build_halt_side(
    outside: Outside,
    ground: Ground,
    *,
    market: MarketSide,
    account: AccountSide,
    path: OrderPath,
    closing: ClosingSide,
) -> HaltSide:
    """Build the halt side; a mismatch the account side finds is a trigger here."""
    parts = _parts(outside, ground, account, path, closing)
    rearm = _rearm(outside, ground, account, parts)
    turns = _turns(ground, closing, parts, rearm)
    halts = HaltDesk(
        cord=ground.cord,
        board=parts.board,
        disk=parts.disk,
        sequence=parts.sequence,
        turns=turns,
        flattens=closing.flattens,
        rearm=rearm,
        held_key=_held_key(outside, ground),
        sender=path.sender,
        recorder=ground.recorder,
        clock=outside.clock,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )
    Latecomers(
        cord=ground.cord,
        store=ground.store,
        sweep=parts.sweep,
        turns=turns,
        recorder=ground.recorder,
    )
    triggers = _triggers(outside, ground, market, path, halts)
    account.reconciler.on_mismatch = triggers.mismatched
    return HaltSide(halts=halts, triggers=triggers)


def _parts(
    outside: Outside, ground: Ground, account: AccountSide, path: OrderPath, closing: ClosingSide
) -> _Parts:
    disk = LatchDisk(ground.cord)
    board = Board(
        cord=ground.cord, store=ground.store, clock=outside.clock, profile=outside.folder.profile
    )
    fence = Fence(broker=outside.broker, connections=ground.connections, pace=outside.limits.pace)
    fencing = Fencing(
        fence=fence,
        sight=closing.sight,
        board=board,
        recorder=ground.recorder,
        limits=outside.limits,
        sleep=outside.sleep,
    )
    sweep = _sweep(outside, ground, account, path)
    sequence = HaltSequence(
        board=board,
        sender=path.sender,
        sweep=sweep,
        fencing=fencing,
        disk=disk,
        recorder=ground.recorder,
        store=ground.store,
        workers=ground.workers,
        limits=outside.limits,
        sleep=outside.sleep,
    )
    return _Parts(
        board=board, disk=disk, fence=fence, fencing=fencing, sweep=sweep, sequence=sequence
    )


def _sweep(outside: Outside, ground: Ground, account: AccountSide, path: OrderPath) -> Sweep:
    return Sweep(
        broker=outside.broker,
        store=ground.store,
        books=account.books,
        sender=path.sender,
        unknowns=account.unknowns,
        connections=ground.connections,
        clock=outside.clock,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )


def _rearm(outside: Outside, ground: Ground, account: AccountSide, parts: _Parts) -> Rearm:
    return Rearm(
        cord=ground.cord,
        board=parts.board,
        sequence=parts.sequence,
        fence=parts.fence,
        disk=parts.disk,
        recorder=ground.recorder,
        refresh=account.money.refresh,
        pace=outside.limits.pace,
    )


def _turns(ground: Ground, closing: ClosingSide, parts: _Parts, rearm: Rearm) -> Turns:
    return Turns(
        cord=ground.cord,
        board=parts.board,
        sequence=parts.sequence,
        fence=parts.fence,
        fencing=parts.fencing,
        flattens=closing.flattens,
        rearm=rearm,
        recorder=ground.recorder,
    )


def _held_key(outside: Outside, ground: Ground) -> HeldKey:
    return HeldKey(
        workers=ground.workers,
        clock=outside.clock,
        within=outside.limits.pace.halt_repeat,
        sleep=outside.sleep,
    )


def _triggers(
    outside: Outside, ground: Ground, market: MarketSide, path: OrderPath, halts: HaltDesk
) -> TriggerWatch:
    return TriggerWatch(
        store=ground.store,
        feed=market.feed,
        connections=ground.connections,
        recorder=ground.recorder,
        alerts=ground.alerts,
        traffic=path.traffic,
        cord=ground.cord,
        halts=halts,
        restraints=path.restraints,
        workers=ground.workers,
        clock=outside.clock,
        limits=outside.limits,
        sleep=outside.sleep,
        has_real_time=outside.has_real_time,
        set_back=outside.gauges.set_back,
    )
