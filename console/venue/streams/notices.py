"""What is told on the data stream on command: halts, bands, imbalances, corrections, headlines.

What the command leaves out is taken from the last trade of the symbol.
"""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from console.venue.markets.market import TradeTick
from console.venue.streams.feeds import Asset
from console.venue.streams.subscriptions import Notice
from console.venue.trading.rejections import malformed
from console.venue.wire.market import BID_ASK_EXCHANGE, conditions

BAND = 0.05
"""Half the width of the bands that are told when none are named."""

STATUSES = {"H": "Trading Halt", "T": "Trading Resumption", "P": "Volatility Trading Pause"}
REASONS = {"T1": "Halt News Pending", "LUDP": "Volatility Trading Pause", "M": "Volatility Pause"}
_news = count(40_000_000)


def notice(
    body: Mapping[str, Any], *, at: int, tape: Callable[[str], str], last: TradeTick | None
) -> Notice:
    """Return what a command says should be told; `last` is the newest trade of its symbol.

    Raises:
        Rejection: when the channel is none of these, or a symbol is missing.
    """
    channel = body.get("channel")
    if channel == "news":
        return news(body, at=at)
    make = _KINDS.get(channel) if isinstance(channel, str) else None
    if make is None:
        raise malformed(f"channel must be one of {', '.join((*_KINDS, 'news'))}")
    symbol = str(body.get("symbol") or "").upper()
    if not symbol or last is None:
        raise malformed("symbol must be one that has traded")
    said = {k: v for k, v in body.items() if k not in ("channel", "symbol") and v is not None}
    printed_on = tape(symbol)
    message = {**make({**said, "tape": printed_on}, last), "S": symbol, "z": printed_on}
    message.update({k: v for k, v in said.items() if k in message})
    return Notice(str(channel), (symbol,), message, at)


def news(body: Mapping[str, Any], *, at: int) -> Notice:
    """Return a headline; hostile text goes out as it came in."""
    named = body.get("symbols")
    symbols = tuple(str(s).upper() for s in named) if isinstance(named, list | tuple) else ()
    message = {
        "T": "n",
        "id": named_id if isinstance(named_id := body.get("id"), int) else next(_news),
        "headline": str(body.get("headline", "")),
        "summary": str(body.get("summary", "")),
        "author": str(body.get("author", "")),
        "url": str(body.get("url") or ""),
        "content": str(body.get("content", "")),
        "source": str(body.get("source", "killcord")),
        "symbols": symbols,
    }
    return Notice("news", symbols, message, at, Asset.NEWS)


def _status(said: Mapping[str, Any], last: TradeTick) -> dict[str, Any]:  # noqa: ARG001 - one shape for all
    code, reason = str(said.get("sc", "H")), str(said.get("rc", "T1"))
    return {
        "T": "s",
        "sc": code,
        "sm": STATUSES.get(code, ""),
        "rc": reason,
        "rm": REASONS.get(reason, ""),
    }


def _luld(said: Mapping[str, Any], last: TradeTick) -> dict[str, Any]:  # noqa: ARG001 - one shape for all
    up, down = round(last.price * (1 + BAND), 2), round(last.price * (1 - BAND), 2)
    return {"T": "l", "u": up, "d": down, "i": "B"}


def _imbalance(said: Mapping[str, Any], last: TradeTick) -> dict[str, Any]:  # noqa: ARG001 - one shape for all
    return {"T": "i", "p": last.price}


def _correction(said: Mapping[str, Any], last: TradeTick) -> dict[str, Any]:
    return {
        "T": "c",
        "x": last.exchange or BID_ASK_EXCHANGE,
        "oi": last.trade_id,
        "op": last.price,
        "os": last.size,
        "oc": conditions(said["tape"]),
        "ci": last.trade_id,
        "cp": round(last.price - 0.01, 2),
        "cs": last.size,
        "cc": conditions(said["tape"]),
    }


def _cancel(said: Mapping[str, Any], last: TradeTick) -> dict[str, Any]:  # noqa: ARG001 - one shape for all
    return {
        "T": "x",
        "i": last.trade_id,
        "x": last.exchange or BID_ASK_EXCHANGE,
        "p": last.price,
        "s": last.size,
        "a": "C",
    }


_KINDS: dict[str, Callable[[Mapping[str, Any], TradeTick], dict[str, Any]]] = {
    "statuses": _status,
    "lulds": _luld,
    "imbalances": _imbalance,
    "corrections": _correction,
    "cancelErrors": _cancel,
}
