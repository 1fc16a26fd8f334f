"""What a running desk knows, as rows: bars, orders, positions, fills; and the audit."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote as percent_encoded

import pysqlite3

from console.commands.asking import Desk, attached
from console.commands.tables import order_facts
from console.domain.market import Timeframe
from console.folders import StateFolder
from console.lab.problems import LabProblem
from console.link.errors import DeskRefused

SOURCES = ("bars", "orders", "positions", "fills", "audit")
NEWEST_AUDIT = 100_000
KNOWN_SECONDS = 5.0

Rows = list[dict[str, Any]]


def taken(
    folder: StateFolder, source: str, symbols: Sequence[str], timeframe: Timeframe, limit: int
) -> Rows:
    """Return the source's rows as they are now.

    Raises:
        LabProblem: when it has none to give.
        NoDesk: when no desk is running; the audit needs none.
    """
    if source == "audit":
        return _audit(folder)
    return asyncio.run(_asked(folder, source, symbols, timeframe, limit))


async def _asked(
    folder: StateFolder, source: str, symbols: Sequence[str], timeframe: Timeframe, limit: int
) -> Rows:
    async with attached(folder) as desk:
        if source == "bars":
            return await _bars(desk, symbols, timeframe, limit)
        await desk.until(lambda state: state.is_ready, KNOWN_SECONDS)
        if not desk.state.is_ready:
            raise LabProblem(
                f"The {source} are not known: the desk has not reconciled with the broker yet."
            )
        rows = _held(desk, source)
    return [row for row in rows if not symbols or row["symbol"] in symbols]


def _held(desk: Desk, source: str) -> Rows:
    state = desk.state
    if source == "orders":
        return [order_facts(order) for order in state.orders.values()]
    if source == "fills":
        return [
            {
                "at": fill.at,
                "symbol": fill.symbol,
                "side": fill.side,
                "qty": fill.qty,
                "price": fill.price,
                "order": fill.order,
                "execution_id": fill.execution_id,
            }
            for fill in state.fills.values()
        ]
    return [
        {
            "at": desk.replica.now() or datetime.now(UTC),
            "symbol": position.symbol,
            "qty": position.qty,
            "avg_entry_price": position.avg_entry_price,
            "qty_available": position.qty_available,
        }
        for position in (state.positions or {}).values()
    ]


async def _bars(desk: Desk, symbols: Sequence[str], timeframe: Timeframe, limit: int) -> Rows:
    if not symbols:
        raise LabProblem("Bars are of symbols: name them, such as `killcord data take bars AAPL`.")
    rows: Rows = []
    for symbol in symbols:
        try:
            bars = await desk.link.bars(symbol, timeframe, limit)
        except DeskRefused as refused:
            raise LabProblem(f"The desk gives no bars of {symbol}: {refused}") from None
        rows += [
            {
                "at": bar.at,
                "symbol": symbol,
                "open": bar.open,
                "high": bar.high,
                "low": bar.low,
                "close": bar.close,
                "volume": bar.volume,
            }
            for bar in bars
        ]
    return rows


def _audit(folder: StateFolder) -> Rows:
    """Read the newest records; the file is opened so that nothing in it can change."""
    where = f"file:{percent_encoded(str(folder.database))}?mode=ro"
    try:
        database = pysqlite3.connect(where, uri=True)
        try:
            told = database.execute(
                "SELECT seq, at, kind, actor, via, body FROM audit_lines ORDER BY seq DESC LIMIT ?",
                (NEWEST_AUDIT,),
            ).fetchall()
        finally:
            database.close()
    except pysqlite3.Error as error:
        raise LabProblem(f"The audit of {folder.profile} cannot be read: {error}.") from None
    names = ("seq", "at", "kind", "actor", "via", "body")
    rows = [dict(zip(names, row, strict=True)) for row in reversed(told)]
    return [row | {"at": datetime.fromisoformat(row["at"])} for row in rows]
