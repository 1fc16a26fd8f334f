"""Which of two tellings of one order stands, whatever order they came in.

The later one does, by a total order. What ties an order to others (its group, its
parent, the order it replaced) never changes, so it is kept from whichever telling
knew it. Maximum and union: repeats and reorderings are harmless.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from console.domain.orders import LegRole, Order, OrderStatus

_RANK = {status: rank for rank, status in enumerate(OrderStatus)}


def newest(known: Order, told: Order) -> Order:
    """Return what is known of an order after it was told; `known` itself if that is no news.

    The broker's word beats ours; a closed order stays closed; more filled is
    later; then the broker's own time decides, then how far the life has come.
    """
    if told is known:
        return known
    return _tied(told, known) if _is_later(told, known) else _tied(known, told)


def unfolded(order: Order) -> tuple[Order, ...]:
    """Return the order and the legs that were told along with it, each for itself."""
    if not order.legs:
        return (order,)
    return (replace(order, legs=()), *(one for leg in order.legs for one in unfolded(leg)))


def _tied(order: Order, other: Order) -> Order:
    """Return the order with the ties that only the other telling knew."""
    is_foreign = order.is_foreign and other.is_foreign
    ties = {name: _either(getattr(order, name), getattr(other, name)) for name in _TIES}
    is_same = all(getattr(order, name) == tie for name, tie in ties.items())
    if is_same and order.is_foreign is is_foreign:
        return order
    return replace(order, is_foreign=is_foreign, **ties)  # type: ignore[arg-type] # names are given


_TIES = ("group", "parent", "role", "replaces", "replaced_by")


def _either(one: str | LegRole | None, other: str | LegRole | None) -> str | LegRole | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def _is_later(told: Order, known: Order) -> bool:
    late, early = _lateness(told), _lateness(known)
    if late != early:
        return late > early
    return repr(_untied(told)) > repr(_untied(known))


def _lateness(order: Order) -> tuple[bool, bool, Decimal, datetime, int]:
    return (
        _is_the_brokers_word(order),
        order.status.is_closed,
        order.filled_qty,
        order.updated_at,
        _RANK[order.status],
    )


def _untied(order: Order) -> Order:
    return replace(order, is_foreign=False, **dict.fromkeys(_TIES))  # type: ignore[arg-type] # above


def _is_the_brokers_word(order: Order) -> bool:
    # An order the broker once named and now denies is absent by the broker's word, not by ours.
    is_denied = order.status is OrderStatus.ABSENT and order.broker_id is not None
    return is_denied or not order.status.is_ours
