"""Routes of options: contracts, chains, indicative quotes and greeks."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from console.venue.floor import Floor
from console.venue.markets.option_chain import FRIDAY, OptionChains, OptionQuote
from console.venue.markets.options import Contract
from console.venue.markets.timeframes import bar_span
from console.venue.rest.data_pages import check_syntax, rejected, span_of_time
from console.venue.rest.paging import Place, place_of
from console.venue.rest.queries import (
    choice_of,
    date_of,
    flag_of,
    limit_of,
    number_of,
    symbols_of,
    time_of,
)
from console.venue.rest.service import answer, floor_of
from console.venue.trading.order_requests import read_flag
from console.venue.trading.rejections import not_found
from console.venue.wire.market import option_quote_json
from console.venue.wire.timestamps import new_york, rfc3339
from console.venue.wire.trading import asset_id

MOST_CONTRACTS, MOST_SNAPSHOTS, USUAL, MOST_POINTS = 10_000, 1_000, 100, 10_000
FEEDS = ("opra", "indicative")
TYPES = ("", "call", "put")
_OCC = re.compile(r"[A-Z0-9.]{1,6}\d{6}[CP]\d{8}")

Json = dict[str, Any]


async def chains_of(floor: Floor) -> OptionChains:
    """Return every contract; the first who asks has them made."""
    days = await floor.calendar.days()
    return floor.shelf.get(OptionChains, lambda: OptionChains(floor, days))


def _page(
    request: web.Request, contracts: Iterable[Contract], most: int
) -> tuple[list[Contract], str | None]:
    """Return the page asked for, by symbol, and the token of the next one."""
    limit = limit_of(request, default=USUAL, most=most)
    begin = place_of(request.query.get("page_token"))
    ordered = sorted(contracts, key=lambda contract: contract.symbol)
    left = [c for c in ordered if begin is None or c.symbol > begin.symbol]
    token = Place(left[limit - 1].symbol, 0).token() if len(left) > limit else None
    return left[:limit], token


def _filtered(request: web.Request, contracts: Iterable[Contract]) -> Iterable[Contract]:
    """Return the contracts of the type, strikes, expiries and root asked for."""
    kind = choice_of(request, "type", TYPES)
    lowest, highest = number_of(request, "strike_price_gte"), number_of(request, "strike_price_lte")
    on = date_of(request, "expiration_date")
    first = on or date_of(request, "expiration_date_gte") or date.min
    last = on or date_of(request, "expiration_date_lte") or date.max
    root = request.query.get("root_symbol", "").upper()
    return [
        contract
        for contract in contracts
        if (not kind or contract.is_call == (kind == "call"))
        and (lowest is None or contract.strike >= lowest)
        and (highest is None or contract.strike <= highest)
        and first <= contract.expires_on <= last
        and root in ("", contract.underlying)
    ]


def _has_expiry(request: web.Request) -> bool:
    return any(name.startswith("expiration_date") for name in request.query)


async def list_contracts(request: web.Request) -> web.Response:
    """Return contracts: those that expire until the next weekend unless asked otherwise."""
    floor = floor_of(request)
    chains = await chains_of(floor)
    underlying = symbols_of(request, "underlying_symbols")
    is_active = choice_of(request, "status", ("active", "inactive")) == "active"
    is_american = choice_of(request, "style", ("american", "european")) == "american"
    is_penny = request.query.get("ppind") is None or flag_of(request, "ppind")
    # after the close of a Friday that week's have expired: the next weekend is that of the next
    lasting = (each.expires_on for each in chains.contracts.values() if chains.is_active(each))
    first = min(lasting, default=new_york(floor.now).date())
    weekend = first + timedelta(days=(FRIDAY - first.weekday()) % 7 + 2)
    found = [
        contract
        for contract in _filtered(request, chains.contracts.values())
        if (not underlying or contract.underlying in underlying)
        and chains.is_active(contract) == is_active
        and (_has_expiry(request) or contract.expires_on <= weekend)
        and is_american
        and is_penny
    ]
    chosen, token = _page(request, found, MOST_CONTRACTS)
    shows = read_flag(request.query.get("show_deliverables"))
    told = [_contract_json(chains, contract, shows_deliverables=shows) for contract in chosen]
    return answer({"option_contracts": told, "next_page_token": token})


async def get_contract(request: web.Request) -> web.Response:
    """Return one contract by its symbol or id."""
    chains = await chains_of(floor_of(request))
    named = request.match_info["symbol_or_id"].strip()
    contract = chains.contracts.get(named.upper()) or next(
        (c for c in chains.contracts.values() if asset_id(c.symbol) == named.lower()), None
    )
    if contract is None:
        raise not_found(f"option contract not found for {named[:64]}")
    return answer(_contract_json(chains, contract, shows_deliverables=True))


def _contract_json(chains: OptionChains, contract: Contract, *, shows_deliverables: bool) -> Json:
    told: Json = {
        "id": asset_id(contract.symbol),
        "symbol": contract.symbol,
        "name": contract.name,
        "status": "active" if chains.is_active(contract) else "inactive",
        "tradable": False,
        "expiration_date": contract.expires_on.isoformat(),
        "root_symbol": contract.underlying,
        "underlying_symbol": contract.underlying,
        "underlying_asset_id": asset_id(contract.underlying),
        "type": "call" if contract.is_call else "put",
        "style": "american",
        "strike_price": f"{contract.strike:g}",
        "multiplier": "100",
        "size": "100",
        "ppind": True,
    }
    if shows_deliverables:
        told["deliverables"] = [_deliverable(contract)]
    return told


def _deliverable(contract: Contract) -> Json:
    return {
        "type": "equity",
        "symbol": contract.underlying,
        "asset_id": asset_id(contract.underlying),
        "amount": "100",
        "allocation_percentage": "100",
        "settlement_type": "T+1",
        "settlement_method": "CCC",
        "delayed_settlement": False,
    }


async def _named(request: web.Request) -> list[Contract]:
    """Return the listed contracts of the symbols asked for."""
    choice_of(request, "feed", FEEDS)
    symbols = symbols_of(request)
    if not symbols:
        raise rejected("symbols is required")
    for symbol in symbols:
        if not _OCC.fullmatch(symbol):
            raise rejected(f"invalid symbol: {symbol[:32]}")
    chains = await chains_of(floor_of(request))
    return [chains.contracts[symbol] for symbol in symbols if symbol in chains.contracts]


async def snapshots(request: web.Request) -> web.Response:
    """Return snapshots of several contracts."""
    return await _snapshots(request, await _named(request))


async def chain(request: web.Request) -> web.Response:
    """Return snapshots of a stock's contracts."""
    choice_of(request, "feed", FEEDS)
    underlying = request.match_info["underlying_symbol"].strip().upper()
    check_syntax(underlying)
    chains = await chains_of(floor_of(request))
    listed = (c for c in chains.contracts.values() if c.underlying == underlying)
    return await _snapshots(request, _filtered(request, filter(chains.is_active, listed)))


