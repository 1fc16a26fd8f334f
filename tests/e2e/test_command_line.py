"""The command line's twins: what they print, and what their exit statuses say."""

import json

import pytest

from tests.e2e.rig import Rig

pytestmark = pytest.mark.e2e


@pytest.fixture
def demo(rig: Rig) -> Rig:
    rig.start_venue()
    rig.start_desk()
    return rig


def test_without_a_desk_it_says_how_to_start_one(rig):
    done = rig.run("status")

    assert done.returncode == 5
    assert "killcord desk" in done.stderr


def test_reading_commands_read_for_people_and_for_programs(demo):
    status = demo.run("status")
    quote = demo.json("quote", "aapl")
    chart = demo.run("chart", "AAPL")

    assert "DEMO" in status.stdout
    assert quote["symbol"] == "AAPL"
    assert 0 < quote["bid"] < quote["ask"]
    assert "AAPL 1Min" in chart.stdout
    assert "\x1b" not in chart.stdout
    assert demo.run("positions").stdout.strip() == "No positions."
    assert demo.run("orders").stdout.strip() == "No orders."


def test_an_order_is_replaced_canceled_and_refused_by_its_twins(demo):
    bid = demo.json("quote", "AAPL")["bid"]
    sent = demo.order(f"buy 10 AAPL @ {bid * 0.98:.2f}", "--json")
    number = json.loads(sent.stdout)["order"].removeprefix("kc-")

    replaced = demo.order(f"replace {number} 5 @ {bid * 0.97:.2f}")
    demo.until(lambda: [o["qty"] for o in demo.json("orders")] == ["5"], "never replaced")
    canceled = demo.run("cancel", "AAPL")
    demo.until(lambda: demo.json("orders") == [], "never canceled")

    assert (sent.returncode, replaced.returncode, canceled.returncode) == (0, 0, 0)
    assert demo.run("cancel", "AAPL").returncode == 3
    assert demo.run("order", "buy 10 ZZZZ @ 5").returncode == 3
    assert demo.run("order", "buy -5 AAPL").returncode == 2
    assert demo.run("nonsense").returncode == 2


def test_a_silent_broker_is_told_as_unknown_and_never_sent_again(demo):
    demo.control("/delay", {"seconds": 20})
    demo.control("/mute", {"stream": "trading", "muted": True})

    done = demo.order("buy 1 F", "--json")
    demo.control("/delay", {"seconds": 0})

    assert done.returncode == 4
    key = json.loads(done.stdout)["order"]
    demo.until(lambda: demo.status()["unknown_orders"] == 0, "never looked up")
    sent = [e for e in demo.journal() if e["kind"] == "request" and e["method"] == "POST"]
    assert [entry["client_order_id"] for entry in sent] == [key]


def test_a_second_desk_of_a_profile_is_refused(demo):
    done = demo.run("desk")

    assert done.returncode == 1
    assert "running already" in done.stderr


@pytest.mark.parametrize(("profile", "key"), [("live", "PKPAPER"), ("paper", "AKLIVE")])
def test_keys_of_the_other_account_start_no_desk(rig, profile, key):
    rig.env |= {"APCA_API_KEY_ID": key, "APCA_API_SECRET_KEY": "canary"}

    done = rig.run("desk", "--profile", profile)

    assert done.returncode == 1
    assert f"give those of a {profile} account" in done.stderr
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stdout + done.stderr


def test_live_without_keys_says_what_to_set(rig):
    done = rig.run("desk", "--profile", "live")

    assert done.returncode == 1
    assert "APCA_API_KEY_ID" in done.stderr
    assert "Traceback" not in done.stderr
