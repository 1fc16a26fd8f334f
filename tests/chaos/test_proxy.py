"""The proxy does what it is told: each fate as a client of it sees it."""

import asyncio

import pytest

from tests.chaos.proxy import ChaosProxy, Fate

ANSWER = b"x" * 50_000


@pytest.fixture
async def proxy():
    async def answer(reader, writer):
        await reader.readline()
        writer.write(ANSWER)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    made = ChaosProxy(server.sockets[0].getsockname()[1], seed=1)
    made.port = await made.start()
    yield made
    await made.close()
    server.close()
    await server.wait_closed()


async def asked(proxy: ChaosProxy, fate: Fate) -> bytes | None:
    """Ask through the proxy; None when the connection was reset."""
    proxy.weather.badness, proxy.weather.fates = 1.0, (fate,)
    proxy.weather.drip_seconds = 0.0
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"hello\n")
        said = await reader.read(-1)
        writer.close()
    except OSError:
        return None
    return said


@pytest.mark.parametrize("fate", [Fate.CLEAN, Fate.LATE, Fate.DRIPPED])
async def test_what_is_only_slow_comes_whole(proxy, fate):
    assert await asked(proxy, fate) == ANSWER


async def test_a_truncated_answer_ends_early(proxy):
    said = await asked(proxy, Fate.TRUNCATED)

    assert said is not None
    assert 0 < len(said) < len(ANSWER)


@pytest.mark.parametrize("fate", [Fate.REFUSED, Fate.RESET])
async def test_what_is_refused_or_reset_gives_no_whole_answer(proxy, fate):
    said = await asked(proxy, fate)

    assert said is None or len(said) < len(ANSWER)


@pytest.mark.parametrize("fate", [Fate.HALF_OPEN, Fate.BLACKHOLE])
async def test_from_a_half_open_connection_nothing_ever_comes(proxy, fate):
    asking = asyncio.create_task(asked(proxy, fate))
    done, _ = await asyncio.wait({asking}, timeout=0.3)

    assert not done

    while not asking.done():
        proxy.cut()
        await asyncio.sleep(0.05)
    assert not await asking
