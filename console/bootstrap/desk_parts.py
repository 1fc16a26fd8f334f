"""The desk with its adapters. Heavy: imported once the demo's venue is on its way."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime

from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.broker import AlpacaBroker
from console.adapters.alpaca.budget import Budget
from console.adapters.alpaca.history import AlpacaHistory
from console.adapters.alpaca.market_stream import AlpacaMarketStream
from console.adapters.alpaca.scans import AlpacaScans
from console.adapters.alpaca.trading_stream import AlpacaTradingStream
from console.adapters.sqlite.journal import open_journal
from console.adapters.system_clock import SystemClock
from console.desk.desk import Desk
from console.desk.gauges import Gauges
from console.desk.limits import Limits
from console.desk.rooms.outside import Outside
from console.domain.order_ids import epoch_of, is_ours
from console.folders import StateFolder
from console.studies.readings import take_readings


def build_desk(
    access: AlpacaAccess,
    *,
    folder: StateFolder,
    limits: Limits,
    clock: SystemClock,
    stack: AsyncExitStack,
) -> Desk:
    """Return a desk of an account; the stack closes what the desk does not.

    Raises:
        console.ports.JournalUnavailable: when its database cannot be opened.
    """
    data_budget = Budget()
    history = AlpacaHistory(access, clock=clock, budget=data_budget)
    stack.push_async_callback(history.close)
    journal = open_journal(folder.database, clock=clock)
    broker = AlpacaBroker(access, is_ours=is_ours, clock=clock)
    scans = AlpacaScans(access, calendar=broker, budget=data_budget, clock=clock)
    stack.push_async_callback(scans.close)
    market_stream = AlpacaMarketStream(access, clock=clock)
    trading_stream = AlpacaTradingStream(access, is_ours=is_ours)
    gauges = Gauges(
        audit_head=journal.head,
        set_back=clock.set_back,
        allowance=broker.allowance,
        quotes_heard=lambda: market_stream.heard,
        bad_quotes=lambda: market_stream.bad,
        bad_updates=lambda: trading_stream.bad,
    )
    desk = Desk(
        Outside(
            broker=broker,
            history=history,
            market_stream=market_stream,
            trading_stream=trading_stream,
            journal=journal,
            clock=clock,
            folder=folder,
            take_readings=take_readings,
            epoch=epoch_of(datetime.now(UTC)),
            limits=limits,
            gauges=gauges,
            has_real_time=folder.profile != "demo",
            scan_source=scans,
        )
    )
    broker.may_send = desk.may_send
    broker.keep_warm()
    return desk
