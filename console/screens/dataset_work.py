"""What is made on the dataset screen: files loaded, the desk asked, two datasets merged."""

from functools import partial
from typing import Any

from console.screens.beside import run_beside
from console.screens.dataset_views import KEPT, ROWS, Terms, read_terms
from console.screens.desk_link import DeskLink
from console.screens.lab_lines import (
    LOAD_HINT,
    MERGE_HINT,
    ROLE_HINT,
    TAKE_HINT,
    merge_line,
    read_load,
    read_merge,
    read_take,
)
from console.screens.lab_link import Lab, LabTrouble
from console.screens.lab_screen import LabScreen
from widgets.dataset_view import DatasetFacts

NOT_CHOSEN = "No dataset is chosen: f loads a file, t takes one from the desk."


class DatasetWork(LabScreen):
    """Makes datasets, and says what columns mean."""

    def __init__(self, link: DeskLink, profile: str, lab: Lab) -> None:
        super().__init__(link, profile, lab)
        self.datasets: dict[str, DatasetFacts] = {}
        self.chosen: DatasetFacts | None = None
        """The dataset that is shown."""
        self.view = ROWS
        self.terms = Terms()
        self.made = ("", "")
        """What is to be said of a dataset when it is shown next: its name, and words."""
        self.awaited = ""
        """The live dataset that was begun and is not in the list yet."""

    async def read_list(self, chosen: str = "") -> None:
        """Read which datasets there are, and show one of them."""
        raise NotImplementedError

    def show_view(self) -> None:
        """Show the chosen view of the chosen dataset."""
        raise NotImplementedError

    @property
    def shown_name(self) -> str:
        """The dataset that is selected; empty when there is none."""
        raise NotImplementedError

    def action_load_file(self) -> None:
        """Ask for a file to make a dataset of."""
        self.ask_line(LOAD_HINT, self._load)

    def action_take(self) -> None:
        """Ask what to take from the desk."""
        self.ask_line(TAKE_HINT, self._take)

    def action_set_role(self) -> None:
        """Ask what a column means."""
        if self._needed() is not None:
            self.ask_line(ROLE_HINT, self._set_role)

    def action_dataset_terms(self) -> None:
        """Ask by what terms the view is to be shown."""
        if not self.view.terms:
            self.answer(f"{self.view.label} has no terms.")
        elif self._needed() is not None:
            known = " ".join(f"{term}=" for term in self.view.terms)
            self.answer(f"{self.view.label} has {known}")
            self.ask_line(known, self._set_terms, self.terms.words(self.view))

    def action_merge_datasets(self) -> None:
        """Ask with which other dataset to merge the chosen one, by what, and into which."""
        if (dataset := self._needed()) is not None:
            usual = merge_line(dataset, self.datasets.get(self.terms.other))
            self.ask_line(MERGE_HINT, self._merge, usual)

    def action_keep_finding(self) -> None:
        """Ask how the dataset is to be called that is made of what the view shows."""
        if self.view.id not in KEPT:
            self.answer(f"{self.view.label} makes no dataset: 3, 6, 7, 8 and 9 show what does.")
        elif (dataset := self._needed()) is not None:
            name = f"{dataset.name}-{self.view.id}"
            self.ask_line("the name of the dataset that is made of this", self._keep, name)

    def action_export_dataset(self) -> None:
        """Ask for the file to write the chosen dataset to."""
        if (dataset := self._needed()) is not None:
            hint = "a new file that ends in .csv, .parquet, .json or .jsonl"
            self.ask_line(hint, self._export, f"{dataset.name}.csv")

    def action_drop_dataset(self) -> None:
        """Ask for the name of the chosen dataset before it is deleted."""
        if (dataset := self._needed()) is not None:
            self.ask_line(f"write {dataset.name} to delete it", self._drop)

    def _needed(self) -> DatasetFacts | None:
        """Return the chosen dataset, or None after saying that there is none."""
        if self.chosen is None:
            self.answer(NOT_CHOSEN, is_good=False)
        return self.chosen

    def _load(self, text: str) -> None:
        try:
            wish = read_load(text)
        except ValueError as mistake:
            self.answer(str(mistake), is_good=False)
            return
        self.begin(partial(self._make, "load", **wish))

    def _take(self, text: str) -> None:
        try:
            wish = read_take(text)
        except ValueError as mistake:
            self.answer(str(mistake), is_good=False)
            return
        if wish["source"] == "live":
            self._begin_live(wish)
            return
        self.begin(partial(self._make, "take", **wish))

    def _merge(self, text: str) -> None:
        if self.chosen is None:
            return
        try:
            wish = read_merge(text, self.chosen.name)
        except ValueError as mistake:
            self.answer(str(mistake), is_good=False)
            return
        self.begin(partial(self._make, "merge", name=self.chosen.name, **wish))

    def _keep(self, text: str) -> None:
        if self.chosen is None:
            return
        terms = self.terms.said(self.view)
        words: dict[str, Any] = {"name": self.chosen.name, "view": self.view.id, "into": text}
        self.begin(partial(self._make, "keep", **words, **terms))

    def _export(self, text: str) -> None:
        if self.chosen is not None:
            self.begin(partial(self._tell, "export", name=self.chosen.name, path=text))

    def _drop(self, text: str) -> None:
        if self.chosen is None or text != self.chosen.name:
            name = "" if self.chosen is None else self.chosen.name
            self.answer(f"Nothing is dropped: {text} is not {name}.", is_good=False)
            return
        run_beside(self, partial(self._say_drop, text), "drop")

    async def _say_drop(self, name: str) -> None:
        told = await self.asked("rows", "drop", name=name)
        if told is not None:
            words = "\n".join(told["words"])
            await self.read_list()
            self.made = (self.shown_name, words)
            self.answer(words)

    def _set_terms(self, text: str) -> None:
        try:
            self.terms = read_terms(text, self.view, self.terms)
        except ValueError as mistake:
            self.answer(str(mistake), is_good=False)
            return
        self.show_view()

    def _begin_live(self, wish: dict[str, Any]) -> None:
        """Follow the stream in a process of its own, which outlives this screen."""
        terms = {name: value for name, value in wish.items() if name != "source"}
        hand = live_hand(wish["name"])
        run_beside(self.app, partial(self._ask_live, hand, terms), hand)
        self.awaited = wish["name"]
        self.answer(f"Following {' '.join(wish['symbols'])} into {wish['name']}; x ends it.")

    async def _ask_live(self, hand: str, wish: dict[str, Any]) -> None:
        try:
            told = await self.lab.ask(hand, "follow", **wish)
            words, is_good = "\n".join(told["words"]), True
        except LabTrouble as trouble:
            words, is_good = str(trouble), False
        if self.awaited == wish["name"]:
            self.awaited = ""
        if self.is_running:
            self.answer(words, is_good=is_good)
            run_beside(self, self.read_list, "list")

    def action_cancel_work(self) -> None:
        """Give up what runs; else end the chosen dataset's growing, if it grows from here."""
        if not self.is_working and self.chosen is not None and self.chosen.is_live:
            self.lab.cancel(live_hand(self.chosen.name))
            self.answer(f"Ending {self.chosen.name}; if it is written elsewhere, end it there.")
            return
        super().action_cancel_work()

    async def _make(self, what: str, **words: Any) -> None:
        self.remarks.far(0.0, "beginning")
        told = await self.asked("work", what, **words)
        if told is not None:
            said = "\n".join(told["words"])
            self.made = (told["name"], said)
            await self.read_list(told["name"])
            self.answer(said)

    async def _tell(self, what: str, **words: Any) -> None:
        self.remarks.far(0.0, "beginning")
        told = await self.asked("work", what, **words)
        if told is not None:
            self.answer("\n".join(told["words"]))

    def _set_role(self, text: str) -> None:
        dataset = self.chosen
        name, sign, role = text.rpartition("=")
        if dataset is None or not sign:
            self.answer(f"{text} is no COLUMN=ROLE: write such as size=value.", is_good=False)
            return
        said = partial(self._say_role, dataset.name, name.strip(), role.strip())
        run_beside(self, said, "role")

    async def _say_role(self, dataset: str, column: str, role: str) -> None:
        told = await self.asked("rows", "roles", name=dataset, roles={column: role.lower()})
        if told is not None:
            await self.read_list(dataset)
            self.answer(f"{column} of {dataset} is the {role.lower()} now.")


def live_hand(name: str) -> str:
    """Return the hand that follows the stream into this dataset."""
    return f"live:{name}"
