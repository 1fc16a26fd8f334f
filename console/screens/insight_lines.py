"""What the insight screen writes: facts in, lines of cells out."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from console.domain.market import Timeframe
from console.screens.insight_feed import PivotRow
from console.screens.regime_now import FundFacts, RegimeNow
from console.studies.attention import Attention, Reason
from console.studies.pivot_rules import PivotRules
from console.studies.portfolio import Portfolio, Weight
from console.studies.running_pivots import PivotState
from console.studies.session_summary import SessionSummary
from console.studies.timeframe_view import TimeframeView
from widgets import figures
from widgets.cells import BLANK, UNKNOWN, Align, Cell, Line, Meaning
from widgets.chart import FRAMES
from widgets.outside import neutral
from widgets.sections import headings, section, tabulated, wrapped

DIRECTIONS: dict[int | None, Cell] = {
    1: Cell("▲ up", "gain"),
    -1: Cell("▼ down", "loss"),
    0: Cell("· flat", "flat"),
    None: UNKNOWN,
}
SIGNALS: dict[int | None, Cell] = {
    1: Cell("▲ near a fresh trough", "gain"),
    -1: Cell("▼ near a fresh peak", "loss"),
    0: Cell("none", "quiet"),
    None: UNKNOWN,
}
STATES: dict[PivotState, Meaning] = {
    PivotState.PROVISIONAL: "quiet",
    PivotState.HOLDS: "strong",
    PivotState.TOUCHED: "caution",
    PivotState.BROKEN: "quiet",
}
RIGHT: Align = "right"
LEFT: Align = "left"


def timeframe_lines(view: TimeframeView | None, minutes: int) -> list[Line]:
    """Say which way each frame goes, and all of them together."""
    if view is None:
        return section("Timeframes", [(Cell(" reading minutes…", "quiet"),)])
    rows = [headings("frame", "score", "trend", "own part")]
    rows += [
        (Cell(FRAMES[one.timeframe]), _score(one.score), DIRECTIONS[one.direction], _score(one.own))
        for one in view.frames
    ]
    whole = (
        Cell("together", "strong"),
        _score(view.combined),
        DIRECTIONS[view.direction],
        Cell(""),
    )
    note = f" of {minutes:,} minutes; {view.votes} frames have a part of their own"
    table = tabulated([*rows, whole], (LEFT, RIGHT, LEFT, RIGHT))
    return section("Timeframes", table, [(Cell(note, "quiet"),)], aside="in standard deviations")


def pivot_lines(pivots: Sequence[PivotRow], signal: int | None, rules: PivotRules) -> list[Line]:
    """Name the newest pivots of the minutes with what became of them, and what they say."""
    aside = f"{FRAMES[Timeframe.MIN_1]}, {_pivots_by(rules)}"
    said = (Cell(" signal ", "quiet"), SIGNALS[signal])
    if not pivots:
        return section("Pivots", [said, (Cell(" none yet", "quiet"),)], aside=aside)
    rows = [headings("", "at", "price", "state", "confirmed")]
    for pivot, state, at, confirmed in reversed(pivots):
        kind = Cell("▼ peak" if pivot.is_peak else "▲ trough", STATES[state])
        price = figures.known(figures.price(pivot.price))
        known = UNKNOWN if confirmed is None else Cell(_minute(confirmed), "quiet")
        rows.append((kind, Cell(_minute(at)), price, Cell(state, STATES[state]), known))
    return section("Pivots", [said], tabulated(rows, (LEFT, LEFT, RIGHT, LEFT, LEFT)), aside=aside)


def _pivots_by(rules: PivotRules) -> str:
    words = f"window {rules.window}, distance {rules.min_distance}"
    return f"{words}, swing {rules.min_swing * 100:g} %" if rules.min_swing else words


def regime_lines(regime: RegimeNow | None, width: int) -> list[Line]:
    """Say what the market is like, on what that rests, or what is missing."""
    if regime is None:
        return section("Regime", [(Cell(" reading daily bars…", "quiet"),)])
    rows = [headings("percentile", "days", "return", "volatility", "trend")]
    rows += [_fund(name, facts) for name, facts in regime.funds.items()]
    return section(
        "Regime",
        _regime_head(regime),
        tabulated(rows, (LEFT, RIGHT, RIGHT, RIGHT, RIGHT)),
        wrapped(regime.recommendation, width, "quiet"),
        aside=f"{regime.days} days of all three",
    )


def _regime_head(regime: RegimeNow) -> list[Line]:
    if regime.is_known and regime.since is not None:
        since = Cell(f"  since {regime.since.astimezone(figures.NEW_YORK):%Y-%m-%d}", "quiet")
        return [(Cell(f" {regime.name}", "strong", bold=True), since)]
    missing = Cell(f": needs {regime.missing} more days", "caution")
    return [(Cell(f" {regime.name}", "caution", bold=True), missing if regime.missing else BLANK)]


def attention_lines(told: Sequence[Attention] | None, width: int) -> list[Line]:
    """Name the holdings that want a look, and what cannot be judged."""
    if told is None:
        return section("Attention", [(Cell(" what is held is not known", "caution"),)])
    if not told:
        return section("Attention", [(Cell(" nothing held wants a look", "quiet"),)])
    rows = [
        (Cell(one.symbol, "strong", bold=True), Cell(one.reason), _worth(one))
        for one in told
        if one.value is not None
    ]
    table = tabulated(rows, (LEFT, LEFT, RIGHT)) if rows else []
    return section("Attention", table, _not_judged(told, width))


def portfolio_lines(portfolio: Portfolio | None) -> list[Line]:
    """Say what weighs how much of equity, and what is too much of it."""
    if portfolio is None:
        return section("Portfolio", [(Cell(" what is held is not known", "caution"),)])
    sums = (
        Cell(" gross ", "quiet"),
        figures.known(_share(portfolio.gross)),
        Cell("  net ", "quiet"),
        figures.known(_share(portfolio.net, is_signed=True)),
        Cell("  of equity", "quiet"),
    )
    if not portfolio.holdings:
        return section("Portfolio", [(Cell(" nothing is held", "quiet"),)])
    rows = [headings("", "weight", "on cost", "")]
    rows += [_weight(one, portfolio) for one in portfolio.holdings]
    sectors = [headings("sector", "of equity", "held", "")]
    sectors += [_sector(name, portfolio) for name in portfolio.sectors]
    return section(
        "Portfolio",
        [sums],
        tabulated(rows, (LEFT, RIGHT, RIGHT, LEFT)),
        [()],
        tabulated(sectors, (LEFT, RIGHT, RIGHT, LEFT)),
    )


def summary_lines(summary: SessionSummary) -> list[Line]:
    """Say what the day's own trading came to."""
    unknown = f"; {summary.unknown} of unknown result" if summary.unknown else ""
    slippage = UNKNOWN if summary.slippage is None else Cell(f"{summary.slippage:+.1f} bp")
    rows = [
        (Cell("trades", "quiet"), Cell(f"{summary.trades}{unknown}")),
        (Cell("win rate", "quiet"), figures.known(_share(summary.win_rate))),
        (Cell("mean win", "quiet"), _gain(summary.average_win)),
        (Cell("mean loss", "quiet"), _gain(summary.average_loss)),
        (Cell("expectancy", "quiet"), _gain(summary.expectancy)),
        (Cell("together", "quiet"), _gain(summary.total if summary.trades else None)),
        (Cell("slippage", "quiet"), slippage),
    ]
    measured = (
        f" slippage of {summary.measured_fills} of {summary.fills} fills; fees are in none of it"
    )
    aside = f"{summary.day:%Y-%m-%d}"
    return section(
        "Session", tabulated(rows, (LEFT, LEFT)), [(Cell(measured, "quiet"),)], aside=aside
    )


