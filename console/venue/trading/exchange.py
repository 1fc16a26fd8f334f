"""The exchange: commands and ticks in, orders and fills out; no clock, no socket, no file.

An order lives in two steps, as at Alpaca: the command answers at once with a
pending order, and `settle` makes it work, trades or cancels it. Whatever
changes is kept until `take_changes`, so that it can be written down before
anybody is told.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from uuid import uuid4

from msgspec.structs import replace

from console.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from console.venue.markets.market import Tick
from console.venue.trading import rules
from console.venue.trading.accounts import Account, Activity, DayClosed, Settings
from console.venue.trading.auctions import check_window
from console.venue.trading.blotter import Blotter
from console.venue.trading.class_rules import check_standby
from console.venue.trading.corporate import after_dividend, after_split
from console.venue.trading.engine import Engine, Party
from console.venue.trading.hours import AUCTIONS, Hours
from console.venue.trading.legs import Legs
from console.venue.trading.order_shapes import IMMEDIATE
from console.venue.trading.orders import FRACTION, ZERO, EventKind, Fill, Order, OrderEvent, Terms
from console.venue.trading.rejections import unprocessable
from console.venue.trading.replacements import (
    check_leg_changes,
    check_replaceable,
    replacement_terms,
    successor,
)
from console.venue.trading.standing import Standing, intent_of
from console.venue.view import MarketView
from console.venue.wire.timestamps import MINUTE, gtc_expires

CENT = Decimal("0.01")
Change = OrderEvent | Order | Settings | DayClosed | Activity


def new_id() -> str:
    """Return a fresh uuid."""
    return str(uuid4())


class Exchange:
    """One account's orders against one market; accounts that share an engine stand in one line."""

    def __init__(
        self,
        *,
        account: Account,
        view: MarketView,
        hours: Hours,
        engine: Engine | None = None,
        new_id: Callable[[], str] = new_id,
    ) -> None:
        self.account = account
        self.blotter = Blotter()
        self.view = view
        self.hours = hours
        self._new_id = new_id
        self._arrivals: deque[str] = deque()
        self._cancels: deque[str] = deque()
        self.held_cancels: set[str] = set()
        """Orders that stay pending_cancel until they are taken out of here."""
        self._changes: list[Change] = []
        self._engine = engine or Engine(view=view)
        self._party = Party(
            orders=self.blotter.orders,
            may_trade=self._may_trade,
            on_fill=self._fill,
            on_stop=self._move_stop,
        )
        self._legs = Legs(
            blotter=self.blotter,
            put=self._work,
            tell=self._tell,
            end=self._end,
            new_id=new_id,
        )
        self._at_auction: str | None = None
        self._minute = 0
        self._day_ends_at: int | None = None

    def held_qty(self, symbol: str) -> Decimal:
        """Return the shares of a position that open orders hold."""
        side = Side.SELL if self.account.position_qty(symbol) > 0 else Side.BUY
        return self.blotter.open_orders.held_qty(symbol, side, self.view.last_price(symbol))

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
        self.blotter.check_client_id(terms.client_order_id)
        check_window(terms, self.hours, now)
        rules.check(terms, self._standing())
        order = self._take(self._legs.headed(self._fresh_order(terms, now)))
        self._legs.take(order, self._engine.next_rank)
        return order

    def cancel(self, order_id: str, now: int) -> Order:
        """Ask for an order to be canceled; `settle` does it.

        Raises:
            Rejection: when there is no such order or it is closed.
        """
        self.tell_time(now)
        order = self.blotter.order(order_id)
        if not order.is_open:
            raise unprocessable(f'order is already in "{order.status}" state')
        if order.status is OrderStatus.PENDING_CANCEL:
            return order
        self._cancels.append(order_id)
        pending = replace(order, status=OrderStatus.PENDING_CANCEL, updated_at=now)
        return self._tell(pending, EventKind.PENDING_CANCEL, now)

    def cancel_all(self, now: int) -> list[Order]:
        """Ask for every open order to be canceled; return those that will be."""
        self.tell_time(now)
        pending = OrderStatus.PENDING_CANCEL
        return [self.cancel(o.id, now) for o in self.blotter.open_orders if o.status is not pending]

    def replace(self, order_id: str, changes: Mapping[str, object], now: int) -> Order:
        """Put a new order with changed terms in the place of a working one.

        Raises:
            Rejection: when the order is not working or a rule refuses the new terms.
        """
        self.tell_time(now)
        old = self.blotter.order(order_id)
        check_replaceable(old)
        check_leg_changes(old, changes)
        named = changes.get("client_order_id") or self._new_id()
        self.blotter.check_client_id(str(named))
        terms = replacement_terms(old, changes, str(named))
        check_window(terms, self.hours, now)
        check = check_standby if old.status is OrderStatus.HELD else rules.check
        check(terms, self._standing(replaced=old))
        new = successor(old, self._fresh_order(terms, now))
        self._engine.drop(old)
        gone = replace(
            old,
            status=OrderStatus.REPLACED,
            replaced_by=new.id,
            replaced_at=now,
            updated_at=now,
        )
        self._tell(gone, EventKind.REPLACED, now)
        for leg in self._legs.after_replacement(old, new):
            self._keep(leg)
        if new.status is not OrderStatus.HELD:
            return self._take(new)
        if self._legs.is_watched(self._tell(new, EventKind.HELD, now)):
            self._work(new)
        return new

    def configure(self, settings: Settings) -> None:
        """Change the account's settings."""
        self.account.settings = settings
        self._changes.append(settings)

    # Time and the market

    def settle(self, now: int) -> None:
        """Carry out what commands have asked for: cancels first, then arrivals in turn."""
        self.tell_time(now)
        for _ in range(len(self._cancels)):
            order = self.blotter.orders[self._cancels.popleft()]
            if order.id in self.held_cancels and order.is_open:
                self._cancels.append(order.id)
            elif order.is_open:
                self._close(order, EventKind.CANCELED, now)
        for _ in range(len(self._arrivals)):
            order = self.blotter.orders[self._arrivals.popleft()]
            if order.is_open:
                self._arrive(order, now)

    def tell_time(self, now: int) -> None:
        """Let time pass: queued orders come in at the open, ended orders expire."""
        minute = now // MINUTE
        if minute == self._minute:
            return
        self._minute = minute
        self._end_day(now)
        for known in self.blotter.open_orders:
            order = self.blotter.orders[known.id]
            if not order.is_open:
                continue  # it ended with another of its group
            if order.expires_at is not None and order.expires_at <= now:
                self._end_at(order, now)
            elif order.status is OrderStatus.ACCEPTED and self._may_trade(order, now):
                self._arrive(order, now)

    def resume(self, symbol: str, now: int) -> None:
        """Let the orders come in that waited for the end of a halt."""
        for order in self.blotter.open_orders:
            is_waiting = order.status is OrderStatus.ACCEPTED and order.terms.symbol == symbol
            if is_waiting and self._may_trade(order, now):
                self._arrive(order, now)

    def pay_dividend(self, symbol: str, rate: Decimal, now: int) -> None:
        """Pay dollars a share to who is long, take them from who is short; reduce bids."""
        qty = self.account.position_qty(symbol)
        if amount := (qty * rate).quantize(CENT):
            self._undergo(
                Activity(
                    id=self._new_id(),
                    kind="DIV",
                    symbol=symbol,
                    at=now,
                    net_amount=amount,
                    per_share_amount=rate,
                )
            )
        for order in self._open_in(symbol):
            self._restate(order, after_dividend(order, rate), now)

    def split(self, symbol: str, ratio: Decimal, now: int) -> None:
        """Turn each share into `ratio` shares, in the position and in open orders."""
        qty = self.account.position_qty(symbol)
        if change := (qty * ratio).quantize(FRACTION, rounding="ROUND_DOWN") - qty:
            self._undergo(
                Activity(id=self._new_id(), kind="SPLIT", symbol=symbol, at=now, qty=change)
            )
        for known in self._open_in(symbol):
            order = self.blotter.orders[known.id]
            if order.is_open:
                self._restate(order, after_split(order, ratio), now)

    def _open_in(self, symbol: str) -> list[Order]:
        return [order for order in self.blotter.open_orders if order.terms.symbol == symbol]

    def _restate(self, order: Order, changed: Order | None, now: int) -> None:
        if changed is None:
            self._close(order, EventKind.CANCELED, now)
        elif changed is not order:
            works = self._engine.drop(order)
            self._tell(replace(changed, updated_at=now), EventKind.RESTATED, now)
            if works:
                self._work(changed)

    def _undergo(self, activity: Activity) -> None:
        self.account.undergo(activity)
        self.blotter.activities.append(activity)
        self._changes.append(activity)

    def on_ticks(self, ticks: Iterable[Tick]) -> None:
        """Trade what the ticks allow."""
        self._engine.on_ticks(ticks)

    def take_changes(self) -> list[Change]:
        """Return what has changed since the last call."""
        changes, self._changes = self._changes, []
        return changes

    def restore(
        self,
        orders: Iterable[Order],
        fills: Iterable[Fill],
        activities: Iterable[tuple[int, Activity]] = (),
    ) -> None:
        """Take up the books of an earlier run: open orders work again.

        Activities come with how many fills were there before them.
        """
        self.blotter.restore(orders, fills)
        ranks = [order.seq for order in self.blotter.orders.values()]
        self._engine.count_from(max(ranks, default=-1) + 1)
        booked = 0
        for place, activity in activities:
            for fill in self.blotter.fills[booked:place]:
                self.account.book(fill)
            booked = place
            self.account.undergo(activity)
            self.blotter.activities.append(activity)
        for fill in self.blotter.fills[booked:]:
            self.account.book(fill)
        for order in self.blotter.open_orders:
            self._resume(order)

    def _resume(self, order: Order) -> None:
        if order.status is OrderStatus.PENDING_CANCEL:
            self._cancels.append(order.id)
        elif order.status in (OrderStatus.PENDING_NEW, OrderStatus.ACCEPTED):
            self._arrivals.append(order.id)
        elif order.is_open and (
            order.status is not OrderStatus.HELD or self._legs.is_watched(order)
        ):
            self._work(order)

    # How orders come in

    def _standing(self, replaced: Order | None = None) -> Standing:
        return Standing(
            account=self.account,
            open_orders=self.blotter.open_orders,
            view=self.view,
            replaced=replaced,
            may_close_suspended=self._engine.may_close_suspended,
        )

    def _check_listed(self, symbol: str) -> None:
        if symbol not in self.view.quote_history:
            raise unprocessable(f'no market price for "{symbol}" yet')

    def _fresh_order(self, terms: Terms, now: int) -> Order:
        intent = intent_of(terms, self.account.position_qty(terms.symbol))
        is_trailing = terms.type is OrderType.TRAILING_STOP
        order = Order(
            id=self._new_id(),
            seq=self._engine.next_rank(),
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

    def _work(self, order: Order) -> None:
        self._engine.put(order, self._party)

    def _expiry(self, terms: Terms, now: int) -> int | None:
        if terms.time_in_force is TimeInForce.GTC:
            return gtc_expires(now)
        if terms.time_in_force is TimeInForce.OPG:
            return self.hours.next_open(now)
        if terms.time_in_force is TimeInForce.CLS:
            return self.hours.next_close(now)
        return self.hours.day_order_expires(now, is_extended=terms.extended_hours)

    def _take(self, order: Order) -> Order:
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
        if working.terms.time_in_force is TimeInForce.FOK and not self._engine.fits(working):
            self._close(working, EventKind.CANCELED, now)
            return
        self._work(working)
        self._legs.after_arrival(working)
        self._engine.match(working.terms.symbol, working.terms.side, now)
        rest = self.blotter.orders[order.id]
        if rest.is_open and rest.terms.time_in_force in IMMEDIATE:
            self._close(rest, EventKind.CANCELED, now)

    def _end_at(self, order: Order, now: int) -> None:
        """End an order whose time is over; one for an auction has its moment first."""
        is_timely = order.expires_at is not None and now < order.expires_at + MINUTE
        if order.terms.time_in_force not in AUCTIONS or not is_timely:
            self._close(order, EventKind.EXPIRED, now)
            return
        self._at_auction = order.id
        self._arrive(order, now)
        self._at_auction = None
        rest = self.blotter.orders[order.id]
        if rest.is_open:
            self._close(rest, EventKind.CANCELED, now)

    def _turn_away(self, order: Order, now: int) -> None:
        """Keep an order for the open; one that cannot wait is canceled."""
        if order.terms.time_in_force in IMMEDIATE:
            self._close(order, EventKind.CANCELED, now)
        elif order.status is not OrderStatus.ACCEPTED:
            queued = replace(order, status=OrderStatus.ACCEPTED, updated_at=now)
            self._tell(queued, EventKind.ACCEPTED, now)

    # How orders trade

    def _may_trade(self, order: Order, now: int) -> bool:
        if order.terms.symbol in self._engine.halted:
            return False
        if order.terms.time_in_force in AUCTIONS:
            return order.id == self._at_auction
        if order.terms.extended_hours:
            return self.hours.is_extended(now)
        return self.hours.is_open(now)

    def _fill(self, order: Order, qty: Decimal, price: Decimal, now: int) -> None:
        self._engine.drop(order)
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
            self._work(filled)
        kind = EventKind.PARTIAL_FILL if filled.is_open else EventKind.FILL
        self._tell(filled, kind, now, fill)
        self._legs.after_fill(filled, now)

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
        self.blotter.fills.append(fill)
        self.account.book(fill)
        return fill

    # How orders end, and how it is told

    def _close(self, order: Order, kind: EventKind, now: int) -> None:
        self._end(order, kind, now)
        self._legs.after_close(order, kind, now)

    def _end(self, order: Order, kind: EventKind, now: int) -> None:
        self._engine.drop(order)
        closed = (
            replace(order, status=OrderStatus.EXPIRED, expired_at=now, updated_at=now)
            if kind is EventKind.EXPIRED
            else replace(order, status=OrderStatus.CANCELED, canceled_at=now, updated_at=now)
        )
        self._tell(closed, kind, now)

    def _move_stop(self, order: Order, now: int) -> None:
        """Keep a stop that moved or was set off; nobody is told, the books are."""
        self._keep(self._legs.set_off(order, now) if order.is_triggered else order)

    def _keep(self, order: Order) -> None:
        self.blotter.keep(order)
        self._changes.append(order)

    def _tell(self, order: Order, kind: EventKind, now: int, fill: Fill | None = None) -> Order:
        self.blotter.keep(order)
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
