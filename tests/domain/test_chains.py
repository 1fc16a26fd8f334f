"""Replacements are one order to the trader, and groups one family."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from console.domain.chains import chain_of, chains, newest_link
from console.domain.families import called, families
from console.domain.orders import LegRole, OrderClass, OrderStatus
from console.domain.state import TradingState
from console.domain.targets import resolve
from console.domain.words import Problem
from tests.builders import buy, order, sell


def link(number, qty, filled="0", status=OrderStatus.REPLACED, replaces=None):
    key = f"kc-t-{number}"
    return order(key, status, filled, wanted=buy(qty, key=key), replaces=replaces)


def known(*orders):
    return {told.key: told for told in orders}


FIRST = link(1, "100", filled="40")
SECOND = link(2, "60", filled="10", replaces="b-kc-t-1")
THIRD = link(3, "50", status=OrderStatus.NEW, replaces="b-kc-t-2")


def test_a_chain_is_one_order_and_what_it_filled_adds_up():
    (chain,) = chains(known(THIRD, FIRST, SECOND))

    assert chain.links == (FIRST, SECOND, THIRD)
    assert (chain.newest, chain.filled_qty, chain.qty) == (THIRD, 50, 100)


def test_every_link_leads_to_the_newest():
    orders = known(SECOND, THIRD, FIRST)

    assert {newest_link(one, orders) for one in orders.values()} == {THIRD}
    for number in "123":
        assert resolve(number, TradingState(orders=orders)) == (THIRD,)


def test_a_replacement_that_never_came_about_leaves_the_old_order_in_place():
    working = replace(FIRST, status=OrderStatus.PARTIALLY_FILLED)
    for fate in (OrderStatus.REJECTED, OrderStatus.ABSENT):
        denied = link(2, "60", status=fate, replaces="b-kc-t-1")

        assert newest_link(working, known(working, denied)) is working


def test_an_unknown_replacement_stands_for_the_order_until_it_is_known():
    working = replace(FIRST, status=OrderStatus.PARTIALLY_FILLED)
    unknown = replace(link(2, "100", status=OrderStatus.UNKNOWN, replaces="b-kc-t-1"))
    chain = chain_of(working, known(working, unknown))

    assert chain.newest is unknown
    assert chain.qty == 100


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=8))
def test_every_order_is_in_exactly_one_chain_whatever_the_broker_tells(ties):
    orders = known(*(link(n, "10") for n in range(7)))
    for newer, older in ties:
        key = f"kc-t-{newer}"
        orders[key] = replace(orders[key], replaces=f"b-kc-t-{older}")

    listed = [one.key for chain in chains(orders) for one in chain.links]

    assert sorted(listed) == sorted(orders)
    assert sorted(
        one.key for family in families(orders) for chain in family.members for one in chain.links
    ) == sorted(orders)


def bracket(*, is_nested=True):
    entry = order(
        wanted=buy("100", key="kc-t-1", order_class=OrderClass.BRACKET),
        role=LegRole.ENTRY,
        group="g-1",
    )
    tie = {"parent": "b-kc-t-1"} if is_nested else {"group": "g-1"}
    legs = [
        order(
            f"leg-{role}",
            OrderStatus.HELD,
            wanted=sell("100", key=f"leg-{role}", order_class=OrderClass.BRACKET),
            role=role,
            **tie,
        )
        for role in (LegRole.STOP_LOSS, LegRole.TAKE_PROFIT)
    ]
    return entry, *legs


def test_legs_stand_under_their_order_however_it_was_told():
    for is_nested in (True, False):
        entry, loss, profit = bracket(is_nested=is_nested)

        (family,) = families(known(loss, entry, profit))

        assert [chain.newest for chain in family.members] == [entry, profit, loss]
        assert [called(family, chain) for chain in family.members] == ["t-1", "t-1tp", "t-1sl"]


def test_a_leg_can_be_meant_by_the_number_of_its_order():
    orders = TradingState(orders=known(*bracket()))

    (loss,) = resolve("1sl", orders)
    (profit,) = resolve("t-1tp", orders)

    assert (loss.role, profit.role) == (LegRole.STOP_LOSS, LegRole.TAKE_PROFIT)
    assert isinstance(resolve("1xx", orders), Problem)


def test_a_leg_stays_with_its_order_when_that_is_replaced():
    entry, loss, profit = bracket()
    old = replace(entry, status=OrderStatus.REPLACED)
    new = order(
        "kc-t-2",
        wanted=buy("100", key="kc-t-2", order_class=OrderClass.BRACKET),
        role=LegRole.ENTRY,
        group="g-1",
        replaces="b-kc-t-1",
    )

    (family,) = families(known(old, new, loss, profit))

    assert family.head.links == (old, new)
    assert len(family.legs) == 2
    assert family.head.filled_qty == Decimal(0)
