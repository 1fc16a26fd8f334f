"""What is made on the dataset screen: files loaded, the desk asked, the stream followed."""

from functools import partial
from typing import Any

from console.screens.beside import run_beside
from console.screens.desk_link import DeskLink
from console.screens.lab_lines import LOAD_HINT, ROLE_HINT, TAKE_HINT, read_load, read_take
from console.screens.lab_link import Lab, LabTrouble
from console.screens.lab_screen import LabScreen
from widgets.dataset_view import DatasetFacts


class DatasetWork(LabScreen):
    """Makes datasets, and says what columns mean."""

    def __init__(self, link: DeskLink, profile: str, lab: Lab) -> None:
        super().__init__(link, profile, lab)
        self.chosen: DatasetFacts | None = None
        """The dataset that is shown."""
        self.awaited = ""
        """The live dataset that was begun and is not in the list yet."""

    async def read_list(self, chosen: str = "") -> None:
        """Read which datasets there are, and show one of them."""
        raise NotImplementedError

    def action_load_file(self) -> None:
        """Ask for a file to make a dataset of."""
        self.ask_line(LOAD_HINT, self._load)

    def action_take(self) -> None:
        """Ask what to take from the desk."""
        self.ask_line(TAKE_HINT, self._take)

    def action_set_role(self) -> None:
        """Ask what a column means."""
        if self.chosen is None:
            self.answer("No dataset is chosen.", is_good=False)
            return
        self.ask_line(ROLE_HINT, self._set_role)

    def _load(self, text: str) -> None:
        self.begin(partial(self._make, "load", **read_load(text)))

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

    def _begin_live(self, wish: dict[str, Any]) -> None:
        """Follow the stream in a process of its own, which outlives this screen."""
        terms = {name: wish[name] for name in ("name", "symbols", "every", "rows")}
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
            await self.read_list(told["name"])
            self.answer("\n".join(told["words"]))

    def _set_role(self, text: str) -> None:
        dataset = self.chosen
        name, sign, role = text.rpartition("=")
        if dataset is None or not sign:
            self.answer(f"{text} is no COLUMN=ROLE.", is_good=False)
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
