"""What the screens of the lab share: the header, a line to write in, and work that is told of."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from textual import on
from textual.screen import Screen
from textual.widgets import Input

from console.screens.beside import Work, run_beside
from console.screens.desk_link import DeskLink
from console.screens.lab_link import Lab, LabTrouble
from widgets.dataset_view import Remarks
from widgets.grid import Grid
from widgets.outside import neutral
from widgets.paged_grid import PagedGrid
from widgets.status_bar import StatusBar

SMALL_WIDTH, SMALL_HEIGHT = 110, 30
BUSY = "Something runs already: x cancels it."


class LabScreen(Screen[None]):
    """Asks a process beside the console; what it does is shown, and can be canceled."""

    def __init__(self, link: DeskLink, profile: str, lab: Lab) -> None:
        super().__init__()
        self.lab = lab
        self.remarks = Remarks(id="lab-remarks")
        self.line = Input(id="lab-line")
        self.status = StatusBar(profile, id="status")
        self._link = link
        self._entered: Callable[[str], None] = self.answer
        self._may_be_empty = False
        self._is_working = False

    def draw(self, now: datetime) -> None:
        """Show the newest state of the desk."""
        if self.is_running:
            self.status.tell_attached(is_attached=self._link.is_attached)
            self.status.show(self._link.state, now)

    def on_resize(self) -> None:
        """Stand the panes one above the other where there is little room."""
        width, height = self.size
        self.set_class(width < SMALL_WIDTH or height < SMALL_HEIGHT, "-small")

    def answer(self, text: str, *, is_good: bool = True) -> None:
        """Say what came of a key."""
        self.remarks.answer(neutral(text), "words" if is_good else "caution")

    def ask_line(
        self,
        hint: str,
        entered: Callable[[str], None],
        text: str = "",
        *,
        may_be_empty: bool = False,
    ) -> None:
        """Let a line be written; `entered` is given it at Enter."""
        self._entered = entered
        self._may_be_empty = may_be_empty
        self.line.placeholder = hint
        self.line.value = text
        self.line.display = True
        self.set_focus(self.line)

    @on(Input.Submitted, "#lab-line")
    def take_line(self, event: Input.Submitted) -> None:
        """Hand the line over; an empty one means nothing, unless it takes back what was said."""
        event.stop()
        text = event.value.strip()
        self.leave_line()
        if text or self._may_be_empty:
            self._entered(text)

    def leave_line(self) -> None:
        """Put the line away, without what is in it."""
        self.line.display = False
        self.home()

    def home(self) -> None:
        """Give the keys back to the pane that has them usually."""

    @property
    def is_working(self) -> bool:
        """Whether long work runs."""
        return self._is_working

    def begin(self, work: Work) -> None:
        """Run long work, one at a time."""
        if self._is_working:
            self.answer(BUSY, is_good=False)
            return
        self._is_working = True
        run_beside(self, partial(self._worked, work), "work")

    async def _worked(self, work: Work) -> None:
        try:
            await work()
        finally:
            self._is_working = False
            if self.is_running:
                self.remarks.far(None)

    async def asked(self, hand: str, what: str, **words: Any) -> Any:
        """Return the answer, or None after saying why there is none."""
        try:
            return await self.lab.ask(hand, what, told=self.remarks.far, **words)
        except LabTrouble as trouble:
            self.answer(str(trouble), is_good=False)
            return None

    def action_cancel_work(self) -> None:
        """Give up what runs."""
        if not self._is_working:
            self.answer("Nothing runs.")
            return
        self.answer("Canceling …")
        self.lab.cancel("work")

    def action_back(self) -> None:
        """Leave the line, else the screen; not while something runs, for it would be lost."""
        if self.line.display:
            self.leave_line()
        elif self._is_working:
            self.answer(BUSY, is_good=False)
        else:
            self.dismiss()

    def action_row_down(self) -> None:
        """Select the row below, or scroll."""
        self._move(+1)

    def action_row_up(self) -> None:
        """Select the row above, or scroll."""
        self._move(-1)

    def action_row_first(self) -> None:
        """Go to the first row."""
        match self.focused:
            case PagedGrid() as pages:
                pages.go_to(0)
            case Grid() as grid:
                grid.select_first()

    def action_row_last(self) -> None:
        """Go to the last row."""
        match self.focused:
            case PagedGrid() as pages:
                pages.go_to(pages.rows - 1)
            case Grid() as grid:
                grid.select_last()

    def action_page_down(self) -> None:
        """Go down by what can be seen."""
        self._page(+1)

    def action_page_up(self) -> None:
        """Go up by what can be seen."""
        self._page(-1)

    def _move(self, rows: int) -> None:
        match self.focused:
            case PagedGrid() as pages:
                pages.move(rows)
            case Grid() as grid if rows > 0:
                grid.select_next()
            case Grid() as grid:
                grid.select_previous()
            case None:
                return
            case other:
                other.scroll_relative(y=rows, animate=False)

    def _page(self, pages: int) -> None:
        match self.focused:
            case PagedGrid() as grid:
                grid.page(pages)
            case None:
                return
            case other:
                other.scroll_relative(y=pages * max(other.size.height - 2, 1), animate=False)
