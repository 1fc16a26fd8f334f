"""Every number the desk decides by, studies and the gate judge by, or one's own code may take.

A default, which `killcord.toml` may replace, which the environment may replace. Read once,
when a desk starts: a desk never changes its mind about a limit while it runs. What code may
take is read at each run.
"""

import ast
import inspect
import itertools
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from console.desk.flatten_limits import FlattenLimits
from console.desk.limits import Limits, Pace
from console.desk.triggers.limits import TriggerLimits
from console.domain.ranges import Within
from console.folders import StateFolder, settings_file
from console.sandbox.limits import CodeSettings, RunLimits
from console.settings_sources import BadSettings, Told, of_environment, of_file
from console.strategies.gate_limits import GateLimits
from console.studies.attention import AttentionRules
from console.studies.pivot_rules import PivotRules
from console.studies.portfolio import PortfolioRules

Number = int | float | Decimal
SECTIONS: Mapping[str, type] = {
    "limits": Limits,
    "triggers": TriggerLimits,
    "flatten": FlattenLimits,
    "pace": Pace,
    "code": CodeSettings,
    "pivots": PivotRules,
    "attention": AttentionRules,
    "portfolio": PortfolioRules,
    "gate": GateLimits,
}
"""The tables of the file and what each one fills."""
SWITCHES: Mapping[object, bool] = {True: True, False: False, "true": True, "false": False}
"""A switch as the file and the environment write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One number or choice: what it is, and what it may be."""

    section: str
    name: str
    kind: type
    default: object
    doc: str
    within: Within | None
    """Unit and range of a number; None for a choice."""

    @property
    def path(self) -> str:
        """Its name in the file: `limits.max_order_qty`."""
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"KILLCORD_{self.section}_{self.name}".upper()

    @property
    def range(self) -> str:
        """What it may be, in words."""
        if self.kind is bool:
            return "true or false"
        if self.within is None:
            return " or ".join(str(choice.value) for choice in self.kind)  # type: ignore[attr-defined] # a choice is an enum
        least, most, unit = self.within.least, self.within.most, self.within.unit
        return f"{least:,.12g} to {most:,.12g} {unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a setting is now, and by whose word."""

    setting: Setting
    value: object
    source: str
    """`default`, a file with its line, or a variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of them."""

    limits: Limits
    code: RunLimits
    pivots: PivotRules
    attention: AttentionRules
    portfolio: PortfolioRules
    gate: GateLimits
    values: tuple[Value, ...]
    files: tuple[Path, ...]
    """Where they are looked for; the later one counts."""


@cache
def known_settings() -> tuple[Setting, ...]:
    """Return every setting there is, in the order of the file."""
    return tuple(
        setting for section, kind in SECTIONS.items() for setting in _settings_of(section, kind)
    )


def read_settings(folder: StateFolder, environment: Mapping[str, str]) -> Settings:
    """Return what counts for a profile.

    Raises:
        BadSettings: with one sentence that says which word of which file to mend.
    """
    files = (settings_file(environment), folder.settings)
    told: list[Told] = [word for file in files for word in of_file(file, _names())]
    told += of_environment(environment, _variables())
    said = {word.path: word for word in told}
    values = tuple(_value(setting, said.get(setting.path)) for setting in known_settings())
    parts = _by_section(values)
    try:
        return Settings(
            limits=_limits(parts),
            code=CodeSettings(**parts["code"]).limits,
            pivots=PivotRules(**parts["pivots"]),
            attention=AttentionRules(**parts["attention"]),
            portfolio=PortfolioRules(**parts["portfolio"]),
            gate=GateLimits(**parts["gate"]),
            values=values,
            files=files,
        )
    except ValueError as wrong:
        raise BadSettings(f"The settings do not go together: {wrong}; mend one of them.") from None


def _names() -> Mapping[str, Sequence[str]]:
    names: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for setting in known_settings():
        names[setting.section].append(setting.name)
    return names


def _variables() -> Mapping[str, str]:
    return {setting.variable: setting.path for setting in known_settings()}


def _settings_of(section: str, kind: type) -> list[Setting]:
    hints, docs, made = get_type_hints(kind, include_extras=True), _docs_of(kind), kind()
    found = []
    for field in fields(kind):
        bare, *extras = get_args(hints[field.name]) or (hints[field.name],)
        within = next((extra for extra in extras if isinstance(extra, Within)), None)
        if within is None and not issubclass(bare, Enum | bool):
            continue
        setting = Setting(
            section=section,
            name=field.name,
            kind=bare,
            default=getattr(made, field.name),
            doc=docs[field.name],
            within=within,
        )
        found.append(setting)
    return found


def _docs_of(kind: type) -> dict[str, str]:
    """Return the text that stands below each field of a class."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    body = list(ast.iter_child_nodes(tree))
    return {
        node.target.id: " ".join(str(after.value.value).split())
        for node, after in itertools.pairwise(body)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
    }


def _value(setting: Setting, told: Told | None) -> Value:
    if told is None:
        return Value(setting=setting, value=setting.default, source="default")
    value = _choice(setting, told) if setting.within is None else _number(setting, told)
    return Value(setting=setting, value=value, source=told.source)


def _choice(setting: Setting, told: Told) -> object:
    if setting.kind is bool:
        if isinstance(told.value, bool | str) and told.value in SWITCHES:
            return SWITCHES[told.value]
        raise _wrong(setting, told)
    try:
        return setting.kind(told.value)
    except ValueError:
        raise _wrong(setting, told) from None


def _number(setting: Setting, told: Told) -> Number:
    within, value = setting.within, told.value
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if within is None or not is_number or not Decimal(value).is_finite():
        raise _wrong(setting, told)
    if not Decimal(str(within.least)) <= value <= Decimal(str(within.most)):
        raise _wrong(setting, told)
    if setting.kind is int and value != int(value):
        raise _wrong(setting, told)
    made: Number = setting.kind(value)
    return made


def _wrong(setting: Setting, told: Told) -> BadSettings:
    whole = " (a whole number)" if setting.kind is int else ""
    return BadSettings(
        f"{told.source}: {setting.path} must be {setting.range}{whole}, it is {told.value!s}; "
        "mend that or take it out."
    )


def _by_section(values: Sequence[Value]) -> dict[str, dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for value in values:
        parts[value.setting.section][value.setting.name] = value.value
    return parts


def _limits(parts: Mapping[str, Mapping[str, Any]]) -> Limits:
    return Limits(
        **parts["limits"],
        flatten=FlattenLimits(**parts["flatten"]),
        pace=Pace(**parts["pace"]),
        triggers=TriggerLimits(**parts["triggers"]),
    )
