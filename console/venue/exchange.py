"""The exchange: commands and ticks in, orders and fills out; no clock, no socket, no file.

An order lives in two steps, as at Alpaca: the command answers at once with a
pending order, and `settle` makes it work, trades or cancels it. Whatever
changes is kept until `take_changes`, so that it can be written down before
anybody is told.
"""

from collections import deque
from collections.abc import Callable, Iterable
from decimal import Decimal
from uuid import uuid4

from msgspec.structs import replace

from console.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from console.venue import rules
from console.venue.accounts import Account, DayClosed, Settings
from console.venue.hours import Hours
from console.venue.market import QuoteTick, Tick, TradeTick
from console.venue.matching import Queue, Touch, is_printed_through, is_set_off, trailed
from console.venue.open_orders import OpenOrders
from console.venue.orders import ZERO, EventKind, Fill, Order, OrderEvent, Terms
from console.venue.rejections import malformed, not_found, unprocessable
from console.venue.timestamps import DAY, MINUTE
from console.venue.view import MarketView, exact

GTC_DAYS = 90
IMMEDIATE = (TimeInForce.IOC, TimeInForce.FOK)
NOT_YET_THERE = (OrderStatus.ACCEPTED, OrderStatus.PENDING_NEW, OrderStatus.PENDING_CANCEL)

Change = OrderEvent | Settings | DayClosed


def new_id() -> str:
    """Return a fresh uuid."""
    return str(uuid4())


