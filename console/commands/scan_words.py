"""What `killcord scan` prints: aligned text for people, plain JSON for programs."""

from collections.abc import Callable, Iterable
from typing import Any

from console.commands.tables import NOT_KNOWN, aligned
from console.domain.scans import Facts, Mark, Measure, Scan, ScanRow, ScanRule
from console.scanning.sessions import NEW_YORK

SHOWN = 100
"""Rows printed for a person; JSON has them all."""

MARKS = {Mark.NEW: "new", Mark.UP: "▲", Mark.DOWN: "▼", Mark.SAME: "=", Mark.NOT_KNOWN: ""}

Column = tuple[str, Measure, Callable[[float], str]]
COLUMNS: tuple[Column, ...] = (
    ("trades/min", Measure.TRADES_PER_MINUTE, "{:,.0f}".format),
    ("change %", Measure.CHANGE, "{:+.2f}".format),
    ("price", Measure.PRICE, "{:,.2f}".format),
    ("volume", Measure.VOLUME, "{:,.0f}".format),
    ("x usual", Measure.RELATIVE_VOLUME, "{:,.1f}".format),
    ("spread %", Measure.SPREAD, "{:.3f}".format),
)
ALWAYS = frozenset({Measure.TRADES_PER_MINUTE, Measure.CHANGE, Measure.PRICE})


def rules_words(rules: Iterable[ScanRule]) -> str:
    """Return every rule with its conditions."""
    lines = []
    for rule in rules:
        conditions = "; ".join(map(str, rule.conditions))
        lines += [f"{rule.name:<14}{rule.about}", f"{'':<14}  {conditions}"]
    return "\n".join(lines)


def rule_facts(rule: ScanRule) -> dict[str, Any]:
    """Return one rule as plain values."""
    return {
        "name": rule.name,
        "about": rule.about,
        "conditions": [str(condition) for condition in rule.conditions],
        "ranks_by": rule.ranks_by,
        "part": rule.part,
        "tiers": list(rule.tiers),
        "explosive_above": rule.explosive_above,
    }


def scan_facts(scan: Scan) -> dict[str, Any]:
    """Return a scan as plain values; what is not known is null."""
    return {
        "rule": scan.rule.name,
        "universe": scan.universe,
        "state": scan.state,
        "at": scan.at,
        "session": None if scan.day is None else scan.day.isoformat(),
        "seconds": round(scan.seconds, 3),
        "total": scan.total,
        "scanned": scan.scanned,
        "not_known": scan.not_known,
        "stale": scan.stale,
        "not_listed": list(scan.not_listed),
        "not_scanned": list(scan.not_scanned),
        "trouble": scan.trouble,
        "compared_with": scan.compared_with,
        "rows": [_row_facts(row) for row in scan.rows],
        "gone": list(scan.gone),
    }


def _row_facts(row: ScanRow) -> dict[str, Any]:
    facts = row.facts
    return {
        "symbol": row.symbol,
        **{measure.value: facts.figure(measure) for _, measure, _ in COLUMNS},
        "at": facts.at,
        "tier": row.tier,
        "is_explosive": row.is_explosive,
        "mark": row.mark,
        "before": row.before,
    }


def scan_words(scan: Scan) -> str:
    """Return the same for a person."""
    lines = [_title(scan)]
    if scan.rows:
        lines.append(_table(scan))
    if len(scan.rows) > SHOWN:
        lines.append(f"and {len(scan.rows) - SHOWN:,} more: see --json")
    if scan.gone:
        lines.append(f"gone: {_some(scan.gone)}")
    return "\n".join([*lines, *remarks(scan)])


def remarks(scan: Scan) -> list[str]:
    """Return what a scan could not judge and why, a sentence each."""
    lines = []
    if scan.not_known:
        stale = f" ({scan.stale:,} without a minute newer than 2 min)" if scan.stale else ""
        lines.append(f"not known: too little is known of {scan.not_known:,} symbols{stale}")
    if scan.not_listed:
        lines.append(f"not listed by the broker: {_some(scan.not_listed)}")
    if scan.trouble:
        lines.append(f"{scan.state.value}: {scan.trouble}")
    if scan.not_scanned:
        left = len(scan.not_scanned)
        lines.append(f"not scanned: {left:,} of {scan.total:,}: {_some(scan.not_scanned)}")
    return lines


def _title(scan: Scan) -> str:
    at = scan.at.astimezone(NEW_YORK).strftime("%H:%M:%S")
    day = NOT_KNOWN if scan.day is None else scan.day.strftime("%a %-d %b")
    found = f"{len(scan.rows):,} of {scan.scanned:,} symbols"
    return f"{scan.rule.name}: {found} of {scan.universe}, session of {day}, {at} New York"


def _table(scan: Scan) -> str:
    wanted = ALWAYS | scan.rule.measures
    columns = [column for column in COLUMNS if column[1] in wanted]
    header = ("symbol", *(name for name, _, _ in columns), "tier", "", "")
    return aligned(header, [_row(row, columns) for row in scan.rows[:SHOWN]])


def _row(row: ScanRow, columns: Iterable[Column]) -> tuple[str, ...]:
    figures = (_figure(row.facts, measure, words) for _, measure, words in columns)
    tier = "" if row.tier is None else f"≥{row.tier:,.0f}"
    return (row.symbol, *figures, tier, "explosive" * row.is_explosive, MARKS[row.mark])


def _figure(facts: Facts, measure: Measure, words: Callable[[float], str]) -> str:
    figure = facts.figure(measure)
    return NOT_KNOWN if figure is None else words(figure)


def _some(symbols: tuple[str, ...]) -> str:
    few = ", ".join(symbols[:10])
    return few if len(symbols) <= 10 else f"{few} and {len(symbols) - 10:,} more"  # noqa: PLR2004 - a line
