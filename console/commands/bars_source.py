"""Where the bars of a back-test come from: a file, or the running desk."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from console.backtest.bars import BadBars, Bars, Split, make_bars
from console.commands.asking import attached
from console.domain.market import Timeframe
from console.folders import StateFolder
from console.studies.columns import Column

PRICES = ("open", "high", "low", "close")
MOST_ROWS = 20_000_000
SHOWN_SYMBOLS = 12


def read_file(
    path: Path, symbol: str, frame: Timeframe | None, splits: Sequence[Split] = ()
) -> Bars:
    """Return the bars of one symbol in a Parquet or CSV file, oldest first.

    Raises:
        BadBars: when the file is none, or holds no such bars.
    """
    return _bars_of(_table(path), path.name, symbol, frame, splits)


def read_dataset(
    folder: StateFolder,
    name: str,
    symbol: str,
    frame: Timeframe | None,
    splits: Sequence[Split] = (),
) -> Bars:
    """Return the bars of one symbol in a dataset, whose times are the column of that role.

    Raises:
        LabProblem: when there is no such dataset.
        BadBars: when it holds no such bars.
    """
    from console.lab.catalog import Catalog  # noqa: PLC0415 - as in `_table`
    from console.lab.datasets import Role  # noqa: PLC0415 - as above

    catalog = Catalog(folder.lab)
    try:
        dataset = catalog.get(name)
        table = catalog.read(dataset)
    finally:
        catalog.close()
    time = dataset.first(Role.TIME)
    if time is not None and "ts" not in table.column_names:
        table = table.rename_columns(
            ["ts" if column == time.name else column for column in table.column_names]
        )
    return _bars_of(table, dataset.name, symbol, frame, splits)


def is_recorded(folder: StateFolder, name: str) -> bool:
    """Return whether a dataset is a file's, or came straight from a broker: not the demo's own.

    Raises:
        LabProblem: when there is no such dataset.
    """
    from console.lab.catalog import Catalog  # noqa: PLC0415 - as in `_table`

    catalog = Catalog(folder.lab)
    try:
        lineage = catalog.get(name).lineage
    finally:
        catalog.close()
    if lineage.operation == "file":
        return True
    return folder.profile != "demo" and lineage.operation != "code" and not lineage.parents


def _bars_of(
    table: Any, name: str, symbol: str, frame: Timeframe | None, splits: Sequence[Split]
) -> Bars:
    names = set(table.column_names)
    missing = [column for column in ("ts", *PRICES, "volume") if column not in names]
    if missing:
        raise BadBars(f"{name} has no column {', '.join(missing)}; it has {sorted(names)}")
    if "symbol" in names:
        table = _of_symbol(table, symbol, name)
    try:
        at = _seconds(table["ts"])
        columns = [table[column].to_numpy().astype(np.float64) for column in (*PRICES, "volume")]
    except (ValueError, TypeError) as error:
        raise BadBars(f"{name} holds what is no number or no time: {error}") from None
    order = np.argsort(at, kind="stable")
    at, columns = at[order], [column[order] for column in columns]
    return make_bars(
        symbol,
        frame or frame_of(at),
        at,
        prices=columns[:4],
        volume=columns[4],
        splits=splits,
    )


async def ask_desk(folder: StateFolder, symbol: str, frame: Timeframe, count: int) -> Bars:
    """Return the newest bars as the running desk has them from the broker.

    Raises:
        NoDesk: when none runs.
        DeskRefused: when it cannot have them.
        BadBars: when there are too few.
    """
    async with attached(folder) as desk:
        bars = await desk.link.bars(symbol, frame, count)
    return make_bars(
        symbol,
        frame,
        [bar.at.timestamp() for bar in bars],
        prices=[[getattr(bar, name) for bar in bars] for name in PRICES],
        volume=[bar.volume for bar in bars],
    )


def frame_of(at: Column) -> Timeframe:
    """Return the timeframe whose length is nearest to the usual distance of two bars."""
    if len(at) < 2:  # noqa: PLR2004 - one bar has no distance
        return Timeframe.MIN_1
    steps, counts = np.unique(np.diff(at), return_counts=True)
    usual = float(steps[np.argmax(counts)])
    return min(Timeframe, key=lambda frame: abs(frame.seconds - usual))


def _table(path: Path) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - for this command only
    from pyarrow import csv, parquet  # noqa: PLC0415 - as above

    try:
        if path.suffix.lower() == ".csv":
            return csv.read_csv(path)
        rows = parquet.ParquetFile(path).metadata.num_rows
        if rows > MOST_ROWS:
            raise BadBars(f"{path.name} has {rows:,} rows; {MOST_ROWS:,} is the most")
        return parquet.read_table(path)
    except FileNotFoundError:
        raise BadBars(f"there is no file at {path}") from None
    except (pa.ArrowInvalid, OSError) as error:
        first = str(error).splitlines()[0]
        raise BadBars(f"{path.name} cannot be read as bars: {first}") from None


def _of_symbol(table: Any, symbol: str, name: str) -> Any:
    from pyarrow import compute  # noqa: PLC0415 - as above

    words = compute.cast(table["symbol"], "string")
    found = table.filter(compute.equal(words, symbol))
    if found.num_rows:
        return found
    known = sorted(word for word in compute.unique(words).to_pylist() if word)
    more = ", …" if len(known) > SHOWN_SYMBOLS else ""
    raise BadBars(
        f"{name} has no bars of {symbol}; it has {', '.join(known[:SHOWN_SYMBOLS])}{more}"
    )


def _seconds(column: Any) -> Column:
    """Return times as seconds since the epoch; a number is taken as such."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    if pa.types.is_timestamp(column.type):
        micros = column.cast(pa.timestamp("us", tz=column.type.tz)).cast(pa.int64())
        return np.asarray(micros.to_numpy(), dtype=np.float64) / 1e6
    return np.asarray(column.to_numpy(), dtype=np.float64)
