"""Settings: every one has a range, each says where it comes from, and a bad one says so."""

import json
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

from console.desk.limits import Limits
from console.desk.triggers.limits import Effect
from console.folders import StateFolder
from console.sandbox.limits import MIB, RunLimits
from console.settings import SECTIONS, known_settings, read_settings
from console.settings_sources import BadSettings


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    (tmp_path / "demo").mkdir()
    return StateFolder(tmp_path / "demo")


def read(folder: StateFolder, text: str = "", **environment: str):
    if text:
        folder.settings.write_text(text)
    return read_settings(folder, {"XDG_CONFIG_HOME": str(folder.path.parent), **environment})


def refusal(folder: StateFolder, text: str = "", **environment: str) -> str:
    with pytest.raises(BadSettings) as refused:
        read(folder, text, **environment)
    (sentence,) = str(refused.value).splitlines()
    return sentence


def test_without_a_file_everything_is_its_default(folder):
    settings = read(folder)

    assert settings.limits == Limits()
    assert {value.source for value in settings.values} == {"default"}


@pytest.mark.parametrize("kind", SECTIONS.values())
def test_every_number_is_a_setting_with_a_range_and_a_sentence(kind):
    known = {s.name for s in known_settings() if SECTIONS[s.section] is kind}

    numbers = {field.name for field in fields(kind)} - {"flatten", "pace", "triggers"}

    assert numbers <= known
    assert all(setting.doc.strip() for setting in known_settings())


def test_every_default_lies_in_its_own_range():
    for setting in known_settings():
        if setting.within is not None:
            least, most = setting.within.least, setting.within.most
            assert least <= float(setting.default) <= most, setting.path


def test_the_file_replaces_a_default_and_says_its_line(folder):
    settings = read(folder, "# ours\n[limits]\nmax_order_notional = 50_000\ncollar = 0.02\n")

    assert settings.limits.max_order_notional == Decimal(50_000)
    assert settings.limits.collar == Decimal("0.02")
    sources = {value.setting.path: value.source for value in settings.values}
    assert sources["limits.collar"] == f"{folder.settings}, line 4"


def test_the_profiles_file_counts_before_that_of_all_and_the_environment_before_both(folder):
    common = folder.path.parent / "killcord"
    common.mkdir()
    (common / "killcord.toml").write_text(
        "[triggers]\nrejects = 7\norder_rate = 70\nduplicates = 3\n"
    )

    settings = read(
        folder,
        "[triggers]\nrejects = 8\norder_rate = 80\n",
        KILLCORD_TRIGGERS_REJECTS="9",
    )

    told = settings.limits.triggers
    assert (told.rejects, told.order_rate, told.duplicates) == (9, 80, 3)


def test_what_code_may_take_is_set_too(folder):
    text = "[code]\nmemory_mib = 512\nprinted_mib = 2\nwall_seconds = 5\n"
    code = read(folder, text, KILLCORD_CODE_CPU_SECONDS="3").code

    assert code == RunLimits(
        cpu_seconds=3, wall_seconds=5.0, memory_bytes=512 * MIB, printed_bytes=2 * MIB
    )
    assert read(folder, "[limits]\ncollar = 0.02\n").code == RunLimits()


def test_a_switch_is_true_or_false(folder):
    settings = read(
        folder, "[limits]\nhalt_sets_fence = true\n", KILLCORD_LIMITS_HALT_KEEPS_STOPS="true"
    )

    assert settings.limits.halt_sets_fence is True
    assert settings.limits.halt_keeps_stops is True
    assert "true or false" in refusal(folder, "[limits]\nhalt_sets_fence = 2\n")


def test_an_effect_is_a_choice(folder):
    settings = read(folder, '[triggers]\ndaily_loss_effect = "halt"\n')

    assert settings.limits.triggers.daily_loss_effect is Effect.HALT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[limits]\nmax_order_qty = 0\n", ["line 2", "limits.max_order_qty", "1 to", "it is 0"]),
        ("[limits]\nmax_order_qty = -5\n", ["line 2", "it is -5"]),
        ('[limits]\nmax_order_qty = "many"\n', ["line 2", "it is many"]),
        ("[limits]\nmax_order_qty = nan\n", ["line 2", "NaN"]),
        ("[limits]\nmax_order_qty = true\n", ["line 2", "it is True"]),
        ("[limits]\n\nmax_qty_decimals = 1.5\n", ["line 3", "whole number"]),
        ("[triggers]\ndaily_loss_effect = 'stop'\n", ["line 2", "halt or reduce"]),
        ("[limits]\nmax_order_quantity = 5\n", ["line 2", "did you mean max_order_qty"]),
        ("[limit]\nmax_order_qty = 5\n", ["line 1", "did you mean limits"]),
        ("max_order_qty = 5\n", ["line 1", "max_order_qty"]),
        ("limits.max_order_qty = 0\n", ["line 1", "it is 0"]),
        ("limits = 3\n", ["line 1", "limits is a table of settings", "write [limits]"]),
        ("[limits\n", ["no TOML", "line 1"]),
    ],
)
def test_a_bad_setting_is_one_sentence_with_its_place_and_a_remedy(folder, text, words):
    sentence = refusal(folder, text)

    assert [word for word in [str(folder.settings), *words] if word not in sentence] == []


def test_the_most_shares_in_one_order_may_be_a_fraction_as_a_quantity_may(folder):
    settings = read(folder, "[limits]\nmax_order_qty = 10.5\n")

    assert settings.limits.max_order_qty == Decimal("10.5")


def test_a_bad_variable_is_named(folder):
    assert "KILLCORD_PACE_SEND_DEADLINE" in refusal(folder, KILLCORD_PACE_SEND_DEADLINE="99")
    nothing = refusal(folder, KILLCORD_PACE_SEND_DEADLIN="9")
    assert "did you mean KILLCORD_PACE_SEND_DEADLINE" in nothing


def test_other_variables_of_ours_are_no_settings(folder):
    assert read(folder, KILLCORD_STATE="x", KILLCORD_PROFILE="demo").limits == Limits()


def test_a_file_that_cannot_be_read_is_refused(folder):
    folder.settings.mkdir()

    assert "cannot be read" in refusal(folder)


def test_the_boundary_of_a_range_is_in_it(folder):
    for setting in known_settings():
        if setting.within is None:
            continue
        for edge in (setting.within.least, setting.within.most):
            text = f"[{setting.section}]\n{setting.name} = {json.dumps(edge)}\n"
            assert read(folder, text.replace("e-", "E-"))
