"""The strategies in a trader's own files: found by reading the text, which is never run here."""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from console.commands.code_files import file_names
from console.sandbox.limits import LIMITS
from widgets.outside import neutral

KINDS = frozenset({"Strategy", "SignalStrategy"})
LONGEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStrategy:
    """One strategy of a file."""

    name: str
    path: Path
    parameters: str
    """With their defaults, in words."""

    @property
    def label(self) -> str:
        """How a list calls it, so that no built-in one and no other file's is meant."""
        return f"{self.name[:LONGEST]} ({self.path.name})"


def own_strategies(folder: Path) -> list[OwnStrategy]:
    """Return the strategies of the files of code in a folder, the newest file first."""
    return [
        strategy
        for name in file_names(folder)
        for strategy in _strategies_of(folder / f"{name}.py")
    ]


def _strategies_of(path: Path) -> Iterator[OwnStrategy]:
    """Yield those of one file; a file that cannot be read or is no Python has none."""
    try:
        if path.stat().st_size > LIMITS.code_bytes:
            return
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    known = set(KINDS)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any(_last(base) in known for base in node.bases):
            known.add(node.name)
            parameters = neutral(" ".join(_parameters(node)))
            yield OwnStrategy(name=neutral(_name(node)), path=path, parameters=parameters)


def _last(base: ast.expr) -> str:
    match base:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _name(node: ast.ClassDef) -> str:
    """Return what `console.strategies.inside.name_of` will call it."""
    for line in node.body:
        match line:
            case (
                ast.Assign(targets=[ast.Name(id="name")], value=ast.Constant(value=str(told)))
                | ast.AnnAssign(target=ast.Name(id="name"), value=ast.Constant(value=str(told)))
            ):
                return told
            case _:
                continue
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", node.name).lower()


def _parameters(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        match line:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                with suppress(ValueError, TypeError):
                    yield f"{name}={ast.literal_eval(value):g}"
            case _:
                continue
