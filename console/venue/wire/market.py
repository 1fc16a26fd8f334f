"""JSON and msgpack shapes of market data: the same fields in REST answers and on the stream."""

from typing import TYPE_CHECKING, Any

import msgspec

from console.venue.markets.market import MarketBar, QuoteTick, Tick, TradeTick
from console.venue.wire.timestamps import SECOND, rfc3339, rfc3339_seconds

if TYPE_CHECKING:
    from console.venue.markets.coins import CoinBar

BID_ASK_EXCHANGE = "V"
QUOTE_CONDITIONS = ("R",)
TAPES = {"NYSE": "A", "ARCA": "B", "AMEX": "B", "BATS": "B", "NYSEARCA": "B"}
OTHER_TAPE = "C"
_REGULAR = {OTHER_TAPE: "@"}
"""How each plan writes a regular sale: the UTP's tape with a sign, the CTA's with a blank."""

_OUT_OF_SEQUENCE = "Z"

TIMESTAMP = -1
"""The msgpack extension of times."""

Moment = str | msgspec.msgpack.Ext


OPTION_EXCHANGE = "O"
OPTION_SIZE = 10
"""Contracts an indicative quote shows on either side."""

INDICATIVE = "I"


class QuoteMessage(msgspec.Struct, rename={"as_": "as"}):
    """A quote on the stream."""

    T: str
    S: str
    bx: str
    bp: float
    bs: int
    ax: str
    ap: float
    as_: int
    c: tuple[str, ...]
    z: str
    t: Moment


class TradeMessage(msgspec.Struct):
    """A trade on the stream."""

    T: str
    S: str
    i: int
    x: str
    p: float
    s: int
    c: tuple[str, ...]
    z: str
    t: Moment


class BarMessage(msgspec.Struct):
    """A bar on the stream; T is `b`, `u` or `d`."""

    T: str
    S: str
    o: float
    h: float
    l: float  # noqa: E741 - the wire's name
    c: float
    v: int
    n: int
    vw: float
    t: Moment


def msgpack_time(at: int) -> msgspec.msgpack.Ext:
    """Return a time as msgpack's timestamp extension, exact to the nanosecond."""
    seconds, fraction = divmod(at, SECOND)
    return msgspec.msgpack.Ext(TIMESTAMP, (fraction << 34 | seconds).to_bytes(8, "big"))


class Tapes:
    """Which tape a symbol prints on, by where it is listed."""

    def __init__(self, exchanges: dict[str, str]) -> None:
        self._tapes = {
            symbol: TAPES.get(exchange, OTHER_TAPE) for symbol, exchange in exchanges.items()
        }

    def of(self, symbol: str) -> str:
        """Return the tape's letter."""
        return self._tapes.get(symbol, OTHER_TAPE)


def conditions(tape: str, *, is_late: bool = False) -> tuple[str, ...]:
    """Return the conditions of a regular sale on a tape, or of one that is told late."""
    regular = _REGULAR.get(tape, " ")
    return (regular, _OUT_OF_SEQUENCE) if is_late else (regular,)


def tick_message(tick: Tick, tape: str, at: Moment) -> QuoteMessage | TradeMessage:
    """Return a tick as the stream tells it."""
    if isinstance(tick, QuoteTick):
        return QuoteMessage(
            "q",
            tick.symbol,
            BID_ASK_EXCHANGE,
            tick.bid,
            tick.bid_size,
            BID_ASK_EXCHANGE,
            tick.ask,
            tick.ask_size,
            QUOTE_CONDITIONS,
            tape,
            at,
        )
    return TradeMessage(
        "t",
        tick.symbol,
        tick.trade_id,
        tick.exchange or BID_ASK_EXCHANGE,
        tick.price,
        tick.size,
        conditions(tape, is_late=tick.is_late),
        tape,
        at,
    )


def bar_message(kind: str, symbol: str, bar: MarketBar, at: Moment) -> BarMessage:
    """Return a bar as the stream tells it."""
    return BarMessage(
        kind,
        symbol,
        bar.open,
        bar.high,
        bar.low,
        bar.close,
        bar.volume,
        bar.trade_count,
        bar.vwap,
        at,
    )


def quote_json(tick: QuoteTick, tape: str) -> dict[str, Any]:
    """Return a quote as REST tells it."""
    return {
        "t": rfc3339(tick.at),
        "ax": BID_ASK_EXCHANGE,
        "ap": tick.ask,
        "as": tick.ask_size,
        "bx": BID_ASK_EXCHANGE,
        "bp": tick.bid,
        "bs": tick.bid_size,
        "c": QUOTE_CONDITIONS,
        "z": tape,
    }


def trade_json(tick: TradeTick, tape: str) -> dict[str, Any]:
    """Return a trade as REST tells it."""
    return {
        "t": rfc3339(tick.at),
        "x": tick.exchange or BID_ASK_EXCHANGE,
        "p": tick.price,
        "s": tick.size,
        "c": conditions(tape, is_late=tick.is_late),
        "i": tick.trade_id,
        "z": tape,
    }


def bar_json(bar: "MarketBar | CoinBar") -> dict[str, Any]:
    """Return a bar as REST tells it."""
    return {"t": rfc3339_seconds(bar.at), **bar_fields(bar)}


def bar_fields(bar: "MarketBar | CoinBar") -> dict[str, Any]:
    """Return a bar but for its time, on REST and on the stream."""
    return {
        "o": bar.open,
        "h": bar.high,
        "l": bar.low,
        "c": bar.close,
        "v": bar.volume,
        "n": bar.trade_count,
        "vw": bar.vwap,
    }


def option_quote_json(bid: float, ask: float) -> dict[str, Any]:
    """Return an indicative option quote but for its time, on REST and on the stream."""
    return {
        "ax": OPTION_EXCHANGE,
        "ap": ask,
        "as": OPTION_SIZE,
        "bx": OPTION_EXCHANGE,
        "bp": bid,
        "bs": OPTION_SIZE if bid else 0,
        "c": INDICATIVE,
    }
