"""Alpaca's trading API as the desk's broker: every call has a deadline, no write is repeated."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote as percent_encoded

from alpaca.common.rest import RESTClient
from alpaca.trading.client import TradingClient

from console.adapters.alpaca import holdings, listings, orders, sessions
from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.answers import (
    RefusedByAlpaca,
    command_failure,
    is_no_such_order,
    question_failure,
)
from console.adapters.alpaca.budget import KEPT_BY_ORDERS, KEPT_BY_QUESTIONS, Budget
from console.adapters.alpaca.lanes import Lane
from console.adapters.alpaca.outside import Garbled, plain, row, rows
from console.adapters.system_clock import SystemClock
from console.domain.account import Account
from console.domain.connections import Allowance
from console.domain.fills import Fill
from console.domain.instruments import Asset
from console.domain.market import MarketClock
from console.domain.orders import Order, OrderRequest, ReplaceRequest
from console.domain.positions import Position
from console.domain.scans import TradingSession
from console.ports import Clock, OrderRejected, Unconfirmed

DEADLINE = 8.0
_WORKERS = 4
_GONE = (404, 422)
"""Answers to one cancel of many that say: it is closed already."""
_SERVER = 500
_FAILED = 400

T = TypeVar("T")


class AlpacaBroker:
    """The Broker port over an unmodified alpaca-py.

    Cancels, submits and questions have threads and connections of their own, so
    that a cancel never waits behind anything else.
    """

    def __init__(
        self,
        access: AlpacaAccess,
        *,
        is_ours: Callable[[str], bool],
        clock: Clock | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self._access = access
        self._is_ours = is_ours
        self._clock = clock or SystemClock()
        self.may_send: Callable[[str], bool] = lambda _order: True
        """Asked by the client order id, once more right before the order's bytes leave, in the
        thread that sends them."""
        self._budget = Budget()
        self._cancels = Lane(
            "cancels",
            self._open_client,
            workers=_WORKERS,
            deadline=deadline,
            budget=self._budget,
        )
        self._submits = Lane(
            "submits",
            self._open_client,
            workers=_WORKERS,
            deadline=deadline,
            may_send=self._may_send,
            budget=self._budget,
            keep=KEPT_BY_ORDERS,
        )
        self._questions = Lane(
            "questions",
            self._open_client,
            workers=_WORKERS,
            deadline=deadline,
            budget=self._budget,
            keep=KEPT_BY_QUESTIONS,
            is_patient=True,
        )
        self._days: tuple[date, sessions.TradingDays] | None = None

    def keep_warm(self) -> None:
        """Have connections stand open for orders and cancels before there are any."""
        for lane in (self._submits, self._cancels):
            lane.keep_warm(self._access.trading_url)

    async def submit(self, request: OrderRequest) -> Order:
        """Send an order; return it as the broker has it."""
        started = asyncio.get_running_loop().time()
        body = orders.submission(request)
        try:
            return await self._command(
                self._submits, lambda c: self._placed(c, body), order=request.client_order_id
            )
        except RefusedByAlpaca as refusal:
            if not refusal.is_duplicate:
                raise
        elapsed = asyncio.get_running_loop().time() - started
        return await self._already_there(request, self._submits.deadline - elapsed)

    async def replace(self, broker_id: str, request: ReplaceRequest) -> Order:
        """Change a working order; return the new one."""
        path, body = f"/orders/{_part(broker_id)}", orders.replacement(request)
        return await self._command(
            self._submits,
            lambda c: orders.order(c.patch(path, body), self._is_ours),
            order=request.client_order_id,
        )

    async def cancel(self, broker_id: str) -> None:
        """Ask to cancel one order."""
        path = f"/orders/{_part(broker_id)}"
        await self._command(self._cancels, lambda c: c.delete(path))

    async def cancel_all(self) -> None:
        """Ask to cancel every open order of the account."""
        await self._command(self._cancels, lambda c: _check_cancels(c.delete("/orders")))

    async def find(self, client_order_id: str) -> Order | None:
        """Look an order up by our own id; None when the broker has no such order."""
        return await self._find(client_order_id, self._questions.deadline)

    async def open_orders(self) -> Sequence[Order]:
        """Every order that is not closed, legs included, whatever its state."""
        found = await self._question(lambda c: self._read(listings.open_orders(c, self._is_ours)))
        return tuple(order for order in found if order.is_open)

    async def orders_since(self, after: datetime) -> Sequence[Order]:
        """Every order submitted after `after`, in any state."""
        return await self._question(
            lambda c: self._read(listings.orders_since(c, after, self._is_ours))
        )

    async def fills_since(self, after: datetime) -> Sequence[Fill]:
        """Every execution after `after`; `order` holds the broker's id of the order."""
        return await self._question(lambda c: listings.fills_since(c, after))

    async def positions(self) -> Sequence[Position]:
        """All holdings."""
        return await self._question(lambda c: holdings.positions(c.get("/positions")))

    async def account(self) -> Account:
        """The account's money."""
        now = self._clock.now
        return await self._question(lambda c: holdings.account(c.get("/account"), now()))

    async def clock(self) -> MarketClock:
        """The broker's time and session."""
        return await self._question(self._market_clock)

    async def assets(self) -> Sequence[Asset]:
        """Every active US equity."""
        query = {"status": "active", "asset_class": "us_equity"}
        return await self._question(lambda c: holdings.assets(c.get("/assets", query)))

    async def trading_sessions(self, first: date, last: date) -> Sequence[TradingSession]:
        """The exchange's regular sessions from `first` to `last`, oldest first."""
        span = {"start": first.isoformat(), "end": last.isoformat()}
        return await self._question(lambda c: sessions.regular_sessions(c.get("/calendar", span)))

    async def is_suspended(self) -> bool:
        """Whether the account's own `suspend_trade` stands."""
        return await self._question(
            lambda c: holdings.is_suspended(c.get("/account/configurations"))
        )

    async def suspend(self, is_suspended: bool) -> None:  # noqa: FBT001 - the wire's field
        """Set or lift the account's own suspension of trading; ask `is_suspended` for proof."""
        body = {"suspend_trade": is_suspended}
        await self._command(self._cancels, lambda c: c.patch("/account/configurations", body))

    def allowance(self) -> Allowance | None:
        """What is left of the requests a minute; None until Alpaca has told."""
        return self._budget.allowance()

    async def close(self) -> None:
        """Let go of threads and sockets."""
        lanes = (self._cancels, self._submits, self._questions)
        await asyncio.gather(*(lane.close() for lane in lanes))

    def _may_send(self, order: str) -> bool:
        return self.may_send(order)

    def _open_client(self) -> TradingClient:
        return TradingClient(
            self._access.key,
            self._access.secret,
            raw_data=True,
            url_override=self._access.trading_url,
        )

    async def _command(self, lane: Lane, send: Callable[[RESTClient], T], *, order: str = "") -> T:
        try:
            return await lane.ask(send, order=order)
        except Exception as error:  # noqa: BLE001 - whatever it was, its effect must be judged
            raise command_failure(error) from None

    async def _question(self, send: Callable[[RESTClient], T], *, within: float | None = None) -> T:
        try:
            return await self._questions.ask(send, within=within)
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing is known
            raise question_failure(error) from None

    def _placed(self, client: RESTClient, body: dict[str, Any]) -> Order:
        placed = orders.order(client.post("/orders", body), self._is_ours)
        if placed.key != body["client_order_id"]:
            raise Garbled("it speaks of another order")
        return placed

    async def _already_there(self, request: OrderRequest, seconds: float) -> Order:
        found = await self._lookup(request.client_order_id, seconds)
        if found is None:
            raise Unconfirmed(
                f"Alpaca has an order {request.client_order_id} already, but does not show it"
            )
        return found

    async def _lookup(self, client_order_id: str, seconds: float) -> Order | None:
        try:
            return await self._find(client_order_id, max(seconds, 0.0))
        except Exception as error:  # noqa: BLE001 - the order is there, only its state is not known
            raise Unconfirmed(str(error)) from None

    async def _find(self, client_order_id: str, within: float) -> Order | None:
        return await self._question(lambda c: self._looked_up(c, client_order_id), within=within)

    def _looked_up(self, client: RESTClient, client_order_id: str) -> Order | None:
        try:
            told = client.get("/orders:by_client_order_id", {"client_order_id": client_order_id})
        except Exception as error:
            if is_no_such_order(error):
                return None
            raise
        found = orders.order(told, self._is_ours)
        if found.key != client_order_id:
            raise Garbled("it speaks of another order")
        return found

    def _read(self, told: Sequence[dict[str, Any]]) -> Sequence[Order]:
        return tuple(orders.order(said, self._is_ours) for said in told)

    def _market_clock(self, client: RESTClient) -> MarketClock:
        told = row(client.get("/clock"))
        days = {} if told.get("is_open") is True else self._trading_days(client, told)
        return sessions.market_clock(told, days, self._clock.now())

    def _trading_days(self, client: RESTClient, clock: dict[str, Any]) -> sessions.TradingDays:
        """Return the exchange's today and tomorrow, asked for once a day."""
        today = sessions.exchange_day(clock)
        if self._days is not None and self._days[0] == today:
            return self._days[1]
        span = {"start": today.isoformat(), "end": (today + timedelta(days=1)).isoformat()}
        days = sessions.trading_days(client.get("/calendar", span))
        self._days = (today, days)
        return days


def _part(name: str) -> str:
    """Return one part of a path, whatever it holds."""
    return percent_encoded(name, safe="")


def _check_cancels(told: object) -> None:
    """Raise unless every cancel of many was taken, or its order closed before."""
    failed = [said for said in rows(told) if _has_failed(said.get("status"))]
    if not failed:
        return
    body = failed[0].get("body")
    words = plain(body.get("message")) if isinstance(body, dict) else ""
    text = f"{len(failed)} orders were not canceled: {words or 'Alpaca gave no reason'}"
    if any(said["status"] >= _SERVER for said in failed):
        raise Unconfirmed(text)
    raise OrderRejected(text)


def _has_failed(status: object) -> bool:
    return isinstance(status, int) and status >= _FAILED and status not in _GONE
