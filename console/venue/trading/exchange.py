"""The exchange: commands and ticks in, orders and fills out; no clock, no socket, no file.

An order lives in two steps, as at Alpaca: the command answers at once with a
pending order, and `settle` makes it work, trades or cancels it. Whatever
changes is kept until `take_changes`, so that it can be written down before
anybody is told.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from msgspec.structs import replace

from console.domain.orders import OrderStatus, Side
from console.venue.markets.market import Tick
from console.venue.shown import Shown
from console.venue.trading import interventions, rulebook
from console.venue.trading.accounts import Account, Activity, Settings
from console.venue.trading.auctions import check_window
from console.venue.trading.blotter import Blotter
from console.venue.trading.class_rules import check_standby
from console.venue.trading.engine import Engine
from console.venue.trading.entitlements import Entitlements
from console.venue.trading.hours import Hours
from console.venue.trading.ids import new_id
from console.venue.trading.order_life import OrderLife
from console.venue.trading.orders import EventKind, Fill, Order, Terms
from console.venue.trading.proceedings import Change, Proceedings
from console.venue.trading.rejections import unprocessable
from console.venue.trading.replacements import (
    check_leg_changes,
    check_qty_change,
    check_replaceable,
    replacement_terms,
    successor,
)
from console.venue.trading.standing import Standing, intent_of
from console.venue.view import MarketView
from console.venue.wire.timestamps import MINUTE


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
        self.held_cancels: set[str] = set()
        """Orders that stay pending_cancel until they are taken out of here."""
        self._new_id = new_id
        self._arrivals: deque[str] = deque()
        self._cancels: deque[str] = deque()
        self._engine = engine or Engine(view=view)
        self._proceedings = Proceedings(account, self.blotter)
        self.watchlists = self._proceedings.watchlists
        self._life = OrderLife(
            proceedings=self._proceedings,
            view=view,
            hours=hours,
            engine=self._engine,
            new_id=new_id,
        )
        self._entitlements = Entitlements(
            proceedings=self._proceedings, life=self._life, new_id=new_id
        )
        self._minute = 0
        self._day_ends_at: int | None = None

    @property
    def hours(self) -> Hours:
        """When it trades."""
        return self._life.hours

    @hours.setter
    def hours(self, hours: Hours) -> None:
        self._life.hours = hours

    def held_qty(self, symbol: str) -> Decimal:
        """Return the shares of a position that open orders hold."""
        side = Side.SELL if self.account.position_qty(symbol) > 0 else Side.BUY
        return self.blotter.open_orders.held_qty(symbol, side, self.view.last_price(symbol))

    @property
    def has_due(self) -> bool:
        """Whether `settle` has something to do."""
        return bool(self._arrivals or self._cancels)

    def submit(self, terms: Terms, now: int) -> Order:
        """Take an order, or say why not.

        Raises:
            Rejection: when a rule refuses it; nothing has changed then.
        """
        self.tell_time(now)
        if not self.view.knows(terms.symbol):
            raise unprocessable(f'no market price for "{terms.symbol}" yet')
        self.blotter.check_client_id(terms.client_order_id)
        check_window(terms, self.hours, now)
        rulebook.check(terms, self._standing(terms))
        order = self._take(self._life.legs.headed(self._life.fresh(terms, now)))
        self._life.legs.take(order, self._engine.next_rank)
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
        return self._proceedings.tell(pending, EventKind.PENDING_CANCEL, now)

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
        check_qty_change(old, changes)
        check_leg_changes(old, changes)
        named = changes.get("client_order_id") or self._new_id()
        self.blotter.check_client_id(str(named))
        terms = replacement_terms(old, changes, str(named))
        check_window(terms, self.hours, now)
        check = check_standby if old.status is OrderStatus.HELD else rulebook.check
        check(terms, self._standing(terms, replaced=old))
        new = successor(old, self._life.fresh(terms, now))
        self._give_way(old, new, now)
        if new.status is not OrderStatus.HELD:
            return self._take(new)
        if self._life.legs.is_watched(self._proceedings.tell(new, EventKind.HELD, now)):
            self._life.work(new)
        return new

    def _give_way(self, old: Order, new: Order, now: int) -> None:
        """End an order in favour of its successor; its legs hang on that one from now on."""
        self._engine.drop(old)
        gone = replace(
            old,
            status=OrderStatus.REPLACED,
            replaced_by=new.id,
            replaced_at=now,
            updated_at=now,
        )
        self._proceedings.tell(gone, EventKind.REPLACED, now)
        for leg in self._life.legs.after_replacement(old, new):
            self._proceedings.keep(leg)

    def intervene(self, order_id: str, kind: EventKind, now: int) -> Order:
        """Let something happen to an order that no market of ours does by itself.

        Raises:
            Rejection: when there is no such order or it is closed.
        """
        self.tell_time(now)
        changed = interventions.after(self.blotter.order(order_id), kind, now)
        self._proceedings.tell(changed, kind, now)
        if not changed.is_open:
            self._engine.drop(changed)
            self._life.legs.after_close(changed, EventKind.CANCELED, now)
        return changed

    def configure(self, settings: Settings) -> None:
        """Change the account's settings."""
        self._proceedings.configure(settings)

    def _standing(self, terms: Terms, replaced: Order | None = None) -> Standing:
        position_qty = self.account.position_qty(terms.symbol)
        return Standing(
            account=self.account,
            open_orders=self.blotter.open_orders,
            view=self.view,
            position_qty=position_qty,
            intent=intent_of(terms, position_qty),
            replaced=replaced,
            may_close_suspended=self._engine.may_close_suspended,
        )

    def _take(self, order: Order) -> Order:
        is_queued = order.status is OrderStatus.ACCEPTED
        self._proceedings.tell(
            order, EventKind.ACCEPTED if is_queued else EventKind.PENDING_NEW, order.submitted_at
        )
        self._arrivals.append(order.id)
        return order

    def settle(self, now: int) -> None:
        """Carry out what commands have asked for: cancels first, then arrivals in turn."""
        self.tell_time(now)
        for _ in range(len(self._cancels)):
            order = self.blotter.orders[self._cancels.popleft()]
            if order.id in self.held_cancels and order.is_open:
                self._cancels.append(order.id)
            elif order.is_open:
                self._life.close(order, EventKind.CANCELED, now)
            elif order.status is OrderStatus.FILLED:
                self._proceedings.tell(order, EventKind.CANCEL_REJECTED, now)
        for _ in range(len(self._arrivals)):
            order = self.blotter.orders[self._arrivals.popleft()]
            if order.is_open:
                self._life.arrive(order, now)

    def tell_time(self, now: int) -> None:
        """Let time pass: queued orders come in at the open, ended orders expire."""
        minute = now // MINUTE
        if minute == self._minute:
            return
        self._minute = minute
        self._end_day(now)
        for known in self.blotter.open_orders:
            order = self.blotter.orders[known.id]
            if order.is_open:  # else it ended with another of its group
                self._life.pass_time(order, now)

    def _end_day(self, now: int) -> None:
        if self._day_ends_at is not None and now >= self._day_ends_at:
            self._proceedings.close_day(self._day_ends_at)
            self._day_ends_at = None
        if self._day_ends_at is None:
            self._day_ends_at = self.hours.next_close(now)

    def resume(self, symbol: str, now: int) -> None:
        """Let the orders come in that waited for the end of a halt."""
        for order in self.blotter.open_orders:
            if order.terms.symbol == symbol:
                self._life.let_in(order, now)

    def pay_dividend(self, symbol: str, rate: Decimal, now: int) -> None:
        """Pay dollars a share to who is long, take them from who is short; reduce bids."""
        self._entitlements.pay_dividend(symbol, rate, now)

    def split(self, symbol: str, ratio: Decimal, now: int) -> None:
        """Turn each share into `ratio` shares, in the position and in open orders."""
        self._entitlements.split(symbol, ratio, now)

    def on_ticks(self, ticks: Iterable[Tick]) -> None:
        """Trade what the ticks allow."""
        self._engine.on_ticks(ticks)

    def on_shown(self, shown: Shown) -> None:
        """Trade what a moment of another market allows."""
        self._engine.on_shown(shown)

    def take_changes(self) -> list[Change]:
        """Return what has changed since the last call."""
        return self._proceedings.take()

    def restore(
        self,
        orders: Iterable[Order],
        fills: Iterable[Fill],
        activities: Iterable[tuple[int, Activity]] = (),
    ) -> None:
        """Take up the books of an earlier run: open orders work again.

        Activities come with how many fills were there before them.
        """
        self._proceedings.restore(orders, fills, activities)
        ranks = [order.seq for order in self.blotter.orders.values()]
        self._engine.count_from(max(ranks, default=-1) + 1)
        for order in self.blotter.open_orders:
            self._resume(order)

    def _resume(self, order: Order) -> None:
        if order.status is OrderStatus.PENDING_CANCEL:
            self._cancels.append(order.id)
        elif order.status in (OrderStatus.PENDING_NEW, OrderStatus.ACCEPTED):
            self._arrivals.append(order.id)
        elif order.is_open and (
            order.status is not OrderStatus.HELD or self._life.legs.is_watched(order)
        ):
            self._life.work(order)