def _fund(name: str, facts: FundFacts) -> Line:
    values = (facts.change, facts.volatility, facts.trend)
    known = (UNKNOWN if one is None else Cell(f"{one:.0f}") for one in values)
    return (Cell(name), Cell(f"{facts.days}", "words" if facts.days else "caution"), *known)


def _weight(one: Weight, portfolio: Portfolio) -> Line:
    remarks = []
    if one.symbol in portfolio.concentrated:
        remarks.append("concentrated")
    if one.symbol in portfolio.large_losses:
        remarks.append("large loss")
    gain = None if one.gain is None else one.gain * 100
    return (
        Cell(one.symbol, "strong", bold=True),
        figures.known(_share(one.weight, is_signed=True)),
        figures.change(figures.percent(gain), gain),
        Cell(f"! {', '.join(remarks)}" if remarks else "", "caution"),
    )


def _sector(name: str | None, portfolio: Portfolio) -> Line:
    held = sum(1 for one in portfolio.holdings if one.sector == name)
    remark = "! concentrated" if name in portfolio.heavy_sectors else ""
    return (
        Cell("unknown", "quiet") if name is None else Cell(neutral(name), "strong"),
        figures.known(_share(portfolio.sectors[name])),
        Cell(f"{held}", "quiet"),
        Cell(remark, "caution"),
    )


def _not_judged(told: Sequence[Attention], width: int) -> list[Line]:
    """Name together the holdings of which one thing is not known."""
    missing: dict[tuple[Reason, str], list[str]] = {}
    for one in told:
        if one.value is None:
            missing.setdefault((one.reason, one.note), []).append(one.symbol)
    sentences = [
        f"{reason} — of {', '.join(symbols)}: {note}" for (reason, note), symbols in missing.items()
    ]
    return [line for one in sentences for line in wrapped(one, width, "quiet")]


def _worth(one: Attention) -> Cell:
    if one.value is None:
        return UNKNOWN
    if one.reason is Reason.HELD_LONG:
        return Cell(figures.age(one.value))
    return figures.change(figures.percent(one.value), one.value)


def _gain(value: Decimal | None) -> Cell:
    return figures.change(figures.signed(value), value)


def _share(value: Decimal | None, *, is_signed: bool = False) -> str:
    if value is None:
        return figures.DASH
    return f"{value * 100:+.1f} %" if is_signed else f"{value * 100:.1f} %"


def _score(value: float | None) -> Cell:
    return UNKNOWN if value is None else Cell(f"{value:+.1f}")


def _minute(at: datetime) -> str:
    return f"{at.astimezone(figures.NEW_YORK):%m-%d %H:%M}"
