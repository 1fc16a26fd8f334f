"""What a class, a function or a module says of itself, and tables to say it in."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from types import ModuleType


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def paragraph(thing: type | ModuleType | Callable[..., object], number: int = 0) -> str:
    """Return one paragraph of a docstring on one line, the first one unless told."""
    paragraphs = inspect.cleandoc(thing.__doc__ or "").split("\n\n")
    return " ".join(paragraphs[number].split())


def tree_of(thing: type | Callable[..., object]) -> ast.AST:
    """Return the syntax tree of a class or a function."""
    return ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]


def field_docs(kind: type) -> dict[str, str]:
    """Return each field of a class with the text that follows it."""
    said = dict[str, str]()
    body = list(ast.iter_child_nodes(tree_of(kind)))
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            said[node.target.id] = _text_of(after)
    return said


def member_docs(kind: type) -> dict[str, str]:
    """Return each member of an enumeration, by its name, with the text that follows it."""
    body = list(ast.iter_child_nodes(tree_of(kind)))
    return {
        node.targets[0].id: _text_of(after)
        for node, after in zip(body, [*body[1:], None], strict=True)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def field_types(kind: type) -> dict[str, str]:
    """Return each field of a class with its type as it is written."""
    return {
        node.target.id: ast.unparse(node.annotation)
        for node in ast.iter_child_nodes(tree_of(kind))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }


def value_of(number: float | Decimal) -> str:
    """Return a default as it is read: `100,000`, `0.05`, `15`."""
    return f"{number:,f}" if isinstance(number, Decimal) else f"{number:,g}"


def _text_of(node: ast.AST | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return str(node.value.value)
    return ""
