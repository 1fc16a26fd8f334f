"""The careful path: one bar after another, as live trading goes.

After each bar the strategy is shown the past and answers. What it wants is done at the
open of the next bar: at the market worse by half the spread and the slippage, or within
that bar at its limit. Then the protective prices are looked at, the stop first: inside a
bar nobody knows which came first, so the worse is taken.
"""

from dataclasses import dataclass

import numpy as np

from console.backtest.bars import Bars
from console.backtest.rules import YEAR_SECONDS, Rules
from console.backtest.strategy import Intent, Strategy, Target
from console.backtest.trades import Run, Trades
from console.backtest.window import History
from console.studies.columns import Column


@dataclass(slots=True, kw_only=True)
class _Position:
    """The round trip under way."""

    entry: int
    side: int
    qty: float
    entry_price: float
    entry_fee: float
    cash: float
    borrowed: float = 0.0


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Play:
    """A run, and the equity as it was reckoned bar by bar."""

    run: Run
    equity: Column


def run_events(strategy: Strategy, bars: Bars, rules: Rules) -> Play:
    """Return what the strategy made of these bars, deciding after each of them."""
    floor = _Floor(bars, rules)
    history = History(bars.symbol, bars.frame)
    may_hold = rules.may_hold(bars)
    intent = Intent(target=Target.FLAT)
    equity = np.empty(len(bars))
    for place in range(len(bars)):
        floor.open(place, intent)
        floor.protect(place, intent)
        equity[place] = floor.equity(place)
        history.append(bars, place)
        intent = strategy.decide(history.window(floor.held, floor.entry_price))
        if not may_hold[place] or (intent.target < 0 and not rules.may_short):
            intent = Intent(target=Target.FLAT)
    return Play(run=floor.run(), equity=equity)


class _Floor:
    """Fills intents and keeps the books: flat, long or short, never two at once."""

    def __init__(self, bars: Bars, rules: Rules) -> None:
        self._bars, self._rules, self._costs = bars, rules, rules.costs
        self._cash = rules.cash
        self._position: _Position | None = None
        self._done: list[tuple[_Position, int, float, float, float]] = []

    @property
    def held(self) -> int:
        """1 long, 0 flat, -1 short."""
        return 0 if self._position is None else self._position.side

    @property
    def entry_price(self) -> float | None:
        """What the position was entered at."""
        return None if self._position is None else self._position.entry_price

    def open(self, place: int, intent: Intent) -> None:
        """Charge the time since the last bar, then bring the position to the intent."""
        self._borrow(place)
        if intent.target == self.held:
            return
        if self._position is not None:
            self._leave(place, self._market(place, -self.held))
        if intent.target is Target.FLAT or self._cash <= 0:
            return
        price = self._entry(place, intent)
        if price is not None:
            self._enter(place, int(intent.target), price)

    def protect(self, place: int, intent: Intent) -> None:
        """Leave where the bar reached a protective price of the newest intent."""
        position = self._position
        if position is None:
            return
        side, bars = position.side, self._bars
        first, low, high = (float(c[place]) for c in (bars.open, bars.low, bars.high))
        against, favour = (low, high) if side > 0 else (high, low)
        stop, take = intent.stop_price, intent.take_profit_price
        if stop is not None and side * (against - stop) <= 0:
            price = min(first, stop) if side > 0 else max(first, stop)
            self._leave(place, price * (1 - side * self._costs.worse))
        elif take is not None and side * (favour - take) >= 0:
            self._leave(place, max(first, take) if side > 0 else min(first, take))

    def equity(self, place: int) -> float:
        """Return the dollars at the close of this bar."""
        position = self._position
        if position is None:
            return self._cash
        move = position.side * (float(self._bars.close[place]) - position.entry_price)
        return position.cash + position.qty * move - position.entry_fee - position.borrowed

    def run(self) -> Run:
        """Return the whole, with what is still open at the last close."""
        if self._position is not None:
            last = float(self._bars.close[-1])
            self._book(self._position, len(self._bars), last, 0.0)
        return Run(bars=self._bars, rules=self._rules, trades=self._columns())

    def _entry(self, place: int, intent: Intent) -> float | None:
        """Return the price of the entry, or None when the limit was not traded through."""
        side, limit = int(intent.target), intent.limit_price
        if limit is None:
            return self._market(place, side)
        first = float(self._bars.open[place])
        if side * (first - limit) <= 0:
            return first
        reached = float((self._bars.low if side > 0 else self._bars.high)[place])
        return limit if side * (reached - limit) < 0 else None

    def _market(self, place: int, side: int) -> float:
        return float(self._bars.open[place]) * (1 + side * self._costs.worse)

    def _enter(self, place: int, side: int, price: float) -> None:
        factor, rules = float(self._bars.factor[place]), self._rules
        qty = rules.fraction * self._cash / price if rules.qty is None else rules.qty / factor
        self._position = _Position(
            entry=place,
            side=side,
            qty=qty,
            entry_price=price,
            entry_fee=self._costs.fee(price, factor) * qty,
            cash=self._cash,
        )

    def _leave(self, place: int, price: float) -> None:
        position = self._position
        if position is None:
            return
        fee = self._costs.fee(price, float(self._bars.factor[place])) * position.qty
        self._book(position, place, price, fee)
        self._position = None

    def _book(self, position: _Position, place: int, price: float, fee: float) -> None:
        cost = position.entry_fee + position.borrowed + fee
        pnl = position.side * position.qty * (price - position.entry_price) - cost
        self._done.append((position, place, price, cost, pnl))
        self._cash = position.cash + pnl

    def _borrow(self, place: int) -> None:
        position = self._position
        if position is None or position.side > 0:
            return
        years = float(self._bars.at[place] - self._bars.at[place - 1]) / YEAR_SECONDS
        value = position.qty * float(self._bars.close[place - 1])
        position.borrowed += value * years * self._costs.borrow_percent / 100

    def _columns(self) -> Trades:
        positions = [row[0] for row in self._done]
        return Trades(
            entry=np.array([p.entry for p in positions], np.intp),
            exit=np.array([row[1] for row in self._done], np.intp),
            side=np.array([p.side for p in positions], np.int8),
            qty=np.array([p.qty for p in positions], np.float64),
            entry_price=np.array([p.entry_price for p in positions], np.float64),
            exit_price=np.array([row[2] for row in self._done], np.float64),
            entry_fee=np.array([p.entry_fee for p in positions], np.float64),
            cost=np.array([row[3] for row in self._done], np.float64),
            pnl=np.array([row[4] for row in self._done], np.float64),
            cash=np.array([p.cash for p in positions], np.float64),
        )
