"""Lists that come in pages, read to their end; they run in a lane's thread.

Orders have no page token, and several may share one time: each page begins a
microsecond inside the one before, and what was seen is passed over.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from alpaca.common.rest import RESTClient

from console.adapters.alpaca.executions import activity_fill
from console.adapters.alpaca.orders import IsOurs, flattened, ties
from console.adapters.alpaca.outside import Garbled, needed_moment, rows
from console.domain.fills import Fill

ORDERS_A_PAGE = 500
FILLS_A_PAGE = 100
MOST_PAGES = 200
_STEP = timedelta(microseconds=1)

Rows = list[dict[str, Any]]


def open_orders(client: RESTClient, is_ours: IsOurs) -> Rows:
    """Return every open order, each leg as a row of its own.

    Asked for twice: under its parent a leg is told though it is held, and without
    parents it is told though its parent is over.
    """

    def page(last: datetime | None, nested: str) -> object:
        until = {} if last is None else {"until": _wire_time(last + _STEP)}
        return client.get("/orders", _query("open", "desc") | until | {"nested": nested})

    return _both_ways(page, is_ours)


def orders_since(client: RESTClient, after: datetime, is_ours: IsOurs) -> Rows:
    """Return every order submitted after `after`, each leg as a row of its own.

    Asked for twice as well: a leg that was replaced is not told under its parent.
    """

    def page(last: datetime | None, nested: str) -> object:
        since = after if last is None else max(last - _STEP, after)
        asked = {"after": _wire_time(since), "nested": nested}
        return client.get("/orders", _query("all", "asc") | asked)

    return _both_ways(page, is_ours)


def fills_since(client: RESTClient, after: datetime) -> Sequence[Fill]:
    """Return every execution after `after`, oldest first."""
    query = {
        "activity_types": "FILL",
        "after": _wire_time(after),
        "direction": "asc",
        "page_size": FILLS_A_PAGE,
    }
    fills = dict[str, Fill]()
    for _ in range(MOST_PAGES):
        told = rows(client.get("/account/activities", query))
        new = {str(said.get("id")): activity_fill(said) for said in told}
        if not new.keys() - fills.keys():
            return tuple(fills.values())
        fills |= new
        if len(told) < FILLS_A_PAGE:
            return tuple(fills.values())
        query["page_token"] = str(told[-1].get("id"))
    raise Garbled(f"the fills did not end after {MOST_PAGES} pages")


def _both_ways(page: Callable[[datetime | None, str], object], is_ours: IsOurs) -> Rows:
    """Return what is told under parents and without; what a row has of its parent is kept."""
    found = {str(said.get("id")): said for said in _walk(lambda last: page(last, "true"), is_ours)}
    for said in _walk(lambda last: page(last, "false"), is_ours):
        key = str(said.get("id"))
        found[key] = ties(found.get(key, {})) | said
    return list(found.values())


def _walk(page: Callable[[datetime | None], object], is_ours: IsOurs) -> Rows:
    seen = dict[str, dict[str, Any]]()
    last: datetime | None = None
    for _ in range(MOST_PAGES):
        told = rows(page(last))
        flat = flattened(told, is_ours)
        known = len(seen)
        seen |= {str(said.get("id")): said for said in flat}
        if len(flat) < ORDERS_A_PAGE:
            return list(seen.values())
        if len(seen) == known:
            raise Garbled("more orders share one time than a page holds")
        last = needed_moment(told[-1], "submitted_at", "created_at")
    raise Garbled(f"the orders did not end after {MOST_PAGES} pages")


def _query(status: str, direction: str) -> dict[str, Any]:
    return {
        "status": status,
        "limit": ORDERS_A_PAGE,
        "direction": direction,
    }


def _wire_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
