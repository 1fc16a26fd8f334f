"""Frames against pandas, and the combined view on markets without memory."""

import math
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.market import Timeframe
from console.studies.frames import Frames
from console.studies.timeframe_view import view_timeframes

START = datetime(2026, 3, 5, 14, 30, tzinfo=UTC).timestamp()
RULES = {
    Timeframe.MIN_1: "1min",
    Timeframe.MIN_5: "5min",
    Timeframe.MIN_15: "15min",
    Timeframe.HOUR_1: "1h",
    Timeframe.DAY_1: "1D",
}
steps = st.lists(
    st.tuples(st.sampled_from([1, 1, 2, 7, 61, 1_440]), *[st.integers(1, 9)] * 4), max_size=60
)


@given(steps=steps, timeframe=st.sampled_from(Timeframe))
def test_frames_are_what_resampling_everything_gives(steps, timeframe):
    frames, at, told = Frames(), START, []
    for step, *prices, volume in steps:
        at += step * 60
        row = (float(prices[0]), float(max(prices)), float(min(prices)), float(prices[1]))
        frames.add(at, (*row, float(volume)))
        told.append((at, *row, float(volume)))
    if not told:
        assert not frames[timeframe].finished
        return

    table = pd.DataFrame(told, columns=["at", "open", "high", "low", "close", "volume"])
    times = pd.to_datetime(table.pop("at"), unit="s", utc=True).dt.tz_convert("America/New_York")
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    whole = table.set_index(times).resample(RULES[timeframe]).agg(how).dropna()

    expected = [
        (index.timestamp(), *row)
        for index, row in zip(whole.index, whole.itertuples(index=False), strict=True)
    ]
    assert [*frames[timeframe].finished, frames[timeframe].growing] == expected


def rng_walks(count):
    random = np.random.default_rng(11)
    for _ in range(count):
        sizes = random.choice([0.0003, 0.002], size=(22, 390))  # volatility that changes
        yield 100 * np.exp(np.cumsum(random.normal(size=(22, 390)) * sizes)).reshape(22, 390)


def viewed(walk):
    frames = Frames()
    for day, closes in enumerate(walk):
        for minute, close in enumerate(closes.tolist()):
            frames.add(START + day * 86_400 + minute * 60, (close, close, close, close, 1.0))
    return view_timeframes(frames)


def test_on_a_random_walk_the_combined_score_is_standard_and_a_plain_vote_is_not():
    views = [viewed(walk) for walk in rng_walks(80)]

    combined = np.array([view.combined for view in views])
    plain = np.array(
        [sum(one.score for one in view.frames) / math.sqrt(len(view.frames)) for view in views]
    )

    assert {view.votes for view in views} == {5}
    assert abs(combined.mean()) < 3 / math.sqrt(len(views))
    assert combined.std() == pytest.approx(1, abs=0.25)
    assert plain.std() > 1.15


def test_a_move_of_the_last_minutes_is_one_vote_and_not_five():
    calm = np.tile([100.0, 100.1], (22, 195))
    calm[-1, -15:] = 100 + np.arange(15) / 10

    view = viewed(calm)

    votes = {one.timeframe: one.own for one in view.frames}
    assert votes[Timeframe.MIN_1] > 2
    assert all(abs(own) < 1 for frame, own in votes.items() if frame is not Timeframe.MIN_1)
    assert view.frames[0].direction == 1


def test_too_few_bars_are_not_known_and_no_bars_nothing():
    empty = view_timeframes(Frames())
    few = viewed(np.full((1, 30), 100.0))

    assert (empty.combined, empty.votes, empty.direction) == (None, 0, None)
    assert few.frames[0].score == 0
    assert few.frames[-1].score is None
    assert few.direction == 0


@pytest.mark.parametrize(
    ("at", "minute", "sentence"),
    [
        (START, (1, 1, 1, 1, 1), "order of time"),
        (math.nan, (1, 1, 1, 1, 1), "order of time"),
        (START + 60, (1, math.nan, 1, 1, 1), "contradict"),
        (START + 60, (3, 2, 1, 1, 1), "contradict"),
        (START + 60, (1, 1, 1, 1, -1), "contradict"),
    ],
)
def test_a_minute_that_cannot_be_is_refused(at, minute, sentence):
    frames = Frames()
    frames.add(START, (1, 1, 1, 1, 1))

    with pytest.raises(ValueError, match=sentence):
        frames.add(at, minute)
    assert frames[Timeframe.MIN_1].growing == (START, 1, 1, 1, 1, 1)
