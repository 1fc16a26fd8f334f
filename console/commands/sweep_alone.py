"""Canceling every order at the broker without a desk, and proving that none is left.

Standard library only. Alpaca's REST: `DELETE /v2/orders`, then `GET /v2/orders`
until two successive looks show nothing open.
"""

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from console.folders import StateFolder

CALL_SECONDS = 5.0
SWEEP_SECONDS = 60.0
HOSTS = {"paper": "https://paper-api.alpaca.markets", "live": "https://api.alpaca.markets"}


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


def sweep(folder: StateFolder, say: Callable[[str], None]) -> bool:
    """Cancel all orders of the profile's account; return whether it is proven that none is open."""
    try:
        access = find_access(folder)
    except NoKeys as missing:
        say(str(missing))
        return False
    empty_looks = 0
    deadline = time.monotonic() + SWEEP_SECONDS
    while time.monotonic() < deadline:
        try:
            if empty_looks == 0:
                _call(access, "DELETE", "/v2/orders")
                say("cancel all sent to the broker")
            left = _open_orders(access)
        except BrokerSilent as silence:
            say(f"the broker did not answer: {silence}; trying again")
            empty_looks = 0
        else:
            say(f"the broker shows {left} open order{'s' * (left != 1)}")
            empty_looks = 0 if left else empty_looks + 1
        if empty_looks == 2:  # noqa: PLR2004 - two successive looks are the proof
            return True
        time.sleep(0.25)
    return False


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
        if folder.keys.exists():
            keys = json.loads(folder.keys.read_text())
            return Access(HOSTS[profile], keys["key"], keys["secret"])
        return Access(
            HOSTS[profile], os.environ["APCA_API_KEY_ID"], os.environ["APCA_API_SECRET_KEY"]
        )
    except (OSError, ValueError, KeyError):
        place = folder.venue if profile == "demo" else folder.keys
        raise NoKeys(f"no keys for {profile}: neither in {place} nor in the environment") from None


def _open_orders(access: Access) -> int:
    answer = _call(access, "GET", "/v2/orders?status=open&nested=false&limit=500")
    if not isinstance(answer, list):
        raise BrokerSilent("its list of orders was not a list")
    return len(answer)


def _call(access: Access, method: str, path: str) -> object:
    headers = {"APCA-API-KEY-ID": access.key, "APCA-API-SECRET-KEY": access.secret}
    request = urllib.request.Request(access.url + path, method=method, headers=headers)  # noqa: S310 - our own constant hosts
    try:
        with _opener.open(request, timeout=CALL_SECONDS) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise BrokerSilent(f"HTTP {error.code}") from None
    except (OSError, http.client.HTTPException) as error:
        raise BrokerSilent(str(error)) from None
    try:
        return json.loads(text) if text else None
    except ValueError:
        raise BrokerSilent("not JSON") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Keys go to the host they are for and nowhere else."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Refuse to follow."""


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
