"""kill -9 of the desk at each step of submit, replace and cancel: nothing is lost or doubled.

The venue holds every answer back, so that the desk is at all of the steps at once when
it is killed, however slow the machine is.
"""

import asyncio
import time

import pytest

from console.domain.orders import OrderStatus
from tests.chaos.processes import (
    PATIENCE,
    Watcher,
    answer_of,
    check_audit,
    disagreements,
    intended,
    sent,
)

pytestmark = pytest.mark.e2e
RESTING = {"kc-t-1": "AAPL", "kc-t-2": "MSFT", "kc-t-3": "F", "kc-t-4": "SPY"}


def hang(method: str, path: str, *, effect: bool) -> dict[str, object]:
    return {"kind": "hang", "method": method, "path": path, "effect": effect}


def order_path(rig, key: str) -> str:
    found = rig.json_of_venue("GET", f"/v2/orders:by_client_order_id?client_order_id={key}")
    return f"/v2/orders/{found['id']}"


async def test_a_desk_killed_at_every_step_at_once_knows_what_became_of_each(rig):
    rig.start_venue()
    watcher = Watcher(rig)
    await watcher.start_desk()
    for key, symbol in RESTING.items():
        await watcher.place(key, symbol)
    paths = {key: order_path(rig, key) for key in RESTING}
    rig.control(
        "/faults",
        [
            hang("PATCH", paths["kc-t-1"], effect=False),
            hang("PATCH", paths["kc-t-2"], effect=True),
            hang("DELETE", paths["kc-t-3"], effect=False),
            hang("DELETE", paths["kc-t-4"], effect=True),
            {**hang("POST", "/v2/orders", effect=False), "times": 1},
            {**hang("POST", "/v2/orders", effect=True), "after": 1},
        ],
    )

    asked = [asyncio.create_task(answer_of(command)) for command in changes(watcher)]
    await watcher.until(lambda: held_back(rig) == len(asked), "the venue never saw the changes")
    new = await submit_into_the_last_slots(rig, watcher, asked)
    rig.kill(rig.desk_process)
    await asyncio.gather(*asked)
    rig.control("/faults", [])
    await watcher.start_desk()
    await watcher.until(lambda: not disagreements(rig, watcher.state), "they never agreed")

    status = {key: order.status for key, order in watcher.state.orders.items()}
    assert status["kc-t-1"] is OrderStatus.NEW
    assert status["kc-t-2"] is OrderStatus.REPLACED
    assert status["kc-t-3"] is OrderStatus.NEW
    assert status["kc-t-4"] is OrderStatus.CANCELED
    assert [status[key] for key in new[:2]] == [OrderStatus.ABSENT, OrderStatus.NEW]
    # On a machine so slow that a slot was freed by its deadline, the third may have left, once.
    has_left = sent(rig.journal())[new[2]] == 1
    assert status[new[2]] is (OrderStatus.NEW if has_left else OrderStatus.ABSENT)
    check_audit(rig)
    await watcher.close()


def changes(watcher: Watcher):
    """Two replacements and two cancels, each held back on one side of its effect."""
    lower = watcher.state.orders
    return [
        watcher.desk.replace("kc-t-1", limit_price=lower["kc-t-1"].request.limit_price - 1),
        watcher.desk.replace("kc-t-2", limit_price=lower["kc-t-2"].request.limit_price - 1),
        watcher.desk.cancel(["kc-t-3"]),
        watcher.desk.cancel(["kc-t-4"]),
    ]


async def submit_into_the_last_slots(rig, watcher: Watcher, asked) -> list[str]:
    """Submit three: two leave and are held back, the third has its intent on the disk only."""
    database = rig.profile / "desk.db"
    names = [f"kc-t-new-{number}" for number in range(3)]
    for name, symbol in zip(names, ("TSLA", "NVDA", "AMZN"), strict=True):
        is_last = name == names[-1]

        def has_come_far(name: str = name, *, is_last: bool = is_last) -> bool:
            return name in intended(database) and (is_last or sent(rig.journal())[name] > 0)

        asked.append(await submit_until(has_come_far, name, symbol, watcher))
    return names


async def submit_until(has_come_far, name: str, symbol: str, watcher: Watcher):
    """Submit an order; again while the gate denies it, as for want of a fresh price."""
    submitting: list[asyncio.Task] = []

    async def submit() -> None:
        request = await watcher.resting(name, symbol)
        submitting.append(asyncio.create_task(answer_of(watcher.desk.submit(request))))

    deadline = time.monotonic() + PATIENCE
    await submit()
    while not has_come_far():
        assert time.monotonic() < deadline, f"{name} never left"
        if submitting[-1].done():
            await submit()
        await asyncio.sleep(0.05)
    return submitting[-1]


def held_back(rig) -> int:
    return sum(fault["struck"] for fault in rig.control("/faults"))
