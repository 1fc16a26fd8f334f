"""What is said of a command before it is sent."""

from dataclasses import replace
from decimal import Decimal

from console.domain.orders import LegRole
from console.domain.receipts import Check, Preview
from console.domain.state import TradingState
from console.domain.tickets import ReplaceCommand
from console.screens.errands import armed_summary, not_clear
from tests.builders import order


def test_a_leg_is_replaced_under_the_name_the_orders_pane_gives_it():
    head = order("kc-3f2a17-12", broker_id="b1")
    leg = order("b2", broker_id="b2", parent="b1", role=LegRole.STOP_LOSS)
    state = TradingState(orders={one.key: one for one in (head, leg)})

    said = armed_summary(ReplaceCommand(target="12sl", stop_price=Decimal(185)), state)

    assert said.startswith("replace 3f2a17-12sl AAPL: stop")


def test_what_keeps_a_ticket_from_being_armed_is_named_in_a_few_words():
    checks = tuple(
        Check(rule=rule, passed=rule == "symbol", detail="a long sentence " * 6)
        for rule in ("symbol", "notional", "quantity")
    )
    preview = Preview(
        request=order().request,
        checks=checks,
        quote=None,
        notional=None,
        buying_power_after=None,
        position_after=None,
    )

    assert not_clear(preview) == "Not armed: notional fails, and 1 more"
    assert not_clear(replace(preview, checks=checks[:2])) == "Not armed: notional fails"
    assert "no price" in not_clear(replace(preview, checks=()))
