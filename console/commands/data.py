"""`killcord data`: datasets from a shell. No desk is needed for what is in files."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

from console.commands import data_asking, data_desk, data_live, data_tables, exits
from console.commands.asking import NoDesk
from console.commands.data_said import role_said, unit_said
from console.commands.data_tables import clean
from console.commands.tables import as_json
from console.folders import StateFolder, state_folder
from console.lab.catalog import Catalog
from console.lab.datasets import Lineage
from console.lab.loading import load_file
from console.lab.names import name_from
from console.lab.problems import LabProblem, shown
from console.lab.rows import table_of
from console.lab.summary import summary
from console.lab.wishes import Wish

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
    except NoDesk as missing:
        print(missing, file=sys.stderr)
        return exits.NO_DESK
    finally:
        catalog.close()
    try:
        print(as_json(facts) if options.json else words, flush=True)
    except BrokenPipeError:
        # the reader, `head` for example, has seen enough; Python flushes once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.FAILED
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
        as_time=dict(map(unit_said, options.time)),
    )
    roles = dict(map(role_said, options.role))
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


def _take(catalog: Catalog, options: argparse.Namespace) -> Answer:
    if options.source == "live":
        return _live(catalog, options)
    name = catalog.refuse_taken(options.name or options.source)
    folder = state_folder(options.profile)
    rows = data_desk.taken(
        folder, options.source, options.symbols, options.timeframe, options.limit
    )
    words = [options.timeframe.value] if options.source == "bars" else []
    lineage = Lineage(
        operation=options.source, detail=" ".join([*words, *options.symbols]) or folder.profile
    )
    dataset = catalog.keep_table(name, table_of(rows, options.source), lineage)
    return data_tables.dataset_facts(dataset), data_tables.kept_words(dataset)


def _live(catalog: Catalog, options: argparse.Namespace) -> Answer:
    wish = data_live.LiveWish(
        name=options.name or "live",
        symbols=tuple(dict.fromkeys(options.symbols)),
        every=options.every,
        rows=options.rows,
        seconds=options.seconds,
    )
    told = _rows_told if sys.stderr.isatty() else _quiet
    dataset = data_live.follow(catalog, state_folder(options.profile), wish, told)
    return data_tables.dataset_facts(dataset), data_tables.kept_words(dataset)


def _rows_told(rows: int) -> None:
    print(f"\r{rows:,} rows; Ctrl+C ends it", end="\r", file=sys.stderr, flush=True)


def _quiet(rows: int) -> None:
    del rows


def _say_roles(catalog: Catalog, options: argparse.Namespace) -> Answer:
    dataset = catalog.say_roles(catalog.get(options.name), dict(map(role_said, options.roles)))
    said = ", ".join(f"{clean(c.name)} {c.role.value}" for c in dataset.columns)
    return data_tables.dataset_facts(dataset), f"{dataset.name}: {said}."


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
    return {"dropped": dataset.name}, data_tables.dropped_words(dataset)


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
    "sample": data_asking.ask_sample,
    "rows": data_asking.ask_rows,
    "quality": data_asking.ask_quality,
    "correlate": data_asking.ask_correlate,
    "distribution": data_asking.ask_distribution,
    "outliers": data_asking.ask_outliers,
    "series": data_asking.ask_series,
    "segment": data_asking.ask_segment,
    "compare": data_asking.ask_compare,
    "merge": data_asking.ask_merge,
    "chart": data_asking.ask_chart,
    "export": data_asking.ask_export,
    "take": _take,
    "load": _load,
    "list": _list,
    "show": _show,
    "roles": _say_roles,
    "drop": _drop,
}
