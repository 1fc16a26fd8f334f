"""One mute symbol among talking ones: found by asking the source, cured, and never made up."""

import asyncio
from dataclasses import replace

import pytest

from console.desk.limits import Limits
from console.desk.triggers.limits import TriggerLimits
from console.domain.alerts import Severity
from console.domain.connections import Channel, Link
from console.domain.market import Quote, Trade
from console.ports import BrokerUnavailable, Postponed
from tests.builders import buy, quote, trade
from tests.desk.conftest import World, until

SYMBOLS = ("AAPL", "MSFT", "SPY")


class Market:
    """Moves every second; the source knows all of it, the stream tells all but what is mute."""

    def __init__(self, world: World) -> None:
        self.mute: set[tuple[str, type]] = set()
        self.renewed: list[str] = []
        self.heals_on_renewal = False
        self.heals_on_reconnection = False
        self._world = world
        self._subscribe, self._price = world.market.subscribe, 190.0
        world.market.subscribe = self.subscribe
        world.market.reconnect = self.reconnect

    async def subscribe(self, symbols) -> None:
        self.renewed += symbols
        if self.heals_on_renewal:
            self.mute -= {voice for voice in self.mute if voice[0] in symbols}
        await self._subscribe(symbols)

    async def reconnect(self) -> None:
        self._world.market.reconnects += 1
        if self.heals_on_reconnection:
            self.mute.clear()
        self._world.market.link(Link.DOWN, "the connection is being renewed")
        self._world.market.link(Link.LIVE)

    async def run(self, seconds: float) -> None:
        """Let the market move for a while."""
        for _ in range(round(seconds)):
            self._move()
            await asyncio.sleep(1)

    def _move(self) -> None:
        now = self._world.clock.now()
        self._price += 0.01
        quotes = [quote(s, self._price, self._price + 0.1, made_at=now) for s in SYMBOLS]
        trades = [trade(s, self._price, made_at=now) for s in SYMBOLS]
        history = self._world.history
        history.quotes, history.trades = quotes, trades
        streamed = self._world.market.subscribed
        told = [t for t in (*quotes, *trades) if (t.symbol, type(t)) not in self.mute]
        self._world.market.tell(*(tick for tick in told if tick.symbol in streamed))


@pytest.fixture
async def world(tmp_path):
    """A desk of ordinary pace in an open session."""
    world = World(tmp_path)
    world.desk = world.make_desk(Limits(triggers=TriggerLimits(mismatches=1_000)))
    await world.start()
    await until(lambda: world.state.clock, "the session")
    yield world
    await world.desk.stop()


@pytest.fixture
async def market(world: World):
    """A market of which all is told, for long enough to be trusted."""
    market = Market(world)
    await market.run(10)
    market.renewed.clear()
    return market


def marked(world: World) -> tuple[str, ...]:
    return world.state.connections[Channel.MARKET_DATA].mute_symbols


def mute_alerts(world: World) -> list[str]:
    return [text for text in world.alerts("stale") if "mute on a stream that talks" in text]


@pytest.mark.parametrize(("kind", "word"), [(Quote, "quotes"), (Trade, "trades")])
async def test_a_mute_symbol_is_found_told_marked_and_subscribed_anew(world, market, kind, word):
    market.mute = {("MSFT", kind)}

    await market.run(16)

    (text,) = mute_alerts(world)
    told = f"MSFT is mute on a stream that talks: {word} move at the source, and none is told. "
    assert text == f"{told}The desk subscribes anew."
    assert marked(world) == ("MSFT",)
    assert market.renewed == ["MSFT"]
    assert world.market.reconnects == 0


async def test_a_symbol_that_is_wholly_mute_is_told_once(world, market):
    market.mute = {("MSFT", Quote), ("MSFT", Trade)}

    await market.run(16)

    (text,) = mute_alerts(world)
    assert ": quotes and trades move" in text


async def test_a_symbol_that_talks_again_is_told_and_marked_no_more(world, market):
    market.heals_on_renewal = True
    market.mute = {("MSFT", Quote), ("MSFT", Trade)}

    await market.run(20)

    assert marked(world) == ()
    assert [text for text in world.alerts("stale") if "again" in text] == ["MSFT is told again."]
    assert world.market.reconnects == 0


async def test_a_symbol_whose_quotes_are_back_waits_for_no_print_to_be_trusted(world, market):
    market.mute = {("MSFT", Quote), ("MSFT", Trade)}
    await market.run(16)
    assert marked(world) == ("MSFT",)

    world.market.tell(quote("MSFT", made_at=world.clock.now()))

    await until(lambda: marked(world) == (), "the end of the mark", 3)


async def test_one_that_stays_mute_costs_a_reconnect_and_the_next_ones_come_seldom(world, market):
    market.mute = {("MSFT", Quote)}

    await market.run(570)

    assert 3 <= world.market.reconnects <= 6
    assert len(mute_alerts(world)) == 1
    assert marked(world) == ("MSFT",)


async def test_a_reconnect_that_helps_ends_it(world, market):
    market.heals_on_reconnection = True
    market.mute = {("MSFT", Quote)}

    await market.run(60)

    assert world.market.reconnects == 1
    assert marked(world) == ()


async def test_after_one_that_helped_the_next_trouble_is_a_new_one(world, market):
    market.heals_on_reconnection = True
    market.mute = {("MSFT", Quote)}
    await market.run(40)
    assert world.market.reconnects == 1

    market.mute = {("SPY", Quote)}
    await market.run(40)

    assert world.market.reconnects == 2


async def test_the_end_of_the_session_ends_the_mark(world, market):
    market.mute = {("MSFT", Quote)}
    await market.run(16)
    assert marked(world) == ("MSFT",)

    world.broker.session = replace(world.broker.session, is_open=False)

    await until(lambda: marked(world) == (), "the end of the mark", 60)


