"""Every alarm that the desk can raise has its page in the runbook."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DESK = ROOT / "console/desk"
RUNBOOK = ROOT / "docs/runbook"
CODE = re.compile(r"`([^`\n]+)`")
IN_ITS_OWN_WORDS = {
    ("reconcile.py", "_report"): "difference.md",
    ("guard.py", "tell"): "exit.md",
}
"""Alarms whose text is made elsewhere, each time another, and their pages."""


def told(page):
    return page.read_text(encoding="utf-8")


def alarms():
    """Every function of the desk that raises an alert which is more than news, with its words."""
    for source in sorted(DESK.rglob("*.py")):
        for node in ast.walk(ast.parse(told(source))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if any(is_alarm(call) for call in calls_of(node)):
                yield source.name, node.name, words_of(node)


def calls_of(function):
    """Return the calls of a function that are no part of a function within it."""
    left, found = list(function.body), []
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        found += [node] if isinstance(node, ast.Call) else []
        left += ast.iter_child_nodes(node)
    return found


def is_alarm(call):
    is_alert = isinstance(call.func, ast.Attribute) and call.func.attr == "alert"
    return is_alert and "Severity.INFO" not in ast.unparse(call)


def words_of(function):
    """Return the texts in a function, an expression in one as three dots."""
    parts = [node for node in ast.walk(function) if isinstance(node, ast.Constant | ast.JoinedStr)]
    texts = []
    for part in parts:
        values = part.values if isinstance(part, ast.JoinedStr) else [part]
        texts.append("".join(value.value for value in values if is_text(value)))
    return " ".join(texts)


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


ALARMS = list(alarms())
PHRASES = [
    [piece.strip(" .:;,(") for piece in said.split("…")]
    for row in told(RUNBOOK / "index.md").split("\n| ")[3:]
    for said in CODE.findall(row.split(" | ")[0])
]
"""Each alert that the index quotes, in the pieces that stand between the three dots."""


def test_the_desk_has_alarms_and_the_index_quotes_them():
    assert len(ALARMS) > 12
    assert len(PHRASES) > 15


@pytest.mark.parametrize(
    ("source", "name", "words"), ALARMS, ids=[f"{source}:{name}" for source, name, _ in ALARMS]
)
def test_every_alarm_is_in_the_index_of_the_runbook(source, name, words):
    page = IN_ITS_OWN_WORDS.get((source, name))

    is_quoted = any(all(piece in words for piece in pieces) for pieces in PHRASES)

    assert is_quoted or (page is not None and f"]({page})" in told(RUNBOOK / "index.md"))


def test_every_page_says_what_it_means_and_what_to_do():
    pages = [page for page in RUNBOOK.glob("*.md") if page.name != "index.md"]
    wanted = ("**What it means.**", "**What to do")

    assert [page.name for page in pages for head in wanted if head not in told(page)] == []
