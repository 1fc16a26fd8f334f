"""The whole halt with everything running: killed at each step, against every fault."""

import json
import subprocess
from decimal import Decimal

import pytest

from tests.e2e.rig import KILLCORD, Rig, posts

pytestmark = pytest.mark.e2e
ORDERS = "/v2/orders"
SETTINGS = "/v2/account/configurations"
HANGING_AT = {
    "drain": [{"kind": "hang", "method": "POST", "path": ORDERS, "effect": True}],
    "sweep": [{"kind": "hang", "method": "DELETE", "path": [ORDERS, f"{ORDERS}/*"]}],
    "proof": [
        {"kind": "hang", "method": "POST", "path": ORDERS},
        {"kind": "hang", "method": "GET", "path": f"{ORDERS}:by_client_order_id"},
    ],
    "fence": [{"kind": "hang", "method": "PATCH", "path": SETTINGS}],
    "receipt": [],
}
"""What the venue leaves open for ever, so that the halt is at that step however slow all is."""
FAULTS = {
    "refused": {"kind": "refuse"},
    "hung": {"kind": "hang"},
    "500": {"kind": "answer", "status": 500},
    "429": {"kind": "answer", "status": 429, "rate_headers": True},
    "half open": {"kind": "drip", "seconds": 30},
    "reset": {"kind": "reset"},
    "garbage": {"kind": "garbage"},
    "truncated": {"kind": "truncate"},
}


def _long(case: str, short: str):
    """One case of many in the short run, the rest in the long one."""
    return case if case == short else pytest.param(case, marks=pytest.mark.long)


@pytest.fixture
def trading(rig: Rig) -> Rig:
    rig.start_venue()
    rig.start_desk()
    return rig


def place(rig: Rig, price: float, **more) -> dict:
    order = {
        "symbol": "AAPL",
        "qty": "1",
        "side": "buy",
        "type": "limit",
        "limit_price": str(price),
        "time_in_force": "gtc",
    }
    return rig.json_of_venue("POST", ORDERS, order | more)


def bodies(rig: Rig) -> list[dict]:
    return [json.loads(post["body"]) for post in posts(rig.journal())]


def open_orders(rig: Rig) -> list[dict]:
    return rig.json_of_venue("GET", f"{ORDERS}?status=open&limit=500&nested=true")


def halt_of(rig: Rig) -> dict:
    return rig.status().get("halt") or {}


def step(rig: Rig, name: str) -> str:
    steps = {step["name"]: step["status"] for step in halt_of(rig).get("steps", ())}
    return steps.get(name, "waiting")


def is_fenced(rig: Rig) -> bool:
    return rig.json_of_venue("GET", SETTINGS)["suspend_trade"]


@pytest.mark.parametrize("where", [_long(where, "sweep") for where in HANGING_AT])
def test_killed_at_any_step_the_next_desk_is_halted_and_completes_it(trading, where):
    place(trading, 10)
    trading.control("/faults", {"faults": HANGING_AT[where]})
    sending = subprocess.Popen([*KILLCORD, "order", "buy 1 F @ 1.00 gtc"], env=trading.env)
    if where in ("drain", "proof"):
        # an order without an answer: the halt must wait for it
        trading.until(lambda: bool(_asked(trading, "POST")), "the order never left")
    else:
        sending.wait(timeout=60)
    halting = subprocess.Popen([*KILLCORD, "halt", "--reason", where], env=trading.env)
    trading.until((trading.profile / "HALT").exists, "it never latched")
    trading.until(lambda: step(trading, where) != "waiting", f"it never came to {where}")

    trading.kill(trading.desk_process)
    trading.control("/faults", {"faults": []})
    trading.start_desk()

    trading.until(lambda: halt_of(trading).get("is_confirmed") is True, "it was never completed")
    assert (trading.status()["mode"], halt_of(trading)["reason"]) == ("halted", where)
    assert open_orders(trading) == []
    trading.until(lambda: is_fenced(trading), "the fence was never set")
    for process in (sending, halting):
        process.kill()
        process.wait()


def _asked(rig: Rig, method: str) -> list[dict]:
    return [e for e in rig.journal() if e["kind"] == "request" and e["method"] == method]


