"""What can be typed about what has been: receipts of halts, drills, the audit."""

import argparse

from console.commands import exits
from console.commands.shared_words import Commands, add_command, add_json
from console.folders import state_folder


def add_halts(commands: Commands) -> None:
    """Declare `killcord halts`."""
    words = "the receipts of past halts; works without a desk"
    add_json(add_command(commands, "halts", words, _halts, words))


def add_audit(commands: Commands) -> None:
    """Declare `killcord audit`."""
    audit = add_command(
        commands,
        "audit",
        "go over the audit: its chain, and the orders that bear witness of it",
        _audit,
        "Go over the audit; 0 when nothing speaks against it, 1 when something does.",
    )
    audit.add_argument("wish", choices=("verify",))
    audit.add_argument("--seen", default="", metavar="HASH", help="a last hash noted earlier")
    add_json(audit)


def add_drills(commands: Commands) -> None:
    """Declare `killcord drills`."""
    add_json(add_command(commands, "drills", "what the last halt drills measured", _drills))


def _halts(options: argparse.Namespace) -> int:
    from console.commands import receipts

    return receipts.every(state_folder(options.profile), wants_json=options.json)


def _audit(options: argparse.Namespace) -> int:
    from console.commands import asking, auditing

    folder = state_folder(options.profile)
    return asking.answer(auditing.verify(folder, seen=options.seen, wants_json=options.json))


def _drills(options: argparse.Namespace) -> int:
    from console.commands import drill_record
    from console.commands.tables import as_json

    drills = drill_record.kept(state_folder(options.profile))
    told = [drill.as_json() for drill in drills]
    print(as_json(told) if options.json else drill_record.trend(drills))
    return exits.DONE
