import asyncio
import os
import socket
import stat
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from console.domain.events import MarketMoved, ReadingsTaken
from console.domain.orders import OrderStatus, Side
from console.domain.permissions import Role
from console.domain.receipts import Outcome
from console.domain.tickets import Ticket
from console.link import messages, sockets, wire
from console.link.sockets import cut
from tests.link.fakes import (
    NOON,
    Link,
    Raw,
    alert,
    alerts,
    buy,
    holding,
    moved,
    quote,
    until,
    updated,
    welcome,
)


async def symbols_of_next_frame(raw: Raw) -> list[str]:
    (event,) = await raw.hear_events()
    assert isinstance(event, MarketMoved)
    return [quote.symbol for quote in event.quotes]


async def test_the_snapshot_comes_first_and_then_what_happens(link: Link) -> None:
    link.desk.tell(alert("before"))
    raw = await link.call()
    await raw.say(messages.Hello(version=messages.VERSION, program="console"))

    assert await raw.hear() == welcome()
    snapshot = await raw.hear()
    link.desk.tell(alert("after"), updated("o1", "AAPL"))

    assert isinstance(snapshot, messages.Told)
    assert snapshot.is_snapshot
    assert [wire.unpack(raw) for raw in snapshot.events] == [alert("before")]
    assert await raw.hear_events() == [alert("after"), updated("o1", "AAPL")]


async def test_every_console_hears_everything_in_order(link: Link) -> None:
    consoles = [await link.attach() for _ in range(3)]
    told = list(alerts(3_000))

    link.desk.tell(*told)

    for console in consoles:
        heard = []
        while len(heard) < len(told):
            heard += await console.hear_events()
        assert heard == told


async def test_an_event_is_packed_once_for_all_consoles(link: Link) -> None:
    for _ in range(3):
        await link.attach()
    boxes = [console.outbox for console in link.server._consoles.values()]

    link.desk.tell(alert("one"))

    assert len({id(box._waiting[0]) for box in boxes}) == 1


async def test_only_the_newest_quote_of_a_symbol_is_told(link: Link) -> None:
    raw = await link.attach()
    await raw.say(messages.Show(symbols=("AAPL",)))
    await until(lambda: link.desk.shown)

    link.desk.tell(*(moved(quote("AAPL", 100 + n, second=n)) for n in range(50)))

    assert await raw.hear_events() == [moved(quote("AAPL", 149, second=49))]


async def test_a_console_is_told_only_of_what_it_shows(link: Link) -> None:
    first, second = await link.attach(), await link.attach()
    await first.say(messages.Show(symbols=("AAPL", "SPY")))
    await second.say(messages.Show(symbols=("SPY",)))
    await until(lambda: len(link.desk.shown) == 2)

    link.desk.tell(moved(quote("AAPL", 1), quote("IBM", 2), quote("SPY", 3)))

    assert await symbols_of_next_frame(first) == ["AAPL", "SPY"]
    assert await symbols_of_next_frame(second) == ["SPY"]


async def test_held_and_working_symbols_are_told_to_everybody(link: Link) -> None:
    raw = await link.attach()
    link.desk.tell(holding("IBM"), updated("o1", "TSLA"), updated("o2", "GE"))
    link.desk.tell(updated("o2", "GE", OrderStatus.CANCELED))
    assert len(await raw.hear_events()) == 4

    link.desk.tell(moved(*(quote(symbol, 5) for symbol in ("AAPL", "GE", "IBM", "TSLA"))))

    assert await symbols_of_next_frame(raw) == ["IBM", "TSLA"]


async def test_what_was_held_before_the_link_opened_is_told_too(link: Link) -> None:
    await link.server.close()
    link.desk.tell(holding("IBM"), moved(quote("IBM", 7)))
    await link.server.start()

    raw = await link.attach()

    assert await symbols_of_next_frame(raw) == ["IBM"]


