"""What each process loads, seen at run time in a fresh interpreter."""

import subprocess
import sys

import pytest

HEAVY = {"textual", "rich", "pandas", "sklearn", "alpaca", "plotext", "pyarrow", "sqlite_utils"}


def loaded_by(*modules: str) -> set[str]:
    return {name.split(".")[0] for name in modules_loaded_by(*modules)}


def modules_loaded_by(*modules: str) -> set[str]:
    script = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_desk_loads_no_screen_no_tables_and_no_broker_library():
    assert loaded_by("console.desk.desk") & HEAVY == set()


def test_the_first_picture_waits_for_nothing_heavy():
    heavy = (HEAVY - {"textual", "rich"}) | {"numpy", "websockets", "msgspec", "aiohttp"}

    assert loaded_by("console.app") & heavy == set()


def test_a_process_begins_without_the_words_of_the_other_commands():
    others = {"console.cli", "console.commands.data_words", "console.domain.market"}

    assert modules_loaded_by("console.commands.processes") & others == set()


def test_the_venue_loads_neither_tables_nor_a_broker_library():
    assert loaded_by("console.venue.server") & HEAVY == set()


@pytest.mark.parametrize("module", ["console.commands.halt", "console.commands.sweep_alone"])
def test_the_halt_needs_the_standard_library_alone(module):
    ours = {"console"}

    third_party = loaded_by(module) - set(sys.stdlib_module_names) - ours
    bare = loaded_by("sys")

    assert third_party - bare - {"__main__", "__mp_main__"} == set()
