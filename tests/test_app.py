"""The app itself: what it says when it fails, and that every action of the table has a home."""

import asyncio

import pytest

from console.actions import ACTIONS
from console.app import HALT_REASON, Killcord
from console.screens.backtests import BacktestScreen
from console.screens.code import CodeScreen
from console.screens.crash import record_crash
from console.screens.datasets import DatasetScreen
from console.screens.halt import HaltScreen
from console.screens.main import MainScreen
from console.screens.reconciliation import ReconciliationScreen
from console.screens.scanner import ScannerScreen
from tests.screens.consoles import Alone, console_of
from tests.screens.fakes import FakeDesk

SCREENS = (
    MainScreen,
    HaltScreen,
    ReconciliationScreen,
    ScannerScreen,
    DatasetScreen,
    BacktestScreen,
    CodeScreen,
)
SECRET = "PKCANARY-0123456789"


def bound():
    kinds = (Killcord, *SCREENS)
    return {
        binding.id: (kind, binding)
        for kind in kinds
        for _, binding in kind._merge_bindings()
        if binding.id
    }


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_of_the_table_is_bound_and_done(action):
    kind, binding = bound()[action.id]

    assert hasattr(kind, f"action_{binding.action.partition('(')[0]}")


def test_no_two_actions_of_a_screen_share_a_key():
    for kind in SCREENS:
        keys = {}
        for owner in (Killcord, kind):
            for key, binding in owner._merge_bindings():
                if binding.id:
                    assert keys.setdefault(key, binding.id) == binding.id


def test_a_crash_is_recorded_without_the_values_it_held(tmp_path):
    log = tmp_path / "logs" / "console.log"

    def fail():
        key = SECRET
        raise ValueError(f"{len(key)}")

    try:
        fail()
    except ValueError as error:
        sentence = record_crash(error, log)

    assert str(log) in sentence
    assert "ValueError" in log.read_text()
    assert SECRET not in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_a_crash_whose_log_cannot_be_written_is_still_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    sentence = record_crash(ValueError("x"), tmp_path / "file" / "console.log")

    assert "cannot be written" in sentence


async def test_the_terminal_gets_a_sentence_not_the_variables(tmp_path, capsys):
    app = console_of(FakeDesk(), log_file=tmp_path / "console.log")

    def fail():
        key = SECRET
        raise ValueError(f"{len(key)}")

    async def run_until_it_fails():
        async with app.run_test() as pilot:
            app.call_later(fail)
            await asyncio.wait_for(app._exception_event.wait(), 60)
            await pilot.pause()

    with pytest.raises(ValueError, match="19"):
        await run_until_it_fails()
    told = capsys.readouterr()

    assert "The console failed (ValueError)" in told.err
    assert SECRET not in told.err + told.out
    assert SECRET not in (tmp_path / "console.log").read_text()


async def test_the_cord_works_before_anything_else_does(tmp_path):
    alone = Alone()
    app = console_of(FakeDesk(), alone=alone)
    async with app.run_test() as pilot, asyncio.timeout(60):
        while app.session is None:
            await pilot.pause(0.01)
        app.session = None  # as in the first moments, while it is still being imported
        await pilot.press("f12")
        while not alone.reasons:
            await pilot.pause(0.01)

    assert alone.reasons == [HALT_REASON]


def _lost(app):
    found = app.screen.query("#lost")
    return str(found.first().render()) if found else ""


async def test_a_desk_that_cannot_be_started_is_said(tmp_path):
    def connect():
        raise OSError("no room for a socket")

    app = Killcord(connect, profile="demo", halt_alone=None, log_file=tmp_path / "log")
    async with app.run_test() as pilot, asyncio.timeout(60):
        while "no room for a socket" not in _lost(app):
            await pilot.pause(0.01)
