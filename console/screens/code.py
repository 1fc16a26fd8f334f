"""The code screen: an editor, and beside it what its code made in the sandbox."""

from collections.abc import Callable
from functools import partial
from textwrap import wrap
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from console.screens.beside import run_beside
from console.screens.code_runs import HAND, whole_run
from console.screens.desk_link import DeskLink
from console.screens.key_line import KeyLine, keys_of
from console.screens.keys import ON_THE_APP, ON_THE_CODE_SCREEN, code_bindings
from console.screens.lab_link import Lab
from console.screens.lab_screen import LabScreen
from widgets.analytics_code import CodeRun
from widgets.code_view import CodeOutput
from widgets.editor import Editor
from widgets.outside import neutral

FIRST_NAME = "scratch"
STOCK_HAND = "rows"
"""Who tells of files and datasets: not the hand that may be running code for a minute."""
MOST_LINES = 4


class CodeScreen(LabScreen):
    """Writes, runs and keeps code; the text is saved whenever it is run or left."""

    BINDINGS: ClassVar[list[BindingType]] = [*code_bindings()]

    def __init__(
        self, link: DeskLink, profile: str, lab: Lab, *, ran: Callable[[CodeRun], None]
    ) -> None:
        super().__init__(link, profile, lab)
        self._ran = ran
        self._file = FIRST_NAME
        self._data: list[str] = []
        self._parameters: dict[str, str] = {}
        self._saved = ""
        self._editor = Editor(id="code-editor")
        self._output = CodeOutput(id="code-output")

    def compose(self) -> ComposeResult:
        """Stand the editor beside its output; below them what is said."""
        yield self.status
        with Container(id="lab-body"):
            yield self._editor
            yield self._output
        yield self.line
        yield self.remarks
        yield KeyLine(keys_of(ON_THE_CODE_SCREEN | ON_THE_APP))

    def on_mount(self) -> None:
        """Read what was written before, and get a worker ready meanwhile."""
        self.line.display = False
        self._output.entitle("Output")
        self._output.say("F5 runs the code; what it makes is shown here.")
        self._entitle()
        self.home()
        self.answer("reading …")
        run_beside(self, self._begin, "desk")

    def home(self) -> None:
        """Give the keys back to the editor."""
        self.set_focus(self._editor)

    def answer(self, text: str, *, is_good: bool = True) -> None:
        """Say what came of a key, in as many lines as it takes."""
        width = max(self.size.width - 2, 20)
        lines = wrap(neutral(text), width)[:MOST_LINES]
        self.remarks.answer("\n".join(lines), "words" if is_good else "caution")

    def action_run_code(self) -> None:
        """Save the text and run it."""
        if not self._editor.text.strip():
            self.answer("There is no code to run yet.", is_good=False)
            return
        self.begin(self._run)

    def action_stop_code(self) -> None:
        """End what runs."""
        if not self.is_working:
            self.answer("Nothing runs.")
            return
        self.answer("Stopping …")
        self.lab.cancel(HAND)

    def action_save_code(self) -> None:
        """Save the text under a name."""
        self.ask_line("the name to save it under", self._save_as, self._file)

    def action_open_code(self) -> None:
        """Open another file, or begin one."""
        self.ask_line("which file, old or new", self._open)
        run_beside(self, partial(self._list_known, "files", "none yet"), "stock")

    def action_choose_data(self) -> None:
        """Say which datasets the code is given."""
        self.ask_line("datasets, the first is df", self._choose, " ".join(self._data))
        run_beside(self, partial(self._list_known, "datasets", "none yet: T loads one"), "stock")

    def action_set_parameters(self) -> None:
        """Say which declared parameters are other than their defaults."""
        told = " ".join(f"{name}={value}" for name, value in self._parameters.items())
        self.ask_line("parameters, such as window=50; - for none", self._set, told)

    def action_past_code(self) -> None:
        """List the runs there were, and ask which one to bring back."""
        run_beside(self, self._list_past, "past")
        self.ask_line("the number of a run to bring back", self._bring_back)

    def action_keep_result(self) -> None:
        """Make a dataset of what the last run gave back."""
        self.ask_line("the name of the new dataset", self._keep)

    def action_next_pane(self) -> None:
        """Go from the editor to its output, or back."""
        self.set_focus(self._output if self.focused is self._editor else self._editor)

    def action_previous_pane(self) -> None:
        """Go to the other pane: there are two."""
        self.action_next_pane()

    def action_back(self) -> None:
        """Leave the line, else the screen, and save the text before."""
        if self.line.display or self.is_working:
            super().action_back()
            return
        self.begin(self._leave)

    # ── what is asked ──────────────────────────────────────────────────────

    async def _begin(self) -> None:
        told = await self.asked(HAND, "code_desk")
        if told is None:
            return
        self._data = told["datasets"][:1]
        if not self._editor.text:
            self._show_text(told["name"] or FIRST_NAME, told["text"])
        self.answer(told["wall"], is_good=told["holds"])

    async def _run(self) -> None:
        if not await self._saved_text():
            return
        self._output.say("running …")
        self.answer("Running; F4 stops it.")
        told = await self.asked(
            HAND,
            "code_run",
            name=self._file,
            text=self._editor.text,
            data=self._data,
            parameters=self._parameters,
            width=self._output.room.width,
        )
        if told is None:
            self._output.say("There is nothing to show.")
            return
        made = await whole_run(told, lambda first: self.asked(HAND, "code_lines", first=first))
        self._show_run(told, made)

    def _show_run(self, told: dict[str, Any], made: CodeRun) -> None:
        aside = f"run {made.number}, {made.seconds:.2f} s"
        self._output.show(made.lines, f"Output of {made.name}", aside)
        self._editor.mark(told["line"])
        self._ran(made)
        if told["problem"] is not None:
            self.answer(told["problem"], is_good=False)
            return
        kept = "; F9 keeps its result" if told["has_result"] else ""
        self.answer(f"Done in {told['seconds']:.2f} s{kept}.")

    def _save_as(self, name: str) -> None:
        self.begin(partial(self._say_saved, name.lower().removesuffix(".py")))

    async def _say_saved(self, name: str) -> None:
        if await self._written(name, known=self._saved if name == self._file else ""):
            self.answer(f"Saved as {name}.")

    async def _saved_text(self) -> bool:
        """Save the text if it changed; return whether it is safe."""
        if self._editor.text == self._saved:
            return True
        return await self._written(self._file, known=self._saved)

    async def _written(self, name: str, *, known: str) -> bool:
        """Write the text into a file that is taken to hold what is known, or nothing."""
        text = self._editor.text
        told = await self.asked(HAND, "code_save", name=name, text=text, known=known)
        if told is None:
            return False
        self._file, self._saved = name, text
        self._entitle()
        return True

    def _open(self, name: str) -> None:
        name = name.lower().removesuffix(".py")
        self.begin(partial(self._opened, name))

    async def _opened(self, name: str) -> None:
        if not await self._saved_text():
            return
        told = await self.asked(HAND, "code_open", name=name)
        if told is None:
            return
        self._show_text(told["name"], told["text"])
        is_new = "is a new file: it is saved when it is run" if told["is_new"] else "is open"
        self.answer(f"{name} {is_new}.")

    def _choose(self, text: str) -> None:
        names = text.replace(",", " ").split()
        run_beside(self, partial(self._chosen, names), "data")

    async def _chosen(self, names: list[str]) -> None:
        """Give these datasets to the code, if there are such now."""
        told = await self.asked(STOCK_HAND, "code_stock")
        if told is None:
            return
        unknown = [name for name in names if name not in told["datasets"]]
        if unknown:
            self.answer(f"There is no dataset {unknown[0]}.", is_good=False)
            return
        self._data = names
        self._entitle()

    async def _list_known(self, what: str, none: str) -> None:
        """Say in the line that is being written what there is now to choose from."""
        hint = self.line.placeholder
        told = await self.asked(STOCK_HAND, "code_stock")
        if told is not None and self.line.placeholder == hint:
            self.line.placeholder = f"{hint}: {', '.join(told[what]) or none}"

    def _set(self, text: str) -> None:
        pairs = [word.partition("=") for word in text.split() if word != "-"]
        if not all(name and value for name, _, value in pairs):
            self.answer("A parameter is written as name=value, such as window=50.", is_good=False)
            return
        self._parameters = {name: value for name, _, value in pairs}
        self._entitle()

    async def _list_past(self) -> None:
        told = await self.asked(HAND, "code_past")
        if told is not None:
            self._output.show(told["lines"], "Past runs")

    def _bring_back(self, text: str) -> None:
        if not text.isdecimal():
            self.answer(f"{text} is no number of a run.", is_good=False)
            return
        self.begin(partial(self._brought_back, int(text)))

    async def _brought_back(self, number: int) -> None:
        if not await self._saved_text():
            return
        told = await self.asked(HAND, "code_past", number=number)
        if told is not None:
            self._show_text(f"run-{number}", told["text"])
            self.answer(f"The code of run {number}, as a new file run-{number}.")

    def _keep(self, name: str) -> None:
        self.begin(partial(self._kept, name))

    async def _kept(self, name: str) -> None:
        told = await self.asked(HAND, "code_keep", name=name)
        if told is not None:
            self.answer(told["words"])

    async def _leave(self) -> None:
        if not self._editor.text.strip() or await self._saved_text():
            self.dismiss()

    def _show_text(self, name: str, text: str) -> None:
        self._file, self._saved = name, text
        self._editor.open(text)
        self._entitle()

    def _entitle(self) -> None:
        given = ", ".join(self._data) or "no data"
        told = " ".join(f"{name}={value}" for name, value in self._parameters.items())
        self._editor.border_title = f"{self._file}.py"
        self._editor.border_subtitle = f"{given}  {told}".strip()
