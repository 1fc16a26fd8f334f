"""Which studies are drawn among the bars of the chart, kept up bar by bar.

When the chart is drawn again, a study hears only of what is new or has changed since, which
is mostly the bar that still grows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from console.domain.market import Bar, Timeframe
from console.studies.following import Following
from console.studies.pivot_rules import PivotRules
from console.studies.running import Running, RunningBands, RunningEma, RunningSma, RunningVwap
from console.studies.running_pivots import FoundPivot, RunningPivots, state_of
from widgets.cells import Meaning
from widgets.chart_lines import Mark, Overlay, Texture, Trace

WITH_A_SESSION = frozenset({Timeframe.MIN_1, Timeframe.MIN_5, Timeframe.MIN_15})
"""Bars that begin with the regular session, so that its VWAP can be told from them."""


class Choice(StrEnum):
    """What can be drawn among the bars."""

    VWAP = "VWAP"
    SMA = "SMA"
    EMA = "EMA"
    BANDS = "Bollinger bands"
    PIVOTS = "pivots"


@dataclass(frozen=True, slots=True)
class Look:
    """How one line of a study is drawn; one without a label is not named."""

    line: str
    label: str
    meaning: Meaning
    texture: Texture


Offered = Mapping[Choice, Callable[[], tuple[Running, ...]]]
STUDIES: Offered = {
    Choice.BANDS: lambda: (RunningBands(),),
    Choice.SMA: lambda: (RunningSma(20), RunningSma(50)),
    Choice.EMA: lambda: (RunningEma(12), RunningEma(26)),
    Choice.VWAP: lambda: (RunningVwap(),),
}
"""The studies of each choice, the one drawn over the others last."""
LOOKS = (
    Look("lower", "BB low", "band", Texture.DASHED),
    Look("middle", "", "band", Texture.DOTTED),
    Look("upper", "BB high", "band", Texture.DASHED),
    Look("SMA 20", "SMA 20", "short-average", Texture.SOLID),
    Look("SMA 50", "SMA 50", "long-average", Texture.SOLID),
    Look("EMA 12", "EMA 12", "short-average", Texture.DOTTED),
    Look("EMA 26", "EMA 26", "long-average", Texture.DOTTED),
    Look("VWAP", "VWAP", "vwap", Texture.SOLID),
)
LOOK_OF = {look.line: look for look in LOOKS}
GLYPHS = {(True, True): "▼", (False, True): "▲", (True, False): "▽", (False, False): "△"}
"""By whether it is a peak, and whether it is confirmed."""


class Overlays:
    """The trader's choice, and the studies of the bars on the chart."""

    def __init__(self, studies: Offered = STUDIES) -> None:
        self._offered = studies
        self.chosen: frozenset[Choice] = frozenset({Choice.VWAP})
        self._timeframe = Timeframe.MIN_1
        self._rules = PivotRules()
        self._begin()

    def toggle(self, choice: Choice) -> bool:
        """Draw it from now on, or no longer. Return whether it is drawn now."""
        self.chosen ^= {choice}
        self._begin()
        return choice in self.chosen

    def judge_pivots_by(self, rules: PivotRules) -> bool:
        """Find pivots by these rules from now on. Return whether they are others."""
        is_other = rules != self._rules
        if is_other:
            self._rules = rules
            self._begin()
        return is_other

    def __call__(self, timeframe: Timeframe, bars: Sequence[Bar]) -> Overlay:
        """Return what is drawn among these bars, of which the last may still grow."""
        if timeframe is not self._timeframe:
            self._timeframe = timeframe
            self._begin()
        if not bars or not self.chosen:
            return Overlay()
        self._following.follow(bars)
        traces = []
        if Choice.PIVOTS in self.chosen:
            traces = [self._level(is_peak=False), self._level(is_peak=True)]
        for study in self._studies:
            for line, values in study.lines.items():
                traces.append(_trace(LOOK_OF[line], values[-len(bars) :]))
        return Overlay(traces=traces, marks=self._marks(), notes=self._notes())

    def _begin(self) -> None:
        """Begin the chosen studies anew; they hear of all bars when they are next drawn."""
        self._pivots = RunningPivots(self._rules)
        self._studies = [
            study for one, make in self._offered.items() if self._is_drawn(one) for study in make()
        ]
        self._following = Following(*self._studies, self._pivots)

    def _is_drawn(self, choice: Choice) -> bool:
        return choice in self.chosen and (
            choice is not Choice.VWAP or self._timeframe in WITH_A_SESSION
        )

    def _marks(self) -> tuple[Mark, ...]:
        if Choice.PIVOTS not in self.chosen:
            return ()
        found = (*self._pivots.confirmed(), *self._pivots.provisional())
        return tuple(_mark(one, len(self._following.bars)) for one in found)

    def _level(self, *, is_peak: bool) -> Trace:
        """Draw the newest peak or trough from the bar that confirmed it on."""
        found = [one for one in self._pivots.confirmed() if one.is_peak is is_peak]
        kind, count = "peak" if is_peak else "trough", len(self._following.bars)
        newest = found[-1] if found else None
        if newest is None or newest.confirmed is None:
            return _trace(Look(kind, kind, "level", Texture.DASHED), (None,) * count)
        label = f"{kind} {state_of(newest, self._following.bars)}"
        since = count - newest.confirmed
        values = (*(None,) * newest.confirmed, *(newest.price,) * since)
        return _trace(Look(kind, label, "level", Texture.DASHED), values)

    def _notes(self) -> tuple[str, ...]:
        if Choice.VWAP in self.chosen and self._timeframe not in WITH_A_SESSION:
            return ("VWAP in bars of up to 15 min",)
        return ()


def _trace(look: Look, values: Sequence[float | None]) -> Trace:
    return Trace(label=look.label, meaning=look.meaning, texture=look.texture, values=values)


def _mark(pivot: FoundPivot, bars: int) -> Mark:
    is_confirmed = pivot.confirmed is not None
    return Mark(
        back=bars - 1 - pivot.place,
        price=pivot.price,
        glyph=GLYPHS[pivot.is_peak, is_confirmed],
        meaning="level" if is_confirmed else "quiet",
        is_above=pivot.is_peak,
    )
