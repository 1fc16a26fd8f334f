"""Figures as traders read them: pure functions from values to short texts and cells.

What is not known is a dash, never a zero, and colour is never the only cue: a
change carries its sign, a direction its arrow.
"""

import math
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from widgets.cells import UNKNOWN, Cell, Meaning

Number = float | Decimal
NEW_YORK = ZoneInfo("America/New_York")
DASH = UNKNOWN.text
MINUTE, HOUR, DAY = 60, 3_600, 86_400
SUB_PENNY = 0.00005


def price(value: Number | None) -> str:
    """Format a price: cents from $1 up, 1/100 cents below."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:,.2f}" if abs(float(value)) >= 1 or value == 0 else f"{value:,.4f}"


def spread(value: float | None) -> str:
    """Format a spread, to 1/100 cent where a cent is too coarse; crossed is below zero."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:.2f}" if abs(round(value, 2) - value) < SUB_PENNY else f"{value:.4f}"


def tenths(value: Number | None) -> str:
    """Format a measured figure to one decimal."""
    return DASH if value is None or not math.isfinite(value) else f"{value:,.1f}"


def money(value: Number | None) -> str:
    """Format an amount of dollars with cents."""
    return DASH if value is None or not math.isfinite(value) else f"{value:,.2f}"


def signed(value: Number | None) -> str:
    """Format a gain or a loss in dollars with its sign; nothing gained has none."""
    if value is None or not math.isfinite(value):
        return DASH
    return _without_sign_of_zero(f"{value:+,.2f}")


def percent(value: Number | None) -> str:
    """Format a change in percent (1.5 means 1.5 %) with its sign."""
    if value is None or not math.isfinite(value):
        return DASH
    return _without_sign_of_zero(f"{value:+,.2f}") + "%"


def qty(value: Number | None) -> str:
    """Format a quantity of shares, as whole as it is."""
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{value:,.6f}" if isinstance(value, float) else f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def volume(value: Number | None) -> str:
    """Format many shares in few characters: `950`, `12.3K`, `4.56M`, `1.20B`."""
    if value is None or not math.isfinite(value):
        return DASH
    if value < 1e3:  # noqa: PLR2004 - a thousand is a thousand
        return f"{value:.0f}"
    for size, letter, places in ((1e9, "B", 2), (1e6, "M", 2), (1e3, "K", 1)):
        if float(value) >= size * 0.9995:
            return f"{float(value) / size:.{places}f}{letter}"
    return f"{value:.0f}"


def age(seconds: float | None) -> str:
    """Format how old something is in its largest unit: `<1s`, `5s`, `12m`, `3h`, `2d`."""
    if seconds is None:
        return DASH
    if seconds < 1:
        return "<1s"
    if seconds < MINUTE:
        return f"{int(seconds)}s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)}m"
    if seconds < DAY:
        return f"{int(seconds // HOUR)}h"
    return f"{int(seconds // DAY)}d"


def countdown(seconds: float) -> str:
    """Format the time until something: `2d 3h`, `2:03:04`, `3:04`."""
    left = max(int(seconds), 0)
    if left >= DAY:
        return f"{left // DAY}d {left % DAY // HOUR}h"
    if left >= HOUR:
        return f"{left // HOUR}:{left % HOUR // MINUTE:02}:{left % MINUTE:02}"
    return f"{left // MINUTE}:{left % MINUTE:02}"


def clock(at: datetime) -> str:
    """Format a time of day in New York."""
    return at.astimezone(NEW_YORK).strftime("%H:%M:%S")


def direction(value: Number | None) -> Meaning:
    """Return whether a change is a gain, a loss or neither."""
    if value is None or not math.isfinite(value) or value == 0:
        return "flat"
    return "gain" if value > 0 else "loss"


def arrow(value: Number | None) -> str:
    """Return the arrow of a change, a blank where there is none."""
    return {"gain": "▲", "loss": "▼"}.get(direction(value), " ")


def change(text: str, value: Number | None) -> Cell:
    """Return a formatted change in the colour of its direction."""
    return UNKNOWN if text == DASH else Cell(text, direction(value))


def known(text: str, meaning: Meaning = "words") -> Cell:
    """Return a formatted value, or the quiet dash of one nobody knows."""
    return UNKNOWN if text == DASH else Cell(text, meaning)


def _without_sign_of_zero(text: str) -> str:
    return text[1:] if not text.strip("+-0.,") else text
