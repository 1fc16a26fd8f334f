"""The studies of bars by name: what each is called, and the lines it draws."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from console.domain.market import Timeframe
from console.domain.readings import Unit
from console.studies.atr import atr
from console.studies.averages import ema, sma
from console.studies.bar_columns import BarColumns
from console.studies.bar_volatility import bar_volatility, bipower_volatility
from console.studies.bollinger import bollinger
from console.studies.columns import Column
from console.studies.macd import macd
from console.studies.pivot_signal import pivot_signal
from console.studies.pivots import find_pivots
from console.studies.relative_volume import relative_volume
from console.studies.rsi import rsi
from console.studies.session_vwap import session_vwap

Lines: TypeAlias = Mapping[str, Column]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One study: lines by name, each with a value or NaN for every bar."""

    name: str
    words: str
    unit: Unit | None
    """None for a number without one."""
    lines: Callable[[BarColumns, Timeframe], Lines]
    is_on_price: bool = False
    """Whether its lines belong among the prices."""


def pivot_lines(bars: BarColumns) -> Lines:
    """Return the price of each pivot at the bar that confirmed it, and the signal."""
    found = find_pivots(bars.high, bars.low)
    peak, trough = np.full(len(bars), np.nan), np.full(len(bars), np.nan)
    peak[found.confirmed[found.is_peak]] = found.price[found.is_peak]
    trough[found.confirmed[~found.is_peak]] = found.price[~found.is_peak]
    signal = pivot_signal(bars.high, bars.low, bars.close)
    return {"peak": peak, "trough": trough, "signal": signal}


CATALOG = (
    Study(
        name="sma",
        words="simple moving averages of 20 and 50 bars",
        unit=Unit.PRICE,
        lines=lambda bars, _: {"SMA 20": sma(bars.close, 20), "SMA 50": sma(bars.close, 50)},
        is_on_price=True,
    ),
    Study(
        name="ema",
        words="exponential moving averages of 12 and 26 bars",
        unit=Unit.PRICE,
        lines=lambda bars, _: {"EMA 12": ema(bars.close, 12), "EMA 26": ema(bars.close, 26)},
        is_on_price=True,
    ),
    Study(
        name="rsi",
        words="relative strength index of 14 bars",
        unit=None,
        lines=lambda bars, _: {"RSI 14": rsi(bars.close)},
    ),
    Study(
        name="atr",
        words="average true range of 14 bars",
        unit=Unit.PRICE,
        lines=lambda bars, _: {"ATR 14": atr(bars.high, bars.low, bars.close)},
    ),
    Study(
        name="vwap",
        words="volume-weighted average price of the regular session so far",
        unit=Unit.PRICE,
        lines=lambda bars, _: {"VWAP": session_vwap(bars)},
        is_on_price=True,
    ),
    Study(
        name="bollinger",
        words="Bollinger bands, 20 bars and 2 standard deviations",
        unit=Unit.PRICE,
        lines=lambda bars, _: bollinger(bars.close)._asdict(),
        is_on_price=True,
    ),
    Study(
        name="macd",
        words="moving average convergence/divergence of 12, 26 and 9 bars",
        unit=Unit.PRICE,
        lines=lambda bars, _: macd(bars.close)._asdict(),
    ),
    Study(
        name="relative-volume",
        words="the day's volume so far as a multiple of that of other days by the same time",
        unit=None,
        lines=lambda bars, _: {"relative volume": relative_volume(bars.at, bars.volume)},
    ),
    Study(
        name="volatility",
        words="annualised realised volatility of 20 bars, and what of it is no jump",
        unit=Unit.PERCENT,
        lines=lambda bars, timeframe: {
            "realised": bar_volatility(bars.at, bars.close, timeframe),
            "without jumps": bipower_volatility(bars.at, bars.close, timeframe),
        },
    ),
    Study(
        name="pivots",
        words="peaks and troughs at the bars that confirmed them, and the signal",
        unit=Unit.PRICE,
        lines=lambda bars, _: pivot_lines(bars),
        is_on_price=True,
    ),
)

BY_NAME = {study.name: study for study in CATALOG}
