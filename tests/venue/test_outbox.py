"""What waits for a slow client is bounded, and the others never wait."""

import asyncio

from console.venue.streams.outbox import MOST_BYTES, Outbox


class StuckSocket:
    closed = False

    def __init__(self) -> None:
        self.sent = []
        self.is_stuck = asyncio.Event()

    async def send_bytes(self, frame: bytes) -> None:
        self.sent.append(frame)
        await self.is_stuck.wait()

    send_str = send_bytes


async def test_a_client_that_leaves_too_much_unread_is_cut_off():
    socket, cuts = StuckSocket(), []
    outbox = Outbox(socket, cut_off=lambda: cuts.append("cut"))
    sender = asyncio.create_task(outbox.send_all())
    frame = bytes(MOST_BYTES // 4)

    for _ in range(4):
        outbox.put(frame)
        await asyncio.sleep(0)
    before = [*cuts]
    outbox.put(frame)
    outbox.put(b"one more")
    outbox.put(b"and another")
    sender.cancel()

    assert before == []
    assert cuts
    assert socket.sent == [frame]


async def test_frames_leave_in_the_order_they_came():
    socket = StuckSocket()
    socket.is_stuck.set()
    outbox = Outbox(socket, cut_off=lambda: None)

    for frame in (b"1", "2", b"3"):
        outbox.put(frame)
    await outbox.flush()

    assert socket.sent == [b"1", "2", b"3"]
