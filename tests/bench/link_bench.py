"""Quotes from the desk's hand to the console's state: in frames, beside one message a quote.

10,000 quotes a second of 50 symbols, told in 10 frames a second, as bytes as on the socket.
"""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.domain.events import MarketMoved
from console.domain.market import Quote
from console.link.frames import NewestMarket, View
from console.link.messages import Told
from console.link.replica import Replica
from console.link.wire import decode_from_desk, encode, pack
from tests.bench.results import Result, say

RUNS = 5
SYMBOLS = tuple(f"S{number}" for number in range(50))
QUOTES_A_SECOND = 10_000
FRAMES_A_SECOND = 10
BATCH = 100
"""How many quotes the desk takes at once from its stream."""

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def quotes() -> list[Quote]:
    """Return one second of quotes."""
    random.seed(1)
    made = []
    for number in range(QUOTES_A_SECOND):
        at = START + timedelta(seconds=number / QUOTES_A_SECOND)
        bid = round(random.uniform(90, 110), 2)
        made.append(
            Quote(
                symbol=SYMBOLS[number % len(SYMBOLS)],
                bid=bid,
                bid_size=100.0,
                ask=bid + 0.01,
                ask_size=100.0,
                at=at,
                received_at=at,
            )
        )
    return made


def measure_frames(told: list[Quote]) -> float:
    """Return quotes per CPU second: conflated, packed, sent, applied by frames."""
    market, view = NewestMarket(), View()
    view.show(SYMBOLS, None)
    replica = Replica(Path("unused"), "console")
    per_frame = QUOTES_A_SECOND // FRAMES_A_SECOND
    began = time.process_time()
    for start in range(0, len(told), per_frame):
        for at in range(start, start + per_frame, BATCH):
            newest = {quote.symbol: quote for quote in told[at : at + BATCH]}
            market.take(MarketMoved(quotes=tuple(newest.values())))
        events = tuple(pack(event) for event in view.frame(market, frozenset()))
        _carry(replica, Told(now=START, events=events))
    return len(told) / (time.process_time() - began)


def measure_each(told: list[Quote]) -> float:
    """Return quotes per CPU second when each is a message of its own."""
    replica = Replica(Path("unused"), "console")
    began = time.process_time()
    for quote in told:
        _carry(replica, Told(now=START, events=(pack(MarketMoved(quotes=(quote,))),)))
    return len(told) / (time.process_time() - began)


def _carry(replica: Replica, told: Told) -> None:
    heard = decode_from_desk(encode(told))
    if isinstance(heard, Told):
        replica.take(heard)


def main() -> None:
    """Print the medians of several runs, ours and the baseline in turn."""
    told = quotes()
    measures: tuple[Callable[[list[Quote]], float], ...] = (measure_frames, measure_each)
    runs = [[measure(told) for measure in measures] for _ in range(RUNS)]
    ours, baseline = (statistics.median(column) for column in zip(*runs, strict=True))
    say(
        Result(
            name="link: quotes per CPU second, framed",
            ours=ours,
            baseline=baseline,
            unit="1/s",
            goal=">= 10",
        )
    )


if __name__ == "__main__":
    main()