async def test_a_symbol_shown_anew_is_told_though_it_stands_still(link: Link) -> None:
    link.desk.tell(moved(quote("AAPL", 100), quote("IBM", 50)))
    raw = await link.attach()

    await raw.say(messages.Show(symbols=("AAPL",)))
    assert await symbols_of_next_frame(raw) == ["AAPL"]
    await raw.say(messages.Show(symbols=("AAPL", "IBM")))

    assert await symbols_of_next_frame(raw) == ["IBM"]


async def test_readings_are_told_of_the_focus_alone(link: Link) -> None:
    raw = await link.attach()
    await raw.say(messages.Show(symbols=("AAPL",), focus="AAPL"))
    await until(lambda: link.desk.shown)

    link.desk.tell(ReadingsTaken(symbol="IBM", readings=(), at=NOON))
    link.desk.tell(ReadingsTaken(symbol="AAPL", readings=(), at=NOON))

    assert await raw.hear_events() == [ReadingsTaken(symbol="AAPL", readings=(), at=NOON)]


async def test_a_quiet_desk_still_tells_the_time(link: Link) -> None:
    raw = await link.attach()

    link.clock.seconds += 1
    heard = await raw.hear()

    assert heard == messages.Told(now=NOON, events=())


async def test_the_desk_hears_what_is_shown_and_when_the_console_goes(link: Link) -> None:
    raw = await link.attach()
    await raw.say(messages.Show(symbols=("AAPL", "IBM"), focus="IBM"))
    await until(lambda: list(link.desk.shown.values()) == [(("AAPL", "IBM"), "IBM")])

    cut(raw.connection)

    await until(lambda: not link.desk.shown)
    await until(lambda: not link.server.consoles)


async def test_the_kernel_says_who_is_calling(link: Link) -> None:
    raw = await link.attach()

    await raw.say(messages.Halt(id=1, reason="enough"))
    await raw.hear_answer()

    (_, reason, actor) = link.desk.asked[0]
    assert (reason, actor.uid, actor.pid) == ("enough", os.getuid(), os.getpid())
    assert (actor.role, actor.via) == (Role.OWNER, "console")


async def test_a_slow_answer_holds_up_nothing_else(link: Link) -> None:
    raw = await link.attach()
    link.desk.gate.clear()
    await raw.say(messages.Submit(id=1, request=buy("slow")))
    await until(lambda: link.desk.asked)

    link.desk.tell(alert("meanwhile"))
    assert await raw.hear_events() == [alert("meanwhile")]
    link.desk.gate.set()

    answer = await raw.hear_answer()
    assert isinstance(answer, messages.Reply)
    assert answer.receipt is not None
    assert (answer.id, answer.receipt.order) == (1, "slow")


async def test_an_order_is_finished_without_the_console_that_sent_it(link: Link) -> None:
    raw = await link.attach()
    link.desk.gate.clear()
    await raw.say(messages.Submit(id=1, request=buy("orphan")))
    await until(lambda: link.desk.asked)

    cut(raw.connection)
    await until(lambda: not link.server.consoles)
    closing = asyncio.create_task(link.server.close())
    await until(lambda: not link.path.exists() or closing.done() or link.desk.listeners == 0)
    _, waiting = await asyncio.wait([closing], timeout=0.2)
    link.desk.gate.set()
    await closing

    assert waiting == {closing}


async def test_too_many_requests_at_once_are_refused_with_their_number(link: Link) -> None:
    raw = await link.attach()
    link.desk.gate.clear()

    for number in range(1, 67):
        await raw.say(messages.CancelAll(id=number))
    refused = [await raw.hear_answer() for _ in range(2)]
    link.desk.gate.set()
    answered = [await raw.hear_answer() for _ in range(64)]

    assert [answer.id for answer in refused] == [65, 66]
    assert all(isinstance(answer, messages.Refusal) for answer in refused)
    assert sorted(answer.id for answer in answered) == list(range(1, 65))


async def test_a_failing_desk_is_told_as_a_sentence_and_the_link_goes_on(link: Link) -> None:
    raw = await link.attach()

    link.desk.failure = RuntimeError("the disk is full")
    await raw.say(messages.CancelAll(id=7))
    refusal = await raw.hear_answer()
    link.desk.failure = None
    await raw.say(messages.CancelAll(id=8))

    text = "the desk failed at this: the disk is full; see desk.log"
    assert refusal == messages.Refusal(id=7, text=text)
    assert isinstance(await raw.hear_answer(), messages.Reply)


