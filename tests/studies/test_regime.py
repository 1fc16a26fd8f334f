"""The regime: what it needs to know, and that it does not flicker."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.studies.regime import (
    FUNDS,
    RECOMMENDATIONS,
    Regime,
    RegimeRules,
    facts_of,
    regimes,
)

DAY = 86_400.0
RULES = RegimeRules(month=5, trend=10, history=60, least=20)
BULL = {Regime.BULL_LOW, Regime.BULL_HIGH}
BEAR = {Regime.BEAR_LOW, Regime.BEAR_HIGH}


def market(seed, drifts, sizes):
    random = np.random.default_rng(seed)
    returns = random.normal(np.repeat(drifts, 60), np.repeat(sizes, 60))
    return 100 * np.exp(np.cumsum(returns))


def told(close, **others):
    at = np.arange(len(close)) * DAY
    return regimes(at, {**dict.fromkeys(FUNDS, close), **others}, RULES)


def test_a_rise_is_a_bull_and_a_fall_in_a_storm_a_bear_of_high_volatility():
    close = market(1, [0, 0.004, -0.02], [0.005, 0.005, 0.03])

    found = told(close)

    assert found[70] in BULL
    assert found[130] is Regime.BEAR_HIGH
    assert set(found[: RULES.trend + RULES.least - 1]) == {Regime.UNKNOWN}
    assert Regime.UNKNOWN not in found[RULES.trend + RULES.least :]


def test_one_fund_out_of_line_decides_nothing_and_one_missing_everything():
    close = market(1, [0, 0.004, -0.02], [0.005, 0.005, 0.03])
    other = market(9, [0.01, -0.02, 0.03], [0.03, 0.001, 0.002])
    gap = close.copy()
    gap[100] = math.nan

    assert told(close, IWM=other) == told(close)
    assert told(close, IWM=gap)[:100] == told(close)[:100]
    assert told(close, IWM=gap)[100] is Regime.UNKNOWN
    assert told(close, IWM=gap)[120] is not Regime.UNKNOWN


@given(seed=st.integers(0, 999))
def test_a_bull_is_left_only_below_the_level_it_is_left_at(seed):
    close = market(seed, [0, 0.001, -0.001], [0.01, 0.01, 0.01])
    facts = facts_of(np.arange(len(close)) * DAY, close, RULES)
    percentile = (facts.change + facts.trend) / 2

    found = told(close)

    for day in range(1, len(found)):
        before, now = found[day - 1], found[day]
        if before in BULL:
            assert (now in BULL) == (percentile[day] >= RULES.leave)
        elif now in BULL:
            assert percentile[day] >= RULES.enter
        if before in BEAR:
            assert (now in BEAR) == (percentile[day] <= 100 - RULES.leave)


@given(seed=st.integers(0, 999))
def test_volatility_changes_its_name_only_beyond_its_levels(seed):
    close = market(seed, [0, 0, 0], [0.01, 0.012, 0.01])
    rough = facts_of(np.arange(len(close)) * DAY, close, RULES).volatility
    is_high = ["high" in one for one in told(close)]

    for day in range(RULES.trend + RULES.least, len(close)):
        if is_high[day] != is_high[day - 1]:
            assert rough[day] >= 60 if is_high[day] else rough[day] <= 40


def test_every_regime_has_words_for_a_person():
    assert set(RECOMMENDATIONS) == set(Regime)
    assert Regime.UNKNOWN.recommendation.startswith("Too little is known")


@pytest.mark.parametrize("levels", [{"enter": 40.0}, {"enter": 100.0}, {"high": 40.0}])
def test_levels_that_would_flicker_are_refused(levels):
    with pytest.raises(ValueError, match="entered above"):
        RegimeRules(**levels)


def test_no_funds_have_no_regime():
    with pytest.raises(ValueError, match="at least one fund"):
        regimes(np.empty(0), {})
