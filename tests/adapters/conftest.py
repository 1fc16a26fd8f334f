import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.broker import AlpacaBroker
from tests.adapters.fakes import FakeAlpaca, access, ours

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def alpaca() -> AsyncIterator[FakeAlpaca]:
    fake = FakeAlpaca()
    tasks = set[asyncio.Task[None]]()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(fake.serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    yield fake
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def broker(alpaca: FakeAlpaca) -> AsyncIterator[AlpacaBroker]:
    made = AlpacaBroker(access(alpaca.port), is_ours=ours, deadline=60.0)
    yield made
    await made.close()


@pytest.fixture
async def venue() -> AsyncIterator[AlpacaAccess]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "console.venue.command",
        "--port",
        "0",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        yield AlpacaAccess.venue(json.loads(line))
    finally:
        process.terminate()
        await process.communicate()


@pytest.fixture
async def trading(venue: AlpacaAccess) -> AsyncIterator[AlpacaBroker]:
    made = AlpacaBroker(venue, is_ours=ours)
    yield made
    await made.close()
