"""Facts wait a moment for those that follow, so that an order leaves first; answers never wait."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from console.domain.permissions import Actor
from console.domain.receipts import Outcome, Receipt
from console.link import messages
from console.link.server import LinkServer
from tests.link.fakes import PATIENCE, FakeClock, FakeDesk, Link, alert, welcome


class Breath:
    """A moment that lasts until the test lets it go."""

    def __init__(self) -> None:
        self.has_begun = asyncio.Event()
        self.is_over = asyncio.Event()

    async def take(self) -> None:
        self.has_begun.set()
        await self.is_over.wait()


@pytest.fixture
def breath() -> Breath:
    return Breath()


@pytest.fixture
async def link(breath: Breath) -> AsyncIterator[Link]:
    # not tmp_path: its name is too long for a socket on some machines
    with TemporaryDirectory(prefix="kc") as folder:
        path, desk, clock = Path(folder) / "demo" / "desk.sock", FakeDesk(), FakeClock()

        async def stop(_actor: Actor) -> Receipt:
            return Receipt(outcome=Outcome.ACCEPTED, detail="stopping")

        server = LinkServer(
            desk, path=path, welcome=welcome(), clock=clock, on_stop=stop, breathe=breath.take
        )
        made = Link(server, desk, path, clock)
        await server.start()
        yield made
        breath.is_over.set()
        await made.close()


async def test_facts_wait_for_those_that_follow_and_go_as_one(link: Link, breath: Breath) -> None:
    raw = await link.attach()
    link.desk.tell(alert("first"))
    async with asyncio.timeout(PATIENCE):
        await breath.has_begun.wait()

    link.desk.tell(alert("second"))
    breath.is_over.set()

    assert await raw.hear_events() == [alert("first"), alert("second")]


async def test_an_answer_waits_for_nothing(link: Link) -> None:
    raw = await link.attach()

    await raw.say(messages.Halt(id=1, reason="drill"))

    answer = await raw.hear_answer()
    assert isinstance(answer, messages.Reply)
    assert answer.receipt is not None