@pytest.mark.parametrize("fault", [_long(fault, "hung") for fault in FAULTS])
def test_a_broker_that_fails_is_never_called_confirmed_and_is_swept_once_it_heals(trading, fault):
    place(trading, 10)
    everything = {"path": "/v2/*", "method": ["GET", "POST", "DELETE", "PATCH"]}
    trading.control("/faults", {"faults": [FAULTS[fault] | everything]})

    halting = subprocess.Popen(
        [*KILLCORD, "halt", "--reason", fault], env=trading.env, stdout=subprocess.DEVNULL
    )
    trading.until(lambda: halt_of(trading) != {}, "it never halted")
    refused = trading.run("order", "buy 1 AAPL")
    was_confirmed = halt_of(trading)["is_confirmed"]

    trading.control("/faults", {"faults": []})
    trading.until(lambda: halt_of(trading).get("is_confirmed") is True, "it never recovered")

    assert (refused.returncode, was_confirmed) == (3, False)
    assert open_orders(trading) == []
    halting.wait(timeout=60)


@pytest.mark.long
def test_five_hundred_orders_are_gone_within_two_hundred_requests(trading):
    for number in range(500):
        place(trading, round(10 + number / 100, 2))
    too_many = {
        "kind": "answer",
        "status": 429,
        "path": "/v2/*",
        "after": 200,
        "rate_headers": True,
    }
    trading.control("/faults", {"faults": [too_many]})

    done = trading.run("halt", "--json")
    trading.control("/faults", {"faults": []})

    assert json.loads(done.stdout)["confirmed"] is True, done.stdout
    assert open_orders(trading) == []


def test_flatten_closes_while_halted_and_the_receipt_is_kept_printed_and_exported(trading):
    bought = trading.order("buy 10 AAPL mkt")
    assert bought.returncode == 0, bought.stdout
    trading.until(lambda: trading.json("positions") != [], "nothing was bought")
    trading.run("halt", "--reason", "smoke")
    assert not is_fenced(trading)

    unconfirmed = trading.run("flatten")
    done = trading.run("flatten", "--yes", "--json")

    assert unconfirmed.returncode == 2
    assert "--yes" in unconfirmed.stdout
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line["status"] for line in json.loads(done.stdout)] == ["closed"]
    assert trading.json_of_venue("GET", "/v2/positions") == []
    trading.until(lambda: halt_of(trading).get("is_confirmed") is True, "no second confirmation")
    trading.until(lambda: is_fenced(trading), "the fence was never set")
    closing, *_ = [b for b in bodies(trading) if b["side"] == "sell"]
    assert (closing["side"], closing["type"], Decimal(closing["qty"])) == ("sell", "limit", 10)

    target = trading.folder / "receipt.json"
    printed = trading.run("halt", "--receipt")
    exported = trading.run("halt", "--receipt", "--out", str(target))
    listed = trading.run("halts")
    rearmed = trading.run("rearm", "--reason", "all clear")
    ordered = trading.order("buy 1 AAPL")

    assert "1 of 1 positions closed" in printed.stdout
    assert exported.returncode == 0
    assert json.loads(target.read_text())["reason"] == "smoke"
    assert "smoke" in listed.stdout
    assert (rearmed.returncode, is_fenced(trading)) == (0, False)
    assert ordered.returncode == 0, ordered.stdout


def test_a_broker_that_lets_nothing_be_closed_under_the_fence_is_told(trading):
    trading.order("buy 10 AAPL mkt")
    trading.until(lambda: trading.json("positions") != [], "nothing was bought")
    trading.run("halt", "--reason", "smoke")
    fenced = trading.run("fence", "set")

    refused = trading.run("flatten", "--yes")
    lifted = trading.run("flatten", "--yes", "--lift-fence")

    assert fenced.returncode == 0, fenced.stdout
    assert (refused.returncode, "let the fence be lifted" in refused.stdout) == (1, True)
    assert lifted.returncode == 0, lifted.stdout
    assert trading.json_of_venue("GET", "/v2/positions") == []
    trading.until(lambda: is_fenced(trading), "the fence was not set again")


def test_protective_stops_are_kept_by_choice(trading):
    trading.order("buy 10 AAPL mkt")
    trading.until(lambda: trading.json("positions") != [], "nothing was bought")
    stop = {"side": "sell", "qty": "10", "type": "stop", "stop_price": "1", "limit_price": None}
    place(trading, 1, **stop)
    place(trading, 1, symbol="F")

    done = trading.run("halt", "--keep-stops")

    assert done.returncode == 0, done.stdout
    assert [order["type"] for order in open_orders(trading)] == ["stop"]
    assert "1 stop kept by choice" in trading.run("halt", "--receipt").stdout


def test_without_a_desk_the_account_is_fenced_at_the_end(rig):
    rig.start_venue()
    rig.profile.mkdir(parents=True)
    (rig.profile / "venue.json").write_text(json.dumps(rig.started))

    done = rig.run("halt", "--reason", "smoke")

    assert done.returncode == 0, done.stdout
    assert is_fenced(rig)
    assert "suspended at the broker, read back" in done.stdout
    assert "Covers the account at the embedded venue" in done.stdout
