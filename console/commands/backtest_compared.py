"""Back-tests side by side, in words and as a picture: for the command and for the screen."""

import shutil
from collections.abc import Sequence

from console.backtest.comparing import (
    ComparedTrades,
    Differing,
    common_curves,
    compare_trades,
    same_bars,
)
from console.backtest.findings import MOST_TRADES, Finding, Plain
from console.commands import backtest_text, drawing
from console.commands.tables import NOT_KNOWN, aligned

DIFFERING_SHOWN = 20
NAMES, COLUMN = 27, 18
"""How wide the names of the figures are, and one run's figures."""
POINTS, MARKS = 400, 5
OTHER_BARS = "These are not the same bars: their figures are not a contest."


def beside(found: Sequence[Finding]) -> str:
    """Return all of it, as wide as the terminal; letters tell the lines apart, not colours."""
    width = min(shutil.get_terminal_size().columns, backtest_text.WIDEST)
    drawn = picture(found, (width, backtest_text.CURVE_LINES))
    lines = ("".join(part for part, _ in line).rstrip() for line in drawn)
    return "\n".join([told(found, width), "", *lines])


def told(found: Sequence[Finding], width: int) -> str:
    """Return figures side by side and the trades that differ, in lines of `width`."""
    beside = max((width - NAMES) // COLUMN, 1)
    blocks = [
        backtest_text.compared(found[first : first + beside])
        for first in range(0, len(found), beside)
    ]
    words = [] if same_bars(found) else [OTHER_BARS]
    return "\n\n".join([*blocks, *words, trades_words(found, width)])


def picture(found: Sequence[Finding], size: tuple[int, int]) -> drawing.Picture:
    """Return what each run had gained, as lines in one picture."""
    curves = common_curves(found)
    step = max(len(curves.at) // POINTS, 1)
    shown = sorted({*range(0, len(curves.at), step), len(curves.at) - 1})
    places = list(range(len(shown)))
    marks = places[:: max(len(places) // MARKS, 1)]
    pairs = zip(found, curves.gains, strict=True)
    return drawing.lines(
        places,
        {one.key: [gains[place] for place in shown] for one, gains in pairs},
        (size[0], size[1] - 1),
        below=(marks, [curves.at[shown[mark]][:10] for mark in marks]),
        title="gained, percent of the cash begun with",
    )


def trades_words(found: Sequence[Finding], width: int) -> str:
    """Return how many trades are the same, and which are not."""
    compared = compare_trades(found)
    words = _counted(found, compared)
    if not compared.differing:
        return words
    header = ("entered, UTC", "side", *(one.key for one in found))
    shown = compared.differing[:DIFFERING_SHOWN]
    table = aligned(header, [_row(one) for one in shown])
    if max(map(len, table.splitlines())) > width:
        # no room for when each left: what it came to is enough
        table = aligned(header, [_row(one, is_short=True) for one in shown])
    rest = len(compared.differing) - len(shown)
    return f"{words}\n{table}" + (f"\nAnd {rest:,} more." if rest else "")


def _counted(found: Sequence[Finding], compared: ComparedTrades) -> str:
    own = [sum(1 for one in compared.differing if one.each[place]) for place in range(len(found))]
    others = ", ".join(f"{count:,} of {one.key}" for count, one in zip(own, found, strict=True))
    words = f"Trades: {compared.shared:,} the same in all (side, entry and leave)"
    words += f"; different: {others}." if compared.differing else "; none differs."
    if any(len(one.trades) >= MOST_TRADES for one in found):
        words += f" Of each run the first {MOST_TRADES:,} were looked at."
    return words


def _row(one: Differing, *, is_short: bool = False) -> tuple[str, ...]:
    side = f"{one.side} {one.symbol}"
    return (_minute(one.entered_at), side, *(_made(trade, is_short) for trade in one.each))


def _made(trade: Plain | None, is_short: bool) -> str:  # noqa: FBT001 - of one row
    if trade is None:
        return NOT_KNOWN
    pnl = f"{trade['pnl']:+,.2f}"
    if is_short:
        return pnl
    return f"{pnl} to {_left(trade['entered_at'], trade['left_at'])}"


def _left(entered_at: str, left_at: str | None) -> str:
    if left_at is None:
        return "the end"
    is_same_day = left_at[:10] == entered_at[:10]
    return left_at[11:16] if is_same_day else _minute(left_at)


def _minute(at: str) -> str:
    return f"{at[:10]} {at[11:16]}"