async def test_stopping_the_desk_is_asked_of_whoever_runs_it(link: Link) -> None:
    raw = await link.attach()

    await raw.say(messages.StopDesk(id=3))
    answer = await raw.hear_answer()

    assert isinstance(answer, messages.Reply)
    assert [actor.uid for actor in link.stopped_by] == [os.getuid()]


async def test_nonsense_is_refused_and_hurts_nobody(link: Link) -> None:
    noisy, quiet = await link.attach(), await link.attach()

    for nonsense in (b"", b"\xff\xff", b"\x91" * 10_000, "a text frame", os.urandom(500)):
        await noisy.connection.send(nonsense)
        answer = await noisy.hear_answer()
        assert isinstance(answer, messages.Refusal)
        assert answer.text.startswith("this is not a message the desk understands: ")
    wrong = {"client_order_id": "o", "symbol": "A", "side": "buy", "qty": "-5"}
    wrong = {"type": "submit", "id": 9, "request": wrong}
    await noisy.connection.send(msgspec.msgpack.encode(wrong))
    refusal = await noisy.hear_answer()
    link.desk.tell(alert("still here"))

    assert refusal.id == 9
    assert await noisy.hear_events() == await quiet.hear_events() == [alert("still here")]


async def test_a_message_beyond_a_mebibyte_ends_only_its_own_connection(link: Link) -> None:
    greedy, other = await link.attach(), await link.attach()

    await greedy.connection.send(b"x" * (1024 * 1024 + 1))
    await greedy.connection.wait_closed()
    link.desk.tell(alert("still here"))

    assert greedy.connection.close_code == 1009
    assert await other.hear_events() == [alert("still here")]


async def test_bytes_that_are_no_websocket_hurt_nobody(link: Link) -> None:
    other = await link.attach()
    reader, writer = await asyncio.open_unix_connection(str(link.path))

    writer.write(os.urandom(4096) + b"\r\n\r\n")
    await reader.read()
    writer.close()
    link.desk.tell(alert("still here"))

    assert await other.hear_events() == [alert("still here")]


async def test_another_version_is_told_so_and_let_go(link: Link) -> None:
    raw = await link.call()

    await raw.say(messages.Hello(version=99, program="console"))
    refusal = await raw.hear_answer()
    await raw.connection.wait_closed()

    assert isinstance(refusal, messages.Refusal)
    assert "version 99" in refusal.text


async def test_nothing_is_done_before_a_hello(link: Link) -> None:
    raw = await link.call()

    await raw.say(messages.CancelAll(id=4))
    refusal = await raw.hear_answer()

    assert refusal == messages.Refusal(id=4, text="say hello before anything else")
    assert link.desk.asked == []


async def test_a_console_that_reads_nothing_is_let_go_and_the_others_hear_all(link: Link) -> None:
    stuck, other = await link.attach(max_queue=1), await link.attach()
    stuck.connection.transport.pause_reading()
    told = [alert(f"{number} " + "x" * 1_000) for number in range(30_000)]

    heard = []
    for start in range(0, len(told), 1_000):
        link.desk.tell(*told[start : start + 1_000])
        while len(heard) < start + 1_000:
            heard += await other.hear_events()

    assert heard == told
    await until(lambda: len(link.server.consoles) == 1)


async def test_a_console_that_reads_nothing_costs_no_memory_in_quotes(link: Link) -> None:
    stuck = await link.attach(max_queue=1)
    await stuck.say(messages.Show(symbols=tuple(f"S{n}" for n in range(500))))
    stuck.connection.transport.pause_reading()
    await until(lambda: link.desk.shown)
    (console,) = link.server._consoles.values()

    for second in range(300):
        link.desk.tell(moved(*(quote(f"S{n}", second + 1.0) for n in range(500))))
        link.server.draw()
        await asyncio.sleep(0)

    assert len(console.outbox) == 0
    assert console._connection.transport.get_write_buffer_size() < 200_000


