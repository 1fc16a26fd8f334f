"""Palettes as data: a TOML file each, read into Textual's themes.

`[base]` holds Textual's own colours and `[meaning]` one colour for each thing a
trader can see; meanings become the stylesheet's variables (`$gain`). A palette
that leaves one out is refused, for a stylesheet naming it would not parse.
"""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from textual.theme import Theme

TEXTS = (
    "words",
    "strong",
    "quiet",
    "gain",
    "loss",
    "flat",
    "bid",
    "ask",
    "working",
    "filled",
    "unknown",
    "denied",
    "rejected",
    "stale",
    "fresh",
    "active",
    "reducing",
    "halted",
    "demo",
    "paper",
    "live",
    "info",
    "caution",
    "critical",
    "average",
    "level",
    "last",
    "vwap",
    "short-average",
    "long-average",
    "band",
)
"""Colours that text is written in, each readable on every ground."""

GROUNDS = ("cursor", "cursor-idle")
"""Colours that text is written on, besides the background."""

RULES = ("rule", "rule-focus", "volume")
"""Colours of lines and volume bars; nothing is written in them."""

MEANINGS = (*TEXTS, *GROUNDS, *RULES)
BASES = ("primary", "accent", "foreground", "background", "surface", "panel")
FIRST = "night"
"""The theme a console begins with."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class PaletteError(ValueError):
    """A palette cannot be used; the message says which and what to change."""


def load_themes(folder: Path | None = None) -> list[Theme]:
    """Return our own themes, the first one first, then those of `folder` by name.

    Raises:
        PaletteError: when a file is no palette or leaves a colour out.
    """
    ours = sorted(_palettes(files("themes")), key=lambda file: file.name != f"{FIRST}.toml")
    theirs = [] if folder is None or not folder.is_dir() else _palettes(folder)
    return [read_palette(file) for file in (*ours, *theirs)]


def read_palette(file: Traversable) -> Theme:
    """Return the theme a palette file describes. PaletteError when it does not."""
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PaletteError(f"The palette {file.name} cannot be read: {error}.") from error
    base = _colours(file.name, told, "base", BASES)
    meaning = _colours(file.name, told, "meaning", MEANINGS)
    return Theme(
        name=file.name.removesuffix(".toml"),
        dark=bool(told.get("dark", True)),
        primary=base["primary"],
        secondary=meaning["quiet"],
        accent=base["accent"],
        foreground=base["foreground"],
        background=base["background"],
        surface=base["surface"],
        panel=base["panel"],
        success=meaning["gain"],
        warning=meaning["caution"],
        error=meaning["critical"],
        variables={**meaning, **_textual_parts(base, meaning)},
    )


def stylesheet() -> str:
    """Return the stylesheet of the console's widgets, which names meanings only."""
    return (files("themes") / "console.tcss").read_text(encoding="utf-8")


def _palettes(folder: Traversable) -> list[Traversable]:
    found = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    return sorted(found, key=lambda file: file.name)


def _colours(
    name: str, told: Mapping[str, Any], table: str, wanted: tuple[str, ...]
) -> dict[str, str]:
    given = told.get(table)
    if not isinstance(given, dict):
        raise PaletteError(f"The palette {name} has no table [{table}]; add one.")
    if missing := [word for word in wanted if word not in given]:
        listed = ", ".join(missing)
        raise PaletteError(f"The palette {name} says no colour for {listed} in [{table}].")
    for word in wanted:
        if not isinstance(given[word], str) or not _COLOUR.fullmatch(given[word]):
            raise PaletteError(
                f"The palette {name} gives {word} the colour {given[word]!r}; write it as #rrggbb."
            )
    return {word: given[word] for word in wanted}


def _textual_parts(base: Mapping[str, str], meaning: Mapping[str, str]) -> dict[str, str]:
    """Give Textual's own footer, input, scrollbar and palette the same voice."""
    return {
        "border": meaning["rule-focus"],
        "border-blurred": meaning["rule"],
        "block-cursor-background": meaning["cursor"],
        "block-cursor-foreground": meaning["strong"],
        "block-cursor-text-style": "bold",
        "footer-background": base["panel"],
        "footer-foreground": meaning["quiet"],
        "footer-key-foreground": meaning["info"],
        "footer-description-foreground": meaning["words"],
        "input-cursor-background": meaning["strong"],
        "input-cursor-foreground": base["background"],
        "input-selection-background": meaning["cursor"],
        "scrollbar": meaning["rule"],
        "scrollbar-hover": meaning["rule-focus"],
        "scrollbar-active": meaning["rule-focus"],
        "scrollbar-background": base["background"],
        "scrollbar-background-hover": base["background"],
        "scrollbar-background-active": base["background"],
        "scrollbar-corner-color": base["background"],
    }
