"""The account side: what is held and owed, as we book it and as the broker tells it."""

from dataclasses import dataclass

from console.desk.books import Books
from console.desk.feed import Feed
from console.desk.money import Money
from console.desk.reconcile import Reconciler
from console.desk.rooms.ground import Ground
from console.desk.rooms.outside import Outside
from console.desk.survey import Survey
from console.desk.trading import TradingLine
from console.desk.unbooked import Unbooked
from console.desk.unknowns import Unknowns
from console.desk.wakefulness import Wakefulness


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSide:
    """Everything that follows orders, positions and money, and sends nothing."""

    books: Books
    unknowns: Unknowns
    reconciler: Reconciler
    money: Money
    trading: TradingLine
    wakefulness: Wakefulness


def build_account_side(outside: Outside, ground: Ground, feed: Feed) -> AccountSide:
    """Build the account side."""
    books = Books(store=ground.store, recorder=ground.recorder, clock=outside.clock)
    unknowns = _unknowns(outside, ground, books)
    reconciler = _reconciler(outside, ground, books, unknowns)
    money = _money(outside, ground, books)
    Unbooked(
        broker=outside.broker,
        books=books,
        connections=ground.connections,
        workers=ground.workers,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )
    trading = TradingLine(
        stream=outside.trading_stream,
        store=ground.store,
        books=books,
        money=money,
        reconciler=reconciler,
        connections=ground.connections,
        workers=ground.workers,
        clock=outside.clock,
        pace=outside.limits.pace,
    )
    return AccountSide(
        books=books,
        unknowns=unknowns,
        reconciler=reconciler,
        money=money,
        trading=trading,
        wakefulness=_wakefulness(outside, ground, feed, trading),
    )


def _unknowns(outside: Outside, ground: Ground, books: Books) -> Unknowns:
    return Unknowns(
        broker=outside.broker,
        store=ground.store,
        books=books,
        recorder=ground.recorder,
        connections=ground.connections,
        workers=ground.workers,
        clock=outside.clock,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )


def _reconciler(outside: Outside, ground: Ground, books: Books, unknowns: Unknowns) -> Reconciler:
    survey = Survey(
        broker=outside.broker,
        store=ground.store,
        connections=ground.connections,
        clock=outside.clock,
        pace=outside.limits.pace,
    )
    return Reconciler(
        survey=survey,
        store=ground.store,
        books=books,
        recorder=ground.recorder,
        unknowns=unknowns,
        alerts=ground.alerts,
        clock=outside.clock,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )


def _money(outside: Outside, ground: Ground, books: Books) -> Money:
    return Money(
        broker=outside.broker,
        store=ground.store,
        books=books,
        connections=ground.connections,
        clock=outside.clock,
        pace=outside.limits.pace,
        sleep=outside.sleep,
    )


def _wakefulness(outside: Outside, ground: Ground, feed: Feed, trading: TradingLine) -> Wakefulness:
    return Wakefulness(
        feed=feed,
        trading=trading,
        alerts=ground.alerts,
        recorder=ground.recorder,
        clock=outside.clock,
        pace=outside.limits.pace,
        gauges=outside.gauges,
        sleep=outside.sleep,
    )