async def _snapshots(request: web.Request, contracts: Iterable[Contract]) -> web.Response:
    chains = await chains_of(floor_of(request))
    since = time_of(request, "updated_since")
    chosen, token = _page(request, contracts, MOST_SNAPSHOTS)
    quotes = {contract.symbol: chains.quote(contract) for contract in chosen}
    told = {
        symbol: _snapshot_json(quote)
        for symbol, quote in quotes.items()
        if quote and (since is None or quote.at >= since)
    }
    return answer({"snapshots": told, "next_page_token": token})


def _snapshot_json(quote: OptionQuote) -> Json:
    worth = quote.valuation
    greeks = ("delta", "gamma", "theta", "vega", "rho")
    return {
        "latestQuote": _quote_json(quote),
        "impliedVolatility": round(quote.volatility, 6),
        "greeks": {name: round(getattr(worth, name), 8) for name in greeks},
    }


def _quote_json(quote: OptionQuote) -> Json:
    return {"t": rfc3339(quote.at), **option_quote_json(quote.bid, quote.ask)}


async def latest_quotes(request: web.Request) -> web.Response:
    """Return the indicative quotes of several contracts."""
    chains = await chains_of(floor_of(request))
    quotes = {c.symbol: chains.quote(c) for c in await _named(request)}
    return answer({"quotes": {s: _quote_json(quote) for s, quote in quotes.items() if quote}})


async def latest_trades(request: web.Request) -> web.Response:
    """Return no trades: no option has traded here."""
    await _named(request)
    return answer({"trades": {}})


async def trades(request: web.Request) -> web.Response:
    """Return no trades: no option has traded here."""
    return await _nothing(request, "trades")


async def bars(request: web.Request) -> web.Response:
    """Return no bars: no option has traded here."""
    text = request.query.get("timeframe", "").strip()
    if bar_span(text) is None:
        raise rejected(f"invalid timeframe: {text[:32]}")
    return await _nothing(request, "bars")


async def _nothing(request: web.Request, name: str) -> web.Response:
    await _named(request)
    span_of_time(request)
    limit_of(request, default=USUAL, most=MOST_POINTS)
    choice_of(request, "sort", ("asc", "desc"))
    place_of(request.query.get("page_token"))
    return answer({name: {}, "next_page_token": None})
