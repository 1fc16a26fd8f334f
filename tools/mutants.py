"""Break the order, halt and gate modules in every small way, and see which tests notice.

mutmut makes the mutants and runs them (`make mutants`). Here stands what is mutated, by
which tests each group is judged, and how the result is counted. `--all-tests` asks all
tests of the desk about what a group's own tests let live.
"""

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PLACE = ROOT / ".mutants"
GROUPS: dict[str, tuple[list[str], list[str]]] = {
    "send": (
        ["desk/cord", "desk/latch", "desk/latch_disk", "desk/sender"],
        [
            *("desk/test_submit", "desk/test_faults", "desk/test_cord", "desk/test_sender"),
            *("desk/test_latch", "desk/test_latch_machine", "desk/test_halt", "desk/test_flatten"),
            "desk/test_latch_disk",
        ],
    ),
    "gate": (
        [
            *("desk/gate", "desk/rules", "desk/price_rules", "desk/validity", "desk/coverage"),
            *("desk/replaceable", "desk/pricing", "desk/sizing", "domain/exposure"),
        ],
        [
            *("desk/test_gate", "desk/test_rules", "desk/test_validity", "desk/test_sizing"),
            *("desk/test_legs", "domain/test_exposure", "desk/test_coverage"),
            *("desk/test_replaceable", "desk/test_gate_exits", "desk/test_pricing"),
        ],
    ),
    "sweep": (
        ["desk/sweep", "desk/sequence", "desk/board", "desk/receipt"],
        [
            *("desk/test_receipt", "desk/test_board", "desk/test_halt_told", "desk/test_halt"),
            *("desk/test_fence", "desk/test_kept_stops", "desk/test_sweep"),
            *("desk/test_held_halt_key", "desk/test_flatten"),
        ],
    ),
    "halt": (
        ["desk/halt", "desk/turns", "desk/rearm", "desk/fence", "desk/fencing"],
        [
            *("desk/test_halt_told", "desk/test_halt", "desk/test_fence", "desk/test_rearm"),
            *("desk/test_held_halt_key", "desk/test_kept_stops", "desk/test_flatten"),
            *("desk/test_turns", "desk/test_latecomers"),
        ],
    ),
    "restraints": (
        ["desk/restraints", "desk/unseen", "desk/traffic", "desk/blind"],
        [
            *("desk/test_reducing_latch", "desk/test_unseen", "desk/test_traffic"),
            *("desk/test_blind", "desk/test_restraints", "desk/test_reducing", "desk/triggers"),
        ],
    ),
    "flatten": (
        ["desk/flatten", "desk/closings", "desk/closer"],
        [
            *("desk/test_flatten", "desk/test_cancel_replace_flat", "desk/test_fence"),
            *("desk/test_closings", "desk/test_flatten_told", "desk/test_halt_told"),
        ],
    ),
    "triggers": (
        [
            *("desk/triggers/audit_silent", "desk/triggers/clocks", "desk/triggers/counts"),
            *("desk/triggers/daily_loss", "desk/triggers/mismatch", "desk/triggers/stale_data"),
            "desk/triggers/watcher",
        ],
        ["desk/triggers"],
    ),
    "key": (
        ["desk/held_key", "desk/halt_socket", "desk/checklist", "desk/choice"],
        [
            *("desk/test_held_key", "desk/test_halt_socket", "desk/test_held_halt_key"),
            *("desk/test_checklist", "desk/test_choice", "desk/test_board"),
        ],
    ),
    "lines": (
        [
            *("desk/trading", "desk/reopenings", "desk/recorder", "desk/money"),
            "desk/connections",
        ],
        [
            *("desk/test_connections", "desk/test_faults", "desk/test_gap"),
            *("desk/test_audit_away", "desk/test_reconcile", "desk/test_trading_line"),
            *("desk/test_recorder", "desk/test_money", "desk/test_reopenings"),
        ],
    ),
    "orders": (
        ["desk/orders", "desk/unknowns", "desk/situation", "desk/cancels"],
        [
            *("desk/test_order_desk", "desk/test_unknowns"),
            *("desk/test_situation", "desk/test_cancels"),
        ],
    ),
    "exits": (
        [
            *("desk/exits", "desk/exit_closer", "desk/closing_price", "desk/guard"),
            *("desk/leave", "desk/sight", "desk/worst_holding", "domain/protectors"),
        ],
        [
            *("desk/test_exit_desk", "desk/test_exits", "desk/test_guard"),
            *("desk/test_closing_price", "desk/test_sight", "desk/test_worst_holding"),
            "domain/test_protectors",
        ],
    ),
    "books": (
        [
            *("desk/reconcile", "desk/books", "desk/unbooked", "desk/ledger", "desk/survey"),
            "domain/ledger",
        ],
        [
            *("desk/test_reconciler", "desk/test_books", "desk/test_own_ledger"),
            *("desk/test_survey", "desk/test_unbooked_fills", "domain/test_ledger"),
        ],
    ),
    "domain": (
        [
            *("domain/orders", "domain/state", "domain/merges", "domain/tellings"),
            *("domain/chains", "domain/order_ids", "domain/fills", "domain/prices"),
        ],
        [
            *("domain/test_orders", "domain/test_state", "domain/test_tellings"),
            *("domain/test_chains", "domain/test_order_ids"),
        ],
    ),
}
FATE = {0: "survived", 1: "killed", 3: "killed", 33: "no tests", 37: "types", None: "not run"}
WORDS = re.compile(r'(?<![\w"])[rbf]*"(?:[^"\\]|\\.)*"')


