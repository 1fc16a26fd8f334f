"""The lab's process: one answer a question, whatever happens to it."""

import asyncio
import io
import itertools
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from console.bootstrap.lab_processes import LabProcesses
from console.commands import lab_service
from console.commands.lab_service import Interrupts, _answered, serve
from console.folders import StateFolder
from console.lab.problems import LabProblem
from console.screens.lab_link import CANCELED, LabTrouble

FOLDER = StateFolder(Path("nowhere"))


@pytest.fixture
def interrupts():
    before = signal.getsignal(signal.SIGINT)
    yield Interrupts()
    signal.signal(signal.SIGINT, before)


def answered(interrupts, answer):
    out = io.StringIO()
    serve(FOLDER, {"id": 7, "ask": "it", "word": 1}, out, interrupts, lambda what: answer)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_progress_comes_before_the_answer(interrupts):
    def answer(folder, asked, far):
        far(0.5, "half")
        return asked

    assert answered(interrupts, answer) == [
        {"id": 7, "far": 0.5, "words": "half"},
        {"id": 7, "said": {"word": 1}},
    ]


def test_an_interrupt_gives_up_what_runs_and_nothing_else(interrupts):
    def interrupted(folder, asked, far):
        os.kill(os.getpid(), signal.SIGINT)

    assert answered(interrupts, interrupted) == [{"id": 7, "wrong": CANCELED}]
    os.kill(os.getpid(), signal.SIGINT)  # comes too late, while nothing runs
    interrupts.hold()
    assert answered(interrupts, lambda *_: "done") == [{"id": 7, "said": "done"}]


def interrupted_at(step):
    """A tracer that interrupts at one of the steps the service takes, counted from 0."""
    taken = itertools.count()

    def trace(frame, event, _):
        if frame.f_code.co_filename != lab_service.__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and next(taken) == step:
            os.kill(os.getpid(), signal.SIGINT)
        return trace

    return trace, lambda: next(taken) > step


def test_an_interrupt_at_any_step_leaves_one_whole_answer_to_it_and_to_the_next(interrupts):
    def answer(folder, asked, far):
        far(0.5, "half")
        return "done"

    half, endings = {"id": 7, "far": 0.5, "words": "half"}, []
    for step in itertools.count():
        trace, has_come = interrupted_at(step)
        sys.settrace(trace)
        try:
            *before, ending = answered(interrupts, answer)
        except KeyboardInterrupt:
            pytest.fail(f"the interrupt at step {step} would have ended the process")
        finally:
            sys.settrace(None)
        if not has_come():
            break
        interrupts.hold()
        assert before in ([], [half])
        endings.append(ending)
        assert answered(interrupts, answer) == [half, {"id": 7, "said": "done"}]

    assert endings[0] == {"id": 7, "wrong": CANCELED}
    assert endings[-1] == {"id": 7, "said": "done"}


@pytest.mark.parametrize("error", [LabProblem("It is so."), OSError("It is so.")])
def test_what_cannot_be_done_is_one_sentence(interrupts, error):
    def fails(folder, asked, far):
        raise error

    assert answered(interrupts, fails) == [{"id": 7, "wrong": "It is so."}]


@pytest.mark.parametrize("what", ["datasets", "page", "follow", "runs", "run_backtest"])
def test_what_the_screens_ask_has_an_answer(what):
    assert callable(_answered(what))


@pytest.mark.e2e
async def test_a_question_that_was_left_harms_no_later_one(tmp_path, monkeypatch):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path / "state"))
    lab = LabProcesses("demo")
    try:
        for _ in range(3):  # the first ones before the process is even there
            left = asyncio.create_task(lab.ask("a", "datasets"))
            await asyncio.sleep(0)
            left.cancel()
            await asyncio.gather(left, return_exceptions=True)
        told = await lab.ask("a", "datasets")
        for _ in range(20):
            left = asyncio.create_task(lab.ask("a", "datasets"))
            await asyncio.sleep(0.002)
            left.cancel()
            await asyncio.gather(left, return_exceptions=True)
        again = await lab.ask("a", "datasets")
    finally:
        await lab.close()

    assert told == again == {"datasets": [], "total": "0 B on the disk, 0 B read whole"}


@pytest.mark.e2e
async def test_a_file_is_loaded_and_any_page_of_it_read_in_a_real_process(tmp_path, monkeypatch):
    monkeypatch.setenv("KILLCORD_STATE", str(tmp_path / "state"))
    file = tmp_path / "n.csv"
    file.write_text("n,word\n" + "".join(f"{n},w{n}\n" for n in range(5_000)))
    lab, heard = LabProcesses("demo"), []
    try:
        loaded = await lab.ask("a", "load", told=lambda *far: heard.append(far), path=str(file))
        page = await lab.ask("a", "page", name="n", first=4_321, count=2)
        with pytest.raises(LabTrouble, match="There is no dataset 'nix': there are n"):
            await lab.ask("a", "page", name="nix", first=0, count=1)
    finally:
        await lab.close()

    assert loaded["name"] == "n"
    assert heard[-1] == (1.0, "n.csv")
    assert page["rows"] == [["4,321", "w4321"], ["4,322", "w4322"]]
