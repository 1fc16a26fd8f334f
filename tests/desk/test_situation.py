"""What the gate is asked with: every fact as it stands now, and once more before the send."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from console.desk.limits import Limits
from console.desk.rules import RULES
from console.desk.situation import Situation
from console.desk.store import Store
from console.domain.connections import Channel, Link
from console.domain.events import AccountReported, MarketMoved, OrderUpdated, PositionsReported
from console.domain.halt import Mode, Restraint, Source
from console.domain.orders import OrderStatus
from tests.builders import NOON, account, asset, at, buy, order, position, quote, sell

REDUCING = Restraint(
    source=Source.REDUCING, mode=Mode.REDUCING, reason="lunch", by="ann", since=NOON
)
ONLY_EXITS = "Only orders that reduce are let through: reducing latch: lunch (by ann)."


class Standing:
    """A situation in which everything may trade, until a test changes a fact."""

    def __init__(self, held: str = "0") -> None:
        self.store = Store()
        self.store.apply(
            AccountReported(account()),
            PositionsReported(positions=(position(qty=held),) if held != "0" else (), at=NOON),
            MarketMoved(quotes=(quote(),)),
        )
        self.assets = {"AAPL": asset()}
        self.links = {Channel.TRADING: Link.LIVE}
        self.restraints: tuple[Restraint, ...] = ()
        self.objection = ""
        self.let_through = None
        self.seconds = 0.0
        self.noted: list[tuple[object, bool, bool]] = []
        self.reconciler = SimpleNamespace(is_done=True)
        self.blind = SimpleNamespace(reason="")
        self.traffic = SimpleNamespace(sent=0, age_of_twin=lambda _request: None, note=self._note)
        self.gone = Decimal(0)
        self.situation = Situation(
            store=self.store,
            universe=self,
            connections=SimpleNamespace(link=self.links.__getitem__),
            reconciler=self.reconciler,
            cord=SimpleNamespace(objection=self._object),
            restraints=SimpleNamespace(current=lambda: self.restraints),
            unseen=SimpleNamespace(qty=lambda _symbol, _side: self.gone),
            traffic=self.traffic,
            blind=self.blind,
            limits=Limits(),
            clock=SimpleNamespace(now=lambda: at(self.seconds)),
        )

    def _object(self, request=None) -> str:
        return "" if request is not None and request == self.let_through else self.objection

    def asset(self, symbol: str):
        return (self.assets or {}).get(symbol)

    def _note(self, request, *, is_sent: bool, is_twin: bool) -> None:
        self.noted.append((request, is_sent, is_twin))

    def failing(self, request, replacing=None) -> list[str]:
        checks = self.situation.checks(request, replacing)
        return [check.rule for check in checks if not check.passed]


@pytest.fixture
def desk() -> Standing:
    return Standing()


def test_the_halt_is_asked_first_and_then_every_rule(desk):
    checks = desk.situation.checks(buy())

    assert checks[0].rule == "halt"
    assert len(checks) == 1 + len(RULES)
    assert all(check.passed for check in checks)


def test_a_halt_stops_what_every_rule_would_let_through(desk):
    desk.objection = "Trading is halted: smoke."

    assert desk.failing(buy()) == ["halt"]
    check = desk.situation.halt_check()
    assert (check.rule, check.passed, check.detail) == ("halt", False, "Trading is halted: smoke.")


def test_an_order_that_the_halt_itself_sends_passes_it(desk):
    desk.objection, desk.let_through = "Trading is halted.", buy("3")

    assert (desk.failing(buy("3")), desk.failing(buy("4"))) == ([], ["halt"])
    assert all(check.passed for check in desk.situation.decide(buy("3")))


def test_without_a_halt_trading_is_told_to_be_active(desk):
    check = desk.situation.halt_check()

    assert (check.rule, check.passed, check.detail) == ("halt", True, "trading is active")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda desk: desk.assets.clear(), "symbol"),
        (lambda desk: setattr(desk, "assets", None), "symbol"),
        (lambda desk: setattr(desk.reconciler, "is_done", False), "reconciled"),
        (lambda desk: desk.links.update({Channel.TRADING: Link.RECONCILING}), "trading stream"),
        (lambda desk: setattr(desk, "restraints", (REDUCING,)), "mode"),
        (lambda desk: setattr(desk, "seconds", 2.5), "quote"),
        (lambda desk: setattr(desk.traffic, "sent", 120), "order rate"),
        (lambda desk: setattr(desk.traffic, "age_of_twin", lambda _: 1.0), "duplicate order"),
    ],
)
def test_each_fact_is_the_one_of_this_moment(desk, change, rule):
    before = desk.failing(buy())

    change(desk)

    assert (before, desk.failing(buy())) == ([], [rule])


def test_an_override_of_a_stream_that_is_down_lets_entries_pass(desk):
    desk.links[Channel.TRADING] = Link.DOWN
    desk.blind.reason = "I watch the phone (by ann)"

    assert desk.failing(buy()) == []


def test_what_was_sold_and_is_not_told_as_sold_yet_is_not_sold_again():
    desk = Standing(held="10")
    desk.gone = Decimal(4)

    assert desk.failing(sell("6")) == []
    assert desk.failing(sell("7")) == ["short sale"]


def test_what_an_order_replaces_is_not_held_against_it():
    desk = Standing(held="10")
    old = order(wanted=sell("10", key="kc-t-1"))
    desk.store.apply(OrderUpdated(old))

    assert desk.failing(sell("10")) == ["short sale"]
    assert desk.failing(sell("10"), old) == []
    assert all(check.passed for check in desk.situation.decide(sell("10"), old))


@pytest.mark.parametrize(
    ("objection", "twin_age", "is_sent", "is_twin"),
    [
        ("", None, True, False),
        ("", 1.0, False, True),
        ("Trading is halted.", None, False, False),
        ("Trading is halted.", 1.0, False, True),
    ],
)
def test_a_decision_is_counted_as_sent_or_as_a_repetition(
    desk, objection, twin_age, is_sent, is_twin
):
    desk.objection = objection
    desk.traffic.age_of_twin = lambda _request: twin_age
    asked = buy()

    checks = desk.situation.decide(asked)

    assert desk.noted == [(asked, is_sent, is_twin)]
    assert all(check.passed for check in checks) is is_sent
    assert len(checks) == 1 + len(RULES)


def test_a_preview_is_not_counted(desk):
    desk.situation.checks(buy())

    assert desk.noted == []


def sending(desk: Standing, asked, **more):
    """An order on its way, which stands in the state already."""
    told = order(asked.client_order_id, OrderStatus.IN_FLIGHT, wanted=asked, broker_id=None, **more)
    desk.store.apply(OrderUpdated(told))
    return told


def test_the_last_look_asks_nothing_while_nothing_restrains_trading(desk):
    assert desk.situation.last_look(sending(desk, buy(key="kc-t-1"))) == ""


def test_at_the_last_look_an_entry_is_held_back_and_an_exit_leaves():
    desk = Standing(held="10")
    desk.restraints = (REDUCING,)

    assert desk.situation.last_look(sending(desk, buy(key="kc-t-1"))) == ONLY_EXITS
    assert desk.situation.last_look(sending(desk, sell("10", key="kc-t-2"))) == ""


def test_at_the_last_look_other_orders_have_their_claim():
    desk = Standing(held="10")
    desk.restraints = (REDUCING,)
    sending(desk, sell("4", key="kc-t-1"))

    assert desk.situation.last_look(sending(desk, sell("6", key="kc-t-2"))) == ""
    assert desk.situation.last_look(sending(desk, sell("7", key="kc-t-2"))) == ONLY_EXITS


def test_a_replacement_reduces_by_what_its_forerunner_has_left_to_fill():
    desk = Standing(held="10")
    desk.restraints = (REDUCING,)
    other = order("kc-t-8", wanted=buy("1", key="kc-t-8"))
    old = order(wanted=sell("14", key="kc-t-1"), filled="4")
    desk.store.apply(OrderUpdated(other), OrderUpdated(old))

    fits = sending(desk, sell("14", key="kc-t-2"), replaces="b-kc-t-1")
    too_large = sending(desk, sell("15", key="kc-t-3"), replaces="b-kc-t-1")
    desk.store.apply(OrderUpdated(replace(too_large, status=OrderStatus.ABSENT, updated_at=at(1))))

    assert desk.situation.last_look(fits) == ""
    assert desk.situation.last_look(too_large) == ONLY_EXITS


@pytest.mark.parametrize(("qty", "is_over"), [("10", True), ("9", True), ("11", False)])
def test_a_replacement_of_what_is_filled_already_is_held_back(qty, is_over):
    desk = Standing(held="10")
    desk.restraints = (REDUCING,)
    desk.store.apply(OrderUpdated(order(wanted=sell("12", key="kc-t-1"), filled="10")))

    told = desk.situation.last_look(sending(desk, sell(qty, key="kc-t-2"), replaces="b-kc-t-1"))

    assert told == ("What it would replace is filled already." if is_over else "")


def test_a_replacement_of_what_nobody_knows_is_looked_at_as_it_is():
    desk = Standing(held="10")
    desk.restraints = (REDUCING,)

    wish = sending(desk, sell("10", key="kc-t-2"), replaces="b-gone")

    assert desk.situation.last_look(wish) == ""
