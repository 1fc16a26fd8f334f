"""The tables of what a halt, a flatten and what restrains a desk can be, from their own words."""

from enum import StrEnum
from typing import TypeVar

from console.desk.checklist import NAMES
from console.domain.flatten import CloseStatus
from console.domain.halt import Mode, Source, StepStatus
from tools.described import member_docs, paragraph, table

E = TypeVar("E", bound=StrEnum)
HEAD = """# States of a halt

What a desk lets through, what makes it stricter, and how far a halt and a flatten have come. What
each step does, and what it promises, is in [the halt](../design/halt.md).
"""


def halt_states() -> list[str]:
    """Return every mode, source, and state of a halt's steps and of a flatten's lines."""
    sources = [
        (f"`{each.value}`", "until a re-arm" if each.is_latched else "while it is so", said)
        for each, said in _members(Source)
    ]
    return [
        HEAD,
        f"## Modes\n\n{paragraph(Mode)}",
        _meanings("mode", "what may be sent", Mode),
        f"## Sources\n\n{paragraph(Source)}",
        table(("source", "how long", "what it is"), sources),
        f"## Steps\n\nIn their order: {', '.join(f'`{name}`' for name in NAMES)}.",
        paragraph(StepStatus),
        _meanings("state", "what it is", StepStatus),
        f"## Positions of a flatten\n\n{paragraph(CloseStatus)}",
        _meanings("state", "what it is", CloseStatus),
    ]


def _members(kind: type[E]) -> list[tuple[E, str]]:
    said = member_docs(kind)
    return [(each, said[each.name]) for each in kind]


def _meanings(name: str, meaning: str, kind: type[StrEnum]) -> str:
    rows = [(f"`{each.value}`", said or "—") for each, said in _members(kind)]
    return table((name, meaning), rows)
