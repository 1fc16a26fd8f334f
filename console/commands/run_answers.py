"""What the back-test screen asks: the runs there are, one of them, its pictures, and new ones."""

import argparse
import textwrap
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from console.backtest.catalogue import STRATEGIES, defaults
from console.backtest.crews import NoCrew
from console.backtest.findings import Finding
from console.backtest.heat import Heat, heat_of
from console.commands import backtest_compared, backtest_record, backtest_text, drawing
from console.commands.backtest_code import hosted
from console.commands.backtest_lookahead import verdict
from console.commands.backtest_making import made, prepared
from console.commands.backtest_text import number, percent
from console.commands.backtest_words import add_backtest
from console.commands.backtesting import export
from console.commands.own_strategies import own_strategies
from console.folders import StateFolder
from console.lab.problems import LabProblem
from console.screens.lab_link import Far
from widgets.outside import neutral

Words = dict[str, Any]
NOT_CHECKED = "Look-ahead was not checked: killcord backtest --check-lookahead."
MARKS = 5
WORDS = -1
"""The tone of what is said, as against axes."""


def runs(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return the kept back-tests, the newest first, and the strategies there are, own ones too."""
    del asked, far
    strategies = {
        name: {
            "parameters": " ".join(f"{key}={value:g}" for key, value in defaults(name).items()),
            "name": name,
            "options": [],
        }
        for name in STRATEGIES
    }
    for own in own_strategies(folder.code):
        told = {"parameters": own.parameters, "name": own.name}
        strategies[own.label] = {**told, "options": ["--code", str(own.path)]}
    return {
        "runs": [_listed(one) for one in reversed(_kept(folder))],
        "strategies": strategies,
    }


def compared(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return some back-tests beside each other: curves, figures, trades that differ."""
    del far
    found = [_one(folder, key) for key in asked["keys"]]
    width = max(asked["width"], 40)
    told = backtest_compared.told(found, width - 2)
    height = max(min(asked["height"] // 2, 16), LOW * 2)
    return {
        "picture": [*backtest_compared.picture(found, (width, height)), [], *_wrapped(told, width)]
    }


def run(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return one back-test: its terms and figures, its trades, its sweep."""
    del far
    found = _one(folder, asked["key"])
    width = max(asked["width"], 40)
    told = [backtest_text.heading(found), backtest_text.figures(found)]
    if found.walk is not None:
        told.append(backtest_text.walk_words(found.walk))
    told.append(found.lookahead or NOT_CHECKED)
    return {
        "figures": _wrapped("\n\n".join(told), width),
        "trades": [_trade(one) for one in found.trades],
        "sweep": _sweep(found, width),
    }


def curve(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Return the equity and, below it, how far it lies under its peak, as pictures."""
    del far
    found = _one(folder, asked["key"])
    width, height = asked["width"], asked["height"]
    below = max(height // 3, LOW)
    places = list(range(len(found.equity)))
    marks = places[:: max(len(places) // MARKS, 1)]
    days = (marks, [found.at[mark][:10] for mark in marks])
    falls = [100 * fall for fall in found.drawdown]
    return {
        "picture": [
            *drawing.lines(
                places,
                {"equity": found.equity},
                (width, max(height - below, LOW)),
                below=days,
                beside=_beside(min(found.equity), max(found.equity), height - below, "{:,.0f}"),
                title="equity, dollars",
            ),
            *drawing.lines(
                places,
                {"drawdown": falls},
                (width, below),
                below=days,
                beside=_beside(min(falls), 0.0, below, "{:,.1f} %"),
                title="below its peak" if below > LOW else "",
            ),
        ],
        "words": [],
    }


def backtest(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Run one back-test as `killcord backtest` does, check it for look-ahead, and keep it."""
    options = _options(asked["words"])
    try:
        with hosted(options):
            far(0.0, f"{options.symbol}: bars")
            case = prepared(folder, options)
            far(0.0, f"{options.symbol}: look-ahead")
            _, words = verdict(case.strategy, case.bars, options)

            def told(done: int, every: int, what: str) -> None:
                far(done / every, f"{options.symbol}: {what}")

            found = made(folder, case, options, told, lookahead=words)
            if not options.peek:
                backtest_record.keep(folder, found)
    except (NoCrew, backtest_record.NotKept) as trouble:
        raise LabProblem(str(trouble)) from None
    return {"key": found.key, "is_kept": not options.peek}


def report(folder: StateFolder, asked: Words, far: Far) -> Any:
    """Write one as an HTML page; a file that is there is not written over."""
    del far
    path = Path(asked["path"]).expanduser()
    if path.exists():
        raise LabProblem(f"{path} is there already: name another file.")
    export(_one(folder, asked["key"]), path)
    return {"path": str(path)}


ANSWERS: dict[str, Callable[[StateFolder, Words, Far], Any]] = {
    "runs": runs,
    "run": run,
    "run_curve": curve,
    "run_compared": compared,
    "run_backtest": backtest,
    "run_report": report,
}
LOW = 6


class _Grammar(argparse.ArgumentParser):
    """The command's own grammar, whose mistakes are a sentence and no end of the program."""

    def error(self, message: str) -> NoReturn:
        raise LabProblem(f"{message[:1].upper()}{message[1:]}.")


def _options(words: list[str]) -> argparse.Namespace:
    grammar = _Grammar(prog="backtest", add_help=False)
    add_backtest(grammar)
    return grammar.parse_args(words)


def _kept(folder: StateFolder) -> list[Finding]:
    """Return what is kept, oldest first; a file is read once, for it is never changed."""
    found = [_read(path) for path in backtest_record.paths(folder)]
    return sorted((one for one in found if one), key=lambda one: (one.made_at, one.key))


@lru_cache(512)
def _read(path: Path) -> Finding | None:
    return backtest_record.read(path)


def _one(folder: StateFolder, key: str) -> Finding:
    for found in _kept(folder):
        if found.key == key:
            return found
    raise LabProblem(f"No back-test is numbered {neutral(key)}.")


def _listed(one: Finding) -> Words:
    return {
        "key": one.key,
        "about": neutral(f"{one.strategy} {one.symbol} {one.frame}"),
        "parameters": " ".join(f"{key}={value:g}" for key, value in one.parameters.items()),
        "change": percent(one.metrics["total_return"]),
        "gain": one.metrics["total_return"],
        "sharpe": number(one.metrics["sharpe"] and one.metrics["sharpe"]["value"]),
        "trades": f"{one.metrics['trades']:,}",
    }


def _trade(one: Words) -> list[str]:
    left = one["left_at"]
    return [
        one["side"],
        f"{one['pnl']:+,.2f}",
        one["entered_at"][:16].replace("T", " "),
        "still open" if left is None else left[:16].replace("T", " "),
        f"{one['qty']:,.2f}",
        f"{one['entry_price']:,.4f}",
        "—" if one["exit_price"] is None else f"{one['exit_price']:,.4f}",
        f"{one['cost']:,.2f}",
    ]


def _sweep(found: Finding, width: int) -> drawing.Picture:
    if not found.sweep:
        return [[("  Nothing was searched: fast=5:25:5 among the terms tries them all.", 0)]]
    heat = heat_of(found)
    drawn = [] if heat is None else [*_heat(heat), []]
    return [*drawn, *_wrapped(backtest_text.sweep_words(found), width)]


def _heat(heat: Heat) -> drawing.Picture:
    """Return the map in figures; the best stands between marks, a loss under its sign."""
    best = max((value for value in heat.cells.values() if value is not None), default=None)
    rows: drawing.Picture = [
        [(f"  Sharpe ratio a year by {heat.down} (down) and {heat.across} (across)", WORDS)],
        [(" " * 9, 0), *((f"{head:>8g} ", 0) for head in heat.heads)],
    ]
    for row in heat.rows:
        cells = [heat.cells.get((row, head)) for head in heat.heads]
        rows.append([(f"{row:>8g} ", 0), *(_warmth(cell, heat.most, best) for cell in cells)])
    return rows


def _warmth(value: float | None, most: float, best: float | None) -> tuple[str, int]:
    if value is None:
        return f"{'—':>8} ", 0
    if value == best:
        return f"▸{value:+7.2f}◂", WORDS
    return f"{value:+8.2f} ", 1 if value > most / 2 else 0 if value >= 0 else 3


def _wrapped(text: str, width: int) -> drawing.Picture:
    """Return lines of text that fit; a table's are cut elsewhere, a sentence goes on below."""
    lines: list[str] = []
    for line in text.splitlines():
        is_sentence = "  " not in line.strip()
        lines += textwrap.wrap(line, width - 2) or [""] if is_sentence else [line]
    return [[(f" {neutral(line)}", WORDS)] for line in lines]


def _beside(low: float, high: float, height: int, words: str) -> drawing.Marks:
    steps = 3 if height > LOW * 2 else 1
    marks = [low + (high - low) * step / steps for step in range(steps + 1)]
    return marks, [words.format(mark) for mark in marks]
