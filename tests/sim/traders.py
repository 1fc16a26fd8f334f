"""People and programs that use the desk at random: each decision is a task of the desk's."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from console.desk.desk import Desk
from console.domain.alerts import Direction
from console.domain.flatten import Extent, FlattenRequest
from console.domain.orders import OrderClass, OrderRequest, OrderType, Side, TimeInForce
from console.domain.receipts import Outcome, Receipt
from console.domain.tickets import Ticket
from tests.builders import OWNER, STRANGER
from tests.sim.venue import SYMBOLS

if TYPE_CHECKING:
    from tests.sim.world import World

DECISION: ContextVar[str] = ContextVar("decision", default="")
"""Which decision of a person the running code serves; the desk's own work serves none."""

WHILE_ACTIVE = (
    ("submit", 60),
    ("submit_twice", 5),
    ("submit_named", 6),
    ("cancel", 12),
    ("cancel_all", 2),
    ("change", 12),
    ("flat", 4),
    ("exit", 4),
    ("reduce", 0.5),
    ("override", 1),
    ("flatten", 1),
    ("halt", 1),
    ("intrude", 3),
    ("arrange", 4),
    ("rearm", 1),
)
WHILE_HALTED = (
    ("submit", 8),
    ("submit_twice", 1),
    ("cancel", 3),
    ("change", 3),
    ("flat", 2),
    ("flatten", 3),
    ("fence", 1),
    ("halt", 2),
    ("intrude", 1),
    ("rearm", 20),
)


