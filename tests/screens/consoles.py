"""A console over a fake desk, on a clock that stands still until it is told to go."""

import asyncio
import os
from contextlib import asynccontextmanager
from pathlib import Path

from console.app import Killcord
from console.domain.receipts import Outcome, Receipt
from tests.screens import pictures
from tests.screens.fakes import FakeDesk

SMALL, USUAL, ROOMY = (80, 24), (120, 40), (200, 60)
PATIENCE = 60.0


class Time:
    """The monotonic clock, moved by hand."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds

    def go(self, seconds):
        self.seconds += seconds


class Alone:
    """Stands where `killcord halt` would act without the desk."""

    def __init__(self):
        self.reasons = []

    async def __call__(self, reason):
        self.reasons.append(reason)
        return Receipt(outcome=Outcome.ACCEPTED, detail="latched without the desk")


def console_of(
    desk,
    time=None,
    alone=None,
    *,
    log_file=Path(os.devnull),
    start_desk=None,
    cord=None,
    lab=None,
    rules=None,
):
    return Killcord(
        lambda: desk,
        profile="demo",
        halt_alone=alone or Alone(),
        log_file=log_file,
        start_desk=start_desk,
        cord=cord,
        lab=lab,
        rules=rules,
        now=lambda: pictures.NOW,
        monotonic=time or Time(),
    )


async def until(pilot, condition):
    """Wait until `condition` holds; it is a failure when it never does."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await pilot.pause(0.01)


@asynccontextmanager
async def running(
    desk=None,
    size=USUAL,
    time=None,
    alone=None,
    *,
    start_desk=None,
    cord=None,
    lab=None,
    rules=None,
):
    """A console attached to its desk, with everything drawn once."""
    app = console_of(
        desk or FakeDesk(), time, alone, start_desk=start_desk, cord=cord, lab=lab, rules=rules
    )
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.session is not None and app.session.link.is_attached)
        await pilot.pause()
        app.session.draw_frame()
        await pilot.pause()
        yield pilot
