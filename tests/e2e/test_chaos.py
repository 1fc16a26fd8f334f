"""A real desk and a real venue with a bad network between them, killed at random under load."""

import asyncio
import json
import os
import time
from random import Random

import pytest

from console.domain.receipts import Outcome, Receipt
from console.link.errors import LinkError
from tests.chaos.processes import PATIENCE, Watcher, answer_of, check_audit, disagreements
from tests.chaos.proxy import ChaosProxy

pytestmark = pytest.mark.e2e
SYMBOLS = ("AAPL", "MSFT", "F", "SPY")
KILLS = 2
LONG_SECONDS = 600.0
KILL_EVERY = 5.0


class Chaos:
    """The processes, the proxy between them, and traders who never rest."""

    def __init__(self, rig, seed: int) -> None:
        self.rig = rig
        self.rng = Random(seed)
        self.receipts = 0
        self._names = 0
        self._asking: set[asyncio.Task] = set()

    async def start(self) -> None:
        """Start the venue with books, so that it may be killed too, and the proxy before it."""
        self.books = str(self.rig.folder / "venue.books")
        self.rig.start_venue("--books", self.books)
        self.port = int(self.rig.started["trading_url"].rpartition(":")[2])
        self.proxy = ChaosProxy(self.port, self.rng.getrandbits(32))
        proxied = str(await self.proxy.start())
        told = json.dumps(self.rig.started).replace(str(self.port), proxied)
        self.rig.venue_file.write_text(told)
        self.watcher = Watcher(self.rig)
        await self.watcher.start_desk()
        for symbol in SYMBOLS:
            await self.watcher.quote(symbol)

    async def trade(self) -> None:
        """Ask for something every moment, as long as there is a desk to ask."""
        while True:
            await asyncio.sleep(self.rng.uniform(0.02, 0.3))
            try:
                asking = asyncio.create_task(answer_of(await self._decide()))
            except LinkError:
                continue
            self._asking.add(asking)
            asking.add_done_callback(self._asked)

    def _asked(self, asking: asyncio.Task) -> None:
        self._asking.discard(asking)
        if not asking.cancelled() and asking.result() is not None:
            self.receipts += 1

    async def _decide(self):
        watcher, rng = self.watcher, self.rng
        keys = [order.key for order in watcher.state.open_orders]
        match rng.randint(0, 9):
            case 0 if keys:
                return watcher.desk.cancel([rng.choice(keys)])
            case 1 if keys:
                order = watcher.state.orders[rng.choice(keys)]
                return watcher.desk.replace(order.key, qty=order.request.qty + 1)
            case 2:
                return watcher.desk.flat(rng.choice(SYMBOLS))
        self._names += 1
        name = f"kc-t-{self._names}"
        request = await watcher.resting(name, rng.choice(SYMBOLS), rng.randint(0, 99))
        return watcher.desk.submit(request)

    async def live_through(self, kills: int | None, seconds: float) -> None:
        """Trade in bad weather, and kill so often, or for so long."""
        trading = asyncio.create_task(self.trade())
        self.proxy.weather.badness = 0.2
        until, number = time.monotonic() + seconds, 0
        try:
            while number < kills if kills is not None else time.monotonic() < until:
                if kills is None:
                    await asyncio.sleep(self.rng.uniform(0.5, 1.5) * KILL_EVERY)
                else:
                    await self._see_answers()
                await self.kill_one()
                number += 1
        finally:
            trading.cancel()
            await asyncio.gather(trading, return_exceptions=True)

    async def _see_answers(self) -> None:
        before = self.receipts
        await self.watcher.until(lambda: self.receipts > before + 5, "nothing is answered any more")

    async def kill_one(self) -> None:
        """kill -9 the desk or the venue, and start it again."""
        if self.rng.random() < 0.5:
            self.rig.kill(self.rig.desk_process)
            self.watcher.spawn_desk()
            return
        self.rig.kill(self.rig.venue_process)
        await asyncio.to_thread(self._restart_venue)

    def _restart_venue(self) -> None:
        told = self.rig.venue_file.read_text()
        self.rig.venue_process.stdout.close()
        self.rig.start_venue("--books", self.books, "--port", str(self.port))
        self.rig.venue_file.write_text(told)

    async def end(self) -> None:
        """Heal, halt, and see that everybody agrees and nothing is open."""
        watcher = self.watcher
        self.proxy.weather.badness = 0.0
        self.proxy.cut()
        await watcher.until(lambda: watcher.is_ready, "the desk never got over it")
        await watcher.until(
            lambda: not watcher.state.unknown_orders, "something stays unknown for ever"
        )
        receipt = await self._halted()
        assert receipt.outcome is Outcome.ACCEPTED, receipt
        await watcher.until(self._is_confirmed, "the halt was never confirmed")
        try:
            await watcher.until(self._agree, "they never agreed")
        except AssertionError as error:
            found = disagreements(self.rig, watcher.state)
            raise AssertionError(f"{len(found)} disagreements, as {found[:5]}") from error
        assert self.rig.json_of_venue("GET", "/v2/orders") == []

    async def _halted(self) -> Receipt:
        """Halt; again while a killed desk is taken for alive, whose end is not heard yet."""
        while True:
            try:
                return await self.watcher.desk.halt("the end")
            except LinkError:
                await asyncio.sleep(0.2)
                await self.watcher.until(lambda: self.watcher.is_ready, "the desk never came back")

    def _agree(self) -> bool:
        return not disagreements(self.rig, self.watcher.state)

    def _is_confirmed(self) -> bool:
        halt = self.watcher.state.halt
        return halt is not None and halt.is_confirmed

    async def close(self) -> None:
        for asking in list(self._asking):
            asking.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        await self.watcher.close()
        await self.proxy.close()


async def run_chaos(rig, seed: int, *, kills: int | None = None, seconds: float = 0.0) -> int:
    """Trade through bad weather while processes die; return how many commands were answered."""
    chaos = Chaos(rig, seed)
    await chaos.start()
    try:
        await chaos.live_through(kills, seconds)
        await chaos.end()
        check_audit(rig)
    finally:
        await chaos.close()
    return chaos.receipts


async def test_everything_agrees_after_kills_under_load_and_a_bad_network(rig):
    assert await run_chaos(rig, seed=1, kills=KILLS) > KILLS


@pytest.mark.long
async def test_ten_minutes_of_kills_every_five_seconds(rig):
    seconds = float(os.environ.get("KILLCORD_CHAOS_SECONDS", LONG_SECONDS))

    assert await run_chaos(rig, seed=2, seconds=seconds) > seconds / PATIENCE
