"""Whether a symbol satisfies a rule, and in which order those that do are shown."""

from collections.abc import Iterable
from enum import StrEnum

from console.domain.scans import Facts, Measure, Part, ScanRow, ScanRule


class Verdict(StrEnum):
    """What a rule says of a symbol."""

    MATCH = "match"
    NO = "no"
    NOT_KNOWN = "not known"


def judge(rule: ScanRule, facts: Facts) -> Verdict:
    """Return the verdict: one condition that fails decides, and so does one not known after it."""
    answers = [asked.holds(facts.figure(asked.measure)) for asked in rule.conditions]
    if False in answers:
        return Verdict.NO
    return Verdict.NOT_KNOWN if None in answers else Verdict.MATCH


def is_worth_asking(rule: ScanRule, facts: Facts) -> bool:
    """Whether the volumes within the day would decide: all that a snapshot tells holds."""
    told = [asked for asked in rule.conditions if not _is_asked_apart(rule, asked.measure)]
    return all(asked.holds(facts.figure(asked.measure)) for asked in told)


def _is_asked_apart(rule: ScanRule, measure: Measure) -> bool:
    if measure is Measure.VOLUME:
        return rule.part is not Part.DAY
    return measure is Measure.RELATIVE_VOLUME


def row(rule: ScanRule, facts: Facts) -> ScanRow:
    """Return the row of a symbol that matches, in its tier."""
    rank, change = facts.figure(rule.ranks_by), facts.change
    tiers = sorted(rule.tiers, reverse=True)
    limit = rule.explosive_above
    return ScanRow(
        facts=facts,
        tier=next((t for t in tiers if rank is not None and rank >= t), None),
        is_explosive=limit is not None and change is not None and change > limit,
    )


def ranked(rule: ScanRule, rows: Iterable[ScanRow]) -> tuple[ScanRow, ...]:
    """Return the rows, the largest first; what cannot be ranked comes last."""

    def place(found: ScanRow) -> tuple[bool, float, str]:
        rank = found.facts.figure(rule.ranks_by)
        return (rank is None, -(rank or 0.0), found.symbol)

    return tuple(sorted(rows, key=place))
