"""Replacements and groups: which orders are one to the trader.

Each replacement is a new order at the broker. The chain of them is one logical
order: its newest link lives, and what was filled adds up over all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from console.domain.orders import LegRole, Order, OrderStatus

Orders = Mapping[str, Order]


@dataclass(frozen=True, slots=True)
class Chain:
    """One logical order: every link from the first order to the newest replacement."""

    links: tuple[Order, ...]

    @property
    def newest(self) -> Order:
        """The link that stands for the order now."""
        return self.links[-1]

    @property
    def earlier(self) -> tuple[Order, ...]:
        """What it replaced, oldest first."""
        return self.links[:-1]

    @property
    def filled_qty(self) -> Decimal:
        """What was executed of all links together."""
        return sum((link.filled_qty for link in self.links), Decimal(0))

    @property
    def qty(self) -> Decimal:
        """What is wanted in all: a new link asks only for what the earlier ones left.

        Until the broker has it, it is written down with what its forerunner has filled.
        """
        before = self.earlier[:-1] if self.newest.status.is_ours else self.earlier
        return sum((link.filled_qty for link in before), Decimal(0)) + self.newest.request.qty


def chains(orders: Orders) -> tuple[Chain, ...]:
    """Return every logical order, each order in exactly one of them."""
    by_id = _by_broker_id(orders)
    follower = _followers(orders, by_id)
    followed = {order.key for order in follower.values()}
    found = [_walk(order, follower) for order in orders.values() if order.key not in followed]
    seen = {link.key for chain in found for link in chain.links}
    # A broker that tells of a ring is wrong, and its orders are shown all the same.
    lost = (order for order in orders.values() if order.key not in seen)
    return (*found, *(Chain((order,)) for order in lost))


def chain_of(order: Order, orders: Orders) -> Chain:
    """Return the logical order that an order is a link of."""
    by_id = _by_broker_id(orders)
    follower = _followers(orders, by_id)
    before = {after.key: orders[key] for key, after in follower.items()}
    first, seen = order, {order.key}
    while first.key in before and before[first.key].key not in seen:
        first = before[first.key]
        seen.add(first.key)
    return _walk(first, follower)


def newest_link(order: Order, orders: Orders) -> Order:
    """Return the order that stands for this one now: itself, or what replaced it."""
    return chain_of(order, orders).newest


def _walk(first: Order, follower: Mapping[str, Order]) -> Chain:
    links = {first.key: first}
    link = follower.get(first.key)
    while link is not None and link.key not in links:
        links[link.key] = link
        link = follower.get(link.key)
    return Chain(tuple(links.values()))


def _followers(orders: Orders, by_id: Mapping[str, Order]) -> dict[str, Order]:
    """Return by key which order took its place; of several, the one that counts."""
    follower = dict[str, Order]()
    for order in orders.values():
        old = None if order.replaces is None else by_id.get(order.replaces)
        if old is None or order.key == old.key or not _stands(order, old):
            continue
        known = follower.get(old.key)
        if known is None or _claim(order, old) > _claim(known, old):
            follower[old.key] = order
    return follower


def _stands(order: Order, old: Order) -> bool:
    """Whether the replacement is more than a wish: the broker has it, or it may."""
    if order.status in (OrderStatus.REJECTED, OrderStatus.ABSENT):
        return False
    return not order.status.is_ours or old.is_open or old.status is OrderStatus.REPLACED


def _claim(order: Order, old: Order) -> tuple[bool, bool, str]:
    is_named = order.broker_id is not None and order.broker_id == old.replaced_by
    return (is_named, not order.status.is_ours, order.key)


def _by_broker_id(orders: Orders) -> dict[str, Order]:
    return {order.broker_id: order for order in orders.values() if order.broker_id is not None}


def parent_of(leg: Order, orders: Orders) -> Order | None:
    """Return the order that a leg came with, as its newest replacement; None if not known."""
    if not leg.is_leg:
        return None
    for order in orders.values():
        if order.broker_id is not None and order.broker_id == leg.parent:
            return newest_link(order, orders)
    heads = [order for order in orders.values() if _heads(order, leg)]
    return newest_link(heads[0], orders) if heads else None


def _heads(order: Order, leg: Order) -> bool:
    is_head = order.role is LegRole.ENTRY or not order.is_leg
    return is_head and order.group is not None and order.group == leg.group
