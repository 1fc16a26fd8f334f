"""Measure the stylised facts of the synthetic market beside those of a recorded tape.

Run from the project root: `python tools/market_facts.py TAPE [--seeds N]`.
Both markets are measured by the same code over one regular session each.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from console.venue.markets.daytime import MINUTE, SECOND, midnight
from console.venue.markets.market import QuoteTick, Tick
from console.venue.markets.synthetic import SyntheticMarket
from console.venue.markets.tape import TapeMarket

_Floats = NDArray[np.float64]

OPEN, CLOSE = 570 * MINUTE, 960 * MINUTE
SESSION = date(2026, 9, 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One stock's session, as arrays; quotes and prints in the order in which they came."""

    symbol: str
    opens_at: int
    quotes: _Floats
    """(n, 4): bid, ask, bid size, ask size."""
    printed_at: NDArray[np.int64]
    """(m,): nanoseconds since the epoch."""
    prints: _Floats
    """(m, 2): price, size."""
    standing: _Floats
    """(m, 2): the bid and the ask that stood when it was printed."""
    minute_returns: _Floats
    """(389,): of the mid at the end of each minute, as logarithms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one stock's session looked like, by name."""

    figures: dict[str, float]
    minute_returns: _Floats


def session_of(market: SyntheticMarket | TapeMarket, opens_at: int) -> list[Tick]:
    """Play one regular session, minute by minute."""
    ticks: list[Tick] = []
    for at in range(opens_at, opens_at + CLOSE - OPEN + 1, MINUTE):
        ticks.extend(market.advance(at))
    return [tick for tick in ticks if opens_at <= tick.at < opens_at + CLOSE - OPEN]


def arrays(symbol: str, ticks: Sequence[Tick], opens_at: int) -> Session:
    """Return what one stock's ticks told."""
    quotes, prints, quoted_at, printed_at, standing = [], [], [], [], []
    last: QuoteTick | None = None
    for tick in ticks:
        if tick.symbol != symbol:
            continue
        if isinstance(tick, QuoteTick):
            last = tick
            quotes.append((tick.bid, tick.ask, tick.bid_size, tick.ask_size))
            quoted_at.append(tick.at)
        elif last is not None:
            printed_at.append(tick.at)
            prints.append((tick.price, tick.size))
            standing.append((last.bid, last.ask))
    quote = np.array(quotes, dtype=float)
    return Session(
        symbol=symbol,
        opens_at=opens_at,
        quotes=quote,
        printed_at=np.array(printed_at, dtype=np.int64),
        prints=np.array(prints, dtype=float),
        standing=np.array(standing),
        minute_returns=_returns_of(quote[:, :2].mean(axis=1), np.array(quoted_at), opens_at),
    )


def facts(session: Session) -> Facts:
    """Measure one stock."""
    figures = _spread(session.quotes) | _flow(session) | _prints(session)
    figures |= _moves(session.minute_returns) | _day(session)
    return Facts(figures=figures, minute_returns=session.minute_returns)


def _spread(quote: _Floats) -> dict[str, float]:
    cents = np.round((quote[:, 1] - quote[:, 0]) * 100)
    mid = (quote[:, 0] + quote[:, 1]) / 2
    return {
        "quotes a second": len(quote) / 23_400,
        "spread, bp of the mid": float(np.mean(cents / mid) * 100),
        "spread is one cent": float(np.mean(cents == 1)),
        "size at the touch, median": float(np.median(quote[:, 2:])),
        "size at the touch, 95 % / median": float(
            np.quantile(quote[:, 2:], 0.95) / np.median(quote[:, 2:])
        ),
    }


def _prints(session: Session) -> dict[str, float]:
    price, size, touch = session.prints[:, 0], session.prints[:, 1], session.standing
    gaps = np.diff(session.printed_at) / SECOND
    apart = gaps[gaps > 0]
    signs = np.sign(price - touch.mean(axis=1))
    signs = signs[signs != 0]
    return {
        "prints a second": len(size) / 23_400,
        "print size, mean": float(size.mean()),
        "print of 100 shares": float(np.mean(size == 100)),  # noqa: PLR2004 - a round lot
        "print size, 99 % / median": float(np.quantile(size, 0.99) / np.median(size)),
        "print at bid or ask": float(np.mean((price == touch[:, 0]) | (price == touch[:, 1]))),
        "print together with another": float(np.mean(gaps == 0)),
        "time between prints, sd / mean": float(apart.std() / apart.mean()),
        "time between prints, log, lag 1": autocorrelation(np.log(apart), 1),
        "sign of prints, lag 1": autocorrelation(signs, 1),
        "sign of prints, lag 20": autocorrelation(signs, 20),
    }


