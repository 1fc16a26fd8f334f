"""How an account's orders come in, trade and end, once a command has let them."""

from collections.abc import Callable
from decimal import Decimal

from msgspec.structs import replace

from console.domain.orders import OrderStatus, OrderType, Side, TimeInForce
from console.venue.trading import rules
from console.venue.trading.asset_classes import AssetClass, class_of
from console.venue.trading.engine import Engine, Party
from console.venue.trading.hours import AUCTIONS, Hours
from console.venue.trading.interventions import IDLE
from console.venue.trading.legs import Legs
from console.venue.trading.order_shapes import IMMEDIATE
from console.venue.trading.orders import ZERO, EventKind, Fill, Order, Terms
from console.venue.trading.proceedings import Proceedings
from console.venue.trading.standing import intent_of
from console.venue.view import MarketView
from console.venue.wire.timestamps import MINUTE, gtc_expires


class OrderLife:
    """What befalls the orders of one account between their arrival and their end."""

    def __init__(
        self,
        *,
        proceedings: Proceedings,
        view: MarketView,
        hours: Hours,
        engine: Engine,
        new_id: Callable[[], str],
    ) -> None:
        self.hours = hours
        self._proceedings = proceedings
        self._account = proceedings.account
        self._blotter = proceedings.blotter
        self._view = view
        self._engine = engine
        self._new_id = new_id
        self._at_auction: str | None = None
        self._party = Party(
            orders=self._blotter.orders,
            may_trade=self.may_trade,
            on_fill=self._fill,
            on_stop=self._move_stop,
        )
        self.legs = Legs(
            blotter=self._blotter,
            put=self.work,
            tell=proceedings.tell,
            end=self._end,
            new_id=new_id,
        )

    def may_trade(self, order: Order, now: int) -> bool:
        """Whether an order may trade at this moment."""
        if order.terms.symbol in self._engine.halted or order.status in IDLE:
            return False
        if class_of(order.terms.symbol) is AssetClass.CRYPTO:
            return True
        if order.terms.time_in_force in AUCTIONS:
            return order.id == self._at_auction
        if order.terms.extended_hours:
            return self.hours.is_extended(now)
        return self.hours.is_open(now)

    def fresh(self, terms: Terms, now: int) -> Order:
        """Return the order that terms ask for, not yet told; it may have to wait for the open."""
        intent = intent_of(terms, self._account.position_qty(terms.symbol))
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
            reserve_price=rules.reserve_price(terms, intent, self._view),
            hwm=self._view.last_price(terms.symbol) if is_trailing else None,
            expires_at=self._expiry(terms, now),
        )
        if self.may_trade(order, now):
            return order
        return replace(order, status=OrderStatus.ACCEPTED)

    def _expiry(self, terms: Terms, now: int) -> int | None:
        if terms.time_in_force is TimeInForce.GTC:
            return gtc_expires(now)
        if terms.time_in_force is TimeInForce.OPG:
            return self.hours.next_open(now)
        if terms.time_in_force is TimeInForce.CLS:
            return self.hours.next_close(now)
        return self.hours.day_order_expires(now, is_extended=terms.extended_hours)

    def work(self, order: Order) -> None:
        """Let an order stand in line, or be watched."""
        self._engine.put(order, self._party)

    def arrive(self, order: Order, now: int) -> None:
        """Let an order come in: it works, trades what it can, or waits for the open."""
        if not self.may_trade(order, now):
            self._turn_away(order, now)
            return
        working = replace(order, status=OrderStatus.NEW, updated_at=now)
        self._proceedings.tell(working, EventKind.NEW, now)
        if working.terms.time_in_force is TimeInForce.FOK and not self._engine.fits(working):
            self.close(working, EventKind.CANCELED, now)
            return
        self.work(working)
        self.legs.after_arrival(working)
        self._engine.match(working.terms.symbol, working.terms.side, now)
        rest = self._blotter.orders[order.id]
        if rest.is_open and rest.terms.time_in_force in IMMEDIATE:
            self.close(rest, EventKind.CANCELED, now)

    def _turn_away(self, order: Order, now: int) -> None:
        """Keep an order for the open; one that cannot wait is canceled."""
        if order.terms.time_in_force in IMMEDIATE:
            self.close(order, EventKind.CANCELED, now)
        elif order.status is not OrderStatus.ACCEPTED:
            queued = replace(order, status=OrderStatus.ACCEPTED, updated_at=now)
            self._proceedings.tell(queued, EventKind.ACCEPTED, now)

    def pass_time(self, order: Order, now: int) -> None:
        """End an order whose time is over; let one in that has waited for the open."""
        if order.expires_at is not None and order.expires_at <= now:
            self._end_at(order, now)
        else:
            self.let_in(order, now)

    def let_in(self, order: Order, now: int) -> None:
        """Let an order come in that has waited, if it may trade now."""
        if order.status is OrderStatus.ACCEPTED and self.may_trade(order, now):
            self.arrive(order, now)

    def _end_at(self, order: Order, now: int) -> None:
        """End an order whose time is over; one for an auction has its moment first."""
        is_timely = order.expires_at is not None and now < order.expires_at + MINUTE
        if order.terms.time_in_force not in AUCTIONS or not is_timely:
            self.close(order, EventKind.EXPIRED, now)
            return
        self._at_auction = order.id
        self.arrive(order, now)
        self._at_auction = None
        rest = self._blotter.orders[order.id]
        if rest.is_open:
            self.close(rest, EventKind.CANCELED, now)

    def restate(self, order: Order, changed: Order | None, now: int) -> None:
        """Let an order go on as `changed`; None ends it."""
        if changed is None:
            self.close(order, EventKind.CANCELED, now)
        elif changed is not order:
            works = self._engine.drop(order)
            self._proceedings.tell(replace(changed, updated_at=now), EventKind.RESTATED, now)
            if works:
                self.work(changed)

    def close(self, order: Order, kind: EventKind, now: int) -> None:
        """End an order, and with it what depends on it."""
        self._end(order, kind, now)
        self.legs.after_close(order, kind, now)

    def _end(self, order: Order, kind: EventKind, now: int) -> None:
        self._engine.drop(order)
        closed = (
            replace(order, status=OrderStatus.EXPIRED, expired_at=now, updated_at=now)
            if kind is EventKind.EXPIRED
            else replace(order, status=OrderStatus.CANCELED, canceled_at=now, updated_at=now)
        )
        self._proceedings.tell(closed, kind, now)

    # Called by the engine

    def _move_stop(self, order: Order, now: int) -> None:
        """Keep a stop that moved or was set off."""
        self._proceedings.keep(self.legs.set_off(order, now) if order.is_triggered else order)

    def _fill(self, order: Order, qty: Decimal, price: Decimal, now: int) -> None:
        self._engine.drop(order)
        filled, leaves = order.filled(qty, price, now)
        fill = self._execution(filled, qty, price, leaves, now)
        self._proceedings.book(fill)
        if filled.is_open:
            self.work(filled)
        kind = EventKind.PARTIAL_FILL if filled.is_open else EventKind.FILL
        self._proceedings.tell(filled, kind, now, fill)
        self.legs.after_fill(filled, now)

    def _execution(
        self, order: Order, qty: Decimal, price: Decimal, leaves: Decimal, now: int
    ) -> Fill:
        terms = order.terms
        before = self._account.position_qty(terms.symbol)
        return Fill(
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
