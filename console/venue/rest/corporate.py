"""Routes of corporate actions, in the data API's form and the trading API's older one."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from aiohttp import web

from console.venue.floor import Floor
from console.venue.markets.adjustments import CorporateAction, register_of
from console.venue.rest.data_pages import check_syntax, rejected
from console.venue.rest.paging import Place, place_of
from console.venue.rest.queries import choice_of, date_of, limit_of, names_of, symbols_of
from console.venue.rest.service import answer, floor_of, read_body
from console.venue.trading.order_requests import read_number
from console.venue.trading.rejections import malformed, not_found
from console.venue.wire.timestamps import new_york
from console.venue.wire.trading import number

MOST, USUAL = 1_000, 100
HIGHEST_RATIO = Decimal(1_000)
LONGEST_SEARCH = timedelta(days=90)
TYPES = (
    "reverse_split",
    "forward_split",
    "unit_split",
    "cash_dividend",
    "stock_dividend",
    "spin_off",
    "cash_merger",
    "stock_merger",
    "stock_and_cash_merger",
    "redemption",
    "name_change",
    "worthless_removal",
    "rights_distribution",
    "partial_call",
    "reorganization",
    "capital_gains_distribution",
)
OLD_TYPES = ("dividend", "merger", "spinoff", "split", "reorg")
OLD_DATES = ("declaration_date", "ex_date", "record_date", "payable_date")
ANNOUNCED = ("cash_dividend", "forward_split", "reverse_split")
CUSIP = "000000000"
"""No stock here has a CUSIP: all carry this one."""


async def list_actions(request: web.Request) -> web.Response:
    """Return corporate actions by their process date: today's unless asked otherwise."""
    chosen = _chosen(request)
    limit = limit_of(request, default=USUAL, most=MOST)
    begin = place_of(request.query.get("page_token"))
    skipped = begin.given if begin else 0
    told: dict[str, list[dict[str, Any]]] = {}
    for action in chosen[skipped : skipped + limit]:
        told.setdefault(f"{action.kind}s", []).append(_action_json(action))
    has_more = skipped + limit < len(chosen)
    token = Place("-", 0, skipped + limit).token() if has_more else None
    return answer({"corporate_actions": told, "next_page_token": token})


def _chosen(request: web.Request) -> list[CorporateAction]:
    floor = floor_of(request)
    known = register_of(floor).all
    is_descending = choice_of(request, "sort", ("asc", "desc")) == "desc"
    choice_of(request, "data_quality", ("complete", "all"))
    region = choice_of(request, "region", ("us", "non_us", "all"))
    types = {name.lower() for name in names_of(request, "types")}
    for unknown in sorted(types - {*TYPES}):
        raise rejected(f"invalid type: {unknown[:32]}")
    symbols, ids = symbols_of(request), names_of(request, "ids")
    for symbol in symbols:
        check_syntax(symbol)
    today = new_york(floor.now).date()
    start, end = date_of(request, "start") or today, date_of(request, "end") or today
    if ids:
        known = [action for action in known if action.id in ids]
    elif end < start:
        raise rejected("end should not be before start")
    else:
        known = [
            action
            for action in known
            if start <= action.payable_date <= end
            and (not types or action.kind in types)
            and (not symbols or action.symbol in symbols)
            and region != "non_us"
        ]
    return sorted(known, key=lambda action: action.payable_date, reverse=is_descending)


def _action_json(action: CorporateAction) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": action.id,
        "symbol": action.symbol,
        "ex_date": action.ex_date.isoformat(),
        "process_date": action.payable_date.isoformat(),
        "record_date": action.record_date.isoformat(),
        "payable_date": action.payable_date.isoformat(),
        "currency": "USD",
    }
    if action.kind == "cash_dividend":
        return told | {
            "cusip": CUSIP,
            "rate": float(action.rate),
            "special": False,
            "foreign": False,
        }
    rates = {"new_rate": float(action.new_rate), "old_rate": float(action.old_rate)}
    if action.kind == "forward_split":
        return told | rates | {"cusip": CUSIP}
    return told | rates | {"old_cusip": CUSIP, "new_cusip": CUSIP}


