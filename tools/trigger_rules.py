"""The triggers as a table, read from what the watcher looks at and from their limits."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

from console.desk.triggers.limits import TriggerLimits
from console.desk.triggers.watcher import Cause, TriggerWatch
from console.domain.ranges import Within
from tools.described import field_docs, table, tree_of, value_of

HEAD = ("trigger", "what it measures", "setting", "pulls at", "and then")
RUNBOOK = Path(__file__).parents[1] / "docs/runbook"
EFFECT = "_effect"


def trigger_table() -> str:
    """Return one row a trigger: its page, what it measures, from which figure on, what it does."""
    causes = list(_causes())
    if {limit + EFFECT for _, limit in causes} != {n for n in _docs() if n.endswith(EFFECT)}:
        raise LookupError("the watcher does not look at every limit of a trigger")
    return table(HEAD, (_row(*each) for each in causes))


def _causes() -> Iterator[tuple[str, str]]:
    """Yield each trigger's name and the limit it pulls at, as the watcher looks at them."""
    for node in ast.walk(tree_of(TriggerWatch.causes)):
        if not isinstance(node, ast.Call) or not _is_cause(node.func):
            continue
        name, _, effect = node.args
        if isinstance(name, ast.Constant) and isinstance(effect, ast.Attribute):
            yield str(name.value), effect.attr.removesuffix(EFFECT)


def _is_cause(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == Cause.__name__


def _row(name: str, limit: str) -> tuple[str, ...]:
    said, made = _docs(), TriggerLimits()
    does, why = getattr(made, limit + EFFECT).value, said[limit + EFFECT].partition(": ")[2]
    return (
        f"[{name}](../runbook/{_page_of(name)})",
        _first_sentence(said[limit]),
        f"`{limit}`",
        f"{value_of(getattr(made, limit))}{' s' if _is_in_seconds(limit) else ''}",
        f"**{does}**: {' '.join(why.split()).rstrip('.')}",
    )


def _docs() -> dict[str, str]:
    return field_docs(TriggerLimits)


def _page_of(name: str) -> str:
    """Return the trigger's page of the runbook; two triggers of one thing share one."""
    names = (f"{name.replace(' ', '-')}.md", f"{name.split(maxsplit=1)[0]}.md")
    return next(page for page in names if (RUNBOOK / page).exists())


def _is_in_seconds(limit: str) -> bool:
    hint: Any = get_type_hints(TriggerLimits, include_extras=True)[limit]
    return any(isinstance(each, Within) and each.unit == "s" for each in hint.__metadata__)


def _first_sentence(text: str) -> str:
    return " ".join(text.split()).split(". ")[0].rstrip(".")
