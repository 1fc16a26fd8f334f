"""Orders as the trader thinks of them: one line a logical order, its exits under it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.domain.chains import Chain, Orders, chains
from console.domain.order_ids import short_number
from console.domain.orders import LegRole, Order

SUFFIX = {LegRole.TAKE_PROFIT: "tp", LegRole.STOP_LOSS: "sl"}
"""What a leg is called by: the number of its order, and this."""


@dataclass(frozen=True, slots=True)
class Family:
    """An order the trader placed, with the legs that came with it."""

    head: Chain
    legs: tuple[Chain, ...] = ()

    @property
    def members(self) -> tuple[Chain, ...]:
        """The head and its legs."""
        return (self.head, *self.legs)

    @property
    def is_open(self) -> bool:
        """Whether any of them may still trade."""
        return any(chain.newest.is_open for chain in self.members)


def families(orders: Orders) -> tuple[Family, ...]:
    """Return every logical order once: as a head, as a leg under it, or alone."""
    found = chains(orders)
    heads = {link.broker_id: chain for chain in found for link in chain.links if link.broker_id}
    by_group = {
        chain.newest.group: chain
        for chain in found
        if chain.newest.group and not chain.newest.is_leg
    }
    legs, tops = defaultdict[str, list[Chain]](list), list[Chain]()
    for chain in found:
        head = _head_of(chain.newest, heads, by_group)
        if head is None or head is chain:
            tops.append(chain)
        else:
            legs[head.links[0].key].append(chain)
    return tuple(Family(top, tuple(sorted(legs[top.links[0].key], key=_place))) for top in tops)


def _head_of(
    order: Order, heads: Mapping[str, Chain], by_group: Mapping[str, Chain]
) -> Chain | None:
    if not order.is_leg:
        return None
    head = heads.get(order.parent) if order.parent else None
    if head is None and order.group:
        head = by_group.get(order.group)
    # A leg of a leg is no order of Alpaca's: shown alone, it is at least seen.
    return None if head is None or head.newest.is_leg else head


def _place(chain: Chain) -> tuple[bool, str]:
    return (chain.newest.role is LegRole.STOP_LOSS, chain.links[0].key)


def called(family: Family, chain: Chain) -> str:
    """Return what a member is called: the number of its order, of a leg with `tp` or `sl`."""
    number = short_number(family.head.links[0].key)
    if chain is family.head:
        return number
    same = [leg for leg in family.legs if leg.newest.role is chain.newest.role]
    suffix = SUFFIX.get(chain.newest.role or LegRole.ENTRY)
    return f"{number}{suffix}" if suffix and len(same) == 1 else short_number(chain.links[0].key)


def handles(all_families: Sequence[Family]) -> dict[str, str]:
    """Return by the key of every link what its order is called."""
    return {
        link.key: called(family, chain)
        for family in all_families
        for chain in family.members
        for link in chain.links
    }
