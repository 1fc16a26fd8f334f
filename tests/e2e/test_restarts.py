"""The start-up gate with real processes: no order leaves before the broker's books were read.

While a desk starts, the venue keeps its answers about orders to itself; what is submitted
meanwhile must be denied, and must never have reached the venue.
"""

from decimal import Decimal

import pytest

from console.commands import exits
from console.domain.orders import OrderStatus
from console.domain.receipts import Outcome
from tests.chaos.processes import Watcher, check_audit, disagreements, sent

pytestmark = pytest.mark.e2e
SILENCE = {"kind": "answer", "method": "GET", "path": "/v2/orders", "status": 503}
KINDS = ("open", "partial", "replaced", "canceled")
SYMBOLS = ("AAPL", "MSFT", "TSLA", "NVDA")


async def rest(watcher: Watcher, rig, number: int) -> None:
    """Leave an order behind, in one of the states that orders are found in; and a foreign one."""
    kind, symbol = KINDS[number % len(KINDS)], SYMBOLS[number % len(SYMBOLS)]
    name = f"kc-t-{number}"
    await watcher.place(name, symbol, cents=number)
    order = watcher.state.orders[name]
    if kind == "replaced":
        limit = order.request.limit_price - Decimal("0.05")
        await watcher.desk.replace(name, limit_price=limit)
    if kind == "canceled":
        await watcher.desk.cancel([name])
    rig.kill(rig.desk_process)
    await watcher.until(lambda: not watcher.is_attached, "the dead desk still answers")
    if kind == "partial":
        # it is filled while no desk looks: in parts, if the market's size is so
        rig.control("/price", {"symbol": symbol, "price": float(order.request.limit_price) * 0.999})
    rig.control("/foreign-order", {"symbol": symbol, "qty": 1})


async def start_and_try(watcher: Watcher, rig, number: int) -> None:
    """Start a desk that cannot read the broker's orders yet, and try to trade with it."""
    rig.control("/faults", [SILENCE])
    watcher.spawn_desk()
    await watcher.until(lambda: watcher.is_attached, "the desk never answered")
    name = f"kc-t-early-{number}"
    early = await watcher.desk.submit(await watcher.resting(name, "F"))

    assert early.outcome is Outcome.DENIED, early
    assert "reconciled" in [check.rule for check in early.failures]
    assert sent(rig.journal())[name] == 0

    rig.control("/faults", [])
    await watcher.until(lambda: watcher.is_ready, "the desk never became ready")
    await watcher.until(lambda: not disagreements(rig, watcher.state), "they never agreed")


async def restarted(rig, times: int) -> None:
    rig.start_venue("--seed", "7")
    # A price that is pushed down to fill an order costs equity; no day's loss is the matter here.
    rig.env["KILLCORD_TRIGGERS_DAILY_LOSS"] = "1"
    watcher = Watcher(rig)
    await watcher.start_desk()
    for number in range(times):
        await rest(watcher, rig, number)
        await start_and_try(watcher, rig, number)
    statuses = {order.status for order in watcher.state.orders.values()}
    assert OrderStatus.NEW in statuses
    assert any(order.is_foreign for order in watcher.state.orders.values())
    check_audit(rig)
    verified = rig.run("audit", "verify")
    assert verified.returncode == exits.DONE, verified.stdout
    assert "orders at the broker do not speak against it" in verified.stdout
    await watcher.close()


async def test_restarted_desks_send_nothing_before_they_have_read_what_is_there(rig):
    await restarted(rig, 3)


@pytest.mark.long
async def test_fifty_restarted_desks_send_nothing_before_they_have_read_what_is_there(rig):
    await restarted(rig, 50)
