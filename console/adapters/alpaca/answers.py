"""What an answer of Alpaca, or the lack of one, means for the command that was sent.

A refusal counts as one only when Alpaca itself says it, in its own JSON. Whatever a
proxy, a half answer or a silence may mean, a command that may have had effect is
Unconfirmed, and a question is BrokerUnavailable.
"""

import json
from collections.abc import Mapping
from typing import Any

import requests
import urllib3
from alpaca.common.exceptions import APIError

from console.adapters.alpaca.budget import HeldBack
from console.adapters.alpaca.outside import plain
from console.ports import (
    BrokerError,
    BrokerUnavailable,
    KeysRefused,
    OrderRejected,
    Postponed,
    Unconfirmed,
)

_UNAUTHORIZED = 401
_FORBIDDEN = 403
_NOT_FOUND = 404
_TIMED_OUT = 408
_TOO_MANY = 429
_SERVER = 500
_KEY_WORDS = ("unauthorized", "forbidden.", "access key verification failed", "invalid api key")
_RATE_WORDS = ("rate limit exceeded", "too many requests")
DUPLICATE = "client_order_id must be unique"
"""Both of the codes it comes with share these words."""


class RefusedByAlpaca(OrderRejected):
    """Alpaca's own refusal, with its HTTP status and code."""

    def __init__(self, message: str, *, status: int, code: int | None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    @property
    def is_duplicate(self) -> bool:
        """Whether an order with this client order id is already there."""
        return DUPLICATE in str(self)


class NotSent(OrderRejected):
    """The command never left: no connection came about, so it had no effect."""


class CutOff(Exception):  # noqa: N818 - reads as what it is
    """The deadline passed before the request was begun."""


class Withheld(Exception):  # noqa: N818 - reads as what it is
    """Sending was stopped before a byte of the request had left."""


def command_failure(error: Exception) -> BrokerError:
    """Return what the failure of a command means."""
    if isinstance(error, BrokerError):
        return error
    if type(error) in _NEVER_BEGUN:
        return NotSent(_NEVER_BEGUN[type(error)])
    if isinstance(error, APIError):
        return _refusal(error)
    if _never_connected(error):
        return NotSent("not sent: no connection to the broker could be made")
    return Unconfirmed(f"no answer came from the broker: {_cause(error)}")


def question_failure(error: Exception) -> BrokerError:
    """Return what the failure of a question means."""
    if isinstance(error, BrokerError):
        return error
    if isinstance(error, HeldBack):
        return Postponed(f"not asked: {_KEPT}")
    if not isinstance(error, APIError):
        return BrokerUnavailable(f"the broker did not answer: {_cause(error)}")
    status, said = _status(error), _said(error)
    if _is_about_keys(status, said):
        return KeysRefused(_KEYS)
    words = _words(said) or "without a reason"
    return BrokerUnavailable(f"the broker answered {status or 'an error'}: {words}")


def is_no_such_order(error: Exception) -> bool:
    """Whether Alpaca itself says that it has no such order."""
    if not isinstance(error, APIError) or _status(error) != _NOT_FOUND:
        return False
    return _words(_said(error)).startswith("order not found")


def _refusal(error: APIError) -> BrokerError:
    status, said = _status(error), _said(error)
    words = _words(said)
    if _is_about_keys(status, said):
        return KeysRefused(_KEYS)
    if status is None or status >= _SERVER or status == _TIMED_OUT or not words:
        return Unconfirmed(
            f"the broker answered {status or 'an error'}; nothing is known of its effect"
        )
    if status == _TOO_MANY and not any(known in words for known in _RATE_WORDS):
        return Unconfirmed("something before the broker answered 429; its effect is not known")
    code = said.get("code")
    return RefusedByAlpaca(words, status=status, code=code if isinstance(code, int) else None)


_KEPT = "the requests the broker lets through in a minute are nearly used up, and the rest is kept"
_NEVER_BEGUN: Mapping[type[Exception], str] = {
    CutOff: "not sent: too many requests to the broker were waiting before it",
    HeldBack: f"not sent: {_KEPT}; try again in a moment",
    Withheld: "not sent: trading was halted while it waited to be sent",
}
_KEYS = (
    "Alpaca does not know these keys: check the key, the secret, and that they are of this account"
)


def _is_about_keys(status: int | None, said: dict[str, Any]) -> bool:
    if status == _UNAUTHORIZED:
        return True
    words = _words(said).lower()
    return status == _FORBIDDEN and any(words.startswith(known) for known in _KEY_WORDS)


def _status(error: APIError) -> int | None:
    status = error.status_code
    return status if isinstance(status, int) else None


def _said(error: APIError) -> dict[str, Any]:
    try:
        said = json.loads(str(error))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _words(said: dict[str, Any]) -> str:
    return plain(said.get("message"))


def _never_connected(error: Exception) -> bool:
    """Whether the failure was to connect, before a byte of the request had left."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectionError) and isinstance(
        reason, urllib3.exceptions.NewConnectionError
    )


def _cause(error: Exception) -> str:
    if isinstance(error, TimeoutError | requests.Timeout):
        return "the deadline passed"
    if isinstance(error, requests.exceptions.SSLError):
        return "the connection is not trusted"
    if isinstance(error, requests.ConnectionError):
        return "the connection was lost" if not _never_connected(error) else "no connection"
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return "the answer is not JSON"
    if isinstance(error, ValueError):
        return f"the answer makes no sense ({plain(str(error), 120)})"
    return f"the request failed ({type(error).__name__})"
