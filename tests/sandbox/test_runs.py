"""What a run's code declares, is given, and gets wrong; the part inside, without the sandbox."""

import pytest

from console.sandbox.endings import NoIsolation
from console.sandbox.isolation import find_isolation
from console.sandbox.limits import RunLimits
from console.sandbox.running import Bench
from console.sandbox.runs import Wrong, compiled, mistake_of

CODE = """'''A docstring.'''
PARAMETERS = {"window": 20, "share": 0.5, "name": "SPY", "is_long": True}
found = dict(PARAMETERS)
"""


def run(code, wanted=None):
    made, values = compiled(code, wanted or {})
    names = {}
    exec(made, names)  # noqa: S102 - the code stands above
    return names, values


def mistake(code, wanted=None):
    try:
        run(code, wanted)
    except BaseException as error:  # noqa: BLE001 - as the sandbox takes them
        return mistake_of(error)
    raise AssertionError("it is right")


def test_a_declared_parameter_is_what_was_wanted_and_keeps_its_kind():
    names, values = run(CODE, {"window": "50", "share": "1", "is_long": "false"})

    assert values == {"window": 50, "share": 1.0, "name": "SPY", "is_long": False}
    assert names["found"] == values


@pytest.mark.parametrize(
    ("code", "wanted", "words"),
    [
        (CODE, {"slow": "1"}, "no parameter 'slow'; it declares window, share"),
        (CODE, {"window": "1.5"}, "window is a whole number, not '1.5'"),
        (CODE, {"is_long": "1"}, "is_long is true or false"),
        ("x = 1", {"window": "1"}, "it declares none"),
        ("PARAMETERS = {'a': [1]}", {}, "must be written out"),
        ("PARAMETERS = dict(a=1)", {}, "must be written out"),
    ],
)
def test_a_wrong_parameter_is_said_in_a_sentence(code, wanted, words):
    with pytest.raises(Wrong, match=words):
        run(code, wanted)


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        ("x = 1\ny = x / 0\n", 2, "ZeroDivisionError: division by zero"),
        ("x = 1\nif x\n  y", 2, "expected ':'"),
        ("def f():\n    return g()\n\nf()", 2, "NameError: name 'g' is not defined"),
        ("raise SystemExit(3)", 1, "SystemExit: 3"),
        ("import json\njson.loads('{')", 2, "JSONDecodeError"),
        ("raise MemoryError", 1, "not enough memory"),
        ("raise ValueError('assignment destination is read-only')", 1, "df = df.copy()"),
        ("x" * 5 + " = '\0'", None, "null bytes"),
    ],
)
def test_a_mistake_names_the_line_of_the_code(code, line, words):
    told = mistake(code)

    assert told["line"] == line
    assert words in told["text"]


@pytest.mark.parametrize(
    ("which", "system", "machine", "words"),
    [
        (lambda name: None, "linux", "x86_64", "install the package bubblewrap"),
        (lambda name: "/bin/false", "linux", "x86_64", "must allow user namespaces"),
        (lambda name: "/no/such/bwrap", "linux", "x86_64", "cannot be started"),
        (lambda name: "/bin/true", "darwin", "arm64", "for Linux alone"),
        (lambda name: "/bin/true", "linux", "riscv64", "riscv64"),
    ],
)
def test_where_nothing_holds_no_code_is_run(which, system, machine, words):
    with pytest.raises(NoIsolation, match=words) as refused:
        find_isolation(which, system=system, machine=machine)

    assert str(refused.value).startswith("Your code was not run: ")


@pytest.mark.parametrize("wrong", [{"cpu_seconds": 0}, {"wall_seconds": 0}, {"memory_bytes": 1}])
def test_limits_that_let_nothing_run_are_refused(wrong):
    with pytest.raises(ValueError, match="need"):
        RunLimits(**wrong)


def test_a_worker_that_was_ready_long_ago_still_runs(isolation):
    bench = Bench(isolation)
    bench.warm()
    bench._spare._deadline = 0.0
    try:
        outcome = bench.run("print('here')", {}, {})
    finally:
        bench.close()

    assert (outcome.problem, outcome.printed) == (None, "here\n")
