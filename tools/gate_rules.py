"""The gate's rules as a table, read from the functions themselves."""

import ast
from collections.abc import Callable, Iterator
from sys import modules
from types import FunctionType

from console.desk import rules
from console.desk.gate import Facts, Rule
from console.desk.limits import Limits
from tools.described import field_docs, paragraph, table, tree_of, value_of

HEAD = ("rule", "what it asks", "setting", "default", "the setting in words", "exit")


def gate_table() -> str:
    """Return one row a rule: its name, its question, its settings, and what an exit finds."""
    return table(HEAD, map(_row, rules.RULES))


def _row(rule: Rule) -> tuple[str, ...]:
    tree, made, said = tree_of(rule), Limits(), field_docs(Limits)
    used = list(dict.fromkeys(_settings_of(rule)))
    return (
        _name_of(tree),
        paragraph(rule),
        ", ".join(f"`{name}`" for name in used) or "—",
        ", ".join(value_of(getattr(made, name)) for name in used) or "—",
        "; ".join(said[name].split(". ")[0].rstrip(".") for name in used) or "—",
        _exit_of(tree),
    )


def _settings_of(asked: Callable[..., object]) -> Iterator[str]:
    """Yield the limits a rule reads, by itself or through what it calls for."""
    beside = vars(modules[asked.__module__])
    for node in ast.walk(tree_of(asked)):
        if isinstance(node, ast.Attribute) and _is_limits(node.value):
            yield node.attr
        if isinstance(node, ast.Attribute) and node.attr == "fresh_quote":
            yield from _settings_of(Facts.fresh_quote)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            helper = beside.get(node.func.id)
            if isinstance(helper, FunctionType) and helper.__module__.startswith("console.desk"):
                yield from _settings_of(helper)


def _is_limits(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name == "limits"


def _name_of(tree: ast.AST) -> str:
    """Return what a rule calls itself on the screen: the value of its variable `rule`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign):
            continue
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            target, value = target.elts[0], value.elts[0]
        is_rule = isinstance(target, ast.Name) and target.id == "rule"
        if is_rule and isinstance(value, ast.Constant):
            return str(value.value)
    raise LookupError("a rule does not say its name")


def _exit_of(tree: ast.AST) -> str:
    """Return whether an order that only reduces passes unasked, is asked less, or the same."""
    asked = [node for node in ast.walk(tree) if isinstance(node, ast.If) and _speaks_of_exits(node)]
    if not asked:
        return "same"
    is_unasked = any(
        isinstance(node.test, ast.Call) and isinstance(node.body[0], ast.Return) for node in asked
    )
    return "passes" if is_unasked else "looser"


def _speaks_of_exits(node: ast.If) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr == "is_exit" for n in ast.walk(node.test))
