"""A server on a real socket, in front of a desk that is no desk."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from console.domain.permissions import Actor
from console.domain.receipts import Outcome, Receipt
from console.link.server import LinkServer
from tests.link.fakes import FakeClock, FakeDesk, Link, welcome


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    # not tmp_path: its name is too long for a socket on some machines
    with TemporaryDirectory(prefix="kc") as folder:
        path = Path(folder) / "demo" / "desk.sock"
        desk, clock = FakeDesk(), FakeClock()

        async def stop(actor: Actor) -> Receipt:
            made.stopped_by.append(actor)
            return Receipt(outcome=Outcome.ACCEPTED, detail="stopping")

        server = LinkServer(
            desk, path=path, welcome=welcome(), clock=clock, on_stop=stop, frame_seconds=0.01
        )
        made = Link(server, desk, path, clock)
        await server.start()
        yield made
        await made.close()
