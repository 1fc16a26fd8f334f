import pytest

from console.domain.scans import Measure, Part
from console.scanning.rule_file import BadRules, known_rules
from console.scanning.rules import RULES

BUSY = """
[rule.busy]
conditions = ["trades_per_minute >= 10", "price > 5.50"]

[rule.gap-down]
about = "fell through the floor"
conditions = ["change < -3", "relative_volume >= 1_000"]
part = "regular"
ranks_by = "absolute_change"
tiers = [50, 10]
explosive_above = 20
"""


def test_own_rules_stand_beside_everybodys(tmp_path):
    path = tmp_path / "scans.toml"
    path.write_text(BUSY)

    known = known_rules(tmp_path / "missing.toml", path)

    assert [*known] == [*(rule.name for rule in RULES), "busy", "gap-down"]
    assert list(map(str, known["busy"].conditions)) == ["trades per minute >= 10", "price > 5.5"]
    assert known["busy"].ranks_by is Measure.TRADES_PER_MINUTE
    assert known["gap-down"].conditions[0].threshold == -3
    assert known["gap-down"].part is Part.REGULAR
    assert known["gap-down"].tiers == (50.0, 10.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[rule.movers]\nconditions = ['change > 1']", "taken"),
        ("[rule.x]\nconditions = []", "must be a list"),
        ("[rule.x]\nconditions = ['change = 1']", "no condition"),
        ("[rule.x]\nconditions = ['change > nan']", "no condition"),
        ("[rule.x]\nconditions = ['luck > 1']", "does not know 'luck'"),
        ("[rule.x]\nconditions = ['relative_volume > 1']", "which part|what part|of which part"),
        ("[rule.x]\nconditions = ['change > 1']\npart = 'lunch'", "does not know 'lunch'"),
        ("[rule.x]\nconditions = ['change > 1']\ntiers = [inf]", "list of numbers"),
        ("[rule.x]\nconditions = ['change > 1']\nthreshold = 3", "'threshold' is not known"),
        ("[rule.X]\nconditions = ['change > 1']", "lower-case"),
        ("rule = 3", r"\[rule.NAME\]"),
        ("[rules.x]\na = 1", r"\[rule.NAME\]"),
        ("[rule.x", "cannot be read"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path, text, words):
    path = tmp_path / "scans.toml"
    path.write_text(text)

    with pytest.raises(BadRules, match=words) as mistake:
        known_rules(path)

    assert str(path) in str(mistake.value)
