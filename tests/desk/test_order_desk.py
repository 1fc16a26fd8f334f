"""The order desk's stations one by one: permission, name, gate, sender, and what is noted."""

from dataclasses import replace
from decimal import Decimal

import pytest

from console.desk.orders import MOST_OFFERED, OrderDesk
from console.desk.store import Store
from console.domain.events import AccountReported, MarketMoved, OrderUpdated, PositionsReported
from console.domain.order_ids import MAX_LENGTH
from console.domain.orders import (
    LegRole,
    OrderClass,
    OrderStatus,
    OrderType,
    ReplaceRequest,
    Side,
)
from console.domain.receipts import Check, Outcome, Receipt
from tests.builders import NOON, OWNER, STRANGER, account, at, buy, order, position, quote, ticket

D = Decimal
PASSED = Check(rule="quote", passed=True, detail="fresh")
NO = Check(rule="symbol", passed=False, detail="AAPL cannot be traded.")
HALTED = Check(rule="halt", passed=True, detail="trading is active")


class Ordering:
    """An order desk whose gate says what it is told and whose sender keeps what it gets."""

    def __init__(self, held: str | None = "0", head: str = "") -> None:
        self.store = Store()
        self.checks_told = (PASSED,)
        self.decided, self.sent, self.noted, self.at_broker = [], [], [], []
        self.desk = OrderDesk(
            broker=self,
            store=self.store,
            situation=self,
            sender=self,
            recorder=self,
            clock=self,
            epoch="t",
            audit_head=lambda: head,
        )
        self.store.apply(AccountReported(account("1000")), MarketMoved(quotes=(quote(),)))
        if held is not None:
            positions = (position(qty=held),) if held != "0" else ()
            self.store.apply(PositionsReported(positions=positions, at=NOON))

    def now(self):
        return at(5)

    def checks(self, request, replacing=None):
        return (HALTED, *self.checks_told)

    def decide(self, request, replacing=None):
        self.decided.append((request, replacing))
        return self.checks_told

    def halt_check(self, request=None):
        return HALTED

    async def send(self, kind, wanted, actor, call):
        self.sent.append((kind, wanted, actor))
        await call()
        return Receipt(outcome=Outcome.ACCEPTED, detail="sent", order=wanted.key)

    async def submit(self, request):
        self.at_broker.append(request)

    async def replace(self, broker_id, wish):
        self.at_broker.append((broker_id, wish))

    def note(self, kind, actor, body, *_rows) -> None:
        self.noted.append((kind, actor, dict(body)))


@pytest.fixture
def desk() -> Ordering:
    return Ordering()


async def test_an_order_that_passes_is_named_and_sent_as_on_its_way(desk):
    receipt = await desk.desk.submit(buy(), OWNER)

    [(kind, sent, actor)] = desk.sent
    assert (kind, actor, receipt.order) == ("order", OWNER, "kc-t-1")
    assert sent == order(
        status=OrderStatus.IN_FLIGHT, broker_id=None, updated=5, submitted_at=at(5)
    )
    assert desk.decided == [(sent.request, None)]
    assert desk.at_broker == [sent.request]
    assert desk.noted == []


async def test_an_order_keeps_the_name_it_was_previewed_with(desk):
    await desk.desk.submit(buy(key="kc-t-77"), OWNER)

    assert desk.at_broker[0].client_order_id == "kc-t-77"


def test_names_are_given_once_and_bear_witness_of_the_audit():
    desk = Ordering(head="9b1c44d0e2aa77ff").desk

    assert [desk.next_id(), desk.next_id()] == ["kc-t-1-9b1c44d0e2aa", "kc-t-2-9b1c44d0e2aa"]


async def test_who_may_not_trade_is_told_so_before_anything_else(desk):
    forbidden = await desk.desk.submit(buy(key="mine"), STRANGER)
    nameless = await desk.desk.submit(buy(), STRANGER)

    words = f"{STRANGER} may not trade at this desk."
    assert (forbidden.outcome, forbidden.detail, forbidden.order) == (
        Outcome.FORBIDDEN,
        words,
        "mine",
    )
    assert nameless.order is None
    assert desk.noted[0] == (
        "order.forbidden",
        STRANGER,
        {
            "order": "mine",
            "terms": "buy 10 AAPL @ 190.10 day",
            "outcome": "forbidden",
            "detail": words,
            "rules": [],
        },
    )
    assert (desk.decided, desk.sent) == ([], [])


