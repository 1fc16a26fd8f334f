"""A back-test in words: its terms, its figures beside the baselines, its curve."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import Any

from console.backtest.findings import Finding, Plain, best_of
from console.backtest.sweeps import Outcome
from console.commands.tables import NOT_KNOWN, aligned

WIDEST, CURVE_LINES = 120, 14
BEST_SHOWN = 10
LEVELS = 4
COSTS = (
    ("fee_per_share", "fee", "a share"),
    ("fee_bps", "fee", "bp"),
    ("spread_bps", "spread", "bp"),
    ("slippage_bps", "slippage", "bp"),
    ("borrow_percent", "borrowing", "% a year"),
)
"""What a term is called, and its unit."""


def told(found: Finding) -> str:
    """Return everything there is to say of one back-test, but its curve."""
    parts = [heading(found), figures(found)]
    if found.sweep:
        parts.append(sweep_words(found))
    if found.walk is not None:
        parts.append(walk_words(found.walk))
    if found.lookahead is not None:
        parts.append(found.lookahead)
    return "\n\n".join(parts)


def heading(found: Finding) -> str:
    """Return what was run, on what, under which terms."""
    named = ", ".join(f"{name} {value:g}" for name, value in found.parameters.items())
    first, last = _moment(found.first_at), _moment(found.last_at)
    return (
        f"{found.strategy} ({named}) on {found.symbol}, {found.bars:,} bars of {found.frame}\n"
        f"{first} to {last} UTC, from {found.source}\n{terms(found.terms)}"
    )


def terms(told_terms: Plain) -> str:
    """Return the terms in one line."""
    entry = (
        f"{told_terms['fraction']:.0%} of the equity an entry"
        if told_terms["qty"] is None
        else f"{told_terms['qty']:g} shares an entry"
    )
    words = [f"{told_terms['cash']:,.0f} dollars", entry]
    words.append("long and short" if told_terms["may_short"] else "long only")
    if told_terms["flat_minutes"] is not None:
        words.append(f"flat {told_terms['flat_minutes']:g} minutes before the close")
    costs = [f"{name} {told_terms[key]:g} {unit}" for key, name, unit in COSTS if told_terms[key]]
    return "; ".join([*words, ", ".join(costs) if costs else "before costs: trading is free here"])


def figures(found: Finding) -> str:
    """Return the figures beside those of buying and holding, and what chance does."""
    table = _beside(("strategy", "buy and hold"), columns([found.metrics, found.hold]))
    if found.chance is None:
        return f"{table}\nIt did not trade: there is nothing to compare with chance."
    beaten, draws = f"{found.chance['beaten']:.0%}", found.chance["draws"]
    return (
        f"{table}\nBetter than {beaten} of {draws} runs that held as often and as long at random "
        f"moments (their median {percent(found.chance['median'])})."
    )


def columns(metrics: Sequence[Plain]) -> list[tuple[str, ...]]:
    """Return one row a figure, one column a run."""
    lines: tuple[tuple[str, Callable[[Plain], str]], ...] = (
        ("total return", lambda one: percent(one["total_return"])),
        ("a year", lambda one: percent(one["annual_return"])),
        ("Sharpe ratio a year", lambda one: _sharpe(one["sharpe"])),
        ("  95 % of it", lambda one: _interval(one["sharpe"])),
        ("deepest drawdown", lambda one: percent(one["max_drawdown"])),
        ("closed trades", lambda one: f"{one['trades']:,}"),
        ("won", lambda one: percent(one["win_rate"], sign="")),
        ("expectancy, dollars a trade", lambda one: number(one["expectancy"])),
        ("pay-off ratio", lambda one: number(one["pay_off"], sign="")),
        ("exposure", lambda one: percent(one["exposure"], sign="")),
        ("fees and borrowing, dollars", lambda one: number(one["cost"], sign="")),
    )
    return [(name, *(say(one) for one in metrics)) for name, say in lines]


def sweep_words(found: Finding) -> str:
    """Return the best choices of a sweep, and how good luck alone would look."""
    done = [Outcome(**one) for one in found.sweep]
    ranked = sorted((one for one in done if one.sharpe is not None), key=lambda one: -one.rank)
    refused = sum(1 for one in done if one.refused)
    header = (*found.parameters, "Sharpe", "return", "trades")
    rows = [
        (
            *(f"{value:g}" for value in one.parameters.values()),
            number(one.sharpe),
            percent(one.total_return),
            f"{one.trades:,}",
        )
        for one in ranked[:BEST_SHOWN]
    ]
    words = f"The best of {len(done):,} choices"
    if refused:
        words += f", {refused:,} of them impossible"
    table = aligned(header, rows) if rows else "None of them traded."
    top = best_of(found)
    if found.luck is None or top is None:
        return f"{words}:\n{table}"
    return (
        f"{words}:\n{table}\nThe best of as many worthless ones would reach about "
        f"{number(found.luck)}: {'below' if found.luck < top.rank else 'not below'} the best found."
    )


def walk_words(walk: Plain) -> str:
    """Return the folds of a walk and what they came to out of sample."""
    rows = [
        (
            _moment(fold["first_at"]),
            _moment(fold["last_at"]),
            "flat: nothing had traded before"
            if fold["parameters"] is None
            else ", ".join(f"{name} {value:g}" for name, value in fold["parameters"].items()),
        )
        for fold in walk["folds"]
    ]
    table = aligned(("from", "to", "chosen on the bars before"), rows)
    outcome = _beside(("out of sample",), columns([walk["metrics"]]))
    return f"Walk forward:\n{table}\n{outcome}"


def listed(kept: Sequence[Finding]) -> str:
    """Return the kept back-tests, the newest first."""
    if not kept:
        return "No back-test has been kept yet: killcord backtest sma-cross AAPL."
    rows = [
        (
            one.key,
            one.strategy,
            one.symbol,
            one.frame,
            f"{one.bars:,}",
            percent(one.metrics["total_return"]),
            percent(one.hold["total_return"]),
            _sharpe(one.metrics["sharpe"]),
            percent(one.metrics["max_drawdown"]),
            f"{one.metrics['trades']:,}",
        )
        for one in reversed(kept)
    ]
    return aligned(
        ("number", "strategy", "symbol", "frame", "bars", "return", "held", "Sharpe", "drawdown",
         "trades"),
        rows,
    )  # fmt: skip


def compared(found: Sequence[Finding]) -> str:
    """Return some back-tests side by side."""
    rows: list[tuple[str, ...]] = [
        ("strategy", *(one.strategy for one in found)),
        ("parameters", *(" ".join(f"{v:g}" for v in one.parameters.values()) for one in found)),
        ("symbol", *(f"{one.symbol} {one.frame}" for one in found)),
        ("sides", *("long, short" if one.terms["may_short"] else "long" for one in found)),
        ("costs", *("charged" if _is_charged(one.terms) else "free" for one in found)),
        *columns([one.metrics for one in found]),
    ]
    return _beside([one.key for one in found], rows)


def curve(found: Finding) -> str:
    """Return the equity as a line, as wide as the terminal; plotext draws it."""
    import plotext  # noqa: PLC0415 - an eighth of a second, for this command only

    width = min(shutil.get_terminal_size().columns, WIDEST)
    figure: Any = plotext.figure
    figure.clear()
    figure.theme("simple")
    plotext.terminal.limit(width=False, height=False)
    figure.plot_size(width, CURVE_LINES)
    figure.title("equity, dollars")
    places = list(range(len(found.equity)))
    figure.draw(figure.signal(places, found.equity, marker="hd").lines())
    marks = range(0, len(found.at), max(len(found.at) // 5, 1))
    figure.ruler("x").ticks(list(marks), [found.at[mark][:10] for mark in marks])
    low, high = min(found.equity), max(found.equity)
    heights = [low + (high - low) * step / LEVELS for step in range(LEVELS + 1)]
    figure.ruler("y").ticks(heights, [f"{height:,.0f}" for height in heights])
    drawn = str(figure.build().string())
    in_colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return drawn if in_colour else str(plotext.uncolorize(drawn))


def percent(share: float | None, sign: str = "+") -> str:
    """Return a share of one as percent, or an em dash."""
    return NOT_KNOWN if share is None else f"{share * 100:{sign},.2f} %"


def number(value: float | None, sign: str = "+") -> str:
    """Return a number with two places, or an em dash."""
    return NOT_KNOWN if value is None else f"{value:{sign},.2f}"


def _is_charged(told_terms: Plain) -> bool:
    return any(told_terms[key] for key, _, _ in COSTS)


def _beside(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with the names of the rows on the left, everything else on the right."""
    table = [("", *names), *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(names) + 1)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in table
    )


def _moment(at: str) -> str:
    """Return the minute of an ISO 8601 time."""
    return f"{at[:10]} {at[11:16]}"


def _sharpe(found: Plain | None) -> str:
    return NOT_KNOWN if found is None else number(found["value"])


def _interval(found: Plain | None) -> str:
    return NOT_KNOWN if found is None else f"{number(found['low'])} to {number(found['high'])}"