async def test_a_console_that_wakes_up_gets_the_newest_quote_of_each_symbol(link: Link) -> None:
    symbols = [f"S{n}" for n in range(500)]
    stuck = await link.attach(max_queue=1)
    await stuck.say(messages.Show(symbols=tuple(symbols)))
    await until(lambda: link.desk.shown)
    stuck.connection.transport.pause_reading()

    for n in range(100):
        link.desk.tell(moved(*(quote(symbol, n + 1.0) for symbol in symbols)))
        link.server.draw()
        await asyncio.sleep(0)
    for price, symbol in enumerate(symbols[:20]):
        link.desk.tell(moved(quote(symbol, 1_000.0 + price, second=1)))
        link.server.draw()
        await asyncio.sleep(0)
    stuck.connection.transport.resume_reading()

    bids = dict[str, float]()
    while [bids.get(symbol, 0) for symbol in symbols[:20]] != [1_000.0 + n for n in range(20)]:
        (event,) = await stuck.hear_events()
        assert isinstance(event, MarketMoved)
        bids |= {quote.symbol: quote.bid for quote in event.quotes}


async def test_consoles_come_and_go_without_a_trace(link: Link) -> None:
    before = len(asyncio.all_tasks())

    for _ in range(30):
        raw = await link.attach()
        await raw.say(messages.Show(symbols=("AAPL",)))
        cut(raw.connection)

    await until(lambda: not link.server.consoles)
    await until(lambda: len(asyncio.all_tasks()) <= before)
    assert link.desk.shown == {}
    assert link.desk.listeners == 1


async def test_the_socket_is_the_owners_alone(link: Link) -> None:
    assert stat.S_IMODE(link.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(link.path.parent.stat().st_mode) == 0o700


async def test_a_socket_of_a_dead_desk_is_replaced_and_its_folder_closed(link: Link) -> None:
    await link.server.close()
    link.path.parent.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(link.path))

    await link.server.start()

    assert await link.attach()
    assert stat.S_IMODE(link.path.parent.stat().st_mode) == 0o700


async def test_two_desks_never_share_a_socket(link: Link) -> None:
    with pytest.raises(sockets.SocketUnusable, match="another desk listens"):
        sockets.bind(link.path)


async def test_a_file_in_the_place_of_the_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "f"
    if len(os.fsencode(path)) > sockets.MAX_PATH_BYTES:
        pytest.skip("the temporary folder of this machine has too long a name")
    path.write_text("precious")

    with pytest.raises(sockets.SocketUnusable, match="not a socket"):
        sockets.bind(path)

    assert path.read_text() == "precious"


def test_a_path_too_long_for_a_socket_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(sockets.SocketUnusable, match="KILLCORD_STATE to a shorter folder"):
        sockets.bind(tmp_path / ("x" * 100) / "desk.sock")


async def test_a_closed_link_leaves_no_socket_and_no_listener(link: Link) -> None:
    raw = await link.attach()
    link.desk.tell(alert("last words"))

    await link.server.close()

    assert not link.path.exists()
    assert link.desk.listeners == 0
    assert await raw.hear_events() == [alert("last words")]


async def test_the_answer_is_outcome_and_sentence(link: Link) -> None:
    raw = await link.attach()

    await raw.say(messages.Rearm(id=2, reason="checked"))
    answer = await raw.hear_answer()

    assert isinstance(answer, messages.Reply)
    assert answer.receipt is not None
    assert (answer.receipt.outcome, answer.receipt.detail) == (Outcome.ACCEPTED, "rearm done")


async def test_a_console_is_told_the_prices_of_its_last_ticket(link: Link) -> None:
    raw, other = await link.attach(), await link.attach()
    await raw.say(messages.Check(id=1, ticket=Ticket(symbol="F", side=Side.BUY, qty=Decimal(1))))
    await raw.hear()
    await other.say(messages.Show(symbols=("SPY",)))
    await until(lambda: link.desk.shown)

    link.desk.tell(moved(quote("F", 12), quote("SPY", 3)))

    assert await symbols_of_next_frame(raw) == ["F"]
    assert await symbols_of_next_frame(other) == ["SPY"]
