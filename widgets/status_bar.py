"""The header: whose money this is, whether it may trade, and whether what is seen is alive.

Parts that do not fit are dropped from the least needed on; profile and mode never are.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from textual.geometry import Size

from console.domain.connections import Channel, Connection, Link
from console.domain.halt import Mode
from console.domain.market import MarketClock, Phase
from console.domain.state import TradingState
from widgets import figures
from widgets.cells import UNKNOWN, Cell, Line, Meaning, width_of
from widgets.freshness import deadened
from widgets.lines import LinePane

ONE_LINE = 168
"""From this width on everything stands on one line."""
PROFILES: dict[str, Meaning] = {"demo": "demo", "paper": "paper", "live": "live"}
MODES: dict[Mode, Cell] = {
    Mode.ACTIVE: Cell("● ACTIVE", "active", bold=True),
    Mode.REDUCING: Cell("◐ REDUCING ONLY", "reducing", bold=True, reverse=True),
    Mode.HALTED: Cell("■ HALTED", "halted", bold=True, reverse=True),
}
MODE_NOT_KNOWN = Cell("○ mode not known", "quiet")
LINKS: dict[Link, tuple[str, Meaning]] = {
    Link.LIVE: ("●", "fresh"),
    Link.RECONCILING: ("◐", "caution"),
    Link.MUTE: ("◌", "caution"),
    Link.DOWN: ("✗", "critical"),
}
GAPS = (2, 1)
"""Blanks between parts: the narrow one before a part is dropped."""


class Part(NamedTuple):
    """Some cells that are shown together or not at all."""

    priority: int
    """0 is never dropped; the highest number goes first."""
    cells: Line


class StatusBar(LinePane):
    """One line where there is room, two lines elsewhere."""

    def __init__(
        self,
        profile: str = "demo",
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._profile = profile
        self._is_attached = True
        self._shown: tuple[TradingState, datetime] | None = None
        self.set_lines([(), ()])

    def name_profile(self, profile: str) -> None:
        """Say which profile this is: demo, paper or live."""
        self._profile = profile
        self._draw()

    def tell_attached(self, *, is_attached: bool) -> None:
        """Say whether a desk is heard at all; without one nothing here is alive."""
        self._is_attached = is_attached
        self._draw()

    def show(self, state: TradingState, now: datetime) -> None:
        """Draw what changed."""
        self._shown = (state, now)
        self._draw()

    def on_resize(self) -> None:
        """Choose anew what fits."""
        super().on_resize()
        self._draw()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Be one line high where all fits on it."""
        del container, viewport
        return 1 if width >= ONE_LINE else 2

    def _draw(self) -> None:
        if self._shown is None:
            return
        state, now = self._shown
        width = self.size.width
        first, second = self._first(state), self._second(state, now)
        lines = [[*first, *second]] if width >= ONE_LINE else [first, second]
        self.set_lines([self._colour(_fitting(parts, width), width) for parts in lines])

    def _first(self, state: TradingState) -> list[Part]:
        profile = self._profile.lower()
        meaning = PROFILES.get(profile, "critical")
        name = Cell(f" {profile.upper()} ", meaning, bold=True, reverse=True)
        if self._is_attached:
            return [Part(0, (name,)), Part(0, _mode(state)), *_money(state)]
        gone = Cell(" NO DESK ", "critical", bold=True, reverse=True)
        last_heard = [part._replace(cells=_without_life(part.cells)) for part in _money(state)]
        return [Part(0, (name,)), Part(0, (MODE_NOT_KNOWN,)), Part(0, (gone,)), *last_heard]

    def _second(self, state: TradingState, now: datetime) -> list[Part]:
        """Say what lives; without a desk the session and its time are not known either."""
        parts = _links(state, now)
        if not self._is_attached:
            return [*parts, Part(3, (Cell("session ", "quiet"), UNKNOWN))]
        time = Cell(figures.clock(_market_time(state.clock, now)), "strong")
        return [
            *parts,
            Part(3, _session(state.clock, now)),
            Part(4, (time, Cell(" NY", "quiet"))),
        ]

    def _colour(self, line: Line, width: int) -> Line:
        """Recolour the whole bar of a live account, whatever the theme."""
        if self._profile.lower() != "live":
            return line
        filled = (*line, Cell(" " * max(width - sum(width_of(c.text) for c in line), 0)))
        return tuple(cell._replace(meaning="live", reverse=not cell.reverse) for cell in filled)


