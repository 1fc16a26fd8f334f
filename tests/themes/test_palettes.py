import re
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from textual.color import Color

from themes.palettes import (
    GROUNDS,
    MEANINGS,
    RULES,
    TEXTS,
    PaletteError,
    load_themes,
    read_palette,
    stylesheet,
)
from widgets.cells import Meaning

THEMES = {theme.name: theme for theme in load_themes()}
HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b")
ROOT = Path(__file__).parents[2]
READABLE = 4.5
APART = 8.0


def test_the_first_theme_is_the_dark_one_and_there_is_a_light_one():
    themes = load_themes()

    assert themes[0].name == "night"
    assert {theme.dark for theme in themes} == {True, False}


def test_palettes_and_widgets_name_the_same_meanings():
    assert set(get_args(Meaning)) == {*TEXTS, "volume"}
    assert set(MEANINGS) == {*TEXTS, *GROUNDS, *RULES}


@pytest.mark.parametrize(("name", "text"), product(THEMES, TEXTS))
def test_every_text_is_readable_on_every_ground(name, text):
    theme = THEMES[name]
    grounds = [theme.background, theme.panel, *(theme.variables[word] for word in GROUNDS)]

    for ground in grounds:
        ratio = contrast(theme.variables[text], ground)
        assert ratio >= READABLE, f"{text} on {ground} in {name}: {ratio:.2f}"


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("pair", [("gain", "loss"), ("bid", "ask"), ("demo", "live")])
def test_opposites_differ_for_the_colour_blind(name, pair):
    one, other = (deuteranope(Color.parse(THEMES[name].variables[word])) for word in pair)

    assert difference(one, other) >= APART


@pytest.mark.parametrize("missing", ["gain", "halted", "cursor-idle"])
def test_a_palette_with_a_meaning_missing_is_refused(tmp_path, missing):
    lines = (ROOT / "themes/night.toml").read_text().splitlines()
    palette = tmp_path / "mine.toml"
    palette.write_text("\n".join(line for line in lines if not line.startswith(f"{missing} ")))

    with pytest.raises(PaletteError, match=rf"mine\.toml says no colour for {missing}"):
        read_palette(palette)


def test_a_colour_that_is_none_is_refused(tmp_path):
    palette = tmp_path / "mine.toml"
    text = (ROOT / "themes/night.toml").read_text()
    palette.write_text(re.sub(r"^gain = .*$", 'gain = "green-ish"', text, flags=re.MULTILINE))

    with pytest.raises(PaletteError, match="gives gain the colour 'green-ish'"):
        read_palette(palette)


def test_a_file_that_is_no_toml_is_refused_by_name(tmp_path):
    palette = tmp_path / "mine.toml"
    palette.write_text("[base")

    with pytest.raises(PaletteError, match=r"mine\.toml cannot be read"):
        read_palette(palette)


def test_palettes_of_the_config_folder_come_after_ours(tmp_path):
    text = (ROOT / "themes/day.toml").read_text()
    (tmp_path / "mine.toml").write_text(text)

    assert [theme.name for theme in load_themes(tmp_path)][-1] == "mine"


def test_colours_are_in_palettes_only():
    python = [path.read_text() for folder in ("widgets", "themes") for path in _python(folder)]

    assert not HEX.findall(stylesheet())
    assert not [found for text in python for found in HEX.findall(text)]


def _python(folder):
    return sorted((ROOT / folder).glob("*.py"))


def contrast(one, other):
    """The ratio of WCAG 2.2."""
    lights = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(color):
    red, green, blue = (linear(channel) for channel in color.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(channel):
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def deuteranope(color):
    """What a deuteranope sees, in linear RGB (Viénot, Brettel and Mollon 1999)."""
    red, green, blue = (linear(channel) for channel in color.rgb)
    yellow = 0.29275 * red + 0.70725 * green
    return yellow, yellow, -0.02234 * red + 0.02234 * green + blue


def difference(one, other):
    """The distance in CIE L*a*b* (1976)."""
    return sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5


def lab(rgb):
    red, green, blue = rgb
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (cube_root(value) for value in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def cube_root(value):
    return value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116