LONGEST = "kc-" + "7" * (MAX_LENGTH - 3)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mine", "mine is not an order id of this desk."),
        (LONGEST + "7", f"{LONGEST} is not an order id of this desk."),
        ("kc-t-9", "kc-t-9 was sent already; an order is never sent twice."),
    ],
)
async def test_a_name_of_another_kind_or_given_before_is_denied_unasked(desk, name, words):
    desk.store.apply(OrderUpdated(order("kc-t-9", OrderStatus.REJECTED)))

    receipt = await desk.desk.submit(buy(key=name), OWNER)

    assert (receipt.outcome, receipt.detail) == (Outcome.DENIED, words)
    assert (desk.decided, desk.sent) == ([], [])


async def test_a_name_of_the_greatest_length_is_taken(desk):
    receipt = await desk.desk.submit(buy(key=LONGEST), OWNER)

    assert receipt.outcome is Outcome.ACCEPTED


async def test_what_the_gate_denies_is_told_with_every_rule_and_noted(desk):
    late = replace(NO, rule="quote", detail="It is old.")
    desk.checks_told = (PASSED, NO, late)

    receipt = await desk.desk.submit(buy(), OWNER)

    words = "AAPL cannot be traded; also failed: quote."
    assert (receipt.outcome, receipt.detail, receipt.order) == (Outcome.DENIED, words, "kc-t-1")
    assert receipt.failures == (NO, late)
    [(kind, actor, body)] = desk.noted
    assert (kind, actor, body["rules"]) == ("order.denied", OWNER, ["symbol", "quote"])
    assert desk.sent == []


async def test_a_single_denial_is_told_in_its_own_words(desk):
    desk.checks_told = (NO,)

    assert (await desk.desk.submit(buy(), OWNER)).detail == "AAPL cannot be traded."


def working(**more):
    """An order at the broker, the entry of a bracket by its ties."""
    return order("kc-s-7", group="g-1", parent="b-0", role=LegRole.ENTRY, **more)


async def test_a_replacement_is_sent_with_the_ties_of_what_it_replaces(desk):
    old = working()
    desk.store.apply(OrderUpdated(old))

    receipt = await desk.desk.replace("kc-s-7", {"limit_price": D(191)}, OWNER)

    [(kind, sent, actor)] = desk.sent
    assert (kind, actor, receipt.order) == ("replace", OWNER, "kc-t-1")
    assert (sent.replaces, sent.group, sent.parent, sent.role) == (
        "b-kc-s-7",
        "g-1",
        "b-0",
        LegRole.ENTRY,
    )
    assert (sent.status, sent.request.limit_price, sent.request.qty) == (
        OrderStatus.IN_FLIGHT,
        D(191),
        D(10),
    )
    wish = ReplaceRequest(order="kc-s-7", client_order_id="kc-t-1", limit_price=D(191))
    assert desk.at_broker == [("b-kc-s-7", wish)]
    assert desk.noted == []


async def test_the_gate_is_asked_of_a_replacement_for_what_is_not_filled_yet(desk):
    old = order(filled="4")
    desk.store.apply(OrderUpdated(old))

    await desk.desk.replace("kc-t-1", {"qty": D(20)}, OWNER)

    [(asked, replacing)] = desk.decided
    assert (asked.qty, replacing) == (16, old)
    assert desk.sent[0][1].request.qty == 20


async def test_a_replacement_is_refused_in_one_sentence_and_noted_under_the_orders_name(desk):
    over = order("kc-t-2", OrderStatus.FILLED)
    desk.store.apply(OrderUpdated(order()), OrderUpdated(over))
    terms = {"limit_price": D(191)}

    nobody = await desk.desk.replace("kc-t-1", terms, STRANGER)
    blind = await desk.desk.replace("kc-t-9", terms, STRANGER)
    missing = await desk.desk.replace("kc-t-9", terms, OWNER)
    filled = await desk.desk.replace("kc-t-2", terms, OWNER)
    senseless = await desk.desk.replace("kc-t-1", {"limit_price": D(-1)}, OWNER)
    desk.checks_told = (NO,)
    denied = await desk.desk.replace("kc-t-1", terms, OWNER)

    assert nobody.detail == blind.detail == f"{STRANGER} may not trade at this desk."
    assert missing.detail == "There is no such order; nothing was replaced."
    assert filled.detail.endswith("is filled already; nothing was replaced.")
    assert senseless.detail == (
        "These terms make no order: the limit price must be more than 0, it is -1."
    )
    assert denied.detail == "AAPL cannot be traded."
    orders = ["kc-t-1", "kc-t-9", "kc-t-9", "kc-t-2", "kc-t-1", "kc-t-1"]
    assert [body["order"] for _, _, body in desk.noted] == orders
    assert [kind for kind, _, _ in desk.noted] == ["replace.forbidden"] * 2 + ["replace.denied"] * 4
    assert [receipt.order for receipt in (nobody, missing, denied)] == [
        "kc-t-1",
        "kc-t-9",
        "kc-t-1",
    ]
    assert desk.sent == []


