"""By which numbers the screens' studies judge, and the sectors somebody said symbols are in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.studies.attention import AttentionRules
from console.studies.pivot_rules import PivotRules
from console.studies.portfolio import PortfolioRules


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRules:
    """Read when a screen opens."""

    pivots: PivotRules = field(default_factory=PivotRules)
    attention: AttentionRules = field(default_factory=AttentionRules)
    portfolio: PortfolioRules = field(default_factory=PortfolioRules)
    sectors: Mapping[str, str] = field(default_factory=dict)
    """By symbol; one that is not here has no known sector."""
    trouble: str = ""
    """Why these are the defaults, where a file could not be read."""
