import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import reduce
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, unix_serve

from console.domain.alerts import Direction
from console.domain.flatten import Extent, FlattenRequest
from console.domain.market import Timeframe
from console.domain.orders import Side
from console.domain.permissions import Actor, Role
from console.domain.receipts import Outcome
from console.domain.state import TradingState, apply
from console.domain.tickets import Ticket
from console.link import messages
from console.link.client import LinkClient
from console.link.errors import DeskLost, DeskRefused, NotAttached
from console.link.replica import Replica
from console.link.sockets import SocketUnusable
from console.link.wire import encode
from tests.link.fakes import NOON, Link, alert, buy, holding, moved, quote, until, updated


@asynccontextmanager
async def client_of(link: Link) -> AsyncIterator[LinkClient]:
    attached = await LinkClient.connect(link.path, "console")
    try:
        yield attached
    finally:
        await attached.close()


@asynccontextmanager
async def replica_of(link: Link) -> AsyncIterator[Replica]:
    replica = Replica(link.path, "console", sleep=lambda _: asyncio.sleep(0.01))
    running = asyncio.create_task(replica.run())
    try:
        async with asyncio.timeout(60):
            await replica.attached()
        yield replica
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_every_command_reaches_the_desk_as_it_was_meant(link: Link) -> None:
    ticket = Ticket(symbol="AAPL", side=Side.BUY, qty=Decimal("1.5"))
    async with client_of(link) as desk:
        await desk.submit(buy("o1"))
        await desk.check(ticket)
        await desk.cancel(["o1", "o2"])
        await desk.cancel_all()
        await desk.replace("o1", qty=Decimal("2E+1"), limit_price=Decimal("190.05"))
        await desk.flat("AAPL")
        await desk.flatten(FlattenRequest(extent=Extent.LOSING, loss_percent=Decimal(5)))
        await desk.fence(is_set=True)
        await desk.halt("enough")
        await desk.reduce("news")
        await desk.override_blind("seen elsewhere")
        await desk.rearm("checked")
        await desk.set_crossing("AAPL", Direction.ABOVE, 200.5)
        await desk.remove_crossing("c1")
        await desk.acknowledge(["a1"])
        await desk.watch("AAPL", is_watched=False)
        bars = await desk.bars("AAPL", Timeframe.MIN_1, 3)
        receipt = await desk.stop_desk()

    plain = [tuple(a for a in asked if not isinstance(a, Actor)) for asked in link.desk.asked]
    terms = plain.pop(4)[1]
    assert isinstance(terms, dict)
    assert isinstance(terms.pop("actor"), Actor)
    assert terms == {
        "order": "o1",
        "qty": Decimal(20),
        "limit_price": Decimal("190.05"),
        "stop_price": None,
        "trail_price": None,
        "trail_percent": None,
        "time_in_force": None,
    }
    assert plain == [
        ("submit", buy("o1")),
        ("check", ticket),
        ("cancel", ("o1", "o2")),
        ("cancel_all",),
        ("flat", "AAPL"),
        ("flatten", FlattenRequest(extent=Extent.LOSING, loss_percent=Decimal(5))),
        ("fence", True),
        ("halt", "enough"),
        ("reduce", "news"),
        ("override_blind", "seen elsewhere"),
        ("rearm", "checked"),
        ("set_crossing", "AAPL", Direction.ABOVE, 200.5),
        ("remove_crossing", "c1"),
        ("acknowledge", ("a1",)),
        ("watch", "AAPL", False),
        ("bars", "AAPL", Timeframe.MIN_1, 3),
    ]
    assert [bar.volume for bar in bars] == [3]
    assert receipt.detail == "stopping"


async def test_each_answer_finds_its_question(link: Link) -> None:
    async with client_of(link) as first, client_of(link) as second:
        receipts = await asyncio.gather(
            *(desk.submit(buy(f"{n}")) for n in range(30) for desk in (first, second))
        )

    assert [receipt.order for receipt in receipts] == [f"{n}" for n in range(30) for _ in "12"]


async def test_an_answer_that_never_came_is_not_called_a_failure(link: Link) -> None:
    async with client_of(link) as desk:
        link.desk.gate.clear()
        asking = asyncio.create_task(desk.submit(buy("o1")))
        await until(lambda: link.desk.asked)
        for connection in link.server._server.connections:  # type: ignore[union-attr]
            connection.transport.abort()

        with pytest.raises(DeskLost, match="look at the orders before you repeat it"):
            await asking
        with pytest.raises(NotAttached, match="nothing was sent"):
            await desk.submit(buy("o2"))
    link.desk.gate.set()


async def test_a_refusal_is_raised_with_the_desks_words(link: Link) -> None:
    link.desk.failure = RuntimeError("the disk is full")
    async with client_of(link) as desk:
        with pytest.raises(DeskRefused, match="the disk is full"):
            await desk.cancel_all()
        with pytest.raises(DeskRefused, match="between 1 and 10000 bars"):
            await desk.bars("AAPL", Timeframe.MIN_1, 0)