async def list_announcements(request: web.Request) -> web.Response:
    """Return the announcements of at most ninety days."""
    named = names_of(request, "ca_types")
    types = {name.lower() for name in named}
    if not types or types - {*OLD_TYPES}:
        raise malformed("ca_types is required: Dividend, Merger, Spinoff, Split or Reorg")
    since, until = date_of(request, "since"), date_of(request, "until")
    if since is None or until is None:
        raise malformed("since and until are required")
    if not timedelta(0) <= until - since <= LONGEST_SEARCH:
        raise malformed("since and until must lie at most 90 days apart, in order")
    by = choice_of(request, "date_type", OLD_DATES)
    symbol = request.query.get("symbol", "").upper()
    found = [
        action
        for action in register_of(floor_of(request)).all
        if _old_type(action) in types
        and since <= _date(action, by) <= until
        and symbol in ("", action.symbol)
    ]
    # the published words begin with a capital, alpaca-py knows small ones only: as it was asked
    is_small = all(name.islower() for name in named)
    return answer([_announcement_json(action, is_small=is_small) for action in found])


async def get_announcement(request: web.Request) -> web.Response:
    """Return one announcement."""
    named = request.match_info["id"]
    for action in register_of(floor_of(request)).all:
        if action.id == named.lower():
            return answer(_announcement_json(action, is_small=False))
    raise not_found(f"announcement not found for {named[:64]}")


def _old_type(action: CorporateAction) -> str:
    return "dividend" if action.kind == "cash_dividend" else "split"


def _date(action: CorporateAction, by: str) -> date:
    dates = {"record_date": action.record_date, "payable_date": action.payable_date}
    return dates.get(by, action.ex_date)


def _announcement_json(action: CorporateAction, *, is_small: bool) -> dict[str, Any]:
    kind = _old_type(action)
    kinds = {"cash_dividend": "cash", "forward_split": "stock_split"}
    return {
        "id": action.id,
        "corporate_action_id": action.id,
        "ca_type": kind if is_small else kind.capitalize(),
        "ca_sub_type": kinds.get(action.kind, "reverse_split"),
        "initiating_symbol": action.symbol,
        "initiating_original_cusip": CUSIP,
        "target_symbol": action.symbol,
        "target_original_cusip": CUSIP,
        "declaration_date": action.ex_date.isoformat(),
        "effective_date": action.payable_date.isoformat(),
        "ex_date": action.ex_date.isoformat(),
        "record_date": action.record_date.isoformat(),
        "payable_date": action.payable_date.isoformat(),
        "cash": number(action.rate),
        "old_rate": number(action.old_rate),
        "new_rate": number(action.new_rate),
    }


async def announce_action(request: web.Request) -> web.Response:
    """Announce a dividend or a split: it is told and adjusts earlier bars.

    `{"type", "symbol", "ex_date", "rate", "new_rate", "old_rate"}`. When its ex-date has
    come, accounts, open orders and, for a split, the market move with it at once.
    """
    floor = floor_of(request)
    body = await read_body(request)
    kind, symbol = body.get("type"), str(body.get("symbol", "")).upper()
    if kind not in ANNOUNCED:
        raise malformed(f"type must be one of {', '.join(ANNOUNCED)}")
    if symbol not in floor.listings:
        raise not_found(f"symbol not found: {symbol[:32]}")
    action = CorporateAction(
        symbol=symbol,
        kind=kind,
        ex_date=_ex_date(body.get("ex_date"), new_york(floor.now).date()),
        rate=read_number(body, "rate") or Decimal(0),
        new_rate=read_number(body, "new_rate") or Decimal(1),
        old_rate=read_number(body, "old_rate") or Decimal(1),
    )
    if action.ex_date <= new_york(floor.now).date():
        await floor.hours_known()
        _come_into_effect(floor, action)
    register_of(floor).announce(action)
    return answer(_action_json(action))


def _come_into_effect(floor: Floor, action: CorporateAction) -> None:
    symbol, now = action.symbol, floor.now
    price = floor.view.last_price(symbol)
    if price is None:
        raise malformed(f"no market price for {symbol} yet")
    if action.kind == "cash_dividend":
        if action.rate >= price:
            raise malformed("rate must be less than the price of a share")
        for exchange in floor.members:
            exchange.pay_dividend(symbol, action.rate, now)
        floor.commit()
        return
    ratio = action.new_rate / action.old_rate
    if not 1 / HIGHEST_RATIO <= ratio <= HIGHEST_RATIO:
        raise malformed(f"a share becomes at most {HIGHEST_RATIO} shares, or so many one")
    # what came before the split trades at its own prices, with orders as they were
    floor.tell(floor.market.advance(now))
    try:
        moved = floor.market.move(symbol, round(float(price / ratio), 2), now)
    except ValueError as error:
        raise malformed(str(error)) from None
    for exchange in floor.members:
        exchange.split(symbol, ratio, now)
    floor.commit()
    floor.tell(moved)


def _ex_date(told: Any, today: date) -> date:
    if told is None:
        return today
    try:
        return date.fromisoformat(str(told)[:10])
    except ValueError:
        raise malformed("ex_date must be a date") from None
