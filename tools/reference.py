"""Write the tables of `docs/reference` from the code, so that they cannot tell another story.

Run by `make docs`; `tests/test_docs.py` fails when a file is not what the code says.
"""

import argparse
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # a script has its own folder on the path, not the project's

from console import actions, cli, settings  # noqa: E402 - only now can they be found
from console.commands import halt as halt_command  # noqa: E402 - as above
from console.desk import limits, rules  # noqa: E402 - as above
from console.domain import events, halt, orders  # noqa: E402 - as above
from console.domain.families import SUFFIX  # noqa: E402 - as above
from console.domain.orders import LegRole, OrderClass, OrderStatus  # noqa: E402 - as above
from console.link import messages  # noqa: E402 - as above
from console.venue import command as venue_command  # noqa: E402 - as above
from tools.described import field_docs, field_types, member_docs, paragraph, table, value_of  # noqa: E402 - too
from tools.gate_rules import gate_table  # noqa: E402 - as above
from tools.halt_states import halt_states  # noqa: E402 - as above
from tools.trigger_rules import trigger_table  # noqa: E402 - as above
from widgets.blotter import LOOKS  # noqa: E402 - as above
from widgets.help_view import key_names  # noqa: E402 - as above

Commands = argparse._SubParsersAction  # noqa: SLF001 - its only name
BEGIN, END = "<!-- {name}: made by `make docs` -->", "<!-- {name}: end -->"

KEYS = """# Keys

Every action of the console. Its bindings, the key line, help, the palette and this page are read
from one table. *Needs* is what the desk asks of whoever uses it.
"""
COMMAND_LINE = """# Commands and options

What may be typed after `killcord`. The meaning of it all is in
[the command line](../using/command-line.md).

## killcord

Without a command it opens the console and starts the desk if none runs.
"""
LIMITS = """# Limits and times

Every number and choice the desk decides by, and what your own code may take: the name in
`killcord.toml`, the default, what it may be, and what it is. [The desk](../using/desk.md#settings)
says how to change one, and `killcord settings` prints what counts. What is named as a source is
Alpaca, or an entry of the project's own specification and promises.
"""
GATE = """# The gate

Every rule an order passes before it may be sent, in the order in which they are asked. All of
them are, and all failures are told at once. Before them stands a line `halt`, which fails while the
latch holds.

*Exit* says what an order finds that only makes a position smaller: it `passes` unasked, it is asked
`looser` than others, or the `same`.
"""
GATE_LINKS = """The settings are in [limits and times](limits.md); when the gate is asked is in
[life of an order](../design/life-of-an-order.md).
"""
WIRE = """On the wire each is one msgpack map with its tag under `type`, in one binary websocket
frame over `desk.sock`. This is version {version}. Values are those of `console/domain`.
"""
STATES = """An order that is open may still trade and counts in every check. Nothing more can happen
to a closed one. How the later of two tellings is found is in
[decision 2](../adr/0002-total-order-of-tellings.md).
"""