async def test_a_new_quantity_counts_what_earlier_links_have_filled(desk):
    first = order("kc-t-1", OrderStatus.REPLACED, filled="4")
    second = order("kc-t-2", wanted=buy("6", key="kc-t-2"), filled="1", replaces="b-kc-t-1")
    desk.store.apply(OrderUpdated(first), OrderUpdated(second))

    await desk.desk.replace("kc-t-1", {"qty": D(8), "limit_price": D(191)}, OWNER)
    await desk.desk.replace("kc-t-1", {"limit_price": D(192)}, OWNER)

    (named, wish), (_, prices) = desk.at_broker
    assert (named, wish.order, wish.qty, wish.limit_price) == ("b-kc-t-2", "kc-t-2", D(4), D(191))
    assert (prices.qty, prices.limit_price) == (None, D(192))


def test_a_preview_reckons_cost_buying_power_and_position(desk):
    told = desk.desk.preview(ticket(qty="4"), OWNER)

    assert (told.checks, told.quote) == ((HALTED, PASSED), quote())
    assert told.request == buy("4", key="kc-t-1")
    assert (told.notional, told.buying_power_after) == (D("760.40"), D("239.60"))
    assert told.position_after == 4
    assert (desk.decided, desk.noted, desk.sent) == ([], [], [])


def test_a_preview_of_an_exit_costs_no_buying_power():
    long = Ordering(held="10")

    part = long.desk.preview(ticket(Side.SELL, "4"), OWNER)
    too_much = long.desk.preview(ticket(Side.SELL, "11"), OWNER)

    assert (part.buying_power_after, part.position_after) == (1000, 6)
    assert too_much.buying_power_after == 1000 - 11 * D("190.1") * D("1.03")


def test_what_is_not_known_is_not_made_up_in_a_preview():
    blind = Ordering(held=None)
    blind.store.apply(MarketMoved(quotes=()))
    told = blind.desk.preview(ticket(), OWNER)
    poor = OrderDesk(
        broker=blind,
        store=Store(),
        situation=blind,
        sender=blind,
        recorder=blind,
        clock=blind,
        epoch="t",
    )
    priced = poor.preview(ticket(limit_price=D(190)), OWNER)

    assert told.position_after is None
    assert (priced.notional, priced.buying_power_after, priced.quote) == (1900, None, None)


def test_a_preview_without_a_price_to_reckon_by_leaves_the_buying_power_open(desk):
    told = desk.desk.preview(ticket(symbol="MSFT", order_type=OrderType.MARKET), OWNER)

    assert (told.notional, told.buying_power_after, told.position_after) == (None, None, 10)


def test_a_ticket_that_makes_no_order_is_shown_with_the_halt_and_what_is_missing(desk):
    told = desk.desk.preview(replace(ticket(), qty=None), OWNER)

    assert told.checks == (
        HALTED,
        Check(rule="ticket", passed=False, detail="The ticket names no quantity."),
    )
    assert told.quote == quote()
    assert (told.request, told.notional, told.buying_power_after, told.position_after) == (
        *(None, None),
        *(None, None),
    )


def test_a_console_is_offered_one_name_until_it_has_used_it_and_others_get_their_own(desk):
    def offered(**who) -> str:
        return desk.desk.preview(ticket(), replace(OWNER, **who)).request.client_order_id

    first, again, other = offered(), offered(), offered(pid=1)
    desk.store.apply(OrderUpdated(order(first)))
    after = offered()

    assert first == again
    assert len({first, other, after}) == 3
    assert offered(uid=7) not in {first, other, after}


def test_only_the_consoles_that_asked_last_keep_their_names(desk):
    def offered(pid: int) -> str:
        return desk.desk.preview(ticket(), replace(OWNER, pid=pid)).request.client_order_id

    first, second = offered(1), offered(2)
    assert offered(1) == first
    for pid in range(3, MOST_OFFERED + 2):
        offered(pid)

    assert offered(1) == first
    assert offered(2) != second


async def test_an_exit_of_a_group_is_replaced_as_a_leg(desk):
    wanted = replace(buy(key="leg-1"), order_class=OrderClass.BRACKET)
    leg = order("leg-1", wanted=wanted, role=LegRole.TAKE_PROFIT, parent="b-0", group="g-1")
    desk.store.apply(OrderUpdated(leg))

    await desk.desk.replace("leg-1", {"limit_price": D(191)}, OWNER)

    assert desk.sent[0][1].is_leg
