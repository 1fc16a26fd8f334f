"""Routes of the account: what it has, its settings, its fills, and the clock."""

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import Any

import msgspec
from aiohttp import web

from console.venue.rest.queries import choice_of, date_of, limit_of, names_of, time_of
from console.venue.rest.service import answer, floor_of, read_body
from console.venue.trading.accounts import Activity, Settings
from console.venue.trading.order_requests import read_flag
from console.venue.trading.orders import Fill
from console.venue.trading.rejections import malformed
from console.venue.wire.timestamps import new_york, new_york_rfc3339
from console.venue.wire.trading import (
    account_json,
    activity_id,
    activity_json,
    other_activity_json,
    settings_json,
)

MOST_ACTIVITIES = 100
# fmt: off
ACTIVITY_TYPES = frozenset({
    "FILL", "TRANS", "MISC", "ACATC", "ACATS", "CFEE", "CGD", "CSD", "CSW", "DIV", "DIVCGL",
    "DIVCGS", "DIVFEE", "DIVFT", "DIVNRA", "DIVROC", "DIVTW", "DIVTXEX", "FEE", "INT",
    "INTNRA", "INTTW", "JNL", "JNLC", "JNLS", "MA", "NC", "OPASN", "OPCA", "OPCSH", "OPEXC",
    "OPEXP", "OPTRD", "PTC", "PTR", "REO", "REORG", "SPIN", "SPLIT", "FOPT", "OCT",
})
# fmt: on
FLAGS = (
    "suspend_trade",
    "no_shorting",
    "fractional_trading",
    "ptp_no_exception_entry",
    "disable_overnight_trading",
)
WORDS = {"max_margin_multiplier": ("1", "2", "4"), "trade_confirm_email": ("all", "none")}
OPTION_LEVELS = (0, 1, 2, 3)

routes = web.RouteTableDef()


@routes.get("/v2/account")
async def get_account(request: web.Request) -> web.Response:
    """Return the account."""
    floor = floor_of(request)
    exchange = floor.exchange
    open_orders = exchange.blotter.open_orders
    return answer(
        account_json(
            exchange.account,
            reserved=open_orders.reserved,
            in_full=open_orders.reserved_in_full,
            now=floor.now,
        )
    )


@routes.get("/v2/account/configurations")
async def get_configurations(request: web.Request) -> web.Response:
    """Return the settings."""
    return answer(settings_json(floor_of(request).exchange.account.settings))


@routes.patch("/v2/account/configurations")
async def patch_configurations(request: web.Request) -> web.Response:
    """Change what is named and not null; return all settings."""
    floor = floor_of(request)
    changes = _settings_changes(await read_body(request))
    settings = msgspec.structs.replace(floor.exchange.account.settings, **changes)
    floor.command(lambda exchange, _now: exchange.configure(settings))
    return answer(settings_json(settings))


def _settings_changes(body: dict[str, Any]) -> dict[str, Any]:
    named = {k: v for k, v in body.items() if v is not None and k in Settings.__struct_fields__}
    changes: dict[str, Any] = {k: read_flag(v) for k, v in named.items() if k in FLAGS}
    for name, words in WORDS.items():
        if name in named:
            changes[name] = str(named[name])
            if changes[name] not in words:
                raise malformed(f"invalid {name}")
    if "max_options_trading_level" in named:
        changes["max_options_trading_level"] = _options_level(named["max_options_trading_level"])
    return changes


def _options_level(value: Any) -> int:
    if isinstance(value, bool) or value not in OPTION_LEVELS:
        raise malformed("invalid max_options_trading_level")
    return int(value)


@routes.get("/v2/account/activities")
async def list_activities(request: web.Request) -> web.Response:
    """Return the fills, and what else moved the account: dividends and splits."""
    return _activities(request, names_of(request, "activity_types"))


@routes.get("/v2/account/activities/{activity_type}")
async def list_activities_of_type(request: web.Request) -> web.Response:
    """Return the activities of one type."""
    return _activities(request, request.match_info["activity_type"].split(","))


def _activities(request: web.Request, named: Iterable[str]) -> web.Response:
    types = {name.strip().upper() for name in named}
    for unknown in sorted(types - ACTIVITY_TYPES):
        raise malformed(f"invalid activity type: {unknown[:64]}")
    category = choice_of(request, "category", ("", "trade_activity", "non_trade_activity"))
    if category and types:
        raise malformed("only one of category or activity_types is accepted")
    if category:
        types = {"FILL"} if category == "trade_activity" else {*ACTIVITY_TYPES} - {"FILL"}
    size = limit_of(request, default=MOST_ACTIVITIES, most=MOST_ACTIVITIES, name="page_size")
    found = islice(_chosen(request, _of_types(request, types)), size)
    return answer(
        [activity_json(a) if isinstance(a, Fill) else other_activity_json(a) for a in found]
    )


def _of_types(request: web.Request, types: Collection[str]) -> Sequence[Fill | Activity]:
    """Return the fills and other activities of some types, oldest first; of all without any."""
    blotter = floor_of(request).exchange.blotter
    others = [a for a in blotter.activities if not types or a.kind in types]
    fills = blotter.fills if not types or "FILL" in types else []
    return sorted([*fills, *others], key=_at) if others else fills


def _at(activity: Fill | Activity) -> int:
    return activity.at


def _chosen(request: web.Request, fills: Sequence[Fill | Activity]) -> Iterable[Fill | Activity]:
    is_descending = choice_of(request, "direction", ("desc", "asc")) == "desc"
    after, until = time_of(request, "after"), time_of(request, "until")
    day = date_of(request, "date")
    if day and (after is not None or until is not None):
        raise malformed("only one of date or after and until is accepted")
    order_id, page_token = request.query.get("order_id"), request.query.get("page_token")
    has_begun = not page_token
    for fill in reversed(fills) if is_descending else fills:
        if has_begun and (
            (after is None or fill.at > after)
            and (until is None or fill.at < until)
            and (day is None or new_york(fill.at).date() == day)
            and (not order_id or getattr(fill, "order_id", "") == order_id.lower())
        ):
            yield fill
        has_begun = has_begun or activity_id(fill) == page_token


@routes.get("/v2/clock")
async def get_clock(request: web.Request) -> web.Response:
    """Return the venue's time and the session."""
    floor = floor_of(request)
    await floor.hours_known()
    now, hours = floor.now, floor.exchange.hours
    return answer(
        {
            "timestamp": new_york(now).isoformat(),
            "is_open": hours.is_open(now),
            "next_open": new_york_rfc3339(hours.next_open(now)),
            "next_close": new_york_rfc3339(hours.next_close(now)),
        }
    )
