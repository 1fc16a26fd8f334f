"""A desk inside the test: it answers at once, or when told to, and remembers what it was asked."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import reduce

from console.domain.events import HaltChanged, OrderUpdated
from console.domain.orders import Order, OrderRequest, OrderStatus, OrderType, Side
from console.domain.receipts import Check, Outcome, Preview, Receipt
from console.domain.state import TradingState, apply
from console.link.errors import NotAttached
from tests.screens import pictures


@dataclass(frozen=True)
class Welcome:
    profile: str = "demo"
    account: str = "PA3XKILLCORD"
    venue: str = "embedded venue"
    feed: str = "synthetic"
    user: str = "trader"
    state_folder: str = "nowhere"


class FakeDesk:
    """Both the link and the desk behind it."""

    def __init__(self, events=pictures.PICTURE):
        self.state = reduce(apply, events, TradingState())
        self.welcome = Welcome()
        self.trouble = ""
        self.is_attached = True
        self.on_change = lambda: None
        self.asked = []
        self.shown = []
        self.time = pictures.NOW
        self.answers = {}
        self.checks_fail = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.scanned = None
        self._count = 12
        self._revision = 0

    @property
    def desk(self):
        if not self.is_attached:
            raise NotAttached("there is no desk: nothing was sent")
        return self

    def now(self):
        return self.time

    async def run(self):
        await asyncio.Event().wait()

    async def show(self, symbols, focus=None):
        self.shown.append((tuple(symbols), focus))

    def tell(self, *events):
        """Let the desk tell its console something."""
        self.state = reduce(apply, events, self.state)
        self.on_change()

    def pass_time(self, seconds):
        self.time += timedelta(seconds=seconds)
        self.on_change()

    def lose(self, trouble="the desk is gone"):
        self.is_attached = False
        self.trouble = trouble
        self.on_change()

    def come_back(self):
        self.is_attached = True
        self.trouble = ""
        self.on_change()

    def asked_for(self, name):
        return [call[1] for call in self.asked if call[0] == name]

    async def check(self, ticket):
        self.asked.append(("check", ticket))
        quote = self.state.quotes.get(ticket.symbol)
        if quote is None:
            failed = Check(
                rule="quote", passed=False, detail=f"no quote of {ticket.symbol} has come"
            )
            return _preview(None, (failed,), None)
        self._count += 1
        limit = ticket.limit_price
        if limit is None and ticket.order_type is OrderType.LIMIT:
            limit = Decimal(str(quote.ask if ticket.side is Side.BUY else quote.bid))
        request = OrderRequest(
            client_order_id=f"kc-3f2a17-{self._count}",
            symbol=ticket.symbol,
            side=ticket.side,
            qty=ticket.qty,
            order_type=ticket.order_type,
            time_in_force=ticket.time_in_force,
            limit_price=limit,
            stop_price=ticket.stop_price,
        )
        return _preview(request, self._checks(ticket), quote)

    def _checks(self, ticket):
        return (
            Check(rule="mode", passed=True, detail="the desk is active"),
            Check(rule="symbol", passed=True, detail=f"{ticket.symbol} can be traded"),
            Check(rule="tick", passed=True, detail="the price is a whole number of cents"),
            Check(
                rule="quantity",
                passed=not self.checks_fail,
                detail=f"{ticket.qty:f} of at most 10,000",
            ),
            Check(rule="price collar", passed=True, detail="0.0% from the touch, at most 5%"),
            Check(rule="fresh quote", passed=True, detail="0.3 s old, at most 2 s"),
            Check(rule="buying power", passed=True, detail="1,901.20 of 148,053.62"),
        )

    async def submit(self, request):
        receipt = await self._answer("submit", request, f"{request} is working")
        if receipt.outcome is Outcome.ACCEPTED:
            order = Order(
                request=request,
                status=OrderStatus.NEW,
                updated_at=self.time,
                submitted_at=self.time,
            )
            self.tell(OrderUpdated(order))
        return receipt

    async def cancel(self, orders):
        return await self._answer("cancel", tuple(orders), "cancel asked for")

    async def cancel_all(self):
        return await self._answer("cancel_all", None, "cancel of all orders asked for")

    async def replace(self, order, **terms):
        known = {name: value for name, value in terms.items() if value is not None}
        return await self._answer("replace", (order, known), "replaced")

    async def flat(self, symbol):
        return await self._answer("flat", symbol, f"{symbol} is being closed")

    async def exit(self, symbol):
        return await self._answer("exit", symbol, f"{symbol} was exited")

    async def flatten(self, request):
        return await self._answer("flatten", request, f"Closing {request}")

    async def fence(self, *, is_set):
        return await self._answer("fence", is_set, "The fence: set and read back.")

    async def halt(self, reason):
        receipt = await self._answer("halt", reason, "the latch is on the disk")
        self.halt_shows(pictures.halt(is_confirmed=False))
        return receipt

    def halt_shows(self, halt):
        self._revision += 1
        self.tell(HaltChanged(halt=halt, revision=self._revision))

    async def reconcile(self):
        return await self._answer("reconcile", None, "no difference")

    async def reduce(self, reason):
        return await self._answer("reduce", reason, "only what reduces passes")

    async def rearm(self, reason):
        receipt = await self._answer("rearm", reason, "trading is active again")
        if receipt.outcome is Outcome.ACCEPTED:
            self.halt_shows(None)
        return receipt

    async def set_crossing(self, symbol, direction, price):
        return await self._answer("set_crossing", (symbol, direction, price), "the alert is set")

    async def remove_crossing(self, crossing):
        return await self._answer("remove_crossing", crossing, "the alert is removed")

    async def acknowledge(self, alerts):
        return await self._answer("acknowledge", tuple(alerts), "acknowledged")

    async def watch(self, symbol, *, is_watched):
        return await self._answer("watch", (symbol, is_watched), "the watchlist is changed")

    async def scan(self, rule, universe, symbols=None):
        return await self._answer(
            "scan", (rule.name, universe, symbols), f"Scanning by {rule.name}"
        )

    async def cancel_scan(self):
        return await self._answer("cancel_scan", None, "The scan is canceled.")

    async def last_scan(self):
        return self.scanned

    async def stop_desk(self):
        return await self._answer("stop_desk", None, "the desk stops")

    async def bars(self, symbol, timeframe, limit):
        self.asked.append(("bars", (symbol, timeframe)))
        return pictures.bars(symbol, timeframe, limit)

    async def _answer(self, name, what, detail):
        self.asked.append((name, what))
        if name != "halt":
            await self.may_answer.wait()
        return self.answers.get(name, Receipt(outcome=Outcome.ACCEPTED, detail=detail))


def _preview(request, checks, quote):
    notional = None
    if request is not None and quote is not None:
        notional = request.qty * (request.limit_price or Decimal(str(quote.ask)))
    return Preview(
        request=request,
        checks=checks,
        quote=quote,
        notional=notional,
        buying_power_after=None if notional is None else Decimal("148053.62") - notional,
        position_after=None if request is None else Decimal(160) + request.qty,
    )
