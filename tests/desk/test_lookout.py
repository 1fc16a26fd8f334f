"""What becomes an alert, and only once; and the feed that it rests on."""

import re

from console.domain.alerts import Direction
from console.domain.connections import Allowance, Channel, Link
from console.domain.events import AlertUpdated
from console.domain.receipts import Outcome
from console.domain.snapshot import tell
from console.domain.state import TradingState, apply
from tests.builders import OWNER, STRANGER, buy, trade
from tests.desk.conftest import World, until


async def test_a_crossing_fires_once(world: World):
    await world.desk.set_crossing("aapl", Direction.ABOVE, 191.0, OWNER)
    world.market.tell(trade(price=190.9))
    assert world.alerts("price") == []

    world.market.tell(trade(price=191.0))
    world.market.tell(trade(price=192.0, made_at=world.clock.now()))

    assert world.alerts("price") == ["AAPL is at 191, above 191."]


async def test_a_crossing_in_an_unknown_symbol_or_at_no_price_is_denied(world: World):
    unknown = await world.desk.set_crossing("ZZZZ", Direction.ABOVE, 1.0, OWNER)
    nothing = await world.desk.set_crossing("AAPL", Direction.ABOVE, float("nan"), OWNER)
    nobody = await world.desk.set_crossing("AAPL", Direction.ABOVE, 1.0, STRANGER)

    outcomes = (unknown.outcome, nothing.outcome, nobody.outcome)
    assert outcomes == (Outcome.DENIED, Outcome.DENIED, Outcome.FORBIDDEN)


async def test_a_removed_crossing_is_silent(world: World):
    await world.desk.set_crossing("AAPL", Direction.BELOW, 180.0, OWNER)
    (crossing,) = world.state.crossings

    await world.desk.remove_crossing(crossing, OWNER)
    world.market.tell(trade(price=170.0))

    assert world.alerts("price") == []


