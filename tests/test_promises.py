"""What the table of promises names as a proof is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TABLE = (ROOT / "docs/design/promises.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| ([A-Z]\d+) \| (.*) \|$", TABLE, re.MULTILINE))
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PROMISED = [
    *(f"H{number}" for number in range(1, 14)),
    *(f"O{number}" for number in range(1, 17)),
    *(f"S{number}" for number in range(1, 8)),
    *("F1", "F2", "F3"),
]


@cache
def names_in(path: str) -> set[str]:
    """Return the names of a file's tests."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    functions = [n for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {function.name for function in functions}


def test_every_promise_has_its_row():
    assert list(ROWS) == PROMISED


@pytest.mark.parametrize("row", PROMISED)
def test_every_proof_that_is_named_is_a_test(row):
    proofs = PROOF.findall(ROWS[row])

    assert proofs != []
    assert [f"{path}::{name}" for path, name in proofs if name not in names_in(path)] == []
