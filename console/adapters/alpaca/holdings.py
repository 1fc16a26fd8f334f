"""Positions, the account and the assets, from Alpaca's wire. Strict: half a truth is none."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from console.adapters.alpaca.outside import Garbled, decimal, needed_decimal, plain, row, rows
from console.adapters.alpaca.pairs import symbol_of
from console.domain.account import Account
from console.domain.instruments import Asset
from console.domain.positions import Position

_SUSPENDED = "trade_suspended_by_user"
_BLOCKS = ("account_blocked", "trading_blocked", _SUSPENDED)


def positions(told: object) -> Sequence[Position]:
    """Return every holding, a short with a quantity below zero."""
    return tuple(_position(said) for said in rows(told))


def _position(said: dict[str, object]) -> Position:
    qty = needed_decimal(said, "qty")
    if said.get("side") == "short":
        qty = -abs(qty)
    symbol = symbol_of(said)
    if not symbol:
        raise Garbled("a position without a symbol")
    available = decimal(said.get("qty_available"))
    price = decimal(said.get("current_price"))
    return Position(
        symbol=symbol,
        qty=qty,
        avg_entry_price=needed_decimal(said, "avg_entry_price"),
        qty_available=abs(qty if available is None else available),
        last_price=price if price is not None and price > 0 else None,
    )


def account(told: object, at: datetime) -> Account:
    """Return the account's money as told at `at`."""
    said = row(told)
    equity = needed_decimal(said, "equity")
    last_equity = decimal(said.get("last_equity"))
    return Account(
        number=plain(said.get("account_number")) or plain(said.get("id")),
        equity=equity,
        last_equity=equity if last_equity is None else last_equity,
        cash=needed_decimal(said, "cash"),
        buying_power=decimal(said.get("buying_power")) or Decimal(0),
        is_shorting_enabled=said.get("shorting_enabled") is True,
        is_blocked=any(said.get(block) is True for block in _BLOCKS),
        is_suspended=said.get(_SUSPENDED) is True,
        at=at,
    )


def is_suspended(told: object) -> bool:
    """Return whether the account's configurations say that its user has suspended trading."""
    stands = row(told).get("suspend_trade")
    if not isinstance(stands, bool):
        raise Garbled("configurations without suspend_trade")
    return stands


def assets(told: object) -> Sequence[Asset]:
    """Return the instruments of a list."""
    listed = ((plain(said.get("symbol"), 40), said) for said in rows(told))
    return tuple(
        Asset(
            symbol=symbol,
            name=plain(said.get("name"), 120),
            is_tradable=said.get("tradable") is True,
            is_fractionable=said.get("fractionable") is True,
            is_shortable=said.get("shortable") is True,
        )
        for symbol, said in listed
        if symbol
    )
