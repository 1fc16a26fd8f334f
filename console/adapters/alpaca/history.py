"""Alpaca's market data API: bars of the past, and the last known values."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from alpaca.common.rest import RESTClient

from console.adapters.alpaca import quotes
from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.budget import KEPT_BY_HISTORY, Budget
from console.adapters.alpaca.outside import plain, row, rows
from console.adapters.alpaca.stock_data import BARS_A_PAGE, DEADLINE, StockData
from console.adapters.system_clock import SystemClock
from console.domain.market import Bar, Day, Quote, Timeframe, Trade
from console.ports import Clock

_WORKERS = 3
KEPT_BY_COMPARISONS = 0.5
"""The part of the data requests a minute that a comparison leaves to what somebody waits for."""
_SYMBOLS_A_REQUEST = 100
_SHORTEST_LOOK_BACK = timedelta(days=10)
_CALENDAR_TO_TRADING = 7
"""How much longer the calendar is than the sessions in it, with room to spare."""

T = TypeVar("T")


class AlpacaHistory:
    """The History port over an unmodified alpaca-py, page by page and within a deadline."""

    def __init__(
        self,
        access: AlpacaAccess,
        *,
        clock: Clock | None = None,
        deadline: float = DEADLINE,
        budget: Budget | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._data = StockData(
            access,
            "history",
            workers=_WORKERS,
            deadline=deadline,
            budget=budget,
            keep=KEPT_BY_HISTORY,
            is_patient=True,
        )
        self._comparisons = StockData(
            access,
            "comparisons",
            workers=1,
            deadline=deadline,
            budget=budget,
            keep=KEPT_BY_COMPARISONS,
        )

    async def bars(self, symbol: str, timeframe: Timeframe, limit: int) -> Sequence[Bar]:
        """The newest `limit` bars, oldest first, adjusted for splits."""
        return await self._data.ask(lambda c: self._newest_bars(c, symbol, timeframe, limit))

    async def days(self, symbols: Sequence[str]) -> Sequence[Day]:
        """The newest session's bar and the close before it, for each symbol the source knows."""
        parts = await self._for_each_part(symbols, self._days)
        return tuple(day for part in parts for day in part)

    async def latest(self, symbols: Sequence[str]) -> tuple[Sequence[Quote], Sequence[Trade]]:
        """The newest quote and trade of each symbol the source knows.

        They may be old: their age counts from when the market made them.
        """
        quoted, traded = await asyncio.gather(
            self._for_each_part(symbols, self._latest_quotes),
            self._for_each_part(symbols, self._latest_trades),
        )
        return (
            tuple(quote for part in quoted for quote in part),
            tuple(trade for part in traded for trade in part),
        )

    async def compared(self, symbols: Sequence[str]) -> Sequence[Quote | Trade]:
        """The newest quote and trade of each symbol of the stream's feed, by one request."""
        query = self._comparisons.query(symbols)
        return await self._comparisons.ask(lambda client: self._newest(client, query))

    async def close(self) -> None:
        """Let go of threads and sockets."""
        await asyncio.gather(self._data.close(), self._comparisons.close())

    async def _for_each_part(
        self,
        symbols: Sequence[str],
        read: Callable[..., Sequence[T]],
    ) -> Sequence[Sequence[T]]:
        """Ask for a hundred symbols at a time, for an address has a greatest length."""
        questions = (
            self._data.ask(partial(read, query=self._data.query(part))) for part in _parts(symbols)
        )
        return await asyncio.gather(*questions)

    def _newest_bars(
        self, client: RESTClient, symbol: str, timeframe: Timeframe, limit: int
    ) -> Sequence[Bar]:
        span = timedelta(seconds=timeframe.seconds * limit * _CALENDAR_TO_TRADING)
        since = self._market_time(client, symbol) - max(span, _SHORTEST_LOOK_BACK)
        query: dict[str, Any] = {
            **self._data.query([symbol]),
            "timeframe": timeframe.value,
            "start": _wire_time(since),
            "sort": "desc",
            "adjustment": "split",
        }
        newest = list[Bar]()
        while len(newest) < limit:
            query["limit"] = min(limit - len(newest), BARS_A_PAGE)
            told = row(client.get("/stocks/bars", query))
            page = quotes.by_symbol(told, "bars").get(symbol) or []
            newest += [quotes.bar(symbol, said) for said in rows(page)]
            query["page_token"] = plain(told.get("next_page_token"), 2_000)
            if not query["page_token"]:
                break
        return tuple(reversed(newest[:limit]))

    def _market_time(self, client: RESTClient, symbol: str) -> datetime:
        """When the symbol last traded: a replayed tape lives in a time of its own."""
        told = client.get("/stocks/trades/latest", dict(self._data.query([symbol])))
        said = quotes.by_symbol(told, "trades").get(symbol)
        now = self._clock.now()
        return now if said is None else min(quotes.trade(symbol, said, now).at, now)

    def _days(self, client: RESTClient, query: Mapping[str, str]) -> Sequence[Day]:
        told = quotes.by_symbol(client.get("/stocks/snapshots", dict(query)))
        return [quotes.day(symbol, said) for symbol, said in told.items() if said is not None]

    def _newest(self, client: RESTClient, query: Mapping[str, str]) -> Sequence[Quote | Trade]:
        told = quotes.by_symbol(client.get("/stocks/snapshots", dict(query)))
        now = self._clock.now()
        return [tick for symbol, said in told.items() for tick in _ticks(symbol, said, now)]

    def _latest_quotes(self, client: RESTClient, query: Mapping[str, str]) -> Sequence[Quote]:
        told = quotes.by_symbol(client.get("/stocks/quotes/latest", dict(query)), "quotes")
        now = self._clock.now()
        return [quotes.quote(symbol, said, now) for symbol, said in told.items()]

    def _latest_trades(self, client: RESTClient, query: Mapping[str, str]) -> Sequence[Trade]:
        told = quotes.by_symbol(client.get("/stocks/trades/latest", dict(query)), "trades")
        now = self._clock.now()
        return [quotes.trade(symbol, said, now) for symbol, said in told.items()]


def _ticks(symbol: str, told: object, now: datetime) -> Iterator[Quote | Trade]:
    """Yield what makes sense of a snapshot: one symbol in disorder must not hide the others."""
    said = told if isinstance(told, dict) else {}
    for name, read in (("latestQuote", quotes.quote), ("latestTrade", quotes.trade)):
        with suppress(ValueError):
            yield read(symbol, said.get(name), now)


def _parts(symbols: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(symbols), _SYMBOLS_A_REQUEST):
        yield symbols[first : first + _SYMBOLS_A_REQUEST]


def _wire_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