def main() -> int:
    """Write every file; return the exit status."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def pages() -> dict[Path, str]:
    """Return what each file with something generated must say."""
    told = {
        "keys": _page(actions.__name__, *keys()),
        "command-line": _page(cli.__name__, *command_line()),
        "limits": _page(limits.__name__, *limits_and_times()),
        "gate": _page(rules.__name__, GATE, gate_table(), GATE_LINKS),
        "messages": _page(messages.__name__, *wire()),
        "order-states": _page(orders.__name__, *order_states()),
        "halt-states": _page(halt.__name__, *halt_states()),
    }
    desk = ROOT / "docs/using/desk.md"
    return {
        **{ROOT / f"docs/reference/{name}.md": text for name, text in told.items()},
        desk: _with_tables(desk.read_text(encoding="utf-8")),
    }


def _page(module: str, *parts: str) -> str:
    source = module.replace(".", "/") + ".py"
    head = f"<!-- Made by `make docs` from {source}: change that, not this. -->"
    return "\n\n".join([head, *(part.strip() for part in parts)]) + "\n"


def _with_tables(text: str) -> str:
    """Put the tables of the gate and of the triggers between their marks."""
    for name, made in (("gate", gate_table()), ("triggers", trigger_table())):
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n\n{made}\n\n{end}{rest.partition(end)[2]}"
    return text


def keys() -> list[str]:
    """Return every action of the table by group."""
    parts = [KEYS]
    for group in dict.fromkeys(action.group for action in actions.ACTIONS):
        rows = [
            (_keys_of(action.keys), action.label, f"`{action.id}`", action.capability.value)
            for action in actions.ACTIONS
            if action.group == group
        ]
        parts += [f"## {group}", table(("key", "does", "action", "needs"), rows)]
    return parts


def _keys_of(names: str) -> str:
    return ", ".join(f"`{key_names(name)}`" for name in names.split(","))


def command_line() -> list[str]:
    """Return every command with its arguments and options."""
    grammar = cli.parser()
    commands = _commands(grammar)
    found = {
        **commands.choices,
        "halt": halt_command.grammar(),
        "venue": venue_command._parser(),  # noqa: SLF001 - the real one; the cli only lists it
    }
    words = _help_of(commands)
    parts = [COMMAND_LINE, _options(grammar)]
    for name, command in found.items():
        parts += [f"## killcord {name}", _sentence(words[name]), *_of(name, command)]
    return [*parts, "## Exit statuses", _sentence(" ".join(cli.EPILOG.split()))]


def _of(name: str, command: argparse.ArgumentParser) -> list[str]:
    """Return the options of a command, or of each of its parts."""
    if not any(isinstance(action, Commands) for action in command._actions):  # noqa: SLF001 - no other way
        return [_options(command)]
    parts = _commands(command)
    words = _help_of(parts)
    return [
        text
        for part, grammar in parts.choices.items()
        for text in (
            f"### killcord {name} {part}",
            _sentence(words[part]),
            *_of(f"{name} {part}", grammar),
        )
    ]


def _commands(grammar: argparse.ArgumentParser) -> "Commands[argparse.ArgumentParser]":
    for action in grammar._actions:  # noqa: SLF001 - argparse has no other way to them
        if isinstance(action, Commands):
            return action
    raise LookupError("the command line has no commands")


def _help_of(commands: "Commands[argparse.ArgumentParser]") -> Mapping[str, str]:
    listed = commands._choices_actions  # noqa: SLF001 - where argparse keeps their help
    return {choice.dest: choice.help or "" for choice in listed}


def _options(command: argparse.ArgumentParser) -> str:
    rows = [
        (_spelling(action), "yes" if _is_required(action) else "", action.help or "")
        for action in command._actions  # noqa: SLF001 - argparse has no other way to them
        if not isinstance(action, Commands) and action.dest != "help"
    ]
    return table(("option", "required", "meaning"), rows)


def _is_required(action: argparse.Action) -> bool:
    # argparse says so of a list that may be empty, too
    return action.required and action.nargs != argparse.ZERO_OR_MORE


def _spelling(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{action.dest.upper()}`"
    flag = action.option_strings[-1]
    if action.nargs == 0:
        return f"`{flag}`"
    if action.choices:
        return f"`{flag} {'|'.join(map(str, action.choices))}`"
    return f"`{flag} {action.metavar or action.dest.upper()}`"


def limits_and_times() -> list[str]:
    """Return every limit, every trigger and every time the desk waits."""
    parts = [LIMITS]
    for section, kind in settings.SECTIONS.items():
        parts += [f"## [{section}]", paragraph(kind), _settings_of(section)]
    return parts


def _settings_of(section: str) -> str:
    rows = [
        (f"`{told.name}`", _default_of(told.default), told.range, told.doc)
        for told in settings.known_settings()
        if told.section == section
    ]
    return table(("name", "default", "may be", "what it is"), rows)


def _default_of(default: object) -> str:
    if isinstance(default, int | float | Decimal) and not isinstance(default, bool):
        return value_of(default)
    return f"`{str(default).lower()}`"


def wire() -> list[str]:
    """Return every message of the link with its fields."""
    parts = [f"# Messages of the link\n\n{paragraph(messages, 1)}"]
    parts.append(WIRE.format(version=messages.VERSION))
    for title, kinds in (
        ("Console to desk", messages.FromConsole),
        ("Desk to console", messages.FromDesk),
    ):
        parts.append(f"## {title}")
        for kind in kinds.__args__:
            parts += _message(kind)
    parts.append("## Events\n\nWhat `told` carries, each as a pair of its name and its fields.")
    rows = [
        (f"`{kind.__name__}`", ", ".join(f"`{name}`" for name in field_docs(kind)), paragraph(kind))
        for kind in events.Event.__args__
    ]
    return [*parts, table(("event", "fields", "what happened"), rows)]


def _message(kind: type) -> list[str]:
    """Return one message: what it says, then its fields and those of the kind it is of."""
    rows = [
        (f"`{name}`", f"`{field_types(each)[name].replace('msgspec.Raw', 'event')}`", said)
        for each in reversed(kind.__mro__)
        if each.__module__ == messages.__name__
        for name, said in field_docs(each).items()
    ]
    tag = kind.__struct_config__.tag  # type: ignore[attr-defined] # every message is a Struct
    fields = table(("field", "type", "what it is"), rows)
    return [f"### `{tag}`", paragraph(kind), fields]


def order_states() -> list[str]:
    """Return every state an order can be in."""
    rows = [
        (
            f"`{status.value}`",
            "the desk's" if status.is_ours else "the broker's",
            "closed" if status.is_closed else "open",
            LOOKS[status].text,
        )
        for status in OrderStatus
    ]
    head = ("state", "whose word", "open or closed", "on the screen")
    said = f"# States of an order\n\n{paragraph(OrderStatus)} {paragraph(OrderStatus, 1)}"
    return [said, STATES, table(head, rows), *order_classes()]


def order_classes() -> list[str]:
    """Return the classes of orders, and what each order of a group is there for."""
    said = member_docs(OrderClass)
    rows = [(f"`{each.value}`", said[each.name]) for each in OrderClass]
    legs = [(f"`{role.value}`", SUFFIX.get(role, "—")) for role in LegRole]
    return [
        f"## Classes\n\n{paragraph(OrderClass)}",
        table(("class", "what comes with it"), rows),
        f"## Roles\n\n{paragraph(LegRole)}",
        table(("role", "called by the order's number and"), legs),
    ]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


if __name__ == "__main__":
    sys.exit(main())
