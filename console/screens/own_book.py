"""What our own holdings and fills come to now: attention, weights, and the day's trading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from console.domain.ledger import Holding, exchange_day
from console.domain.positions import Position
from console.domain.state import TradingState
from console.studies.attention import Attention, Held, attention
from console.studies.portfolio import Portfolio, weigh
from console.studies.session_summary import SessionSummary, summarise
from console.studies.study_rules import StudyRules
from widgets.freshness import live_mid

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBook:
    """The account by its own facts; None where what is held is not known."""

    attention: tuple[Attention, ...] | None
    portfolio: Portfolio | None
    summary: SessionSummary


def own_book(
    state: TradingState,
    now: datetime,
    mids: Mapping[str, Decimal],
    rules: StudyRules | None = None,
) -> OwnBook:
    """Return what holdings and fills come to at the desk's `now`.

    Args:
        state: the newest.
        now: the desk's time.
        mids: the mid in dollars when each order was decided, by client order id.
        rules: by which numbers to judge, and the sectors; None for the defaults.
    """
    rules = rules or StudyRules()
    market = state.market_time(now)
    summary = summarise(exchange_day(market), state.fills.values(), mids, held_before(state))
    if state.positions is None:
        return OwnBook(attention=None, portfolio=None, summary=summary)
    positions = sorted(state.positions.values(), key=lambda one: one.symbol)
    marks = {one.symbol: mark for one in positions if (mark := _mark(one, state, now)) is not None}
    held = [_held(one, state, marks.get(one.symbol)) for one in positions]
    equity = None if state.account is None else state.account.equity
    return OwnBook(
        attention=attention(held, market, rules.attention),
        portfolio=weigh(positions, marks, equity, rules.sectors, rules.portfolio),
        summary=summary,
    )


def held_before(state: TradingState) -> dict[str, Holding]:
    """Return what was held before the first fill that is known; of unknown cost."""
    traded: dict[str, Decimal] = {}
    for fill in state.fills.values():
        traded[fill.symbol] = traded.get(fill.symbol, ZERO) + fill.qty * fill.side.sign
    before = {}
    for symbol, qty in traded.items():
        earlier = _qty_now(symbol, state) - qty
        if earlier:
            before[symbol] = Holding(symbol=symbol, qty=earlier, cost=None)
    return before


def _qty_now(symbol: str, state: TradingState) -> Decimal:
    ours = state.holdings.get(symbol)
    if ours is not None:
        return ours.qty
    position = state.position_of(symbol)
    return ZERO if position is None else position.qty


def _mark(position: Position, state: TradingState, now: datetime) -> Decimal | None:
    mid = live_mid(position.symbol, state, now)
    return position.last_price if mid is None else Decimal(str(round(mid, 4)))


def _held(position: Position, state: TradingState, mark: Decimal | None) -> Held:
    ours = state.holdings.get(position.symbol)
    day = state.days.get(position.symbol)
    bar = None if day is None else day.bar
    is_ours = ours is not None and ours.qty == position.qty
    return Held(
        position=position,
        price=None if mark is None else float(mark),
        vwap=None if bar is None else bar.vwap,
        opened_at=ours.opened_at if ours is not None and is_ours else None,
    )
