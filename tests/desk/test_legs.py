"""Legs come by several ways and in any order, and are never taken for somebody else's."""

from dataclasses import replace
from decimal import Decimal

from console.domain.events import OrderUpdated
from console.domain.families import families
from console.domain.orders import LegRole, OrderClass, OrderStatus
from tests.builders import OWNER, buy, order, sell
from tests.desk.conftest import World, until

BRACKET = {
    "order_class": OrderClass.BRACKET,
    "take_profit": Decimal(196),
    "stop_loss": Decimal(187),
}


def leg(role: LegRole, **ties):
    key = f"leg-{role}"
    exit_ = sell(key=key, limit="196", order_class=OrderClass.BRACKET)
    return order(key, OrderStatus.HELD, wanted=exit_, role=role, **ties)


async def test_a_leg_that_comes_before_the_answer_is_no_foreign_order(world: World):
    async def tell_of_a_leg() -> None:
        early = leg(LegRole.STOP_LOSS, group="g-1", is_foreign=True)
        world.trading.tell(OrderUpdated(early))
        await until(lambda: early.key in world.state.orders, "the leg")

    world.broker.after_taking = tell_of_a_leg
    placed = world.broker.place

    def place(request):
        entry = replace(placed(request), group="g-1", role=LegRole.ENTRY)
        own = leg(LegRole.STOP_LOSS, group="g-1", parent=entry.broker_id)
        return replace(entry, legs=(own,))

    world.broker.place = place
    receipt = await world.desk.submit(buy(**BRACKET), OWNER)

    (family,) = families(world.state.orders)
    assert family.head.newest.key == receipt.order
    assert [chain.newest.is_foreign for chain in family.members] == [False, False]
    assert world.alerts("difference") == []


async def test_a_bracket_that_does_not_fit_together_is_denied_with_every_reason(world: World):
    wrong = buy("1.5", order_class=OrderClass.BRACKET, take_profit=Decimal(180))

    receipt = await world.desk.submit(wrong, OWNER)

    assert {check.rule for check in receipt.failures} >= {"order class", "exits"}
    assert world.broker.sent == []
