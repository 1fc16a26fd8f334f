"""Canceling every order at the broker without a desk, and proving that none is left.

Standard library only. Alpaca's REST: `DELETE /v2/orders`, then `GET /v2/orders` until two
successive looks show nothing open: neither in its list of open orders, read to its end, nor
among the newest of all, where a leg of an order that is over may wait.
"""

import http.client
import json
import os
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.keys import KeysMissing, read_keys
from console.folders import StateFolder

CALL_SECONDS = 5.0
SWEEP_SECONDS = 60.0
PROOF_GAP_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 2.0
A_PAGE = 500
MOST_PAGES = 40
OVER = frozenset({"filled", "canceled", "expired", "replaced", "rejected"})
"""What can never trade again; everything else counts as open, also what nobody knows."""


class BrokerSilent(Exception):  # noqa: N818 - reads as what it is
    """The broker gave no usable answer; what it did is not known."""


class NoKeys(Exception):  # noqa: N818 - reads as what it is
    """Without keys nobody can ask the broker for anything."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the broker is and what it knows us by."""

    url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    patience: float = CALL_SECONDS
    """How long one question may take in all, its answer included."""


def sweep(folder: StateFolder, say: Callable[[str], None]) -> bool:
    """Cancel all orders of the profile's account; return whether it is proven that none is open."""
    try:
        access = find_access(folder)
    except NoKeys as missing:
        say(str(missing))
        return False
    empty_looks, pause = 0, PROOF_GAP_SECONDS
    deadline = time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < deadline:
        try:
            if empty_looks == 0:
                cancel_all(access)
                say("cancel all sent to the broker")
            left = open_orders(access)
        except BrokerSilent as silence:
            say(f"the broker did not answer: {silence}; trying again")
            empty_looks = 0
        else:
            say(f"the broker shows {left} open order{'s' * (left != 1)}")
            empty_looks = 0 if left else empty_looks + 1
        if empty_looks == 2:  # noqa: PLR2004 - two successive looks are the proof
            fence(access, say)
            return True
        time.sleep(PROOF_GAP_SECONDS if empty_looks else pause)
        # Alpaca answers 200 requests a minute and no more
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
    return False


def cancel_all(access: Access) -> None:
    """Ask the broker to cancel every order.

    Raises:
        BrokerSilent: when it is not known whether that was heard.
    """
    _call(access, "DELETE", "/v2/orders")


def fence(access: Access, say: Callable[[str], None]) -> None:
    """Suspend the account at the broker and read that back; say how it stands, never raise."""
    path = "/v2/account/configurations"
    try:
        _call(access, "PATCH", path, {"suspend_trade": True})
        stands = _call(access, "GET", path)
    except BrokerSilent as silence:
        say(f"fence: NOT known to be set: {silence}")
        return
    if isinstance(stands, dict) and stands.get("suspend_trade") is True:
        say("fence: the account is suspended at the broker, read back; a re-arm lifts it")
        return
    say("fence: NOT set: the broker took it and says otherwise when it is asked again")


def find_access(folder: StateFolder) -> Access:
    """Return the broker of a profile and its keys.

    Raises:
        NoKeys: with where they were looked for.
    """
    profile = folder.profile
    try:
        if profile == "demo":
            venue = json.loads(folder.venue.read_text())
            return Access(venue["trading_url"], venue["key"], venue["secret"])
        keys = read_keys(folder.keys, os.environ)
    except KeysMissing as missing:
        raise NoKeys(f"{profile}: {missing}") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise NoKeys(f"demo: there is no venue's start line in {folder.venue}") from None
    account = AlpacaAccess.of_profile(profile, keys.key, keys.secret)
    return Access(account.trading_url, account.key, account.secret)


def open_orders(access: Access) -> int:
    """Return how many orders are not over, legs included.

    Raises:
        BrokerSilent: when that cannot be told for certain.
    """
    rows = {str(row.get("id")): row for row in (*_every_open(access), *_page(access, "all"))}
    return sum(row.get("status") not in OVER for row in rows.values())


def _every_open(access: Access) -> list[dict[str, Any]]:
    """Return the list of open orders to its end; each page begins within the one before."""
    seen: dict[str, dict[str, Any]] = {}
    until = ""
    for _ in range(MOST_PAGES):
        page, known = _page(access, "open", until), len(seen)
        seen |= {str(row.get("id")): row for row in page}
        if len(page) < A_PAGE:
            return list(seen.values())
        if len(seen) == known:
            break
        until = f"&until={_just_after(min(str(row.get('submitted_at')) for row in page))}"
    raise BrokerSilent("its list of open orders did not end")


def _page(access: Access, status: str, more: str = "") -> list[dict[str, Any]]:
    path = f"/v2/orders?status={status}&nested=true&direction=desc&limit={A_PAGE}{more}"
    return _flattened(_call(access, "GET", path))


def _flattened(told: object) -> list[dict[str, Any]]:
    """Return orders and their legs, each as a row of its own."""
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise BrokerSilent("its list of orders was not a list of orders")
    return [one for row in told for one in (row, *_flattened(row.get("legs") or []))]


def _just_after(moment: str) -> str:
    try:
        at = datetime.fromisoformat(moment) + timedelta(microseconds=1)
    except ValueError:
        raise BrokerSilent("an order of its list has no time") from None
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _call(access: Access, method: str, path: str, body: object = None) -> object:
    """Ask within the patience in all: a socket's own limit begins anew with every byte.

    What takes longer is left to itself: it runs in a thread that holds up nothing.
    """
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_answer(access, method, path, body))
        except BrokerSilent as silence:
            answers.put(silence)

    threading.Thread(target=ask, daemon=True).start()
    try:
        told = answers.get(timeout=access.patience)
    except queue.Empty:
        raise BrokerSilent(f"no whole answer within {access.patience:g} s") from None
    if isinstance(told, BrokerSilent):
        raise told
    return told


def _answer(access: Access, method: str, path: str, body: object) -> object:
    headers = {"APCA-API-KEY-ID": access.key, "APCA-API-SECRET-KEY": access.secret}
    data = None if body is None else json.dumps(body).encode()
    if data is not None:
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(access.url + path, data, headers, method=method)  # noqa: S310 - our own constant hosts
    try:
        with _opener.open(request, timeout=access.patience) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise BrokerSilent(f"HTTP {error.code}") from None
    except (OSError, http.client.HTTPException) as error:
        raise BrokerSilent(str(error)) from None
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        raise BrokerSilent("not JSON") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Keys go to the host they are for and nowhere else."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Refuse to follow."""


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