def _fitting(parts: Sequence[Part], width: int) -> Line:
    shown = list(parts)
    gap = next((gap for gap in GAPS if _width(shown, gap) <= width), GAPS[-1])
    while _width(shown, gap) > width:
        optional = [part for part in shown if part.priority]
        if not optional:
            break
        shown.remove(max(optional, key=lambda part: part.priority))
    line: list[Cell] = []
    for part in shown:
        line += [Cell(" " * gap), *part.cells] if line else part.cells
    return tuple(line)


def _width(parts: Sequence[Part], gap: int) -> int:
    cells = sum(width_of(cell.text) for part in parts for cell in part.cells)
    return cells + gap * max(len(parts) - 1, 0)


def _mode(state: TradingState) -> Line:
    mode = MODES[state.mode]
    if state.halt is None:
        return (mode,)
    if state.halt.is_confirmed:
        return (mode._replace(text=f" {mode.text} confirmed "),)
    return (mode._replace(text=f" {mode.text} NOT CONFIRMED "),)


def _money(state: TradingState) -> list[Part]:
    account = state.account
    if account is None:
        names = ((1, "equity"), (2, "day"), (3, "buying power"))
        return [Part(rank, (Cell(f"{name} ", "quiet"), UNKNOWN)) for rank, name in names]
    day = account.day_pnl
    share = day / account.last_equity * 100 if account.last_equity else None
    moved = figures.direction(day)
    arrow = f"{figures.arrow(day)} ".lstrip()
    return [
        Part(1, (Cell("equity ", "quiet"), Cell(figures.money(account.equity), "strong"))),
        Part(2, (Cell("day ", "quiet"), Cell(f"{arrow}{figures.signed(day)}", moved))),
        Part(4, (Cell(figures.percent(share), moved),)),
        Part(3, (Cell("BP ", "quiet"), Cell(figures.money(account.buying_power)))),
    ]


def _without_life(line: Line) -> Line:
    """Let figures last heard stand grey, and point nowhere."""
    return tuple(cell._replace(text=cell.text.lstrip("▲▼ ")) for cell in deadened(line))


def _links(state: TradingState, now: datetime) -> list[Part]:
    links = state.connections
    return [
        Part(1, (Cell(" "), *_link("data", links.get(Channel.MARKET_DATA), now))),
        Part(2, _link("orders", links.get(Channel.TRADING), now)),
        Part(5, _latency(links.get(Channel.REST))),
    ]


def _link(name: str, connection: Connection | None, now: datetime) -> Line:
    if connection is None:
        return (Cell(f"{name} ", "quiet"), UNKNOWN)
    glyph, meaning = LINKS[connection.link]
    heard = connection.heard_at
    age = None if heard is None else max((now - heard).total_seconds(), 0.0)
    words = "" if connection.link is Link.LIVE else f" {connection.link.value}"
    return (
        Cell(f"{name} ", "quiet"),
        Cell(f"{glyph}{words} ", meaning),
        figures.known(f"{figures.age(age):>3}", "words"),
    )


def _latency(connection: Connection | None) -> Line:
    if connection is None or connection.latency_ms is None:
        return (Cell("broker ", "quiet"), UNKNOWN)
    glyph, meaning = LINKS[connection.link]
    return (
        Cell("broker ", "quiet"),
        Cell(f"{glyph} ", meaning),
        Cell(f"{connection.latency_ms:.0f} ms"),
    )


def _market_time(clock: MarketClock | None, now: datetime) -> datetime:
    return now if clock is None else clock.market_time(now)


def _session(clock: MarketClock | None, now: datetime) -> Line:
    if clock is None:
        return (Cell("session ", "quiet"), UNKNOWN)
    verb, at = ("closes", clock.next_close) if clock.is_open else ("opens", clock.next_open)
    meaning: Meaning = "active" if clock.phase is Phase.REGULAR else "caution"
    left = (at - clock.market_time(now)).total_seconds()
    return (
        Cell(clock.phase.value, meaning),
        Cell(f" {verb} in ", "quiet"),
        Cell(figures.countdown(left)),
    )
