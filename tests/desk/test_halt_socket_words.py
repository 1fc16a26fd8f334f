"""What is asked of the desk at the short way to the halt, and what is answered, to the letter."""

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from console.desk.halt_socket import ASK_WITHIN, THE_CORD, HaltSocket
from console.domain.events import HaltChanged
from console.domain.halt import Halt, HaltStep, StepStatus
from console.domain.receipts import Outcome, Receipt
from tests.builders import NOON, OWNER
from tests.desk.conftest import until

STEPS = (
    HaltStep(name="latch", status=StepStatus.DONE, detail="on the disk", elapsed_ms=3),
    HaltStep(name="drain", status=StepStatus.RUNNING, detail="1 sends in flight", elapsed_ms=7),
)
CONFIRMED = Halt(
    id="h-1",
    reason="smoke",
    by="ann",
    at=NOON,
    steps=STEPS,
    is_confirmed=True,
    receipt="All clear.",
)


class Halted:
    """A desk that halts as it is told to, and the socket before it."""

    def __init__(self, folder) -> None:
        self.asked: list = []
        self.listeners: list = []
        self.receipt = Receipt(outcome=Outcome.ACCEPTED, detail="HALTED: smoke.")
        self.state = SimpleNamespace(halt=None)
        self.becomes = CONFIRMED
        self.path = folder / "halt.sock"
        self.door = HaltSocket(desk=self, path=self.path, identify=lambda _socket: OWNER)

    async def halt(self, reason, actor, *, keeps="", pull="") -> Receipt:
        self.asked.append((reason, actor, keeps, pull))
        self.state.halt = self.becomes
        return self.receipt

    def listen(self, callback):
        self.listeners.append(callback)
        return lambda: self.listeners.remove(callback)

    def change(self, told) -> None:
        self.state.halt = told
        for callback in self.listeners:
            callback(HaltChanged(halt=told, revision=1))

    async def hear(self, said: dict) -> list[dict]:
        """Say one line; return everything that is answered."""
        reader, writer = await asyncio.open_unix_connection(self.path)
        writer.write(json.dumps(said).encode() + b"\n")
        answers = [json.loads(line) async for line in reader]
        writer.close()
        return answers


@pytest.fixture
async def halted(tmp_path):
    desk = Halted(tmp_path)
    await desk.door.start()
    yield desk
    await desk.door.stop()


async def test_a_pull_without_a_name_is_nobody_s_choice_and_its_steps_are_told(halted):
    answers = await halted.hear({"reason": "smoke"})

    assert halted.asked == [("smoke", OWNER, "", "")]
    assert answers == [
        {"latched": True, "id": "h-1", "detail": "HALTED: smoke."},
        {
            "steps": [
                {"name": "latch", "status": "done", "detail": "on the disk", "elapsed_ms": 3},
                {
                    "name": "drain",
                    "status": "running",
                    "detail": "1 sends in flight",
                    "elapsed_ms": 7,
                },
            ],
            "confirmed": True,
            "receipt": "All clear.",
            "kept": 0,
        },
    ]
    assert halted.listeners == []


async def test_a_name_and_what_is_kept_are_handed_on_up_to_forty_letters(halted):
    await halted.hear({"reason": "smoke", "id": "i" * 41, "keeps": "k" * 41, "via": THE_CORD})

    by_cord = replace(OWNER, via="the cord")
    assert halted.asked == [("smoke", by_cord, "k" * 40, "i" * 40)]


async def test_a_pull_that_was_found_already_is_not_pulled_again(halted):
    halted.state.halt = CONFIRMED

    answers = await halted.hear({"reason": "smoke", "id": "h-1"})

    assert halted.asked == []
    assert answers[0] == {"latched": True, "id": "h-1", "detail": "HALTED: the latch was found."}


async def test_another_pull_s_halt_is_pulled_again(halted):
    halted.state.halt = replace(CONFIRMED, id="h-0")

    await halted.hear({"reason": "smoke", "id": "h-1"})

    assert [pull for *_, pull in halted.asked] == ["h-1"]


async def test_one_that_is_refused_hears_why(halted):
    halted.receipt = Receipt(outcome=Outcome.FORBIDDEN, detail="nobody may not halt this desk.")

    answers = await halted.hear({"reason": "smoke"})

    assert answers == [{"latched": False, "error": "nobody may not halt this desk."}]


async def test_one_whose_halt_is_lifted_at_once_is_not_told_that_it_holds(halted):
    halted.becomes = None

    [answer] = await halted.hear({"reason": "smoke"})

    assert answer == {"latched": False, "error": "HALTED: smoke."}


async def test_garbage_hears_what_to_say(halted):
    assert await halted.hear({"why": "smoke"}) == [
        {"error": 'say one line such as {"reason": "why"}'}
    ]


async def test_a_halt_that_is_not_confirmed_is_followed_until_it_is(halted):
    halted.becomes = replace(CONFIRMED, is_confirmed=False)
    hearing = asyncio.create_task(halted.hear({"reason": "smoke"}))
    await until(lambda: halted.state.halt, "the pull")

    halted.change(CONFIRMED)

    answers = await hearing
    assert answers[-1]["confirmed"] is True
    assert [line["confirmed"] for line in answers[1:-1]] in ([], [False])


async def test_a_caller_has_so_long_to_say_its_line_and_no_longer(halted):
    now = asyncio.get_running_loop().time
    reader, writer = await asyncio.open_unix_connection(halted.path)
    began = now()

    said = await reader.read()

    assert said == b""
    assert now() - began >= ASK_WITHIN == 2.0
    writer.close()


async def test_stopping_ends_every_conversation_and_passes_where_the_file_is_gone(halted):
    halted.becomes = replace(CONFIRMED, is_confirmed=False)
    hearing = asyncio.create_task(halted.hear({"reason": "smoke"}))
    await until(lambda: halted.state.halt, "the pull")
    halted.path.unlink()

    await halted.door.stop()

    assert halted.listeners == []
    assert (await hearing)[0]["latched"] is True
