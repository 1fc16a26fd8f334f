"""Market data of many symbols for the scanners, within what charts and quotes leave over."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from alpaca.common.rest import RESTClient

from console.adapters.alpaca import quotes
from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.budget import Budget
from console.adapters.alpaca.outside import Garbled, plain, row, rows
from console.adapters.alpaca.stock_data import BARS_A_PAGE, DEADLINE, StockData
from console.adapters.system_clock import SystemClock
from console.domain.market import Bar, Timeframe
from console.domain.scans import MarketSnapshot, TradingSession
from console.ports import Clock

KEPT_BY_SCANS = 0.5
"""The part of the data requests a minute that a scan leaves to charts, quotes and days."""
_WORKERS = 1
_MOST_PAGES = 100
_INSTANT = timedelta(seconds=1)

T = TypeVar("T")


class Sessions(Protocol):
    """Who knows the exchange's calendar."""

    async def trading_sessions(self, first: date, last: date) -> Sequence[TradingSession]:
        """The regular sessions from `first` to `last`, oldest first."""


class AlpacaScans:
    """The ScanSource port over an unmodified alpaca-py. One request at a time."""

    def __init__(
        self,
        access: AlpacaAccess,
        *,
        calendar: Sessions,
        budget: Budget | None = None,
        clock: Clock | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self._calendar = calendar
        self._clock = clock or SystemClock()
        self._data = StockData(
            access,
            "scans",
            workers=_WORKERS,
            deadline=deadline,
            budget=budget,
            keep=KEPT_BY_SCANS,
        )

    async def sessions(self, first: date, last: date) -> Sequence[TradingSession]:
        """The exchange's sessions, half days included."""
        return await self._calendar.trading_sessions(first, last)

    async def snapshots(self, symbols: Sequence[str]) -> Sequence[MarketSnapshot]:
        """What is known of each symbol now."""
        query = self._data.query(symbols)
        return await self._data.ask(lambda client: self._snapshots(client, query))

    async def volumes(
        self, symbols: Sequence[str], timeframe: Timeframe, start: datetime, end: datetime
    ) -> Mapping[str, float]:
        """Shares traded in the bars that begin in a stretch of time, adjusted for splits."""
        query = {
            **self._data.query(symbols),
            "timeframe": timeframe.value,
            "start": _wire_time(start),
            "end": _wire_time(end - _INSTANT),
            "adjustment": "split",
            "limit": str(BARS_A_PAGE),
        }
        return await self._data.ask(lambda client: _volumes(client, query))

    async def close(self) -> None:
        """Let go of threads and sockets."""
        await self._data.close()

    def _snapshots(
        self, client: RESTClient, query: Mapping[str, str]
    ) -> tuple[MarketSnapshot, ...]:
        told = quotes.by_symbol(client.get("/stocks/snapshots", dict(query)))
        now = self._clock.now()
        return tuple(_snapshot(symbol, said, now) for symbol, said in told.items())


def _snapshot(symbol: str, told: object, now: datetime) -> MarketSnapshot:
    try:
        return _read(symbol, row(told), now)
    except ValueError:
        # one symbol that makes no sense must not hide the ninety-nine beside it
        return MarketSnapshot(symbol=symbol)


def _read(symbol: str, said: dict[str, Any], now: datetime) -> MarketSnapshot:
    quote = said.get("latestQuote")
    return MarketSnapshot(
        symbol=symbol,
        quote=None if quote is None else quotes.quote(symbol, quote, now),
        minute=_bar(symbol, said.get("minuteBar")),
        day=_bar(symbol, said.get("dailyBar")),
        previous_day=_bar(symbol, said.get("prevDailyBar")),
    )


def _bar(symbol: str, told: object) -> Bar | None:
    return None if told is None else quotes.bar(symbol, told)


def _volumes(client: RESTClient, query: Mapping[str, str]) -> Mapping[str, float]:
    """Add up page by page: a page may hold a part of one symbol's bars."""
    sums: dict[str, float] = defaultdict(float)
    wanted: dict[str, Any] = dict(query)
    for _ in range(_MOST_PAGES):
        told = row(client.get("/stocks/bars", wanted))
        for symbol, page in quotes.by_symbol(told, "bars").items():
            for said in rows(page or []):
                sums[symbol] += quotes.number(said.get("v"))
        wanted["page_token"] = plain(told.get("next_page_token"), 2_000)
        if not wanted["page_token"]:
            return dict(sums)
    raise Garbled("the pages of bars never end")


def _wire_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
