"""The requests a minute: known from the headers, and never used up by what can wait."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.adapters.alpaca.answers import NotSent
from console.adapters.alpaca.broker import AlpacaBroker
from console.adapters.alpaca.budget import KEPT_BY_ORDERS, KEPT_BY_QUESTIONS, Budget
from console.adapters.alpaca.history import AlpacaHistory
from console.domain.connections import Allowance
from console.ports import Postponed, Unconfirmed
from tests import builders
from tests.adapters.fakes import access, ours

CLOCK = '{"timestamp": "2026-10-08T14:30:00Z", "is_open": true}'


class Times:
    def __init__(self) -> None:
        self.now = 1_000.0

    def budget(self) -> Budget:
        return Budget(monotonic=lambda: self.now, wall=lambda: self.now + 1_700_000_000)

    def headers(self, left: int, limit: int = 200, ends_in: float = 60) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(int(self.now + 1_700_000_000 + ends_in)),
        }


def test_before_an_answer_told_nothing_is_known_and_nothing_held_back():
    budget = Times().budget()
    budget.spend()

    assert budget.allowance() is None
    assert budget.wait(KEPT_BY_QUESTIONS) == 0


@pytest.mark.parametrize(
    ("left", "questions", "orders"),
    [(51, True, True), (50, False, True), (20, False, False), (0, False, False)],
)
def test_each_kind_leaves_its_part_to_what_is_more_urgent(left, questions, orders):
    times = Times()
    budget = times.budget()

    budget.heed(times.headers(left))

    assert (budget.wait(KEPT_BY_QUESTIONS) == 0) is questions
    assert (budget.wait(KEPT_BY_ORDERS) == 0) is orders
    assert budget.wait(0.0) == 0, "a cancel is always tried"


def test_what_is_on_its_way_counts_before_it_is_answered():
    times = Times()
    budget = times.budget()
    budget.heed(times.headers(60))

    for _ in range(10):
        budget.spend()
    budget.heed(times.headers(57))

    assert budget.allowance() == Allowance(limit=200, remaining=50)


def test_a_new_minute_brings_the_whole_limit():
    times = Times()
    budget = times.budget()
    budget.heed(times.headers(0, ends_in=12))
    assert 0 < budget.wait(KEPT_BY_QUESTIONS) <= 12

    times.now += 12.5

    assert budget.wait(KEPT_BY_QUESTIONS) == 0
    assert budget.allowance() == Allowance(limit=200, remaining=200)


@given(st.dictionaries(st.sampled_from(["Limit", "Remaining", "Reset"]), st.text(max_size=8)))
def test_strange_headers_harm_nothing(told):
    budget = Times().budget()

    budget.heed({f"X-RateLimit-{name}": text for name, text in told.items()})

    assert budget.wait(KEPT_BY_QUESTIONS) <= 60


class Limited:
    """An Alpaca that counts, and refuses what is over the limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.refused = 0
        self.resets_at = int(time.time()) + 600

    async def __call__(self, head: str, writer: asyncio.StreamWriter) -> None:
        self.used += 1
        left = max(self.limit - self.used, 0)
        is_over = self.used > self.limit
        self.refused += is_over
        body = CLOCK.encode()
        if head.startswith("DELETE"):
            body = b""
        status = "429 Too Many" if is_over else "204 No Content" if not body else "200 OK"
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n"
            f"X-RateLimit-Limit: {self.limit}\r\nX-RateLimit-Remaining: {left}\r\n"
            f"X-RateLimit-Reset: {self.resets_at}\r\n\r\n".encode()
            + body
        )
        await writer.drain()


async def test_300_questions_a_minute_starve_no_cancel(alpaca):
    limited = Limited(200)
    alpaca.script = [limited]
    broker = AlpacaBroker(access(alpaca.port), is_ours=ours)

    asked = [broker.positions() for _ in range(300)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refusals = [await _refusal(broker) for _ in range(100)]
    for number in range(15):
        await broker.cancel(f"order-{number}")

    assert 20 <= refusals.count("") <= 50
    assert "requests the broker lets through" in refusals[-1]
    assert any(isinstance(answer, Postponed) for answer in answers)
    assert limited.refused == 0
    assert alpaca.written("DELETE") == 15
    await broker.close()


async def test_market_data_keeps_within_its_own_limit_and_costs_orders_nothing(alpaca):
    limited = Limited(40)
    alpaca.script = [limited]
    history = AlpacaHistory(access(alpaca.port))
    broker = AlpacaBroker(access(alpaca.port), is_ours=ours)

    asked = [history.latest(["AAPL"]) for _ in range(40)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = await _refusal(broker)

    assert any(isinstance(answer, Postponed) for answer in answers)
    assert limited.refused == 0
    assert refused == "", "another host, another minute"
    await asyncio.gather(broker.close(), history.close())


async def _refusal(broker: AlpacaBroker) -> str:
    """Send an order; what the fake answers is none, so it is unconfirmed unless held back."""
    try:
        await broker.submit(builders.request(key="kc-1", limit="190.10"))
    except NotSent as refusal:
        return str(refusal)
    except Unconfirmed:
        return ""
    raise AssertionError("the fake answers no order")
