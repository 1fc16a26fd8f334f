"""The order line's life without a screen: what is asked of the desk, and when it is drawn."""

import asyncio

from console.screens.order_entry import OrderEntry
from tests.screens.fakes import FakeDesk


class View:
    """A view that notes how much the desk had been asked whenever something is drawn."""

    def __init__(self, desk, text):
        self.text = text
        self.drawn = []
        self._desk = desk

    def clear(self):
        self.text = ""

    def __getattr__(self, name):
        return lambda *_: self.drawn.append((name, len(self._desk.asked)))


async def test_a_command_has_left_before_anything_of_it_is_drawn():
    desk = FakeDesk()
    view, tasks = View(desk, "cancel all"), []
    entry = OrderEntry(
        link=desk,
        view=view,
        run=lambda work, _: tasks.append(asyncio.create_task(work())),
        monotonic=lambda: 0.0,
        now=desk.now,
    )

    entry.entered()
    assert tasks == []
    await asyncio.sleep(0)
    await asyncio.gather(*tasks)

    assert view.drawn == [("wait", 1), ("answer", 1)]
    assert entry.sending == ()
    assert view.text == ""