def _moves(returns: _Floats) -> dict[str, float]:
    size = np.abs(returns)
    return {
        "1-min return, sd in bp": float(returns.std() * 1e4),
        "1-min return, kurtosis": float(
            np.mean((returns - returns.mean()) ** 4) / returns.var() ** 2
        ),
        "1-min return, lag 1": autocorrelation(returns, 1),
        "size of 1-min return, lag 1": autocorrelation(size, 1),
        "size of 1-min return, mean of lags 1-20": float(
            np.mean([autocorrelation(size, lag) for lag in range(1, 21)])
        ),
    }


def _flow(session: Session) -> dict[str, float]:
    """Measure how the balance of buying and selling goes with the return."""
    returns = session.minute_returns
    signs = np.sign(session.prints[:, 0] - session.standing.mean(axis=1))
    minute = (session.printed_at - session.opens_at) // MINUTE
    balance = np.bincount(minute, weights=signs, minlength=390)[:390][-returns.size :]
    return {
        "order flow and return, same minute": float(np.corrcoef(balance, returns)[0, 1]),
        "order flow and return of the next": float(np.corrcoef(balance[:-1], returns[1:])[0, 1]),
    }


def _day(session: Session) -> dict[str, float]:
    share = volume_by_half_hour(session)
    return {
        "volume of the first half hour": float(share[0]),
        "volume of a midday half hour": float(share[4:8].mean()),
        "volume of the last half hour": float(share[-1]),
    }


def volume_by_half_hour(session: Session) -> _Floats:
    """Return each half hour's share of the day's volume, (13,); blocks count as 5,000 shares."""
    half_hour = (session.printed_at - session.opens_at) // (30 * MINUTE)
    counted = np.minimum(session.prints[:, 1], 5_000)
    volume = np.bincount(half_hour, weights=counted, minlength=13).astype(np.float64)
    share: _Floats = volume / volume.sum()
    return share


def _returns_of(mids: _Floats, at: NDArray[np.int64], opens_at: int) -> _Floats:
    ends = opens_at + np.arange(1, 391) * MINUTE
    last = np.searchsorted(at, ends) - 1
    return np.diff(np.log(mids[np.maximum(last, 0)]))


def autocorrelation(series: _Floats, lag: int) -> float:
    """Return the correlation of a series with itself, `lag` steps before."""
    return float(np.corrcoef(series[lag:], series[:-lag])[0, 1])


def correlation(measured: Sequence[Facts]) -> float:
    """Return the mean correlation of 1-minute returns over all pairs."""
    matrix = np.corrcoef([one.minute_returns for one in measured])
    return float(matrix[np.triu_indices_from(matrix, 1)].mean())


def tape_sessions(path: Path) -> list[Session]:
    """Play the tape; one session for every stock on it."""
    market = TapeMarket(path)
    day = datetime.fromtimestamp(market.starts_at / SECOND, tz=UTC).date()
    opens_at = midnight(day) + OPEN
    ticks = session_of(market, opens_at)
    return [arrays(listing.symbol, ticks, opens_at) for listing in market.listings]


def synthetic_sessions(seed: int) -> list[Session]:
    """Play the synthetic market for one day; one session for every stock of it."""
    opens_at = midnight(SESSION) + OPEN
    market = SyntheticMarket(seed=seed, now=opens_at - 1)
    ticks = session_of(market, opens_at)
    return [arrays(listing.symbol, ticks, opens_at) for listing in market.listings]


def _spanned(values: Sequence[float]) -> str:
    low, middle, high = np.quantile(values, [0, 0.5, 1])
    return f"{middle:.3g} ({low:.3g} … {high:.3g})"


def main() -> None:
    """Print the table: the median stock and the range over stocks (and days, for the synthetic)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape", type=Path)
    parser.add_argument("--seeds", type=int, default=3, help="synthetic days to measure")
    arguments = parser.parse_args()
    recorded = [facts(one) for one in tape_sessions(arguments.tape)]
    seeds = range(1, arguments.seeds + 1)
    days = [[facts(one) for one in synthetic_sessions(seed)] for seed in seeds]
    drawn = [one for day in days for one in day]
    print("| fact | recorded tape | synthetic |\n| --- | --- | --- |")
    for name in recorded[0].figures:
        theirs = _spanned([one.figures[name] for one in recorded])
        ours = _spanned([one.figures[name] for one in drawn])
        print(f"| {name} | {theirs} | {ours} |")
    theirs, ours = f"{correlation(recorded):.3g}", _spanned([correlation(day) for day in days])
    print(f"| 1-min returns, correlation of pairs | {theirs} | {ours} |")


if __name__ == "__main__":
    main()
