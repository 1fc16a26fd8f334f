"""Promise O14: how long a cancel takes while other calls use up the requests of the minute.

A server on loopback that answers as Alpaca does and counts 200 requests a minute; over it 300
questions a minute for one minute, and meanwhile a cancel every 4 s, which is 15 of them. The
baseline is the same cancel with nothing beside it. Every cancel must be taken.
"""

import asyncio
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from console.adapters.alpaca.broker import AlpacaBroker  # noqa: E402 - only now can it be found
from console.ports import BrokerError  # noqa: E402 - as above
from tests.adapters.fakes import access, ours  # noqa: E402 - as above
from tests.bench.results import Result, say  # noqa: E402 - as above

LIMIT = 200
SECONDS = 60.0
QUESTIONS = 300
CANCELS = 15


class Limited:
    """An Alpaca that counts its minute and refuses what is over the limit."""

    def __init__(self) -> None:
        self.used = self.canceled = self.refused = 0
        self.resets_at = int(time.time() + SECONDS)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until it ends."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(is_cancel=head.startswith(b"DELETE")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, *, is_cancel: bool) -> bytes:
        if time.time() >= self.resets_at:
            self.used, self.resets_at = 0, self.resets_at + int(SECONDS)
        self.used += 1
        is_over = self.used > LIMIT
        self.refused += is_over
        self.canceled += is_cancel and not is_over
        status = "429 Too Many" if is_over else "204 No Content" if is_cancel else "200 OK"
        body = "" if is_cancel else "[]"
        return (
            f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n"
            f"X-RateLimit-Limit: {LIMIT}\r\nX-RateLimit-Remaining: {max(LIMIT - self.used, 0)}\r\n"
            f"X-RateLimit-Reset: {self.resets_at}\r\n\r\n{body}"
        ).encode()


async def main() -> None:
    """Measure the cancels alone, then beside the questions."""
    alone, _ = await measured(questions=0)
    beside, limited = await measured(questions=QUESTIONS)
    if limited.canceled != CANCELS or limited.refused:
        raise SystemExit(f"{limited.canceled} of {CANCELS} cancels, {limited.refused} refused")
    for part, of in (("p50", median), ("the slowest", max)):
        ours_, baseline = (of(times) * 1000 for times in (beside, alone))
        say(Result(f"cancel at the rate limit, {part}", ours_, baseline, "ms", "<= 1,000 ms"))


async def measured(*, questions: int) -> tuple[list[float], Limited]:
    """Return how long each cancel took, and what the server has counted."""
    limited = Limited()
    server = await asyncio.start_server(limited.serve, "127.0.0.1", 0)
    broker = AlpacaBroker(access(server.sockets[0].getsockname()[1]), is_ours=ours)
    asking = asyncio.create_task(ask(broker, questions))
    times = [
        await canceled(broker, SECONDS / CANCELS if questions else 0.1) for _ in range(CANCELS)
    ]
    await asking
    await broker.close()
    server.close()
    return times, limited


async def ask(broker: AlpacaBroker, questions: int) -> None:
    """Ask evenly over the time; what is held back is another matter."""
    tasks = []
    for _ in range(questions):
        tasks.append(asyncio.create_task(broker.positions()))
        await asyncio.sleep(SECONDS / questions)
    for told in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(told, Exception) and not isinstance(told, BrokerError):
            raise told


async def canceled(broker: AlpacaBroker, pause: float) -> float:
    """Wait, cancel one order, and return the seconds that took."""
    await asyncio.sleep(pause)
    began = time.perf_counter()
    await broker.cancel("61e69015-8549-4bfd-b9c3-01e75843f47d")
    return time.perf_counter() - began


if __name__ == "__main__":
    asyncio.run(main())
