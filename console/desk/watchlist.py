"""The watchlist: remembered, streamed, and only of symbols that the broker lists."""

import json
import logging
from collections.abc import Mapping, Sequence

from console.desk.feed import Feed
from console.desk.limits import Limits
from console.desk.recorder import Recorder
from console.desk.store import Store
from console.desk.universe import Universe
from console.domain.events import WatchlistChanged
from console.domain.permissions import Actor
from console.domain.receipts import Outcome, Receipt
from console.ports import Setting

log = logging.getLogger(__name__)
WATCHLIST = "watchlist"
WELL_KNOWN = (
    "SPY",
    "QQQ",
    "AAPL",
    "MSFT",
    "NVDA",
    "AMZN",
    "GOOG",
    "META",
    "TSLA",
    "AMD",
    "JPM",
    "KO",
)
"""What most people know: the first watchlist, as far as the broker lists it."""
FIRST_ASSETS = 12
"""How many instruments a first watchlist takes beside or instead of the usual."""
FEW_ASSETS = 30
"""A broker with so few lists them all on purpose: a tape, for example."""


class Watchlist:
    """Keeps the watchlist."""

    def __init__(
        self,
        *,
        store: Store,
        feed: Feed,
        universe: Universe,
        recorder: Recorder,
        limits: Limits,
        default: Sequence[str],
    ) -> None:
        self._store = store
        self._feed = feed
        self._universe = universe
        self._recorder = recorder
        self._limits = limits
        self._default = tuple(dict.fromkeys(default))
        self._is_chosen = False

    def begin(self, settings: Mapping[str, str]) -> None:
        """Show what was chosen before, else the usual until the broker has told its list."""
        chosen = _from_text(settings.get(WATCHLIST))
        self._is_chosen = chosen is not None
        self._show(self._default if chosen is None else chosen)

    def prune(self) -> None:
        """Leave of the usual symbols those that the broker lists; fill up where it lists few."""
        assets = self._universe.assets
        if self._is_chosen or assets is None:
            return
        listed = tuple(symbol for symbol in self._default if symbol in assets)
        if not listed or len(assets) <= FEW_ASSETS:
            listed += tuple(symbol for symbol in sorted(assets) if symbol not in listed)
        self._show(listed[: max(FIRST_ASSETS, len(self._default))])

    def watch(self, symbol: str, actor: Actor, *, is_watched: bool) -> Receipt:
        """Put a symbol on the list or take it off."""
        shown = self._store.state.watchlist
        if refusal := self._objection(symbol, shown, is_watched=is_watched):
            return Receipt(outcome=Outcome.DENIED, detail=refusal)
        others = tuple(one for one in shown if one != symbol)
        wished = (*others, symbol) if is_watched else others
        self._is_chosen = True
        self._show(wished)
        setting = Setting(name=WATCHLIST, value=json.dumps(wished))
        body = {"symbol": symbol, "is_watched": is_watched}
        self._recorder.note("watchlist.changed", actor, body, setting)
        detail = f"{symbol} is {'on' if is_watched else 'off'} the watchlist."
        return Receipt(outcome=Outcome.ACCEPTED, detail=detail)

    def _objection(self, symbol: str, shown: tuple[str, ...], *, is_watched: bool) -> str:
        if not is_watched:
            return "" if symbol in shown else f"{symbol} is not on the watchlist."
        if symbol in shown:
            return f"{symbol} is on the watchlist already."
        if len(shown) >= self._limits.max_watchlist:
            return f"The watchlist is full at {len(shown)} symbols; take one off first."
        return self._universe.objection_to(symbol)

    def _show(self, symbols: tuple[str, ...]) -> None:
        self._feed.hold(WATCHLIST, symbols)
        if symbols != self._store.state.watchlist:
            revision = self._store.state.watchlist_revision + 1
            self._store.apply(WatchlistChanged(symbols=symbols, revision=revision))


def _from_text(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    try:
        return tuple(str(symbol) for symbol in json.loads(text))
    except (ValueError, TypeError):
        log.exception("the remembered watchlist is unreadable: %r", text)
        return None