class Traders:
    """Draws what somebody does next."""

    def __init__(self, world: "World", rng: Random) -> None:
        self._world = world
        self._rng = rng
        self._decisions = 0

    def act(self) -> None:
        """Let one person do one thing at the desk."""
        is_halted = self._world.state.halt is not None
        chances = WHILE_HALTED if is_halted else WHILE_ACTIVE
        [name] = self._rng.choices([n for n, _ in chances], [w for _, w in chances])
        self.decide(name, self.halt if name == "halt" else getattr(self, f"_{name}"))

    def decide(self, name: str, act: Callable[[Desk], Any]) -> None:
        """Begin a task at the desk that serves one decision."""
        self._decisions += 1
        token = DECISION.set(f"{name}-{self._decisions}")
        try:
            self._world.run_at_desk(act(self._world.desk), f"{name} {self._decisions}")
        finally:
            DECISION.reset(token)

    async def _submit(self, desk: Desk) -> None:
        preview = await desk.check(self._ticket(), OWNER)
        if preview.request is None:
            return
        receipt = await desk.submit(preview.request, OWNER)
        self._keep(receipt)

    async def _submit_twice(self, desk: Desk) -> None:
        """A console that sends one order twice: the second time it must be denied."""
        preview = await desk.check(self._ticket(), OWNER)
        if preview.request is None:
            return
        again = desk.submit(preview.request, OWNER)
        self._world.run_at_desk(again, "the same again")
        await desk.submit(preview.request, OWNER)

    async def _submit_named(self, desk: Desk) -> None:
        request = self._request()
        if request is not None:
            actor = STRANGER if self._rng.random() < 0.2 else OWNER
            self._keep(await desk.submit(request, actor))

    async def _cancel(self, desk: Desk) -> None:
        if keys := self._some_open():
            await desk.cancel(keys, OWNER)

    async def _cancel_all(self, desk: Desk) -> None:
        await desk.cancel_all(OWNER)

    async def _change(self, desk: Desk) -> None:
        keys = self._some_open()
        if not keys:
            return
        order = self._world.state.orders[keys[0]]
        rng = self._rng
        terms: dict[str, Any] = {}
        if order.request.limit_price is not None and rng.random() < 0.8:
            terms["limit_price"] = order.request.limit_price + Decimal(rng.randint(-15, 15)) / 100
        if rng.random() < 0.5:
            terms["qty"] = order.request.qty + rng.randint(-3, 5)
        await desk.replace(order.key, OWNER, **terms)

    async def _flat(self, desk: Desk) -> None:
        await desk.flat(self._rng.choice(SYMBOLS), OWNER)

    async def _flatten(self, desk: Desk) -> None:
        extent = self._rng.choice([Extent.ALL, Extent.LOSING])
        lifts_fence = self._rng.random() < 0.5
        loss = Decimal(self._rng.choice([0, 10]))
        wish = FlattenRequest(extent=extent, loss_percent=loss, lifts_fence=lifts_fence)
        receipt = await desk.flatten(wish, OWNER)
        self._world.note(f"flatten {receipt.outcome} {receipt.detail}")

    async def _exit(self, desk: Desk) -> None:
        receipt = await desk.exit(self._rng.choice(SYMBOLS), OWNER)
        self._world.note(f"exit {receipt.outcome}")

    async def _reduce(self, desk: Desk) -> None:
        await desk.reduce("too hot", OWNER)

    async def _override(self, desk: Desk) -> None:
        """Trade on blindly, with a reason, while the stream is down."""
        await desk.override_blind("I look at the broker's page", OWNER)

    async def _fence(self, desk: Desk) -> None:
        await desk.fence(self._rng.random() < 0.7, OWNER)

    async def halt(self, desk: Desk) -> None:
        """Pull the cord."""
        receipt = await desk.halt(self._rng.choice(["smoke", "fire", ""]), OWNER)
        self._world.note(f"halt {receipt.outcome}")

    async def _intrude(self, desk: Desk) -> None:
        """Somebody who may not: nothing comes of it but a record."""
        if self._rng.random() < 0.5:
            await desk.rearm("let me in", STRANGER)
        await desk.cancel(self._some_open(), STRANGER)

    async def _arrange(self, desk: Desk) -> None:
        symbol = self._rng.choice(SYMBOLS)
        quote = self._world.state.quotes.get(symbol)
        if quote is not None:
            await desk.set_crossing(symbol, Direction.ABOVE, quote.mid, OWNER)
        alerts = list(self._world.state.alerts)[:3]
        await desk.acknowledge(alerts, OWNER)

    async def _rearm(self, desk: Desk) -> None:
        receipt = await desk.rearm("all is well", OWNER)
        self._world.note(f"re-arm {receipt.outcome}")

    def _keep(self, receipt: Receipt) -> None:
        if receipt.order is not None:
            self._world.rules.received(receipt.order, receipt)

    def _some_open(self) -> list[str]:
        keys = sorted(order.key for order in self._world.state.open_orders)
        if not keys:
            return []
        return self._rng.sample(keys, min(len(keys), self._rng.choice([1, 1, 1, 3])))

    def _ticket(self) -> Ticket:  # noqa: PLR0911 - one line a kind of order
        rng = self._rng
        symbol, side = rng.choice(SYMBOLS), rng.choice(list(Side))
        held = (self._world.state.positions or {}).get(symbol)
        if held is not None and rng.random() < 0.4:
            side = held.closing_side
        ticket = Ticket(symbol=symbol, side=side, qty=Decimal(rng.randint(1, 40)))
        quote = self._world.state.quotes.get(symbol)
        if quote is None or rng.random() < 0.3:
            return ticket
        touch = Decimal(str(quote.ask if side is Side.BUY else quote.bid))
        away = Decimal(rng.choice([-5, 2, 30, 200])) / 100
        match rng.randint(0, 8):
            case 0:
                return replace(ticket, order_type=OrderType.MARKET)
            case 1:
                stop = touch + side.sign * (abs(away) + Decimal("0.1"))
                return replace(ticket, order_type=OrderType.STOP, stop_price=stop)
            case 2:
                return replace(ticket, limit_price=touch, time_in_force=TimeInForce.IOC)
            case 3:
                return self._with_exits(replace(ticket, limit_price=touch), touch)
            case 4:
                return replace(
                    ticket, order_type=OrderType.TRAILING_STOP, trail_price=Decimal("0.20")
                )
        return replace(
            ticket,
            limit_price=touch - side.sign * away,
            time_in_force=rng.choice([TimeInForce.DAY, TimeInForce.GTC]),
        )

    def _with_exits(self, ticket: Ticket, touch: Decimal) -> Ticket:
        """Return an entry that brings its exits, or exits of what is held already."""
        rng, sign = self._rng, ticket.side.sign
        profit = touch + sign * Decimal(rng.randint(5, 60)) / 100
        loss = touch - sign * Decimal(rng.randint(5, 60)) / 100
        held = (self._world.state.positions or {}).get(ticket.symbol)
        if held is not None and ticket.side is held.closing_side:
            # Of an exit the profit lies on the other side of the market than of an entry.
            return replace(
                ticket,
                order_class=OrderClass.OCO,
                qty=abs(held.qty),
                limit_price=None,
                take_profit=loss,
                stop_loss=profit,
            )
        if rng.random() < 0.5:
            return replace(ticket, order_class=OrderClass.OTO, stop_loss=loss)
        return replace(ticket, order_class=OrderClass.BRACKET, take_profit=profit, stop_loss=loss)

    def _request(self) -> OrderRequest | None:
        ticket = self._ticket()
        if ticket.order_type is OrderType.LIMIT and ticket.limit_price is None:
            return None
        if ticket.order_class is not OrderClass.SIMPLE or ticket.trail_price is not None:
            return None
        return OrderRequest(
            client_order_id="",
            symbol=ticket.symbol,
            side=ticket.side,
            qty=ticket.qty,
            order_type=ticket.order_type,
            time_in_force=ticket.time_in_force,
            limit_price=ticket.limit_price,
            stop_price=ticket.stop_price,
        )


def is_no(receipt: Receipt) -> bool:
    """Whether the receipt says that it did not happen."""
    return receipt.outcome in (Outcome.FORBIDDEN, Outcome.DENIED, Outcome.REJECTED)
