"""`killcord data`: datasets from a shell. No desk is needed for what is in files."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from console.commands import data_tables, exits
from console.commands.tables import as_json
from console.folders import StateFolder
from console.lab.catalog import Catalog
from console.lab.datasets import Lineage, Role
from console.lab.loading import Wish, load_file
from console.lab.names import name_from
from console.lab.problems import LabProblem, shown
from console.lab.summary import summary

UNITS = ("s", "ms", "us", "ns")
Answer = tuple[Any, str]
"""The same for programs and for people."""


def main(folder: StateFolder, options: argparse.Namespace) -> int:
    """Do what was asked, print it, and return the exit status."""
    try:
        catalog = Catalog(folder.lab)
    except LabProblem as problem:
        return _refused(problem)
    try:
        facts, words = _ASKED[options.data](catalog, options)
    except LabProblem as problem:
        return _refused(problem)
    finally:
        catalog.close()
    print(as_json(facts) if options.json else words)
    return exits.DONE


def _refused(problem: LabProblem) -> int:
    print(f"killcord data: {problem}", file=sys.stderr)
    return exits.FAILED


def _load(catalog: Catalog, options: argparse.Namespace) -> Answer:
    path = options.file.expanduser()
    name = catalog.refuse_taken(options.name or name_from(path.name.partition(".")[0]))
    wish = Wish(
        path=path,
        encoding=options.encoding,
        as_text=frozenset(options.text),
        as_time=dict(map(_unit, options.time)),
    )
    roles = dict(map(_role, options.role))
    with catalog.part() as part:
        loaded = load_file(wish, part, _Progress(path.name) if sys.stderr.isatty() else None)
        dataset = catalog.keep(
            name,
            part,
            Lineage(operation="file", detail=path.name),
            memory_bytes=loaded.memory_bytes,
            notes=loaded.notes,
            roles=roles,
        )
    return data_tables.dataset_facts(dataset), data_tables.kept_words(dataset)


def _list(catalog: Catalog, options: argparse.Namespace) -> Answer:
    del options
    every = catalog.all()
    return [data_tables.dataset_facts(one) for one in every], data_tables.list_words(every)


def _show(catalog: Catalog, options: argparse.Namespace) -> Answer:
    dataset = catalog.get(options.name)
    columns = summary(catalog, dataset)
    facts = data_tables.dataset_facts(dataset) | {
        "columns": [data_tables.summary_facts(column) for column in columns]
    }
    return facts, data_tables.show_words(dataset, columns)


def _drop(catalog: Catalog, options: argparse.Namespace) -> Answer:
    dataset = catalog.get(options.name)
    catalog.drop(dataset)
    return {"dropped": dataset.name}, f"{dataset.name} is dropped, {dataset.rows:,} rows."


def _role(said: str) -> tuple[str, Role]:
    name, _, role = said.rpartition("=")
    try:
        return name, Role(role)
    except ValueError:
        roles = ", ".join(Role)
        raise LabProblem(f"{shown(said)} is no COLUMN=ROLE: the roles are {roles}.") from None


def _unit(said: str) -> tuple[str, str]:
    name, _, unit = said.rpartition("=")
    if name and unit in UNITS:
        return name, unit
    raise LabProblem(f"{shown(said)} is no COLUMN=UNIT: the units are {', '.join(UNITS)}.")


class _Progress:
    """A line on the terminal that says how far a file is read."""

    def __init__(self, name: str) -> None:
        self._name, self._told = name, -1

    def __call__(self, share: float) -> None:
        percent = int(share * 100)
        if percent == self._told:
            return
        self._told = percent
        end = "\r" if percent < 100 else "\n"  # noqa: PLR2004 - percent
        print(f"\rreading {shown(self._name)} {percent:3d} %", end=end, file=sys.stderr, flush=True)


_ASKED: dict[str, Callable[[Catalog, argparse.Namespace], Answer]] = {
    "load": _load,
    "list": _list,
    "show": _show,
    "drop": _drop,
}