async def test_no_reconnect_while_the_stream_itself_says_what_is_wrong(world, market):
    world.market.link(Link.LIVE, "the stream refused more symbols")
    market.mute = {("MSFT", Quote)}

    await market.run(120)

    assert len(mute_alerts(world)) == 1
    assert world.market.reconnects == 0


async def test_what_the_source_said_is_shown_nowhere(world, market):
    market.mute = {("MSFT", Quote), ("MSFT", Trade)}
    await market.run(1)
    known = world.state.quotes["MSFT"], world.state.trades["MSFT"]

    await market.run(13)

    assert (world.state.quotes["MSFT"], world.state.trades["MSFT"]) == known


async def test_money_at_stake_makes_it_critical(world, market):
    world.broker.hold("MSFT", 10)
    world.broker.place(buy(symbol="AAPL", limit="1.50", key="k-1"))
    await until(lambda: world.state.position_of("MSFT"), "the position", 30)
    market.mute = {(symbol, Quote) for symbol in SYMBOLS}

    await market.run(16)

    found = {a.symbol: a.severity for a in world.state.alerts.values() if "is mute on" in a.text}
    critical, warning = Severity.CRITICAL, Severity.WARNING
    assert found == {"AAPL": critical, "MSFT": critical, "SPY": warning}


async def test_many_at_once_are_one_alert_that_is_critical_when_one_of_them_is(world, market):
    many = [f"S{number}" for number in range(30)]
    world.desk._rooms.market.feed.hold("a test", many)
    world.broker.place(buy(symbol="S7", limit="1.50", key="k-1"))
    for second in range(40):
        now = world.clock.now()
        world.history.quotes = [quote(symbol, made_at=now) for symbol in many]
        talking = many if second > 30 else []
        world.market.tell(*(quote(symbol, made_at=now) for symbol in ("SPY", *talking)))
        await asyncio.sleep(1)

    found = [a for a in world.state.alerts.values() if "mute on" in a.text]
    back = [text for text in world.alerts("stale") if "told again" in text]
    assert [alert.text.split(":")[0] for alert in found] == [
        "S0, S1, S10 and 27 more are mute on a stream that talks"
    ]
    assert [(alert.severity, alert.symbol) for alert in found] == [(Severity.CRITICAL, None)]
    assert back == ["S0, S1, S10 and 27 more are told again."]


async def test_a_quiet_symbol_is_not_a_mute_one(world, market):
    silence = replace(world.history.quotes[1]), replace(world.history.trades[1])
    for _ in range(60):
        world.history.quotes = [silence[0]]
        world.history.trades = [silence[1]]
        world.market.tell(quote("SPY", made_at=world.clock.now()))
        await asyncio.sleep(1)

    assert mute_alerts(world) == []
    assert marked(world) == ()


async def test_nothing_is_asked_while_the_market_is_closed(world, market):
    world.broker.session = replace(world.broker.session, is_open=False)
    await until(lambda: not world.state.clock.is_open, "the end of the session", 60)
    asked = len(world.history.compared_symbols)
    market.mute = {("MSFT", Quote)}

    await market.run(60)

    assert len(world.history.compared_symbols) == asked
    assert mute_alerts(world) == []


@pytest.mark.parametrize("channel", ["market data", "rest"])
async def test_nothing_is_asked_while_a_way_to_the_market_is_down(world, market, channel):
    if channel == "rest":
        world.broker.trouble = "no answer"
    else:
        world.market.link(Link.DOWN, "gone")
        market.mute = {(symbol, kind) for symbol in SYMBOLS for kind in (Quote, Trade)}
    down = lambda: world.state.connections[Channel(channel)].link is Link.DOWN  # noqa: E731 - named
    await until(down, "the loss", 60)
    asked = len(world.history.compared_symbols)

    await market.run(30)

    assert len(world.history.compared_symbols) == asked


@pytest.mark.parametrize("trouble", [Postponed("kept back"), BrokerUnavailable("no answer")])
async def test_a_question_that_is_put_off_is_asked_later_and_accuses_nobody(world, market, trouble):
    world.history.trouble = trouble
    market.mute = {("MSFT", Quote)}
    await market.run(30)
    assert mute_alerts(world) == []

    world.history.trouble = None
    await market.run(16)

    assert len(mute_alerts(world)) == 1
    assert world.alerts("system") == []


async def test_a_hundred_symbols_are_asked_at_a_time_and_each_has_its_turn(world):
    many = [f"S{number}" for number in range(150)]
    world.desk._rooms.market.feed.hold("a test", many)
    await until(lambda: "S149" in world.market.subscribed, "the subscription")
    asked = len(world.history.compared_symbols)

    await asyncio.sleep(0.5)
    for _ in range(20):
        world.price()
        await asyncio.sleep(1)

    questions = world.history.compared_symbols[asked:]
    assert max(map(len, questions)) == 100
    assert set(many) <= {symbol for question in questions for symbol in question}
    assert len(questions) <= 4


async def test_a_symbol_that_nobody_wants_any_more_is_marked_no_more(world, market):
    feed = world.desk._rooms.market.feed
    feed.hold("a test", ["GOOG"])
    await until(lambda: "GOOG" in world.market.subscribed, "the subscription")
    for _ in range(20):
        now = world.clock.now()
        world.history.quotes = [quote("GOOG", made_at=now)]
        world.market.tell(quote("SPY", made_at=now))
        await asyncio.sleep(1)
    assert marked(world) == ("GOOG",)

    feed.hold("a test", [])

    await until(lambda: marked(world) == (), "the end of the mark")