async def test_no_desk_is_a_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises((NotAttached, SocketUnusable), match=r"no desk answers|bytes"):
        await LinkClient.connect(tmp_path / "desk.sock", "console")


async def test_a_desk_that_will_not_have_us_says_why(link: Link) -> None:
    await link.server.close()

    async def refuse(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(encode(messages.Refusal(id=0, text="64 are here already")))

    async with unix_serve(refuse, str(link.path)):
        with pytest.raises(DeskRefused, match="64 are here already"):
            await LinkClient.connect(link.path, "console")


async def test_a_replica_is_the_desk(link: Link) -> None:
    link.desk.tell(holding("IBM"), updated("o1", "AAPL"), moved(quote("IBM", 5)))
    async with replica_of(link) as replica:
        await replica.show(["AAPL"])
        link.desk.tell(alert("a1"), moved(quote("AAPL", 100), quote("IBM", 6, second=1)))
        await until(lambda: "a1" in replica.state.alerts and "AAPL" in replica.state.quotes)
        await until(lambda: replica.state.quotes["IBM"].bid == 6)
        mine = replica.state

    desk = reduce(apply, link.desk.events, TradingState())
    assert (mine.orders, mine.positions, mine.alerts) == (desk.orders, desk.positions, desk.alerts)
    assert mine.quotes == desk.quotes


async def test_a_replica_changes_only_what_changed(link: Link) -> None:
    link.desk.tell(updated("o1", "AAPL"))
    async with replica_of(link) as replica:
        before = replica.state
        link.desk.tell(alert("a1"))
        await until(lambda: replica.state.alerts)

        assert replica.state.orders is before.orders


async def test_a_replica_comes_back_and_shows_what_it_showed(link: Link) -> None:
    async with replica_of(link) as replica:
        await replica.show(["AAPL"], "AAPL")
        await until(lambda: link.desk.shown)
        link.desk.tell(alert("forgotten by the desk"))
        await until(lambda: replica.state.alerts)

        await link.server.close()
        await until(lambda: not replica.is_attached and replica.trouble)
        with pytest.raises(NotAttached, match="nothing was sent"):
            await replica.desk.cancel_all()
        link.desk.events.clear()
        await link.server.start()

        await until(lambda: replica.is_attached)
        await until(lambda: list(link.desk.shown.values()) == [(("AAPL",), "AAPL")])
        assert replica.state.alerts == {}
        assert replica.trouble == ""
        assert (await replica.desk.cancel_all()).outcome is Outcome.ACCEPTED


async def test_a_replica_knows_the_desks_time_and_its_silence(link: Link) -> None:
    seconds = 10.0
    replica = Replica(link.path, "console", monotonic=lambda: seconds)
    assert (replica.now(), replica.silence) == (None, None)

    replica.take(messages.Told(now=NOON, events=(), is_snapshot=True))
    seconds += 2

    assert replica.now() == NOON.replace(second=2)
    assert replica.silence == 2


async def test_a_replica_says_why_there_is_no_desk(tmp_path: Path) -> None:
    for path, why in (("missing.sock", r"no desk answers|bytes"), ("x" * 200, "shorter folder")):
        replica = Replica(tmp_path / path, "console", sleep=lambda _: asyncio.sleep(0.01))
        running = asyncio.create_task(replica.run())
        await until(lambda: replica.trouble)  # noqa: B023 - awaited before the next round
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

        assert re.search(why, replica.trouble)


async def test_a_desk_that_talks_nonsense_is_left_and_tried_again(link: Link) -> None:
    await link.server.close()
    calls = 0

    async def babble(connection: ServerConnection) -> None:
        nonlocal calls
        calls += 1
        await connection.recv()
        await connection.send(encode(welcome_of(link)))
        await connection.send(b"\x91" * 5)
        await connection.wait_closed()

    replica = Replica(link.path, "console", sleep=lambda _: asyncio.sleep(0.01))
    async with unix_serve(babble, str(link.path)):
        running = asyncio.create_task(replica.run())
        await until(lambda: calls >= 3 and "does not understand" in replica.trouble)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_strangers_may_halt_and_see_nothing(link: Link) -> None:
    stranger = Actor(uid=1, name="bin", pid=1, role=Role.STRANGER, via="console")
    link.server._identify = lambda *_: stranger
    link.desk.tell(alert("secret"))
    told: list[messages.Told] = []

    desk = await LinkClient.connect(link.path, "console", told.append)
    link.desk.tell(alert("secret too"))
    await desk.show(["AAPL"])
    with pytest.raises(DeskRefused, match="bin may not observe here"):
        await desk.bars("AAPL", Timeframe.MIN_1, 1)
    stopped = await desk.stop_desk()
    halted = await desk.halt("smoke")
    await desk.close()

    assert told == []
    assert link.desk.shown == {}
    assert (stopped.outcome, halted.outcome) == (Outcome.FORBIDDEN, Outcome.ACCEPTED)
    assert desk.refused == "bin may not observe here"


def welcome_of(link: Link) -> messages.Welcome:
    return link.server._welcome
