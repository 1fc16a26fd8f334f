"""`killcord halt` at the desk's short way: real sockets, lines of JSON."""

import asyncio
import json
import socket
import stat
from decimal import Decimal

from console.desk import latch
from console.desk.halt_socket import HaltSocket
from console.domain.orders import OrderType, Side
from tests.builders import OWNER, buy, request
from tests.desk.conftest import World, until


async def conversation(world: World, line: bytes) -> list[dict]:
    """Say one line to the halt socket and return all that it answers."""
    reader, writer = await asyncio.open_unix_connection(world.folder.halt_socket)
    writer.write(line)
    answers = [json.loads(answer) async for answer in reader]
    writer.close()
    return answers


def identify(_socket: socket.socket):
    return OWNER


async def test_a_caller_hears_of_the_latch_first_and_of_the_proof_last(world: World):
    await world.desk.submit(buy(), OWNER)
    door = HaltSocket(desk=world.desk, path=world.folder.halt_socket, identify=identify)
    await door.start()

    first, *progress, last = await conversation(world, b'{"reason": "from a shell"}\n')

    assert first["latched"] is True
    assert first["id"] == world.state.halt.id
    assert all(not line["confirmed"] for line in progress)
    assert last["confirmed"] is True
    assert "1 canceled" in last["receipt"]
    await door.stop()


async def test_garbage_is_answered_and_halts_nothing(world: World):
    door = HaltSocket(desk=world.desk, path=world.folder.halt_socket, identify=identify)
    await door.start()

    for line in (b"\n", b"\xff\xfe\n", b"[]\n", b"{}\n", b"7\n"):
        (answer,) = await conversation(world, line)
        assert "error" in answer
    assert await conversation(world, b"x" * 10_000 + b"\n") == []

    assert not latch.is_pulled(world.folder.latch)
    await door.stop()


async def test_a_caller_that_hangs_up_has_halted_all_the_same(world: World):
    door = HaltSocket(desk=world.desk, path=world.folder.halt_socket, identify=identify)
    await door.start()
    _, writer = await asyncio.open_unix_connection(world.folder.halt_socket)

    writer.write(b'{"reason": "gone"}\n')
    await writer.drain()
    writer.close()

    await until(lambda: world.state.halt is not None and world.state.halt.is_confirmed)
    await door.stop()


async def test_the_socket_is_the_owners_alone_and_replaces_an_old_one(world: World):
    world.folder.halt_socket.write_text("left behind")
    door = HaltSocket(desk=world.desk, path=world.folder.halt_socket, identify=identify)

    await door.start()

    assert stat.S_IMODE(world.folder.halt_socket.stat().st_mode) == 0o600
    await door.stop()
    assert not world.folder.halt_socket.exists()


async def test_a_latch_that_was_found_and_is_told_of_is_one_pull(world: World):
    door = HaltSocket(desk=world.desk, path=world.folder.halt_socket, identify=identify)
    await door.start()
    said = latch.Latched(id="key", reason="by key", by="cord", at="2026-01-02T00:00:00+00:00")
    latch.pull(world.folder.latch, said)
    await until(lambda: world.state.halt is not None)

    first, *_ = await conversation(world, b'{"reason": "by key", "id": "key"}\n')
    again, *_ = await conversation(world, b'{"reason": "by key", "id": "another"}\n')

    assert (first["latched"], again["latched"]) == (True, True)
    kinds = world.journal.kinds
    assert kinds.count("halt.found") == kinds.count("halt.pulled_again") == 1
    await door.stop()


async def test_a_desk_that_latches_before_the_cord_does_writes_what_the_cord_would(world: World):
    door = HaltSocket(desk=world.desk, path=world.folder.halt_socket, identify=identify)
    await door.start()

    line = b'{"reason": "by key", "id": "key", "via": "the cord"}\n'
    first, *_ = await conversation(world, line)

    said = latch.read(world.folder.latch)
    assert (first["id"], said.id) == ("key", "key")
    assert said.by == f"{OWNER.name} (the cord)"
    assert world.journal.kinds.count("halt.pulled") == 1
    await door.stop()


async def test_a_caller_says_that_stops_are_to_stay(world: World):
    world.broker.hold("AAPL", Decimal(10))
    stop = {"order_type": OrderType.STOP, "stop_price": Decimal(150)}
    world.broker.place(request(Side.SELL, "10", limit=None, key="stop", **stop))
    door = HaltSocket(desk=world.desk, path=world.folder.halt_socket, identify=identify)
    await door.start()

    *_, last = await conversation(world, b'{"reason": "smoke", "keeps": "stops"}\n')

    assert (last["confirmed"], last["kept"]) == (True, 1)
    assert world.broker.orders["stop"].is_open
    await door.stop()
