"""Where settings are told: the lines of killcord.toml, and variables of the environment."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

SECTIONS = (
    *("LIMITS", "TRIGGERS", "FLATTEN", "PACE"),
    *("CODE", "PIVOTS", "ATTENTION", "PORTFOLIO", "GATE"),
)
PREFIXES = tuple(f"KILLCORD_{section}_" for section in SECTIONS)
_TABLE = re.compile(r"^\s*\[\s*([\w.]+)\s*\]")
_KEY = re.compile(r"^\s*([\w.]+)\s*=")


class BadSettings(Exception):  # noqa: N818 - reads as what it is
    """A setting that is none; the message is one sentence with the place and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody says a setting is."""

    path: str
    value: Any
    source: str


def of_file(file: Path, names: Mapping[str, Sequence[str]]) -> Iterator[Told]:
    """Yield every setting of a file; none when there is no file.

    Raises:
        BadSettings: when it cannot be read, is no TOML, or names what does not exist.
    """
    text = _text_of(file)
    try:
        tables = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{file}: this is no TOML: {error}; mend the line.") from None
    for section, table in tables.items():
        if section not in names:
            raise BadSettings(f"{_place(file, text, section)}: {_unknown(section, names)}")
        if not isinstance(table, dict):
            raise BadSettings(f"{_place(file, text, section)}: {_no_table(section)}")
        for name, value in table.items():
            place = _place(file, text, f"{section}.{name}")
            if name not in names[section]:
                raise BadSettings(f"{place}: {_unknown(name, names[section])}")
            yield Told(path=f"{section}.{name}", value=value, source=place)


def of_environment(environment: Mapping[str, str], variables: Mapping[str, str]) -> Iterator[Told]:
    """Yield every setting that a variable names.

    Raises:
        BadSettings: when a variable of ours names what does not exist.
    """
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIXES):
            continue
        if variable not in variables:
            raise BadSettings(f"the environment's {variable}: {_unknown(variable, variables)}")
        source = f"the environment's {variable}"
        yield Told(path=variables[variable], value=_read(text), source=source)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{file} cannot be read: {error}; mend it or take it away.") from None


def _place(file: Path, text: str, path: str) -> str:
    """Return the file with the line where a table or a key stands."""
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _TABLE.match(line):
            table = found[1]
            if table == path:
                return f"{file}, line {number}"
        elif found := _KEY.match(line):
            name = f"{table}.{found[1]}" if table else found[1]
            if path in (name, name.partition(".")[0] if not table else name):
                return f"{file}, line {number}"
    return str(file)


def _unknown(name: str, names: Sequence[str] | Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, list(names), 1)
    hint = f"did you mean {near[0]}?" if near else "take it out; `killcord settings` lists them."
    return f"there is no setting called {name}; {hint}"


def _no_table(section: str) -> str:
    return f"{section} is a table of settings, not one; write [{section}] and its settings below."


def _read(text: str) -> object:
    try:
        return Decimal(text.replace("_", ""))
    except InvalidOperation:
        return text
