"""`killcord record`: the live market data of an account, written as a tape that can be replayed.

The columns are those a venue replays with `--tape`: quotes and trades, prices in dollars,
sizes in shares, times to the nanosecond.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack  # type: ignore[import-untyped]  # published without types
import websockets

from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.keys import KeysMissing, read_keys
from console.commands import exits
from console.folders import StateFolder

if TYPE_CHECKING:
    import pyarrow as pa

TEXT = ("symbol", "kind", "exchange")
PRICES = ("price", "bid", "ask")
SIZES = ("size", "bid_size", "ask_size")
GROUP_ROWS = 50_000
LARGEST_FRAME = 64 * 1024 * 1024
SECOND = 1_000_000_000


class CannotRecord(Exception):  # noqa: N818 - what the user is told
    """Nothing can be recorded; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to record: which symbols, into which file, for how long (None: until a signal)."""

    symbols: tuple[str, ...]
    out: Path
    seconds: float | None


async def record(access: AlpacaAccess, wanted: Wanted) -> int:
    """Record until the time is over or a signal comes, and say how much it was."""
    tape = TapeWriter(wanted.out)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_, stopped.set)
    listening = asyncio.create_task(_listen(access, wanted, tape))
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait(
        {listening, stopping}, timeout=wanted.seconds, return_when=asyncio.FIRST_COMPLETED
    )
    is_cut_short = listening.done()
    for task in (listening, stopping):
        task.cancel()
    ended = (await asyncio.gather(listening, stopping, return_exceptions=True))[0]
    rows = tape.close()
    if is_cut_short:
        print(f"killcord record: the stream ended: {ended}", file=sys.stderr)
    if rows == 0:
        print("killcord record: nothing was told, so there is no tape", file=sys.stderr)
        return exits.FAILED
    print(f"{wanted.out}: {rows} quotes and trades")
    return exits.FAILED if is_cut_short else exits.DONE


async def _listen(access: AlpacaAccess, wanted: Wanted, tape: "TapeWriter") -> None:
    headers = {"Content-Type": "application/msgpack"}
    async with websockets.connect(
        access.market_stream_url, additional_headers=headers, max_size=LARGEST_FRAME
    ) as socket:
        for request in (
            {"action": "auth", "key": access.key, "secret": access.secret},
            {"action": "subscribe", "quotes": wanted.symbols, "trades": wanted.symbols},
        ):
            await socket.send(msgpack.packb(request))
        async for frame in socket:
            is_first = not tape.is_begun
            tape.take(msgpack.unpackb(frame, timestamp=0))
            if is_first and tape.is_begun:
                print(f"recording to {wanted.out}", flush=True)


class TapeWriter:
    """A tape that grows; the file appears whole, when it is closed."""

    def __init__(self, path: Path) -> None:
        """Begin a tape.

        Raises:
            CannotRecord: when no file can be written there.
        """
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._columns: dict[str, list[Any]] = {name: [] for name in _names()}
        self._writer: Any = None
        self._rows = 0
        try:
            self._part.touch()
        except OSError as error:
            raise CannotRecord(f"{path} cannot be written: {error.strerror}") from error

    @property
    def is_begun(self) -> bool:
        """Whether there is anything in it."""
        return bool(self._rows or self._columns["ts"])

    def take(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Write down the quotes and trades among some messages.

        Raises:
            CannotRecord: when the stream refuses.
        """
        for message in messages:
            kind = message.get("T")
            if kind == "error":
                raise CannotRecord(f"{message.get('msg')} ({message.get('code')})")
            if kind in ("q", "t"):
                self._add(_row(message))
        if len(self._columns["ts"]) >= GROUP_ROWS:
            self._write()

    def close(self) -> int:
        """Finish the file; return how many rows it has. Without any, there is no file."""
        self._write()
        if self._writer is not None:
            self._writer.close()
            self._part.replace(self._path)
        self._part.unlink(missing_ok=True)
        return self._rows

    def _add(self, row: Mapping[str, Any]) -> None:
        for name, column in self._columns.items():
            column.append(row.get(name))

    def _write(self) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 - half a second before the first word else

        count = len(self._columns["ts"])
        if count == 0:
            return
        table = _table(self._columns)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._part, table.schema, compression="zstd")
        self._writer.write_table(table)
        self._rows += count
        for column in self._columns.values():
            column.clear()


def _names() -> tuple[str, ...]:
    return ("ts", *TEXT, *PRICES, *SIZES)


def _row(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a quote or a trade as a row of the tape; what it has no use for is empty."""
    at = message["t"]
    row = {"ts": at.seconds * SECOND + at.nanoseconds, "symbol": message["S"], "kind": message["T"]}
    if message["T"] == "t":
        sizes = {"size": int(message["s"]), "bid_size": 0, "ask_size": 0}
        return row | sizes | {"price": float(message["p"]), "exchange": message.get("x", "")}
    touch = {"bid": float(message["bp"]), "ask": float(message["ap"]), "exchange": "NBBO"}
    return row | touch | {"size": 0, "bid_size": int(message["bs"]), "ask_size": int(message["as"])}


def _table(columns: Mapping[str, list[Any]]) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 - as above

    # words stay words: dictionaries would differ from one group of rows to the next
    kinds = {"ts": pa.int64()} | dict.fromkeys(TEXT, pa.string())
    kinds |= dict.fromkeys(PRICES, pa.float64()) | dict.fromkeys(SIZES, pa.int64())
    return pa.table({name: pa.array(columns[name], type=kinds[name]) for name in _names()})


def access_of(profile: str, folder: StateFolder, venue: Path | None) -> AlpacaAccess:
    """Return how a profile's market data is reached.

    Raises:
        CannotRecord: when there are no keys, or no venue that runs.
    """
    if venue is None and profile != "demo":
        try:
            keys = read_keys(folder.keys, os.environ)
        except KeysMissing as missing:
            raise CannotRecord(str(missing)) from None
        hosted = AlpacaAccess.live if profile == "live" else AlpacaAccess.paper
        return hosted(keys.key, keys.secret)
    path = venue or folder.venue
    try:
        return AlpacaAccess.venue(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise CannotRecord(f"{path} holds no venue's start line: {error}") from None


def main(profile: str, folder: StateFolder, venue: Path | None, wanted: Wanted) -> int:
    """Record, and return the exit status."""
    try:
        return asyncio.run(record(access_of(profile, folder, venue), wanted))
    except CannotRecord as error:
        print(f"killcord record: {error}", file=sys.stderr)
        return exits.FAILED