def main() -> int:
    """Run the groups that are asked for, count, and list what lived."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--children", type=int, default=2, help="mutants at the same time")
    parser.add_argument("--again", action="store_true", help="judge only what lived or is left")
    parser.add_argument("--all-tests", action="store_true", help="again, by all tests of the desk")
    parser.add_argument("--beside", type=Path, help="let this environment see the packages of one")
    given = parser.parse_args()
    if given.beside is not None:
        _see_packages_of(given.beside)
        return 0
    for group in given.groups or GROUPS:
        is_again = given.again or given.all_tests
        _run(group, given.children, is_again=is_again, ask_all=given.all_tests)
        _report(group)
    return 0


def _see_packages_of(environment: Path) -> None:
    """Let mutmut's environment find what the project's own holds, without a second copy."""
    [packages] = environment.resolve().glob("lib/python3*/site-packages")
    own = Path(sysconfig.get_paths()["purelib"])
    (own / "killcord.pth").write_text(f"{packages}\n")


def _run(group: str, children: int, *, is_again: bool, ask_all: bool) -> None:
    modules, tests = GROUPS[group]
    work = PLACE / group
    if not is_again:
        shutil.rmtree(work, ignore_errors=True)
    _copy(work)
    chosen = ["tests/desk", "tests/domain"] if ask_all else _chosen(work, modules, tests)
    _configure(work, modules, chosen)
    if is_again:
        _forget_survivors(work, modules)
    # `make` gives the environment of mutmut; mypy is the project's own.
    path = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [sys.executable, "-m", "mutmut", "run", "--max-children", str(children)],
        cwd=work,
        env={**os.environ, "PATH": path},
        check=True,
    )


def _copy(work: Path) -> None:
    for folder in ("console", "widgets", "themes", "tests"):
        shutil.copytree(
            ROOT / folder,
            work / folder,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("__pycache__"),
        )


def _chosen(work: Path, modules: list[str], tests: list[str]) -> list[str]:
    """Return the paths of the tests; a name of a test that is not there is a mistake of GROUPS."""
    # What holds a module's sentences to their letters is found by the module's name.
    words = (f"tests/desk/test_{Path(name).name}_words.py" for name in modules)
    folders = (f"tests/{name}" for name in tests)
    named = [name if (work / name).is_dir() else f"{name}.py" for name in folders]
    if missing := [name for name in named if not (work / name).exists()]:
        raise SystemExit(f"There is no {', '.join(missing)}: mend GROUPS in tools/mutants.py.")
    return [*named, *(name for name in words if (work / name).exists())]


def _configure(work: Path, modules: list[str], tests: list[str]) -> None:
    types = ["mypy", "--output", "json", "--config-file", "tests/mutants/mypy.ini"]
    config: dict[str, object] = {
        "source_paths": ["console"],
        "only_mutate": [f"console/{name}.py" for name in modules],
        "also_copy": ["widgets", "themes"],
        # What is logged is for the engineer's eye; no promise hangs on it.
        "do_not_mutate_patterns": [r"^\s*log\."],
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-m", "not long"],
        "pytest_add_cli_args_test_selection": tests,
        "type_check_command": [*types, "--python-executable", sys.executable],
        "timeout_multiplier": 10,
        "timeout_constant": 10.0,
        "track_dependencies": False,
    }
    # A list of texts, a truth, a number: JSON writes them as TOML does.
    lines = [f"{name} = {json.dumps(value)}" for name, value in config.items()]
    own = (ROOT / "pyproject.toml").read_text()
    (work / "pyproject.toml").write_text(own + "\n[tool.mutmut]\n" + "\n".join(lines) + "\n")


def _forget_survivors(work: Path, modules: list[str]) -> None:
    """Have what lived, or met no test, be judged anew."""
    (work / "mutants/mutmut-stats.json").unlink(missing_ok=True)
    for name in modules:
        meta = _meta(work, name)
        told = json.loads(meta.read_text())
        codes = told["exit_code_by_key"]
        told["exit_code_by_key"] = {
            key: None if FATE.get(code) in ("survived", "no tests") else code
            for key, code in codes.items()
        }
        meta.write_text(json.dumps(told))


def _report(group: str) -> None:
    modules, _ = GROUPS[group]
    work = PLACE / group
    lived: list[str] = []
    for name in modules:
        codes: dict[str, Any] = json.loads(_meta(work, name).read_text())["exit_code_by_key"]
        fates: dict[str, int] = {}
        for key, code in codes.items():
            fate = FATE.get(code, "timeout")
            if fate in ("survived", "no tests"):
                diff = _diff(work, name, key)
                fate = "words" if _is_wording(diff) else fate
                lived.append(f"{key}: {fate}\n" + "\n".join(diff))
            fates[fate] = fates.get(fate, 0) + 1
        print(name, len(codes), json.dumps(fates), flush=True)
    (PLACE / f"{group}.txt").write_text("\n\n".join(lived) + "\n")


def _meta(work: Path, name: str) -> Path:
    return work / f"mutants/console/{name}.py.meta"


def _diff(work: Path, name: str, key: str) -> list[str]:
    """Return the lines by which a mutant differs from the code."""
    own, _, number = key.rpartition("__mutmut_")
    function = own.rsplit(".", 1)[-1]
    text = (work / f"mutants/console/{name}.py").read_text()
    sane, broken = (_body(text, f"{function}__mutmut_{which}") for which in ("orig", number))
    found = difflib.unified_diff(sane, broken, lineterm="", n=0)
    changed = (line for line in found if line[:1] in "+-" and line[:3] not in ("+++", "---"))
    return [line for line in changed if line[1:].strip()]


def _body(text: str, function: str) -> list[str]:
    begin = re.search(rf"^( *)(?:async )?def {re.escape(function)}\(", text, re.MULTILINE)
    if begin is None:
        return []
    lines = text[begin.start() :].splitlines()
    indent = len(begin[1])
    end = next(
        (
            number
            for number, line in enumerate(lines[1:], 1)
            if line.strip() and len(line) - len(line.lstrip()) <= indent and line.strip()[0] != ")"
        ),
        len(lines),
    )
    return lines[1:end]


def _is_wording(diff: list[str]) -> bool:
    """Whether only the letters of a text differ."""
    bare = [WORDS.sub('""', line[1:]) for line in diff]
    return bool(bare) and bare[: len(bare) // 2] == bare[len(bare) // 2 :]


if __name__ == "__main__":
    sys.exit(main())
