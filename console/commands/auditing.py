"""The command that goes over the audit: its chain, and the witnesses outside of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pysqlite3

from console.adapters.sqlite.chain import verify_chain
from console.adapters.sqlite.witness import doubtful_names, head_of, holds_head
from console.commands import exits
from console.commands.asking import NoDesk, attached
from console.commands.tables import as_json
from console.folders import StateFolder

MOST_TOLD = 20
"""Doubtful names told in words; JSON has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found; `names` are those of orders that the desk knows from the broker."""

    records: int
    first_bad: int | None
    head: str
    names: int | None
    doubtful: dict[str, str]
    is_seen_missing: bool

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against the audit."""
        return self.first_bad is None and not self.doubtful and not self.is_seen_missing


async def verify(folder: StateFolder, *, seen: str, wants_json: bool) -> int:
    """Go over the profile's audit and say in a sentence whether it is whole."""
    path = folder.database
    if not path.exists():
        print(f"There is no audit of the {folder.profile} profile: {path} does not exist.")
        return exits.FAILED
    names = await _names_at_the_broker(folder)
    try:
        found = _finding(path, names, seen)
    except pysqlite3.Error as error:
        print(f"The audit {path} cannot be read: {error}.")
        return exits.FAILED
    print(as_json(_facts(found)) if wants_json else _words(found, seen))
    return exits.DONE if found.is_good else exits.FAILED


async def _names_at_the_broker(folder: StateFolder) -> Sequence[str] | None:
    """Return the orders that the broker has told the desk of; None when no desk runs."""
    try:
        async with attached(folder) as desk:
            orders = tuple(desk.state.orders.values())
    except NoDesk:
        return None
    return [order.key for order in orders if order.broker_id is not None]


def _finding(path: Path, names: Sequence[str] | None, seen: str) -> Finding:
    records, first_bad = verify_chain(path)
    is_whole = first_bad is None
    return Finding(
        records=records,
        first_bad=first_bad,
        head=head_of(path),
        names=None if names is None else len(names),
        doubtful=doubtful_names(path, names or ()) if is_whole else {},
        is_seen_missing=bool(seen) and is_whole and not holds_head(path, seen),
    )


def _facts(found: Finding) -> dict[str, Any]:
    return {
        "is_whole": found.is_good,
        "records": found.records,
        "first_bad": found.first_bad,
        "head": found.head,
        "orders_at_the_broker": found.names,
        "doubtful": found.doubtful,
        "lacks_seen": found.is_seen_missing,
    }


def _words(found: Finding, seen: str) -> str:
    if found.first_bad is not None:
        return (
            f"The audit is NOT whole: {found.records:,} records are good, and record "
            f"{found.first_bad:,} was changed, removed or put in."
        )
    lines = [f"{found.records:,} records, each of which follows from the one before."]
    if found.is_seen_missing:
        lines.append(f"The audit is NOT whole: it lacks the record with the hash {seen}.")
    if found.doubtful:
        lines.append(f"The audit is NOT whole: {len(found.doubtful)} orders do not fit it.")
        told = list(found.doubtful.items())
        lines += [f"  {name}: {why}" for name, why in told[:MOST_TOLD]]
        lines += [f"  … and {len(told) - MOST_TOLD} more"] * (len(told) > MOST_TOLD)
    elif found.names is None:
        lines.append("No desk runs, so the orders at the broker could not be held against it.")
    else:
        lines.append(f"The names of {found.names} orders at the broker do not speak against it.")
    lines.append(f"The last hash is {found.head}: note it, and ask for it later with --seen.")
    return "\n".join(lines)
