"""Which orders a person means: by number, by symbol, or all of them.

A number names the order through all its replacements: whatever link of the chain
it belongs to, the newest is meant.
"""

from typing import Final

from console.domain import words
from console.domain.families import families, handles
from console.domain.order_ids import PREFIX, is_ours, short_number
from console.domain.orders import Order
from console.domain.state import TradingState
from console.domain.words import Problem

ALL: Final = "all"


def resolve(target: str, state: TradingState) -> tuple[Order, ...] | Problem:
    """Return the open orders that a cancel or replace means: by number, symbol or `all`."""
    if target == ALL:
        sentence = "No order is open, so there is nothing to cancel."
        return state.open_orders or _not_there(target, sentence)
    if words.is_symbol(target):
        meant = tuple(order for order in state.open_orders if order.request.symbol == target)
        return meant or _not_there(target, f"No order of {target} is open.")
    return _resolve_number(target, state)


def _resolve_number(target: str, state: TradingState) -> tuple[Order, ...] | Problem:
    known = families(state.orders)
    names = handles(known)
    named = [
        chain
        for family in known
        for chain in family.members
        if any(_is_called(link, names[link.key], target) for link in chain.links)
    ]
    meant = tuple(chain for chain in named if chain.newest.is_open)
    if len(meant) == 1:
        return (meant[0].newest,)
    if meant:
        written = " or ".join(sorted(names[chain.newest.key] for chain in meant))
        return _not_there(target, f"{target} names several open orders: write {written}.")
    if named:
        status = named[0].newest.status.value.replace("_", " ")
        return _not_there(target, f"Order {target} is not open any more: {status}.")
    return _not_there(
        target, f"No order has the number {target}: the orders pane shows the numbers."
    )


def _not_there(target: str, sentence: str) -> Problem:
    return Problem(text=sentence, at=(0, len(target)))


def _is_called(link: Order, name: str, target: str) -> bool:
    """Whether `target` means an order: its handle, the number it ends in, or its whole id."""
    handle = short_number(link.key)
    is_named_by_us = is_ours(link.key) or name != handle
    ends = [text.rpartition("-")[2] for text in (name, handle)] if is_named_by_us else []
    return target in {handle, name, link.key, link.key.removeprefix(PREFIX), *ends}
