"""No library repeats a write: the venue counts, whatever it answers or does not answer."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.answers import NotSent
from console.adapters.alpaca.broker import AlpacaBroker
from console.domain.orders import ReplaceRequest
from console.ports import BrokerError
from tests import builders
from tests.adapters.fakes import ours
from tests.venue.rig import PATIENCE, RunningVenue

WRITES = ["POST", "PATCH", "DELETE"]
SUSPENSION = "/v2/account/configurations"
FAULTS = {
    "429": {"kind": "answer", "status": 429, "rate_headers": False},
    "429 with a time to wait": {
        "kind": "answer",
        "status": 429,
        "rate_headers": False,
        "retry_after": 1,
    },
    "504, not carried out": {"kind": "answer", "status": 504},
    "504, carried out": {"kind": "answer", "status": 504, "effect": True},
    "500": {"kind": "answer", "status": 500, "html": True},
    "reset, not carried out": {"kind": "reset"},
    "reset, carried out": {"kind": "reset", "effect": True},
    "closed": {"kind": "refuse"},
    "hang": {"kind": "hang", "effect": True},
    "truncated": {"kind": "truncate", "bytes": 5},
}


@pytest.fixture(scope="module")
def shared_venue() -> Iterator[RunningVenue]:
    started = RunningVenue("--seed", "7")
    yield started
    started.stop()


@pytest.fixture
async def broker(shared_venue) -> AsyncIterator[AlpacaBroker]:
    made = AlpacaBroker(AlpacaAccess.venue(shared_venue.line), is_ours=ours)
    yield made
    await made.close()


def rest(venue: RunningVenue, name: str) -> str:
    """Let an order of another program rest far below the market; return the broker's id."""
    return venue.order(qty="1", type="limit", limit_price="1.50", client_order_id=name)["id"]


def writes(venue: RunningVenue, after: int) -> Counter[tuple[str, str]]:
    told = venue.journal()[after:]
    asked = [e for e in told if e["kind"] == "request" and e["method"] in WRITES]
    return Counter((e["method"], e["path"]) for e in asked if e["path"].startswith("/v2/"))


@pytest.mark.parametrize("name", FAULTS)
async def test_every_write_reaches_the_venue_exactly_once(shared_venue, broker, name):
    slug = f"kc-{list(FAULTS).index(name)}"
    changed, canceled = rest(shared_venue, f"{slug}-changed"), rest(shared_venue, f"{slug}-gone")
    shared_venue.control("faults", **FAULTS[name], method=WRITES, path="/v2/*")
    known = len(shared_venue.journal())

    bought = builders.request(key=f"{slug}-new", limit="1.50")
    wish = ReplaceRequest(order=f"{slug}-changed", client_order_id=f"{slug}-next", qty=bought.qty)
    outcomes = await asyncio.gather(
        until_sent(lambda: broker.submit(bought)),
        until_sent(lambda: broker.replace(changed, wish)),
        until_sent(lambda: broker.cancel(canceled)),
        until_sent(lambda: broker.suspend(False)),
    )
    outcomes.append(await until_sent(broker.cancel_all))
    await broker.close()
    seen = writes(shared_venue, known)
    await asyncio.to_thread(shared_venue.http.delete, shared_venue.line["control_url"] + "/faults")

    placed, replaced, *_ = outcomes
    assert isinstance(placed, BrokerError), placed
    assert isinstance(replaced, BrokerError), replaced
    decisions = [
        ("POST", "/v2/orders"),
        ("PATCH", f"/v2/orders/{changed}"),
        ("DELETE", f"/v2/orders/{canceled}"),
        ("PATCH", SUSPENSION),
        ("DELETE", "/v2/orders"),
    ]
    assert set(seen) <= set(decisions)
    for decision, outcome in zip(decisions, outcomes, strict=True):
        # a connection that ends before the venue has read from it is told as such, not repeated
        was_lost = not seen[decision] and "the connection was lost" in str(outcome)
        assert seen[decision] == 1 or was_lost, (decision, outcome)


async def test_a_spent_limit_holds_changes_back_and_lets_cancels_go(shared_venue, broker):
    changed, canceled = rest(shared_venue, "kc-spent-changed"), rest(shared_venue, "kc-spent-gone")
    shared_venue.control("faults", kind="answer", status=429, method=WRITES, path="/v2/*")
    known = len(shared_venue.journal())

    outcomes = [
        await tried(broker.submit(builders.request(key="kc-spent-new", limit="1.50"))),
        await tried(broker.replace(changed, ReplaceRequest(order="a", client_order_id="b", qty=1))),
        await tried(broker.cancel(canceled)),
    ]
    seen = writes(shared_venue, known)
    await asyncio.to_thread(shared_venue.http.delete, shared_venue.line["control_url"] + "/faults")

    assert all(isinstance(outcome, BrokerError) for outcome in outcomes), outcomes
    assert seen == {("POST", "/v2/orders"): 1, ("DELETE", f"/v2/orders/{canceled}"): 1}


async def until_sent(command: Callable[[], Awaitable[object]]) -> object:
    """Ask; again only while the broker says that nothing has left, as it may on a slow machine."""
    deadline = time.monotonic() + PATIENCE
    while isinstance(outcome := await tried(command()), NotSent):
        assert time.monotonic() < deadline, outcome
        await asyncio.sleep(0.05)
    return outcome


async def tried(command: Awaitable[object]) -> object:
    return (await asyncio.gather(command, return_exceptions=True))[0]