class Exchange:
    """One account's orders against one market."""

    def __init__(
        self,
        *,
        account: Account,
        view: MarketView,
        hours: Hours,
        new_id: Callable[[], str] = new_id,
    ) -> None:
        self.account = account
        self.view = view
        self.hours = hours
        self.orders: dict[str, Order] = {}
        self.fills: list[Fill] = []
        self.open_orders = OpenOrders()
        self._new_id = new_id
        self._client_ids: dict[str, str] = {}
        self._queues: dict[str, Queue] = {}
        self._touches: dict[str, Touch] = {}
        self._arrivals: deque[str] = deque()
        self._cancels: deque[str] = deque()
        self._changes: list[Change] = []
        self._minute = 0
        self._day_ends_at: int | None = None

    # What may be asked

    def order(self, order_id: str) -> Order:
        """Return one order.

        Raises:
            Rejection: when there is none of that id.
        """
        if order_id not in self.orders:
            raise not_found(f"order not found for {order_id}")
        return self.orders[order_id]

    def order_of_client(self, client_order_id: str) -> Order:
        """Return the order the client named so.

        Raises:
            Rejection: when there is none of that name.
        """
        if client_order_id not in self._client_ids:
            raise not_found(f"order not found for {client_order_id}")
        return self.orders[self._client_ids[client_order_id]]

    def held_qty(self, symbol: str) -> Decimal:
        """Return the shares of a position that open orders hold."""
        side = Side.SELL if self.account.position_qty(symbol) > 0 else Side.BUY
        return self.open_orders.held_qty(symbol, side, self.view.last_price(symbol))

    @property
    def has_due(self) -> bool:
        """Whether `settle` has something to do."""
        return bool(self._arrivals or self._cancels)

    # Commands

    def submit(self, terms: Terms, now: int) -> Order:
        """Take an order, or say why not.

        Raises:
            Rejection: when a rule refuses it; nothing has changed then.
        """
        self.tell_time(now)
        self._check_listed(terms.symbol)
        self._check_client_id(terms.client_order_id)
        rules.check(terms, self._standing())
        return self._take(self._fresh_order(terms, now))

    def cancel(self, order_id: str, now: int) -> Order:
        """Ask for an order to be canceled; `settle` does it.

        Raises:
            Rejection: when there is no such order or it is closed.
        """
        self.tell_time(now)
        order = self.order(order_id)
        if not order.is_open:
            raise unprocessable(f'order is already in "{order.status}" state')
        if order.status is OrderStatus.PENDING_CANCEL:
            return order
        self._cancels.append(order_id)
        pending = replace(order, status=OrderStatus.PENDING_CANCEL, updated_at=now)
        return self._tell(pending, EventKind.PENDING_CANCEL, now)

    def replace(self, order_id: str, changes: dict[str, object], now: int) -> Order:
        """Put a new order with changed terms in the place of a working one.

        Quantity already filled stays with the old order: the new one asks for what is left.

        Raises:
            Rejection: when the order is not working or a rule refuses the new terms.
        """
        self.tell_time(now)
        old = self.order(order_id)
        _check_replaceable(old)
        terms = self._changed_terms(old, changes)
        rules.check(terms, self._standing(replaced=old))
        new = replace(self._fresh_order(terms, now), replaces=old.id, created_at=old.created_at)
        self._drop(old)
        gone = replace(
            old,
            status=OrderStatus.REPLACED,
            replaced_by=new.id,
            replaced_at=now,
            updated_at=now,
        )
        self._tell(gone, EventKind.REPLACED, now)
        return self._take(new)

    def configure(self, settings: Settings) -> None:
        """Change the account's settings."""
        self.account.settings = settings
        self._changes.append(settings)

    # Time and the market

    def settle(self, now: int) -> None:
        """Carry out what commands have asked for: cancels first, then arrivals in turn."""
        self.tell_time(now)
        while self._cancels:
            order = self.orders[self._cancels.popleft()]
            if order.is_open:
                self._close(order, EventKind.CANCELED, now)
        for _ in range(len(self._arrivals)):
            order = self.orders[self._arrivals.popleft()]
            if order.is_open:
                self._arrive(order, now)

    def tell_time(self, now: int) -> None:
        """Let time pass: queued orders come in at the open, ended orders expire."""
        minute = now // MINUTE
        if minute == self._minute:
            return
        self._minute = minute
        self._end_day(now)
        for order in self.open_orders:
            if order.expires_at is not None and order.expires_at <= now:
                self._close(order, EventKind.EXPIRED, now)
            elif order.status is OrderStatus.ACCEPTED and self._may_trade(order, now):
                self._arrive(order, now)

    def on_ticks(self, ticks: Iterable[Tick]) -> None:
        """Trade what the ticks allow. The view must have seen each tick before its turn."""
        see = self.view.see
        for tick in ticks:
            see(tick)
            if isinstance(tick, QuoteTick):
                self._touches.pop(tick.symbol, None)
            if tick.symbol in self._queues:
                self._on_tick(tick)

    def take_changes(self) -> list[Change]:
        """Return what has changed since the last call."""
        changes, self._changes = self._changes, []
        return changes

    def restore(self, orders: Iterable[Order], fills: Iterable[Fill]) -> None:
        """Take up the books of an earlier run: open orders work again."""
        for fill in fills:
            self.fills.append(fill)
            self.account.book(fill)
        for order in orders:
            self.orders[order.id] = order
            self._client_ids[order.terms.client_order_id] = order.id
            self.open_orders.put(order)
            self._resume(order)

    def _resume(self, order: Order) -> None:
        if order.status is OrderStatus.PENDING_CANCEL:
            self._cancels.append(order.id)
        elif order.status in (OrderStatus.PENDING_NEW, OrderStatus.ACCEPTED):
            self._arrivals.append(order.id)
        elif order.is_open:
            self._queue(order.terms.symbol).put(order)

    # How orders come in

    def _standing(self, replaced: Order | None = None) -> rules.Standing:
        return rules.Standing(
            account=self.account,
            open_orders=self.open_orders,
            view=self.view,
            replaced=replaced,
        )

    def _check_listed(self, symbol: str) -> None:
        if symbol not in self.view.quote_history:
            raise unprocessable(f'asset "{symbol}" not found')

    def _check_client_id(self, client_order_id: str) -> None:
        if client_order_id in self._client_ids:
            raise malformed("client_order_id must be unique")

    def _fresh_order(self, terms: Terms, now: int) -> Order:
        intent = rules.intent_of(terms, self.account.position_qty(terms.symbol))
        is_trailing = terms.type is OrderType.TRAILING_STOP
        order = Order(
            id=self._new_id(),
            seq=len(self.orders),
            terms=terms,
            intent=intent,
            status=OrderStatus.PENDING_NEW,
            created_at=now,
            submitted_at=now,
            updated_at=now,
            reserve_price=rules.reserve_price(terms, intent, self.view),
            hwm=self.view.last_price(terms.symbol) if is_trailing else None,
            expires_at=self._expiry(terms, now),
        )
        if self._may_trade(order, now):
            return order
        return replace(order, status=OrderStatus.ACCEPTED)

    def _expiry(self, terms: Terms, now: int) -> int | None:
        if terms.time_in_force is TimeInForce.GTC:
            return now + GTC_DAYS * DAY
        return self.hours.day_order_expires(now, is_extended=terms.extended_hours)

    def _take(self, order: Order) -> Order:
        self._client_ids[order.terms.client_order_id] = order.id
        is_queued = order.status is OrderStatus.ACCEPTED
        self._tell(
            order, EventKind.ACCEPTED if is_queued else EventKind.PENDING_NEW, order.submitted_at
        )
        self._arrivals.append(order.id)
        return order

    def _arrive(self, order: Order, now: int) -> None:
        if not self._may_trade(order, now):
            self._turn_away(order, now)
            return
        working = replace(order, status=OrderStatus.NEW, updated_at=now)
        self._tell(working, EventKind.NEW, now)
        if working.terms.time_in_force is TimeInForce.FOK and not self._fits(working):
            self._close(working, EventKind.CANCELED, now)
            return
        self._queue(working.terms.symbol).put(working)
        self._match(working.terms.symbol, working.terms.side, now)
        rest = self.orders[order.id]
        if rest.is_open and rest.terms.time_in_force in IMMEDIATE:
            self._close(rest, EventKind.CANCELED, now)

    def _turn_away(self, order: Order, now: int) -> None:
        """Keep an order for the open; one that cannot wait is canceled."""
        if order.terms.time_in_force in IMMEDIATE:
            self._close(order, EventKind.CANCELED, now)
        elif order.status is not OrderStatus.ACCEPTED:
            queued = replace(order, status=OrderStatus.ACCEPTED, updated_at=now)
            self._tell(queued, EventKind.ACCEPTED, now)

    def _fits(self, order: Order) -> bool:
        touch = self._touch(order.terms.symbol)
        if touch is None:
            return False
        price, left = touch.against(order.terms.side)
        return left > 0 and order.accepts(price) and order.wants(price) <= left

    def _changed_terms(self, old: Order, changes: dict[str, object]) -> Terms:
        client_order_id = changes.pop("client_order_id", None) or self._new_id()
        self._check_client_id(str(client_order_id))
        trail = changes.pop("trail", None)
        if trail is not None:
            is_percent = old.terms.trail_percent is not None
            changes["trail_percent" if is_percent else "trail_price"] = trail
        qty = changes.pop("qty", None) or old.terms.qty
        if not isinstance(qty, Decimal) or qty <= old.filled_qty:
            raise unprocessable("qty must be more than what is already filled")
        return replace(
            old.terms, client_order_id=client_order_id, qty=qty - old.filled_qty, **changes
        )

    # How orders trade

    def _may_trade(self, order: Order, now: int) -> bool:
        if order.terms.extended_hours:
            return self.hours.is_extended(now)
        return self.hours.is_open(now)

    def _queue(self, symbol: str) -> Queue:
        return self._queues.setdefault(symbol, Queue())

    def _touch(self, symbol: str) -> Touch | None:
        touch = self._touches.get(symbol)
        if touch is None and (quote := self.view.quotes.get(symbol)):
            touch = self._touches[symbol] = Touch.of(quote)
        return touch

    def _on_tick(self, tick: Tick) -> None:
        if isinstance(tick, TradeTick):
            self._print(tick)
            return
        for side in Side:
            self._match(tick.symbol, side, tick.at)

    def _match(self, symbol: str, side: Side, now: int) -> None:
        """Give one side of a symbol what the touch still shows, first come first."""
        touch = self._touch(symbol)
        queue = self._queues.get(symbol)
        if touch is None or queue is None:
            return
        for order_id in queue.line(side):
            price, left = touch.against(side)
            order = self.orders[order_id]
            if left <= 0 or not order.accepts(price):
                return
            if self._may_trade(order, now):
                qty = min(left, order.wants(price))
                touch.take(side, qty)
                self._fill(order, qty, price, now)

    def _print(self, tick: TradeTick) -> None:
        """Let a trade set off stops and fill the resting limits it went through."""
        price = exact(tick.price)
        queue = self._queues[tick.symbol]
        set_off = [self._is_set_off(order_id, price, tick.at) for order_id in [*queue.waiting]]
        left = Decimal(tick.size)
        for side in Side:
            for order_id in queue.line(side):
                order = self.orders[order_id]
                if left <= 0 or not is_printed_through(order, price):
                    break
                limit = order.worst_price or price
                qty = min(left, order.wants(limit))
                if self._may_trade(order, tick.at) and qty > 0:
                    left -= qty
                    self._fill(order, qty, limit, tick.at)
        if any(set_off):
            for side in Side:
                self._match(tick.symbol, side, tick.at)

    def _is_set_off(self, order_id: str, price: Decimal, now: int) -> bool:
        order = self.orders[order_id]
        if not self.hours.is_open(now):
            return False
        after = trailed(order, price)
        if after is not order:
            self._keep(after)
        if not is_set_off(after, price):
            return False
        queue = self._queue(after.terms.symbol)
        queue.drop(after)
        triggered = replace(after, is_triggered=True, updated_at=now)
        self._keep(triggered)
        queue.put(triggered)
        return True

    def _fill(self, order: Order, qty: Decimal, price: Decimal, now: int) -> None:
        self._drop(order)
        filled = replace(
            order,
            filled_qty=order.filled_qty + qty,
            filled_notional=order.filled_notional + qty * price,
            status=OrderStatus.PARTIALLY_FILLED,
            updated_at=now,
        )
        leaves = filled.wants(price)
        if leaves == 0:
            filled = replace(filled, status=OrderStatus.FILLED, filled_at=now)
        fill = self._book(filled, qty, price, leaves, now)
        if filled.is_open:
            self._queue(order.terms.symbol).put(filled)
        kind = EventKind.PARTIAL_FILL if filled.is_open else EventKind.FILL
        self._tell(filled, kind, now, fill)

    def _book(self, order: Order, qty: Decimal, price: Decimal, leaves: Decimal, now: int) -> Fill:
        terms = order.terms
        before = self.account.position_qty(terms.symbol)
        fill = Fill(
            id=self._new_id(),
            order_id=order.id,
            symbol=terms.symbol,
            side=terms.side,
            qty=qty,
            price=price,
            at=now,
            cum_qty=order.filled_qty,
            leaves_qty=leaves,
            position_qty=before + terms.side.sign * qty,
            is_short_sale=terms.side is Side.SELL and before <= ZERO,
        )
        self.fills.append(fill)
        self.account.book(fill)
        return fill

    # How orders end, and how it is told

    def _close(self, order: Order, kind: EventKind, now: int) -> None:
        self._drop(order)
        closed = (
            replace(order, status=OrderStatus.EXPIRED, expired_at=now, updated_at=now)
            if kind is EventKind.EXPIRED
            else replace(order, status=OrderStatus.CANCELED, canceled_at=now, updated_at=now)
        )
        self._tell(closed, kind, now)

    def _drop(self, order: Order) -> None:
        queue = self._queues.get(order.terms.symbol)
        if queue is None:
            return
        queue.drop(order)
        if queue.is_empty:
            del self._queues[order.terms.symbol]

    def _keep(self, order: Order) -> None:
        self.orders[order.id] = order
        self.open_orders.put(order)

    def _tell(self, order: Order, kind: EventKind, now: int, fill: Fill | None = None) -> Order:
        self._keep(order)
        position_qty = self.account.position_qty(order.terms.symbol)
        self._changes.append(
            OrderEvent(kind=kind, order=order, at=now, position_qty=position_qty, fill=fill)
        )
        return order

    def _end_day(self, now: int) -> None:
        if self._day_ends_at is not None and now >= self._day_ends_at:
            self.account.last_equity = self.account.equity
            self._changes.append(DayClosed(equity=self.account.last_equity, at=self._day_ends_at))
            self._day_ends_at = None
        if self._day_ends_at is None:
            self._day_ends_at = self.hours.next_close(now)


def _check_replaceable(order: Order) -> None:
    if not order.is_open:
        raise unprocessable("unable to replace order, order is not open")
    if order.status in NOT_YET_THERE:
        raise malformed("unable to replace order, order isn't sent to exchange yet")
    if order.terms.notional is not None:
        raise unprocessable("unable to replace order, notional orders cannot be replaced")
