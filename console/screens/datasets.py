"""The dataset screen: choose one, look at its rows, figures and pictures, make new ones."""

import asyncio
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widget import Widget

from console.screens.beside import run_beside
from console.screens.dataset_views import COLUMNS, ROWS, VIEWS, Terms, View
from console.screens.dataset_work import DatasetWork
from console.screens.desk_link import DeskLink
from console.screens.key_line import KeyLine, keys_of
from console.screens.keys import ON_THE_APP, ON_THE_DATASET_SCREEN, dataset_bindings
from console.screens.lab_link import Lab, LabTrouble
from widgets.dataset_view import COLUMN_HEADINGS, NUMBERS, DatasetFacts, DatasetList, TextTable
from widgets.findings import Findings, NumberedTabs
from widgets.paged_grid import PagedGrid

LIVE_SECONDS = 1.0
OF_A_ROW = ("correlate", "compare")
"""Views that draw the row under the cursor."""
SETTLE_SECONDS = 0.1
"""How long the cursor rests on a row before it is drawn."""


class DatasetScreen(DatasetWork):
    """Shows one dataset of many."""

    BINDINGS: ClassVar[list[BindingType]] = [*dataset_bindings()]

    def __init__(self, link: DeskLink, profile: str, lab: Lab) -> None:
        super().__init__(link, profile, lab)
        self._is_reading = False
        self._list = DatasetList(id="dataset-list")
        self._tabs = NumberedTabs(id="dataset-tabs")
        self._rows = PagedGrid(id="dataset-rows")
        self._columns = TextTable(COLUMN_HEADINGS, id="dataset-columns")
        self._findings = Findings(id="dataset-findings")

    def compose(self) -> ComposeResult:
        """Stand the list beside one view of the chosen dataset; below them what is said."""
        yield self.status
        with Container(id="lab-body"):
            yield self._list
            with Vertical(id="lab-view"):
                yield self._tabs
                yield self._rows
                yield self._columns
                yield self._findings
        yield self.line
        yield self.remarks
        yield KeyLine(keys_of(ON_THE_DATASET_SCREEN | ON_THE_APP))

    def on_mount(self) -> None:
        """Read which datasets there are."""
        self.line.display = False
        self._list.show(None)
        self.show_view()
        self.set_focus(self._list)
        run_beside(self, self.read_list, "list")
        self.set_interval(LIVE_SECONDS, self._follow)

    def home(self) -> None:
        """Give the keys back to the pane that had them."""
        self._look_at(is_view=self.has_class("-viewing"))

    @on(DatasetList.Selected, "#dataset-list")
    def choose(self, event: DatasetList.Selected) -> None:
        """Show another dataset."""
        event.stop()
        self._open(self.datasets[event.key])

    @on(PagedGrid.Wanted)
    def read_rows(self, event: PagedGrid.Wanted) -> None:
        """Have the rows read that are looked at; those that are not any more are not."""
        event.stop()
        if not self._is_reading:
            self._is_reading = True
            run_beside(self, self._read_pages, "pages")

    @on(PagedGrid.Moved, "#dataset-findings-table")
    def draw_row(self, event: PagedGrid.Moved) -> None:
        """Draw the pair or the column the cursor stands on."""
        event.stop()
        if self.view.id in OF_A_ROW and self._findings.is_drawn:
            run_beside(self, self._ask_picture_of_row, "figures", is_latest_only=True)

    def action_view(self, view: str) -> None:
        """Show a view and give it the keys."""
        self.view = next(one for one in VIEWS if one.id == view)
        self.show_view()
        self._look_at(is_view=True)

    def action_next_view(self) -> None:
        """Show the view to the right."""
        self._turn(+1)

    def action_previous_view(self) -> None:
        """Show the view to the left."""
        self._turn(-1)

    def action_next_column(self) -> None:
        """Show the next column, method or dataset; begin a plain table farther to the right."""
        self._step(+1)

    def action_previous_column(self) -> None:
        """Show the one before, or begin a plain table farther to the left."""
        self._step(-1)

    def action_next_pane(self) -> None:
        """Go from the list to the view, or back; a small screen shows the one with the keys."""
        self._look_at(is_view=self.focused is self._list)

    def action_previous_pane(self) -> None:
        """Go from the list to the view, or back: there are two."""
        self.action_next_pane()

    def action_go_to_row(self) -> None:
        """Ask for a row's number."""
        self.ask_line("the number of a row", self._go_to)

    def action_go_to_finding(self) -> None:
        """Show the row an outlier stands in; from the list, go to the view."""
        if self.focused is self._list:
            self._look_at(is_view=True)
        elif self.view.id == "outliers":
            table = self._findings.table
            self._go_to(next(iter(table.texts(table.cursor)), ""))

    def on_resize(self) -> None:
        """Stand the panes anew, and draw the picture in the new size."""
        super().on_resize()
        if self.view.has_picture:
            self.call_after_refresh(self._read_view)

    @property
    def shown_name(self) -> str:
        """The dataset that is selected in the list; empty when there is none."""
        return self._list.selected or ""

    # ── what is shown ──────────────────────────────────────────────────────

    def show_view(self) -> None:
        """Show the chosen view of the chosen dataset, and ask for what it needs."""
        pane, had_focus = self._pane, self.focused not in (None, self._list, self.line)
        for other in (self._rows, self._columns, self._findings):
            other.display = other is pane
        self._findings.show_parts(has_plot=self.view.has_picture, has_table=self.view.has_table)
        if had_focus:
            self.set_focus(self._keyed)
        self._say_view()
        if self.chosen is not None and pane is self._findings:
            self._findings.plot.say("drawing …")
            self._findings.say(["reckoning …"] if self.view.has_table else ())
        self.call_after_refresh(self._read_view)

    def _open(self, dataset: DatasetFacts) -> None:
        self.chosen = dataset
        self.terms = self.terms.fitted(dataset, tuple(self.datasets))
        self._rows.open(_headings(dataset), dataset.rows)
        unknown = [""] * (len(COLUMN_HEADINGS) - 3)
        self._columns.show([[*column, *unknown] for column in dataset.columns])
        self._findings.clear()
        name, words = self.made
        self.answer(words if name == dataset.name else "; ".join([dataset.origin, *dataset.notes]))
        self.made = ("", "")
        self.show_view()

    @property
    def _pane(self) -> Widget:
        return {ROWS: self._rows, COLUMNS: self._columns}.get(self.view, self._findings)

    @property
    def _keyed(self) -> Widget:
        return self._findings.active if self._pane is self._findings else self._pane

    def _look_at(self, *, is_view: bool) -> None:
        self.set_class(is_view, "-viewing")
        self.set_focus(self._keyed if is_view else self._list)

    def _say_view(self) -> None:
        dataset, about = self.chosen, ""
        if dataset is not None:
            terms = self.terms.words(self.view)
            about = f"{dataset.name}, {dataset.rows:,} rows, {dataset.memory}"
            about += f": {terms}" if terms else ""
        self._tabs.show([view.label for view in VIEWS], self.view.label, about)

    def _turn(self, places: int) -> None:
        self.view = VIEWS[(VIEWS.index(self.view) + places) % len(VIEWS)]
        self.show_view()

    def _step(self, places: int) -> None:
        """Take the next choice of a view; a plain table has none and is shifted."""
        if self.chosen is None:
            return
        stepped = self.terms.stepped(self.view, places, self.chosen, tuple(self.datasets))
        if stepped != self.terms:
            self.terms = stepped
            self.show_view()
        elif self._pane is self._rows:
            self._rows.shift(places)
        elif self._pane is self._findings:
            self._findings.table.shift(places)

    def _go_to(self, text: str) -> None:
        digits = text.replace(",", "")
        if not digits.isdecimal() or not int(digits):
            self.answer(f"{text} is no number of a row: write one such as 12345.", is_good=False)
            return
        if self.chosen is not None and int(digits) > self.chosen.rows:
            self.answer(f"{self.chosen.name} has {self.chosen.rows:,} rows.", is_good=False)
            return
        self.action_view(ROWS.id)
        # the table has its height, and can be scrolled, only once it is shown
        self.call_after_refresh(self._rows.go_to, int(digits) - 1)

    # ── what is asked ──────────────────────────────────────────────────────

    async def read_list(self, chosen: str = "") -> None:
        """Read which datasets there are, and show one of them."""
        told = await self.asked("rows", "datasets")
        if told is None:
            self._list.show(())
            return
        self.datasets = {one.name: one for one in map(_facts, told["datasets"])}
        self._list.show(list(self.datasets.values()), told["total"])
        if not self.datasets:
            self._empty()
        elif chosen and chosen == self._list.selected:
            self._open(self.datasets[chosen])
        elif chosen:
            self._list.select(chosen)

    def _empty(self) -> None:
        """Show that the last dataset is gone."""
        self.chosen, self.terms = None, Terms()
        self._rows.open((), 0)
        self._columns.show(())
        self._findings.clear()
        self._say_view()

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
        if self.chosen is not None and self.is_running and self.view is not ROWS:
            run_beside(self, self._ask_view, "figures", is_latest_only=True)

    async def _ask_view(self) -> None:
        """Ask for what the view shows; a question that was left is canceled."""
        dataset, view = self.chosen, self.view
        if dataset is None or view is ROWS:
            return
        if objection := _objection(view, dataset, self.terms):
            self._findings.clear(objection)
            return
        if view is COLUMNS:
            await self._ask_columns(dataset, view)
            return
        if view.has_table:
            await self._ask_table(dataset, view)
        if self._findings.is_drawn and self._is_still(dataset, view):
            await self._ask_picture(dataset, view)

    async def _ask_columns(self, dataset: DatasetFacts, view: View) -> None:
        told = await self.asked("figures", "summary", name=dataset.name)
        self.remarks.far(None)
        if told is not None and self._is_still(dataset, view):
            self._columns.show([[*row, ""] for row in told])

    async def _ask_table(self, dataset: DatasetFacts, view: View) -> None:
        told = await self.asked("figures", "finding", **self._words(dataset, view))
        if not self._is_still(dataset, view):
            return
        if told is None:
            self._findings.clear()
            return
        self._findings.say(told["words"])
        self._findings.show_table([tuple(heading) for heading in told["header"]], told["rows"])
        if view.id == "compare":
            self._findings.go_to_first_number()

    async def _ask_picture_of_row(self) -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        if self.chosen is not None:
            await self._ask_picture(self.chosen, self.view)

    async def _ask_picture(self, dataset: DatasetFacts, view: View) -> None:
        room, table = self._findings.plot.room, self._findings.table
        row = list(table.texts(table.cursor)) if view.has_table else []
        if view.id in OF_A_ROW and not row:
            self._findings.plot.say("There is nothing to draw.")
            return
        told = await self.asked(
            "figures",
            "draw",
            **self._words(dataset, view),
            row=row,
            width=room.width,
            height=room.height,
        )
        if not self._is_still(dataset, view):
            return
        if told is None:
            self._findings.plot.say("Nothing was drawn.")
        else:
            self._findings.plot.show(told["picture"], told["words"])

    def _words(self, dataset: DatasetFacts, view: View) -> dict[str, Any]:
        return {"name": dataset.name, "view": view.id, **self.terms.said(view)}

    def _is_still(self, dataset: DatasetFacts, view: View) -> bool:
        return self.chosen is dataset and self.view is view

    def _follow(self) -> None:
        """Look again at datasets that grow."""
        if self.awaited or any(one.is_live for one in self.datasets.values()):
            run_beside(self, self._read_live, "list", is_latest_only=True)

    async def _read_live(self) -> None:
        before, begun = self.chosen, self.awaited
        await self.read_list()
        if begun in self.datasets:
            self.awaited = ""
            self._list.select(begun)
        if before is None or not before.is_live:
            return
        self.chosen = self.datasets.get(before.name)
        if self.chosen is not None and self.chosen != before:
            self._rows.lengthen(self.chosen.rows)
            self._say_view()
            self._read_view()


def _facts(told: dict[str, Any]) -> DatasetFacts:
    columns = tuple((name, kind, role) for name, kind, role in told["columns"])
    return DatasetFacts(**{**told, "columns": columns, "notes": tuple(told["notes"])})


def _headings(dataset: DatasetFacts) -> list[tuple[str, Any]]:
    return [(name, "right" if kind in NUMBERS else "left") for name, kind, _ in dataset.columns]


def _objection(view: View, dataset: DatasetFacts, terms: Terms) -> str:
    """Say why a view cannot be asked of a dataset, before anybody is asked."""
    if "column" in view.terms and not terms.column:
        return f"{dataset.name} has no column of numbers: load it anew, or choose another view."
    if "with" in view.terms and not terms.other:
        return "There is no other dataset to compare with: f loads one, t takes one."
    return ""
