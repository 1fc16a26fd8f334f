"""The insight screen: what studies say of a symbol and the market, and of our own book."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.events import Resize

from console.domain.state import TradingState
from console.screens import insight_lines as lines
from console.screens.beside import run_beside
from console.screens.desk_link import DeskLink
from console.screens.insight_feed import InsightFeed
from console.screens.key_line import KeyLine, keys_of
from console.screens.keys import ON_THE_APP, ON_THE_INSIGHT_SCREEN, insight_bindings
from console.screens.own_book import OwnBook, own_book
from console.screens.status_screen import StatusScreen
from console.studies.study_rules import StudyRules
from widgets.cells import Cell, Line
from widgets.lines import LinePane
from widgets.sections import wrapped

MINUTES_SECONDS, DAYS_SECONDS = 10.0, 600.0
"""How often the newest minutes and days are fetched."""
PACE = timedelta(seconds=1)
SIDE_BY_SIDE = 110
"""From this width on both halves stand beside each other."""

Written = Callable[[int], Sequence[Line]]
"""Returns the lines of a text for so many columns."""


class InsightPane(LinePane, can_focus=True):
    """One half of the screen, scrolled when it is longer than its room."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lines_of: Written = lambda _: []

    def write(self, lines_of: Written) -> None:
        """Show what is written for this width, and for any other one it comes to have."""
        self._lines_of = lines_of
        self.set_lines(lines_of(self.room.width))

    def on_resize(self) -> None:
        """Wrap the sentences anew."""
        super().on_resize()
        self.write(self._lines_of)


class InsightScreen(StatusScreen):
    """Shows what is known, and says of the rest what is missing."""

    BINDINGS: ClassVar[list[BindingType]] = [*insight_bindings()]

    def __init__(
        self,
        link: DeskLink,
        profile: str,
        symbol: str | None,
        *,
        now: Callable[[], datetime],
        mids: Mapping[str, Decimal],
        read_rules: Callable[[], StudyRules] = StudyRules,
    ) -> None:
        """Look at one symbol.

        Args:
            link: the desk's.
            profile: demo, paper or live.
            symbol: which one; None for none.
            now: the desk's time.
            mids: when each order was decided, in dollars by client order id; it may grow.
            read_rules: returns by which numbers to judge; called in a thread.
        """
        super().__init__(link, profile)
        self._feed = InsightFeed(link, now)
        self._feed.turn_to(symbol)
        self._mids = mids
        self._read_rules = read_rules
        self._rules = StudyRules()
        self._drawn_at: datetime | None = None
        self._market = InsightPane(id="insight-market")
        self._own = InsightPane(id="insight-own")

    def compose(self) -> ComposeResult:
        """Stand the market beside our own book, below it on a narrow screen."""
        yield self._status
        with Container(id="insight-body"):
            yield from (self._market, self._own)
        yield KeyLine(keys_of(ON_THE_INSIGHT_SCREEN | ON_THE_APP))

    def on_mount(self) -> None:
        """Fetch what is needed, and go on fetching."""
        symbol = self._feed.symbol
        self._market.entitle(f"Market and {symbol}" if symbol else "Market")
        self._own.entitle("Own book")
        self.set_focus(self._market)
        run_beside(self, self._begin, "rules")
        self.set_interval(MINUTES_SECONDS, self._load_minutes)
        self.set_interval(DAYS_SECONDS, self._load_days)

    def on_resize(self, event: Resize) -> None:
        """Choose between one half below the other, and both beside each other."""
        self.set_class(event.size.width < SIDE_BY_SIDE, "-narrow")

    def draw_state(self, state: TradingState, now: datetime) -> None:
        """Draw once a second: no figure here is worth more."""
        if self._drawn_at is not None and timedelta(0) <= now - self._drawn_at < PACE:
            return
        self._drawn_at = now
        self._draw_market()
        book = own_book(state, now, self._mids, self._rules)
        self._own.write(partial(_own_lines, book, self._rules.trouble))

    def action_next_pane(self) -> None:
        """Go to the other half."""
        self.set_focus(self._own if self.focused is self._market else self._market)

    def action_previous_pane(self) -> None:
        """Go to the other half."""
        self.action_next_pane()

    def action_row_down(self) -> None:
        """Scroll down."""
        self._focused.scroll_down(animate=False)

    def action_row_up(self) -> None:
        """Scroll up."""
        self._focused.scroll_up(animate=False)

    def action_row_first(self) -> None:
        """Scroll to the top."""
        self._focused.scroll_home(animate=False)

    def action_row_last(self) -> None:
        """Scroll to the end."""
        self._focused.scroll_end(animate=False)

    @property
    def _focused(self) -> InsightPane:
        return self._own if self.focused is self._own else self._market

    def _load_minutes(self) -> None:
        run_beside(self, self._fetch_minutes, "minutes", is_latest_only=True)

    def _load_days(self) -> None:
        run_beside(self, self._fetch_days, "days", is_latest_only=True)

    async def _begin(self) -> None:
        """Learn by which numbers to judge, then fetch what is judged."""
        self._rules = await asyncio.to_thread(self._read_rules)
        self._feed.judge_pivots_by(self._rules.pivots)
        self._drawn_at = None
        self._load_minutes()
        self._load_days()

    async def _fetch_minutes(self) -> None:
        await self._feed.load_symbol()
        self._draw_market()

    async def _fetch_days(self) -> None:
        await self._feed.load_regime()
        self._draw_market()

    def _draw_market(self) -> None:
        self._market.write(self._market_lines)

    def _market_lines(self, width: int) -> list[Line]:
        feed = self._feed
        told: list[Line] = [(Cell(f" {feed.trouble}", "caution"),)] if feed.trouble else []
        if feed.symbol is not None:
            told += lines.timeframe_lines(feed.view, feed.minutes)
            told += lines.pivot_lines(feed.pivots, feed.signal, self._rules.pivots)
        return [*told, *lines.regime_lines(feed.regime, width)]


def _own_lines(book: OwnBook, trouble: str, width: int) -> list[Line]:
    return [
        *(wrapped(trouble, width, "caution") if trouble else ()),
        *lines.attention_lines(book.attention, width),
        *lines.portfolio_lines(book.portfolio),
        *lines.summary_lines(book.summary),
    ]
