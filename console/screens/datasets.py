"""The dataset screen: choose one, look at its rows and figures, load and take new ones."""

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widget import Widget

from console.screens.beside import run_beside
from console.screens.dataset_work import DatasetWork
from console.screens.desk_link import DeskLink
from console.screens.key_line import KeyLine, keys_of
from console.screens.keys import ON_THE_APP, ON_THE_DATASET_SCREEN, dataset_bindings
from console.screens.lab_link import Lab, LabTrouble
from widgets.dataset_view import (
    COLUMN_HEADINGS,
    NUMBERS,
    QUALITY_HEADINGS,
    DatasetFacts,
    DatasetList,
    Tabs,
    TextTable,
)
from widgets.paged_grid import PagedGrid
from widgets.plot import Plot

VIEWS = ("Rows", "Columns", "Sample", "Quality", "Spread", "Series")
DRAWN = ("Spread", "Series")
SAMPLE_ROWS = 100
LIVE_SECONDS = 1.0


class DatasetScreen(DatasetWork):
    """Shows one dataset of many."""

    BINDINGS: ClassVar[list[BindingType]] = [*dataset_bindings()]

    def __init__(self, link: DeskLink, profile: str, lab: Lab) -> None:
        super().__init__(link, profile, lab)
        self._datasets: dict[str, DatasetFacts] = {}
        self._view = VIEWS[0]
        self._column = ""
        self._is_reading = False
        self._list = DatasetList(id="dataset-list")
        self._tabs = Tabs(id="lab-tabs")
        self._rows = PagedGrid(id="dataset-rows")
        self._sample = PagedGrid(id="dataset-sample")
        self._columns = TextTable(COLUMN_HEADINGS, id="dataset-columns")
        self._quality = TextTable(QUALITY_HEADINGS, id="dataset-quality")
        self._plot = Plot(id="dataset-plot")
        self._panes: dict[str, Widget] = {
            "Rows": self._rows,
            "Columns": self._columns,
            "Sample": self._sample,
            "Quality": self._quality,
            "Spread": self._plot,
            "Series": self._plot,
        }

    def compose(self) -> ComposeResult:
        """Stand the list beside one view of the chosen dataset; below them what is said."""
        yield self.status
        with Container(id="lab-body"):
            yield self._list
            with Vertical(id="lab-view"):
                yield self._tabs
                yield from dict.fromkeys(self._panes.values())
        yield self.line
        yield self.remarks
        yield KeyLine(keys_of(ON_THE_DATASET_SCREEN | ON_THE_APP))

    def on_mount(self) -> None:
        """Read which datasets there are."""
        self.line.display = False
        self._list.show(None)
        self._show_view()
        self.set_focus(self._list)
        run_beside(self, self.read_list, "list")
        self.set_interval(LIVE_SECONDS, self._follow)

    def home(self) -> None:
        """Give the keys back to the list."""
        self.set_focus(self._list)

    @on(DatasetList.Selected, "#dataset-list")
    def choose(self, event: DatasetList.Selected) -> None:
        """Show another dataset."""
        event.stop()
        self._open(self._datasets[event.key])

    @on(PagedGrid.Wanted)
    def read_rows(self, event: PagedGrid.Wanted) -> None:
        """Have the rows read that are looked at; those that are not any more are not."""
        event.stop()
        if not self._is_reading:
            self._is_reading = True
            run_beside(self, self._read_pages, "pages")

    def action_next_view(self) -> None:
        """Show the view to the right."""
        self._turn(+1)

    def action_previous_view(self) -> None:
        """Show the view to the left."""
        self._turn(-1)

    def action_next_column(self) -> None:
        """Draw the next column, or begin the table one column farther to the right."""
        self._step_column(+1)

    def action_previous_column(self) -> None:
        """Draw the column before, or begin the table one column farther to the left."""
        self._step_column(-1)

    def action_next_pane(self) -> None:
        """Go from the list to the view, or back."""
        view = self._panes[self._view]
        self.set_focus(view if self.focused is self._list else self._list)

    def action_previous_pane(self) -> None:
        """Go from the list to the view, or back: there are two."""
        self.action_next_pane()

    def action_go_to_row(self) -> None:
        """Ask for a row's number."""
        self.ask_line("the number of a row", self._go_to)

    def on_resize(self) -> None:
        """Stand the panes anew, and draw the picture in the new size."""
        super().on_resize()
        if self._view in DRAWN:
            self.call_after_refresh(self._read_view)

    # ── what is shown ──────────────────────────────────────────────────────

    def _open(self, dataset: DatasetFacts) -> None:
        self.chosen = dataset
        if self._column not in dataset.numbers:
            self._column = next(iter(dataset.numbers), "")
        self._rows.open(_headings(dataset), dataset.rows)
        self._sample.open(_headings(dataset), 0)
        unknown = [""] * (len(COLUMN_HEADINGS) - 3)
        self._columns.show([[*column, *unknown] for column in dataset.columns])
        self._quality.show((), "reckoning …")
        self.answer("; ".join([dataset.origin, *dataset.notes]))
        self._show_view()

    def _show_view(self) -> None:
        pane = self._panes[self._view]
        had_focus = self.focused in self._panes.values()
        for other in dict.fromkeys(self._panes.values()):
            other.display = other is pane
        if had_focus:
            self.set_focus(pane)
        self._say_view()
        if self._view in DRAWN:
            self.call_after_refresh(self._read_view)
        elif self._view != "Rows":
            self._read_view()

    def _say_view(self) -> None:
        about = "" if self.chosen is None else f"{self.chosen.name}, {self.chosen.rows:,} rows"
        if self._view in DRAWN and self._column:
            about = f"{about}: {self._column}"
        self._tabs.show(VIEWS, self._view, about)

    def _turn(self, places: int) -> None:
        place = VIEWS.index(self._view) + places
        self._view = VIEWS[place % len(VIEWS)]
        self._show_view()

    def _step_column(self, places: int) -> None:
        if self._view not in DRAWN:
            pane = self._panes[self._view]
            if isinstance(pane, PagedGrid):
                pane.shift(places)
            return
        numbers = () if self.chosen is None else self.chosen.numbers
        if numbers:
            place = numbers.index(self._column) + places
            self._column = numbers[place % len(numbers)]
            self._show_view()

    def _go_to(self, text: str) -> None:
        digits = text.replace(",", "")
        if not digits.isdecimal() or not int(digits):
            self.answer(f"{text} is no number of a row.", is_good=False)
            return
        self._view = "Rows"
        self._show_view()
        self.set_focus(self._rows)
        self._rows.go_to(int(digits) - 1)

    # ── what is asked ──────────────────────────────────────────────────────

    async def read_list(self, chosen: str = "") -> None:
        """Read which datasets there are, and show one of them."""
        told = await self.asked("rows", "datasets")
        if told is None:
            self._list.show(())
            return
        self._datasets = {one.name: one for one in map(_facts, told["datasets"])}
        self._list.show(list(self._datasets.values()), told["total"])
        if chosen and chosen == self._list.selected:
            self._open(self._datasets[chosen])
        elif chosen:
            self._list.select(chosen)

    async def _read_pages(self) -> None:
        """Read what is missing until nothing is; where it fails, it is said and not tried again."""
        try:
            while self.chosen is not None and (wanted := self._rows.missing()) is not None:
                name, (first, count) = self.chosen.name, wanted
                told = await self.lab.ask("rows", "page", name=name, first=first, count=count)
                if self.chosen.name == name:
                    self._rows.give(first, told["rows"])
                    if len(told["rows"]) < count:
                        return  # it has become shorter: the list will tell
        except LabTrouble as trouble:
            self.answer(str(trouble), is_good=False)
        finally:
            self._is_reading = False

    def _read_view(self) -> None:
        if self.chosen is not None and self.is_running:
            run_beside(self, self._ask_view, "figures", is_latest_only=True)

    async def _ask_view(self) -> None:
        """Ask for what the view shows; a question that was left is canceled."""
        dataset, view = self.chosen, self._view
        if dataset is None or view == "Rows":
            return
        words: dict[str, Any] = {"name": dataset.name}
        if view == "Sample":
            words |= {"rows": SAMPLE_ROWS, "seed": 0}
        if view in DRAWN:
            if not self._column:
                self._plot.say("There is no column of numbers to draw.")
                return
            room = self._plot.room
            words |= {"column": self._column, "width": room.width, "height": room.height - 2}
            self._plot.say("drawing …")
        what = {"Columns": "summary"}.get(view, view.lower())
        told = await self.asked("figures", what, **words)
        self.remarks.far(None)
        if told is not None and self.chosen is dataset and self._view == view:
            self._show_answer(view, told)

    def _show_answer(self, view: str, told: Any) -> None:
        match view:
            case "Columns":
                self._columns.show([[*row, ""] for row in told])
            case "Sample":
                self._sample.lengthen(len(told["rows"]))
                self._sample.give(0, told["rows"])
            case "Quality":
                self._quality.show([[*row, ""] for row in told["columns"]])
                self.answer(told["words"])
            case _:
                self._plot.show(told["picture"], told["words"])

    def _follow(self) -> None:
        """Look again at datasets that grow."""
        if self.awaited or any(one.is_live for one in self._datasets.values()):
            run_beside(self, self._read_live, "list", is_latest_only=True)

    async def _read_live(self) -> None:
        before, begun = self.chosen, self.awaited
        await self.read_list()
        if begun in self._datasets:
            self.awaited = ""
            self._list.select(begun)
        if before is None or not before.is_live:
            return
        self.chosen = self._datasets.get(before.name)
        if self.chosen is not None and self.chosen != before:
            self._rows.lengthen(self.chosen.rows)
            self._say_view()
            if self._view != "Rows":
                self._show_view()


def _facts(told: dict[str, Any]) -> DatasetFacts:
    columns = tuple((name, kind, role) for name, kind, role in told["columns"])
    return DatasetFacts(**{**told, "columns": columns, "notes": tuple(told["notes"])})


def _headings(dataset: DatasetFacts) -> list[tuple[str, Any]]:
    return [(name, "right" if kind in NUMBERS else "left") for name, kind, _ in dataset.columns]
