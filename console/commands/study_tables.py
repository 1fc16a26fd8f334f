"""What `killcord study` prints: tables for people, facts for programs."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from console.commands.curves import NEW_YORK
from console.commands.tables import NOT_KNOWN, aligned
from console.domain.market import Timeframe
from console.domain.readings import Unit
from console.studies.bar_columns import BarColumns
from console.studies.catalog import Lines, Study
from console.studies.columns import Column
from console.studies.pivot_rules import DEFAULT
from console.studies.pivots import find_pivots, provisional_pivots
from console.studies.regime import DEFAULT as DEFAULT_REGIME
from console.studies.regime import Regime, facts_of
from console.studies.timeframe_view import TimeframeView, direction_of

ROWS = 12
DIRECTIONS = {1: "▲ up", -1: "▼ down", 0: "· flat", None: NOT_KNOWN}
SIGNALS = {1: "▲ near a fresh trough", -1: "▼ near a fresh peak", 0: "none"}


def study_facts(
    study: Study, symbol: str, timeframe: Timeframe, bars: BarColumns, lines: Lines
) -> dict[str, Any]:
    """Return every value of the study, null where it is not known."""
    return {
        "study": study.name,
        "symbol": symbol,
        "timeframe": timeframe,
        "unit": study.unit,
        "at": [_moment(one) for one in bars.at.tolist()],
        "close": [_known(one) for one in bars.close.tolist()],
        "lines": {name: [_known(one) for one in line.tolist()] for name, line in lines.items()},
    }


def study_table(study: Study, timeframe: Timeframe, bars: BarColumns, lines: Lines) -> str:
    """Return the newest bars with the study's values beside their close."""
    places = range(max(len(bars) - ROWS, 0), len(bars))
    header = ["New York", "close", *lines]
    rows = [
        [
            _stamp(_moment(bars.at[place]), timeframe),
            _number(bars.close[place], 2),
            *(_value(study, line[place]) for line in lines.values()),
        ]
        for place in places
    ]
    return aligned(header, rows)


def pivot_facts(bars: BarColumns) -> list[dict[str, Any]]:
    """Return all pivots, the provisional ones last and without a confirmation."""
    return [
        {
            "kind": "peak" if is_peak else "trough",
            "at": _moment(bars.at[place]),
            "price": price,
            "confirmed_at": None if confirmed >= len(bars) else _moment(bars.at[confirmed]),
        }
        for found in (
            find_pivots(bars.high, bars.low, DEFAULT),
            provisional_pivots(bars.high, bars.low, DEFAULT),
        )
        for place, confirmed, price, is_peak in zip(
            found.place.tolist(),
            found.confirmed.tolist(),
            found.price.tolist(),
            found.is_peak.tolist(),
            strict=True,
        )
    ]


def pivot_words(timeframe: Timeframe, bars: BarColumns, lines: Lines) -> str:
    """Return the newest pivots, and what they say now."""
    rows = [
        [
            ("▲ " if one["kind"] == "peak" else "▼ ") + one["kind"],
            _stamp(one["at"], timeframe),
            _number(one["price"], 2),
            "provisional"
            if one["confirmed_at"] is None
            else _stamp(one["confirmed_at"], timeframe),
        ]
        for one in pivot_facts(bars)[-ROWS:]
    ]
    signal = float(lines["signal"][-1])
    said = NOT_KNOWN if math.isnan(signal) else SIGNALS[int(signal)]
    table = aligned(["pivot", "New York", "price", "confirmed"], rows) if rows else "No pivots yet."
    return f"{table}\nsignal: {said}"


def view_facts(symbol: str, view: TimeframeView) -> dict[str, Any]:
    """Return the scores of all frames and of them together."""
    return {
        "study": "timeframes",
        "symbol": symbol,
        "frames": [
            {"timeframe": one.timeframe, "score": one.score, "own": one.own} for one in view.frames
        ],
        "combined": view.combined,
        "votes": view.votes,
    }


def view_words(symbol: str, view: TimeframeView) -> str:
    """Return the frames as a table, and their combined word."""
    rows = [
        [one.timeframe.value, _score(one.score), DIRECTIONS[one.direction], _score(one.own)]
        for one in view.frames
    ]
    rows.append(["together", _score(view.combined), DIRECTIONS[view.direction], NOT_KNOWN])
    table = aligned(["frame", "score", "direction", "own part"], rows)
    return (
        f"{symbol}: trend of 20 bars in each frame, in standard deviations\n{table}\n"
        f"together: the own parts of {view.votes} frames, none of which covers another's time"
    )


def regime_facts(
    moments: Sequence[datetime], found: Sequence[Regime], at: Column, closes: Mapping[str, Column]
) -> dict[str, Any]:
    """Return the regime of the newest day, since when, and what each fund measures."""
    now = found[-1]
    since = len(found) - next(
        (n for n, one in enumerate(reversed(found)) if one is not now), len(found)
    )
    funds = {}
    for fund, close in closes.items():
        facts = facts_of(at, close)
        funds[fund] = {
            "days": int(np.isfinite(close).sum()),
            "return": _known(float(facts.change[-1])),
            "volatility": _known(float(facts.volatility[-1])),
            "trend": _known(float(facts.trend[-1])),
        }
    return {
        "study": "regime",
        "regime": now,
        "since": moments[since].isoformat(),
        "days": len(found),
        "funds": funds,
        "recommendation": now.recommendation,
    }


def regime_words(facts: Mapping[str, Any]) -> str:
    """Return the regime in words, with the percentiles it rests on."""
    rows = [
        [fund, *(_number(math.nan if one is None else one, 0) for one in measured.values())]
        for fund, measured in facts["funds"].items()
    ]
    since = _stamp(facts["since"], Timeframe.DAY_1)
    needed = DEFAULT_REGIME.trend + DEFAULT_REGIME.least
    missing = f"; needs {needed} of each fund" if facts["regime"] is Regime.UNKNOWN else ""
    return (
        f"{facts['regime'].value} since {since}, of {facts['days']} daily bars{missing}\n"
        f"{aligned(['percentile', 'days', 'return', 'volatility', 'trend'], rows)}\n"
        f"{facts['recommendation']}"
    )


def _value(study: Study, value: float) -> str:
    return _number(value, 1 if study.unit is Unit.PERCENT else 2)


def _number(value: float, places: int) -> str:
    return NOT_KNOWN if math.isnan(value) else f"{value:,.{places}f}"


def _score(value: float | None) -> str:
    if value is None:
        return NOT_KNOWN
    sign = direction_of(value)
    return f"{value:+.1f}" if sign else f"{value:.1f}"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _moment(at: float) -> str:
    return datetime.fromtimestamp(float(at), UTC).isoformat()


def _stamp(moment: str, timeframe: Timeframe) -> str:
    words = "%Y-%m-%d" if timeframe is Timeframe.DAY_1 else "%m-%d %H:%M"
    return datetime.fromisoformat(moment).astimezone(NEW_YORK).strftime(words)