async def test_an_alert_is_acknowledged_by_name_and_recorded(world: World):
    await world.desk.set_crossing("AAPL", Direction.ABOVE, 1.0, OWNER)
    world.market.tell(trade())
    (alert,) = (a for a in world.state.alerts.values() if a.kind == "price")

    receipt = await world.desk.acknowledge([alert.id], OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert world.state.alerts[alert.id].acknowledged_by == "ann"
    await until(lambda: "alert.acknowledged" in world.journal.kinds)


async def test_a_large_move_is_told_once(world: World):
    world.market.tell(trade(price=100.0, made_at=world.clock.now()))
    world.market.tell(trade(price=102.0, made_at=world.clock.now()))

    await until(lambda: world.alerts("move"), "the alert")
    world.market.tell(trade(price=103.0, made_at=world.clock.now()))
    await until(lambda: world.state.trades["AAPL"].price == 103.0)

    assert len(world.alerts("move")) == 1
    assert "+2.00%" in world.alerts("move")[0]


async def test_a_frozen_symbol_is_told_once_an_episode(world: World):
    await until(lambda: world.state.clock, "the session")
    world.clock.move(40)
    world.price("MSFT")

    await until(lambda: world.alerts("stale"), "the alert")

    assert len([text for text in world.alerts("stale") if "AAPL" in text]) == 1


async def test_a_mute_feed_is_marked_and_reconnected(world: World):
    await until(lambda: world.state.clock, "the session")
    world.clock.move(16)

    await until(lambda: world.market.reconnects, "the reconnection")

    assert world.state.connections[Channel.MARKET_DATA].link is Link.MUTE
    assert any("market data is mute" in text for text in world.alerts("stale"))


async def test_a_stale_quote_is_no_ground_for_an_entry(world: World):
    world.clock.move(2.5)

    receipt = await world.desk.submit(buy(), OWNER)

    assert [check.rule for check in receipt.failures] == ["quote"]
    assert world.broker.sent == []


async def test_a_crossed_quote_is_no_ground_for_an_entry(world: World):
    world.price(bid=190.2, ask=190.1)

    receipt = await world.desk.submit(buy(), OWNER)

    assert "crossed" in "".join(check.detail for check in receipt.failures)
    assert world.broker.sent == []


async def test_symbols_are_streamed_as_long_as_somebody_wants_them(world: World):
    world.broker.listed = []
    await world.desk.watch("MSFT", False, OWNER)
    await until(lambda: "MSFT" not in world.market.subscribed, "the end of it")

    world.desk.show("1", ["MSFT"], None)
    world.desk.show("2", ["MSFT"], "MSFT")
    await until(lambda: "MSFT" in world.market.subscribed, "the subscription")

    world.desk.hide("1")
    world.desk.hide("2")
    await until(lambda: "MSFT" not in world.market.subscribed, "the end of it")


async def test_the_first_watchlist_holds_what_the_broker_lists(world: World):
    await until(lambda: set(world.state.watchlist) == {"AAPL", "MSFT", "SPY"}, "the list")

    unknown = await world.desk.watch("ZZZZ", True, OWNER)
    twice = await world.desk.watch("AAPL", True, OWNER)

    assert (unknown.outcome, twice.outcome) == (Outcome.DENIED, Outcome.DENIED)
    assert "ZZZZ is no instrument" in unknown.detail


async def test_the_snapshot_makes_the_same_state(world: World):
    receipt = await world.desk.submit(buy(), OWNER)
    world.broker.execute(receipt.order)
    await world.desk.set_crossing("AAPL", Direction.ABOVE, 200.0, OWNER)

    copy = TradingState()
    for event in world.desk.snapshot():
        copy = apply(copy, event)

    assert tell(copy) == tell(world.state)


async def test_a_listener_that_fails_harms_nobody(world: World):
    heard = []

    def fail(_event) -> None:
        raise RuntimeError("a broken console")

    world.desk.listen(fail)
    world.desk.listen(heard.append)

    receipt = await world.desk.submit(buy(), OWNER)

    assert receipt.outcome is Outcome.ACCEPTED
    assert heard


async def test_a_part_that_dies_is_told_and_started_again(world: World):
    def fail(*_args):
        raise RuntimeError("a broken study")

    world.desk._rooms.market.analyst._take_readings = fail
    world.desk.show("1", [], "AAPL")

    await until(lambda: world.alerts("system"), "the alert")
    assert "analyst" in world.alerts("system")[0]


async def test_how_long_a_gap_was_is_told_when_the_stream_is_back(world: World):
    world.price()
    await until(lambda: _is_heard(world, Channel.MARKET_DATA), "a price")
    await until(lambda: _is_heard(world, Channel.TRADING), "the trading stream")
    for stream in (world.market, world.trading):
        stream.link(Link.DOWN, "cut")
    await until(lambda: len(_losses(world)) == 2, "the loss")
    world.clock.move(12)

    for stream in (world.market, world.trading):
        stream.link(Link.LIVE)

    await until(lambda: len(_returns(world)) == 2, "the return")
    market, trading = sorted(_returns(world))
    assert market.endswith("s before is missing in ticks and readings.")
    assert trading.endswith("s before was asked of the broker.")
    assert int(re.search(r"(\d+) s", market)[1]) >= 12


def _is_heard(world: World, channel: Channel) -> bool:
    told = world.state.connections[channel]
    return told.link is Link.LIVE and (told.heard_at is not None or channel is Channel.TRADING)


def _losses(world: World) -> list[str]:
    told = [*world.alerts("stale"), *world.alerts("system")]
    return [text for text in told if "is down: cut" in text]


def _returns(world: World) -> list[str]:
    return [text for text in world.alerts("system") if " is back. " in text]


async def test_a_journal_in_trouble_is_told_once(world: World):
    world.journal.trouble = "the disk is full"
    told = []
    world.desk.listen(lambda e: told.append(e) if isinstance(e, AlertUpdated) else None)

    await world.desk.submit(buy(), OWNER)
    await world.desk.submit(buy(), OWNER)

    assert len([e for e in told if "Nothing can be recorded" in e.alert.text]) == 1


async def test_scarce_requests_are_told_once_and_shown(world: World):
    world.allowance = Allowance(limit=200, remaining=40)
    await until(lambda: world.alerts("system"), "a word")
    world.allowance = Allowance(limit=200, remaining=12)
    await until(lambda: _left(world) == 12, "the figure")
    world.allowance = Allowance(limit=200, remaining=200)
    await until(lambda: _left(world) == 200, "a new minute")
    assert len(world.alerts("system")) == 1

    world.allowance = Allowance(limit=200, remaining=50)

    await until(lambda: len(world.alerts("system")) == 2, "the next time")
    assert world.alerts("system")[0].startswith("Only 40 of 200 requests a minute are left")


def _left(world: World) -> int:
    allowance = world.state.connections[Channel.REST].allowance
    return -1 if allowance is None else allowance.remaining
