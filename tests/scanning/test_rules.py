import math

from hypothesis import given
from hypothesis import strategies as st

from console.domain.scans import Comparison, Condition, Facts, Measure, ScanRule
from console.scanning.judging import Verdict, is_worth_asking, judge, ranked, row
from console.scanning.rules import RULES

FIGURES = st.none() | st.floats(allow_nan=True, allow_infinity=True)
FACTS = st.builds(
    Facts,
    symbol=st.sampled_from(["AAPL", "F"]),
    change=FIGURES,
    trades_per_minute=FIGURES,
    volume=FIGURES,
    relative_volume=FIGURES,
    spread=FIGURES,
    price=FIGURES,
)
BY_NAME = {rule.name: rule for rule in RULES}
MEETS_EVERY_RULE = Facts(
    symbol="AAPL",
    change=16.0,
    trades_per_minute=2_000.0,
    volume=500_000.0,
    relative_volume=4.0,
    spread=0.1,
    price=10.0,
)


@given(facts=FACTS, rule=st.sampled_from(RULES))
def test_what_is_not_known_never_matches(facts, rule):
    verdict = judge(rule, facts)
    asked = [facts.figure(condition.measure) for condition in rule.conditions]

    if any(figure is None or math.isnan(figure) for figure in asked):
        assert verdict is not Verdict.MATCH
    else:
        assert verdict is not Verdict.NOT_KNOWN


@given(facts=FACTS, rule=st.sampled_from(RULES))
def test_a_match_satisfies_every_condition_by_plain_comparison(facts, rule):
    plain = {
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
    }
    asked = [(facts.figure(c.measure), c.comparison.value, c.threshold) for c in rule.conditions]

    expected = all(x is not None and not math.isnan(x) and plain[op](x, y) for x, op, y in asked)

    assert (judge(rule, facts) is Verdict.MATCH) is expected


@given(facts=FACTS, rule=st.sampled_from(RULES))
def test_nobody_is_refused_his_volumes_who_could_still_match(facts, rule):
    if judge(rule, facts) is Verdict.MATCH:
        assert is_worth_asking(rule, facts)


def test_every_rule_has_somebody_who_meets_it():
    met = [rule.name for rule in RULES if judge(rule, MEETS_EVERY_RULE) is Verdict.MATCH]

    assert met == [rule.name for rule in RULES]


def test_thresholds_are_met_or_not_exactly_as_written():
    cases = [
        ("trades", "trades_per_minute", 500.0, Verdict.MATCH),
        ("trades", "trades_per_minute", 499.0, Verdict.NO),
        ("movers", "change", 10.0, Verdict.MATCH),
        ("explosive", "change", 15.0, Verdict.MATCH),
        ("pre-market", "change", 5.0, Verdict.NO),
        ("pre-market", "relative_volume", 2.0, Verdict.NO),
        ("opening", "change", 3.0, Verdict.NO),
        ("opening", "change", -3.01, Verdict.MATCH),
        ("opening", "relative_volume", 3.0, Verdict.NO),
        ("opening", "trades_per_minute", 1_000.0, Verdict.NO),
        ("after-hours", "volume", 100_000.0, Verdict.MATCH),
        ("after-hours", "change", -2.0, Verdict.MATCH),
        ("after-hours", "spread", 0.5, Verdict.NO),
        ("movers", "change", 0.0, Verdict.NO),
        ("movers", "change", None, Verdict.NOT_KNOWN),
    ]

    for name, measure, figure, verdict in cases:
        facts = changed(MEETS_EVERY_RULE, measure, figure)
        assert judge(BY_NAME[name], facts) is verdict, (name, measure, figure)


def changed(facts, measure, figure):
    known = {name: getattr(facts, name) for name in facts.__slots__}
    return Facts(**{**known, measure: figure})


def test_tiers_and_explosions_are_marked():
    rule = BY_NAME["trades"]

    rows = [
        row(rule, Facts(symbol=name, trades_per_minute=pace, change=change))
        for name, pace, change in (
            ("A", 500.0, 20.0),
            ("B", 999.0, 20.01),
            ("C", 1_000.0, None),
            ("D", 3_000.0, -25.0),
        )
    ]

    assert [found.tier for found in rows] == [500.0, 500.0, 1_000.0, 1_000.0]
    assert [found.is_explosive for found in rows] == [False, True, False, False]
    assert [found.symbol for found in ranked(rule, rows)] == ["D", "C", "B", "A"]


def test_what_cannot_be_ranked_comes_last():
    condition = Condition(measure=Measure.PRICE, comparison=Comparison.ABOVE, threshold=0)
    rule = ScanRule(name="x", about="x", conditions=(condition,), ranks_by=Measure.CHANGE)

    rows = [row(rule, Facts(symbol=s, price=1.0, change=c)) for s, c in (("A", None), ("B", -5.0))]

    assert [found.symbol for found in ranked(rule, rows)] == ["B", "A"]
