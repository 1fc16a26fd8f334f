"""The round trips of a back-test, as columns, and the equity they make."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from console.backtest.bars import Bars
from console.backtest.rules import Rules
from console.studies.columns import Column

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Trades:
    """Entries with their exits, oldest first; prices and shares as adjusted for splits."""

    entry: Places
    """The bar of the entry, counted from 0."""
    exit: Places
    """The bar of the exit; one beyond the last when the position is still open."""
    side: npt.NDArray[np.int8]
    qty: Column
    entry_price: Column
    exit_price: Column
    """Of an open position, the last close."""
    entry_fee: Column
    """Dollars."""
    cost: Column
    """All fees and the borrowing, in dollars."""
    pnl: Column
    """Dollars, after costs; of an open position, so far."""
    cash: Column
    """The equity before each entry."""

    def __len__(self) -> int:
        return len(self.entry)

    def first(self, count: int) -> "Trades":
        """Return the first so many."""
        return Trades(**{name: getattr(self, name)[:count] for name in self.__slots__})


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Run:
    """What came of one strategy over these bars under these rules."""

    bars: Bars
    rules: Rules
    trades: Trades

    @property
    def final_equity(self) -> float:
        """Dollars at the last close."""
        if len(self.trades) == 0:
            return self.rules.cash
        return float(self.trades.cash[-1] + self.trades.pnl[-1])

    @property
    def total_return(self) -> float:
        """The gain as a share of the cash begun with."""
        return self.final_equity / self.rules.cash - 1

    @property
    def closed(self) -> npt.NDArray[np.bool_]:
        """Which trades have an exit."""
        return np.asarray(self.trades.exit < len(self.bars))

    def equity(self) -> Column:
        """Return the dollars at each close: cash, and the position at that close."""
        trades, bars, count = self.trades, self.bars, len(self.bars)
        if len(trades) == 0:
            return np.full(count, self.rules.cash)
        held, flat = trades.side * trades.qty, trades.cash + trades.pnl
        begun = trades.cash - trades.entry_fee - held * trades.entry_price
        lengths = np.diff(np.column_stack((trades.entry, trades.exit)).ravel(), prepend=0)
        lengths = np.append(lengths, count - min(int(trades.exit[-1]), count))
        fixed = np.append(self.rules.cash, np.column_stack((begun, flat)).ravel())
        moving = np.append(0.0, np.column_stack((held, np.zeros_like(held))).ravel())
        equity: Column = np.repeat(fixed, lengths) + np.repeat(moving, lengths) * bars.close
        if self.rules.costs.borrow_percent > 0:
            owed = np.where(trades.side < 0, trades.qty, 0.0)
            borrowed = self.rules.costs.borrowed(bars)
            rate = np.append(0.0, np.column_stack((owed, np.zeros_like(owed))).ravel())
            since = np.append(0.0, np.column_stack((borrowed[trades.entry], owed * 0)).ravel())
            equity -= np.repeat(rate, lengths) * (borrowed - np.repeat(since, lengths))
        return equity
