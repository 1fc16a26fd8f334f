"""The trader's own rules, from a TOML file: a table `[rule.NAME]` each."""

import math
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from console.domain.scans import Comparison, Condition, Measure, Part, ScanRule
from console.scanning.rules import RULES

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_CONDITION = re.compile(r"\s*([a-z_]+)\s*(>=|<=|>|<)\s*(-?[0-9][0-9_]*(?:\.[0-9]+)?)\s*")
_KEYS = ("about", "conditions", "ranks_by", "part", "tiers", "explosive_above")

W = TypeVar("W", Measure, Part)


class BadRules(ValueError):  # noqa: N818 - reads as what it is
    """A rule file cannot be understood; the message says where and what to do."""


def known_rules(*paths: Path) -> Mapping[str, ScanRule]:
    """Return every rule by name: everybody's, then those of the files that exist.

    Raises:
        BadRules: in one sentence: which file, which rule, what to do.
    """
    known = {rule.name: rule for rule in RULES}
    ours = frozenset(known)
    for path in paths:
        for name, told in _tables(path).items():
            where = f"{path}, rule {name!r}"
            if name in ours:
                raise BadRules(
                    f"{where}: this name is taken by a rule of Killcord; choose another."
                )
            try:
                known[name] = _rule(name, told)
            except ValueError as error:
                raise BadRules(f"{where}: {error}.") from None
    return known


def _tables(path: Path) -> Mapping[str, Any]:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadRules(f"{path} cannot be read: {error}.") from None
    tables = told.get("rule", {})
    if set(told) - {"rule"} or not isinstance(tables, dict):
        raise BadRules(f"{path}: write each rule as a table [rule.NAME] and nothing else.")
    return tables


def _rule(name: str, told: object) -> ScanRule:
    if not _NAME.fullmatch(name):
        raise ValueError("a name has lower-case letters, digits and hyphens, 31 at the most")
    if not isinstance(told, dict):
        raise ValueError("write it as a table [rule.NAME]")  # noqa: TRY004 - a mistake in a file
    if unknown := sorted(set(told) - set(_KEYS)):
        raise ValueError(f"{unknown[0]!r} is not known; there are {', '.join(_KEYS)}")
    lines = told.get("conditions")
    if not isinstance(lines, list) or not lines:
        raise ValueError('conditions must be a list such as ["change >= 10", "price > 5"]')
    conditions = tuple(_condition(line) for line in lines)
    ranks_by = told.get("ranks_by", conditions[0].measure.value)
    return ScanRule(
        name=name,
        about=_text(told.get("about", "; ".join(map(str, conditions)))),
        conditions=conditions,
        ranks_by=_word(Measure, ranks_by, "ranks_by"),
        part=_word(Part, told.get("part", Part.DAY.value), "part"),
        tiers=_numbers(told.get("tiers", [])),
        explosive_above=_numbers([told["explosive_above"]])[0]
        if "explosive_above" in told
        else None,
    )


def _condition(line: object) -> Condition:
    found = _CONDITION.fullmatch(line) if isinstance(line, str) else None
    if found is None:
        raise ValueError(f'{line!r} is no condition: write "MEASURE >= NUMBER"')
    measure, comparison, threshold = found.groups()
    return Condition(
        measure=_word(Measure, measure, "a condition"),
        comparison=Comparison(comparison),
        threshold=float(threshold),
    )


def _word(kind: type[W], told: object, where: str) -> W:
    words = [word.value for word in kind]
    if told not in words:
        raise ValueError(f"{where} does not know {told!r}; there are {', '.join(words)}")
    return kind(told)


def _numbers(told: object) -> tuple[float, ...]:
    if not isinstance(told, list) or not all(_is_number(number) for number in told):
        raise ValueError("tiers is a list of numbers, and explosive_above a number")
    return tuple(float(number) for number in told)


def _is_number(told: object) -> bool:
    return isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told)


def _text(told: object) -> str:
    if not isinstance(told, str) or not told.isprintable():
        raise ValueError("about is one line of text")
    return told
