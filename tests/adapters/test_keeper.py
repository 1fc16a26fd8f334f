"""What a keeper survives: sockets that do not close in form, and a loop that is held up."""

import asyncio
import threading

import pytest

from console.adapters.alpaca.keeper import Keeper
from console.adapters.alpaca.outages import StreamLost
from tests.adapters.fakes import until


class Line:
    """A connection that is open until it is told to break."""

    def __init__(self):
        self.opened = 0
        self.shuts = 0
        self.is_broken = threading.Event()
        self.hold_up = threading.Event()
        self.go_on = threading.Event()
        self.on_shut = lambda: asyncio.sleep(0)

    async def open(self):
        self.opened += 1

    async def read(self):
        while not self.is_broken.is_set():
            if self.hold_up.is_set():
                self.go_on.wait(60)
            await asyncio.sleep(0.001)
        self.is_broken.clear()
        raise StreamLost("it broke")

    async def shut(self):
        self.shuts += 1
        await self.on_shut()


@pytest.fixture
async def line():
    return Line()


@pytest.fixture
async def keeper(line):
    keeper = Keeper("a line", line, lambda _link, _detail: None)
    keeper.want(is_wanted=True)
    await until(lambda: line.opened == 1)
    yield keeper
    line.go_on.set()
    await keeper.stop()


async def hold_up(line):
    """Keep the stream's loop from doing anything until `go_on`."""
    line.hold_up.set()
    await asyncio.sleep(0.05)


async def test_a_socket_that_cannot_be_closed_is_followed_by_another(keeper, line):
    async def reset():
        raise ConnectionResetError("the peer has reset it")

    line.on_shut = reset

    line.is_broken.set()

    await until(lambda: line.opened == 2)


async def test_a_change_that_takes_too_long_is_made_all_the_same(keeper, line):
    done = threading.Event()

    async def change():
        done.set()

    await hold_up(line)
    await keeper.run(change(), within=0.01)
    line.go_on.set()

    await until(done.is_set)


async def test_a_reconnection_asked_for_while_the_loop_is_held_up_is_made(keeper, line):
    await hold_up(line)

    keeper.reconnect()
    line.go_on.set()

    await until(lambda: line.opened == 2)


async def test_a_close_that_swallows_the_end_does_not_keep_the_thread(keeper, line):
    async def swallow():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return

    line.on_shut = swallow
    line.is_broken.set()
    await until(lambda: line.shuts == 1)

    await keeper.stop()

    assert not [thread for thread in threading.enumerate() if thread.name == "a line"]
