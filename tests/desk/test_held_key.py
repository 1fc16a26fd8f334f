"""A repeat of the same hand, and the look that follows when the key is let go."""

import asyncio
from dataclasses import replace

from console.desk.held_key import HeldKey
from tests.builders import OWNER


class Holding:
    """A held key on a clock that only its own waiting moves."""

    def __init__(self) -> None:
        self.seconds, self.slept, self.let_go, self.tasks = 100.0, [], [], []
        self.presses_to_come: list[float] = []
        self.key = HeldKey(workers=self, clock=self, within=0.5, sleep=self.sleep)
        self.key.on_let_go = self._let_go

    def monotonic(self) -> float:
        return self.seconds

    def run(self, name: str, work) -> asyncio.Task:
        self.tasks.append(asyncio.create_task(work, name=name))
        return self.tasks[-1]

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.seconds + seconds
        while self.presses_to_come and self.presses_to_come[0] < until:
            self.seconds = self.presses_to_come.pop(0)
            assert self.key.press(OWNER)
        self.seconds = until

    async def _let_go(self) -> None:
        self.let_go.append(self.seconds)


def test_a_pull_is_a_repeat_when_the_same_hand_pulls_soon_after():
    holding = Holding()
    holding.key._workers = type("Idle", (), {"run": staticmethod(lambda _n, work: work.close())})

    pressed = []
    for seconds in (100.0, 100.375, 100.75, 101.25, 102.0):
        holding.seconds = seconds
        pressed.append(holding.key.press(OWNER))

    assert pressed == [False, True, True, False, False]


def test_another_hand_is_whoever_differs_in_user_process_or_way():
    for other in (replace(OWNER, uid=1), replace(OWNER, pid=1), replace(OWNER, via="a shell")):
        holding = Holding()

        assert [holding.key.press(OWNER), holding.key.press(other)] == [False, False]


async def test_letting_go_is_told_once_after_the_last_of_all_repeats():
    holding = Holding()
    holding.key.press(OWNER)
    holding.seconds = 100.25
    holding.presses_to_come = [100.5, 100.625]

    assert holding.key.press(OWNER)
    (waiting,) = holding.tasks
    await waiting

    assert (holding.let_go, waiting.get_name()) == ([101.125], "held halt key")
    assert holding.slept == [0.5, 0.375]
    assert len(holding.tasks) == 1


async def test_a_key_that_is_held_again_is_let_go_again():
    holding = Holding()
    for seconds in (100.0, 100.25):
        holding.seconds = seconds
        holding.key.press(OWNER)
    await holding.tasks[0]
    for seconds in (200.0, 200.25):
        holding.seconds = seconds
        holding.key.press(OWNER)
    await holding.tasks[-1]

    assert holding.let_go == [100.75, 200.75]


async def test_a_single_press_is_let_go_of_by_itself():
    holding = Holding()

    holding.key.press(OWNER)

    assert holding.tasks == []
