"""What waits for a slow client is bounded, and the others never wait."""

import asyncio

from console.venue.streams.outbox import MOST_BYTES, Outbox
from tests.venue.rig import PATIENCE


class StuckSocket:
    closed = False

    def __init__(self) -> None:
        self.sent = []
        self.is_stuck = asyncio.Event()

    async def send_bytes(self, frame: bytes) -> None:
        self.sent.append(frame)
        await self.is_stuck.wait()

    send_str = send_bytes

    async def close(self, *, code: int) -> None:
        self.code, self.closed = code, True


async def test_a_client_that_leaves_too_much_unread_is_cut_off():
    socket, cuts = StuckSocket(), asyncio.Event()
    outbox = Outbox(socket, cut_off=cuts.set, last_words=b"slow client", grace=0.0)
    sender = asyncio.create_task(outbox.send_all())
    frame = bytes(MOST_BYTES // 4)

    for _ in range(5):
        outbox.put(frame)
        await asyncio.sleep(0)
    before = cuts.is_set()
    outbox.put(frame)
    outbox.put(b"one more")
    await asyncio.wait_for(cuts.wait(), PATIENCE)
    sender.cancel()

    assert not before
    assert socket.sent == [frame]


async def test_a_slow_client_that_reads_on_hears_why_it_is_shown_out_and_nothing_else():
    socket = StuckSocket()
    outbox = Outbox(socket, cut_off=lambda: None, last_words="slow client", is_text=True)
    sender = asyncio.create_task(outbox.send_all())
    for _ in range(10):
        outbox.put(bytes(MOST_BYTES // 4))
        await asyncio.sleep(0)

    socket.is_stuck.set()
    await asyncio.wait_for(sender, PATIENCE)

    assert socket.sent[1:] == ["slow client"]
    assert socket.code == 1008


async def test_frames_leave_in_the_order_they_came():
    socket = StuckSocket()
    socket.is_stuck.set()
    outbox = Outbox(socket, cut_off=lambda: None)

    for frame in (b"1", "2", b"3"):
        outbox.put(frame)
    await outbox.flush()

    assert socket.sent == [b"1", "2", b"3"]
