"""The rules everybody has. Source of every threshold: specification E2."""

from console.domain.scans import Comparison, Condition, Measure, Part, ScanRule

EXPLOSIVE_ABOVE = 20.0


def _condition(measure: Measure, comparison: str, threshold: float) -> Condition:
    return Condition(measure=measure, comparison=Comparison(comparison), threshold=threshold)


RULES: tuple[ScanRule, ...] = (
    ScanRule(
        name="trades",
        about="the busiest by trades per minute, in tiers of 1,000 and 500",
        conditions=(_condition(Measure.TRADES_PER_MINUTE, ">=", 500),),
        ranks_by=Measure.TRADES_PER_MINUTE,
        tiers=(1_000.0, 500.0),
        explosive_above=EXPLOSIVE_ABOVE,
    ),
    ScanRule(
        name="movers",
        about="up 10 % or more since the last session's close",
        conditions=(_condition(Measure.CHANGE, ">=", 10),),
        ranks_by=Measure.CHANGE,
    ),
    ScanRule(
        name="explosive",
        about="up 15 % or more since the last session's close",
        conditions=(_condition(Measure.CHANGE, ">=", 15),),
        ranks_by=Measure.CHANGE,
    ),
    ScanRule(
        name="pre-market",
        about="up more than 5 % on more than twice the usual pre-market volume",
        conditions=(
            _condition(Measure.CHANGE, ">", 5),
            _condition(Measure.RELATIVE_VOLUME, ">", 2),
        ),
        ranks_by=Measure.CHANGE,
        part=Part.PRE_MARKET,
    ),
    ScanRule(
        name="opening",
        about="a breakout after the open: moved more than 3 % on three times the usual volume",
        conditions=(
            _condition(Measure.ABSOLUTE_CHANGE, ">", 3),
            _condition(Measure.TRADES_PER_MINUTE, ">", 1_000),
            _condition(Measure.RELATIVE_VOLUME, ">", 3),
        ),
        ranks_by=Measure.ABSOLUTE_CHANGE,
        part=Part.REGULAR,
    ),
    ScanRule(
        name="after-hours",
        about="moved 2 % or more, 100,000 shares since the close, and a tight spread",
        conditions=(
            _condition(Measure.ABSOLUTE_CHANGE, ">=", 2),
            _condition(Measure.SPREAD, "<", 0.5),
            _condition(Measure.VOLUME, ">=", 100_000),
        ),
        ranks_by=Measure.ABSOLUTE_CHANGE,
        part=Part.AFTER_HOURS,
    ),
)
