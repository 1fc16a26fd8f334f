"""An app that shows given widgets in our themes, and nothing else."""

from collections.abc import Callable, Iterable

from textual.app import App, ComposeResult
from textual.widget import Widget

from themes.palettes import FIRST, load_themes, stylesheet


class Stage(App[None]):
    CSS = stylesheet()
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        *widgets: Widget,
        theme: str = FIRST,
        prepare: Callable[[], None] | None = None,
        css: str = "",
    ) -> None:
        self.CSS = stylesheet() + css  # type: ignore[misc]
        super().__init__()
        for each in load_themes():
            self.register_theme(each)
        self.theme = theme
        self._widgets = widgets
        self._prepare = prepare

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def on_mount(self) -> None:
        if self._prepare is not None:
            self._prepare()


def text_of(app: App[object]) -> str:
    """What stands on the screen, without colour."""
    lines = app.screen._compositor.render_strips()
    return "\n".join(_text(strip) for strip in lines)


def _text(strip: Iterable[object]) -> str:
    return "".join(segment.text for segment in strip)  # type: ignore[attr-defined]
