"""Replacements are one order to the trader, and groups one family."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.chains import chain_of, chains, newest_link, parent_of
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
    assert {chain_of(one, orders).links for one in orders.values()} == {(FIRST, SECOND, THIRD)}
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


@pytest.mark.parametrize(
    ("old", "new", "stands"),
    [
        (OrderStatus.NEW, OrderStatus.UNKNOWN, True),
        (OrderStatus.REPLACED, OrderStatus.UNKNOWN, True),
        (OrderStatus.CANCELED, OrderStatus.UNKNOWN, False),
        (OrderStatus.FILLED, OrderStatus.IN_FLIGHT, False),
        (OrderStatus.CANCELED, OrderStatus.NEW, True),
        (OrderStatus.REPLACED, OrderStatus.CANCELED, True),
        (OrderStatus.NEW, OrderStatus.REJECTED, False),
    ],
)
def test_a_replacement_stands_for_the_order_if_the_broker_has_it_or_still_may(old, new, stands):
    first = replace(FIRST, status=old)
    second = link(2, "60", status=new, replaces="b-kc-t-1")

    assert (newest_link(first, known(first, second)) is second) is stands


def test_of_several_replacements_the_one_the_broker_names_then_has_then_the_last_one_counts():
    working = replace(FIRST, status=OrderStatus.PARTIALLY_FILLED)
    unknown = link(4, "60", status=OrderStatus.UNKNOWN, replaces="b-kc-t-1")
    told, later = (link(n, "60", status=OrderStatus.NEW, replaces="b-kc-t-1") for n in (2, 3))
    named = replace(working, replaced_by="b-kc-t-2")

    def newest_of(*orders):
        return {newest_link(orders[0], known(*told)) for told in (orders, orders[::-1])}

    assert newest_of(working, told, unknown) == {told}
    assert newest_of(working, told, later) == {later}
    assert newest_of(named, told, later, unknown) == {told}
    assert newest_of(working, told, replace(unknown, broker_id=None)) == {told}


def test_a_leg_belongs_to_the_newest_link_of_the_order_it_came_with():
    for is_nested in (True, False):
        entry, loss, profit = bracket(is_nested=is_nested)
        old = replace(entry, status=OrderStatus.REPLACED)
        new = replace(
            order("kc-t-2", role=LegRole.ENTRY, group="g-1", replaces="b-kc-t-1"),
            request=replace(entry.request, client_order_id="kc-t-2"),
        )
        stranger = order("kc-t-9", group="g-9")
        orders = known(stranger, loss, profit, old, new)

        assert parent_of(loss, orders) is new
        assert parent_of(profit, orders) is new


def test_a_leg_whose_order_is_not_known_and_an_order_of_its_own_belong_to_none():
    entry, loss, profit = bracket()
    unnamed = order("kc-t-8", OrderStatus.UNKNOWN, broker_id=None)

    assert parent_of(loss, known(loss, profit, unnamed)) is None
    assert parent_of(replace(loss, parent=None), known(loss, profit, entry)) is None
    assert parent_of(entry, known(entry, loss, profit)) is None


def test_the_head_of_a_group_is_its_entry_or_the_order_that_is_no_leg():
    _, loss, profit = bracket(is_nested=False)
    oco = order(
        "kc-t-3",
        wanted=sell("100", limit="196", key="kc-t-3", order_class=OrderClass.OCO),
        role=LegRole.TAKE_PROFIT,
        group="g-1",
    )

    assert parent_of(loss, known(profit, loss, oco)) is oco
    assert parent_of(loss, known(profit, loss)) is None
    assert parent_of(replace(loss, group=None), known(replace(oco, group=None))) is None
