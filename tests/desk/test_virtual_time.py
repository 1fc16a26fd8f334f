"""The loop of the desk's tests: it waits for what is real, and for nothing else."""

import asyncio
import socket
import threading
import time

import pytest

from tests.desk.virtual_time import MOST_SECONDS


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_sleep_is_over_at_its_time_and_in_its_order():
    began, woken = now(), []

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds)
        woken.append((seconds, round(now() - began, 2)))

    await asyncio.gather(sleep(300.0), sleep(60.0), sleep(0.5))

    assert woken == [(0.5, 0.5), (60.0, 60.0), (300.0, 300.0)]


async def test_no_deadline_passes_while_a_thread_works():
    async with asyncio.timeout(0.01):
        await asyncio.to_thread(time.sleep, 0.1)


async def test_a_task_that_never_rests_does_not_stop_the_time():
    loop = asyncio.get_running_loop()
    until = now() + 0.5

    def spin() -> None:
        if now() < until:
            loop.call_soon(spin)
        else:
            over.set()

    over = asyncio.Event()
    spin()
    await over.wait()

    assert now() >= until


async def test_an_open_socket_is_waited_for_truly():
    here, there = socket.socketpair()
    here.setblocking(False)
    saying = threading.Timer(0.2, there.send, (b"!",))

    with here, there:
        saying.start()
        async with asyncio.timeout(60):
            said = await asyncio.get_running_loop().sock_recv(here, 1)
        saying.join()

    assert said == b"!"


async def test_who_waits_for_ever_is_told():
    asleep = asyncio.get_running_loop()._jumping

    with pytest.raises(RuntimeError, match="still waiting"):
        asleep._jump(MOST_SECONDS + 1.0)
