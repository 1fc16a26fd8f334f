"""Why a stream is down, in words for the trader, and how long to wait before the next try."""

from collections.abc import Mapping

FIRST_WAIT = 0.5
SHORTEST_WAIT = 2.0
LONGEST_WAIT = 60.0
STAND_BY_WAIT = 45.0
LIVED = 30.0
"""Seconds a connection must have lasted to count as a new beginning: one that is taken down
again and again a few seconds after it came up must not be tried more often for that."""


class StreamLost(Exception):  # noqa: N818 - reads as what it is
    """The stream cannot be read; the message says why."""

    def __init__(self, why: str, *, is_standing: bool = False) -> None:
        super().__init__(why)
        self.is_standing = is_standing
        """Whether it will not pass soon by itself, so that hurry is useless."""


_NAMES: Mapping[int, str] = {
    401: "the stream says we are not authenticated",
    402: "Alpaca refused the keys for the stream: check the key and the secret",
    404: "the stream did not get our keys in time",
    405: "the stream refused more symbols: the subscription's limit is reached",
    406: "the stream is in use by another connection of this account: close it",
    407: "the stream dropped us: we read too slowly",
    408: "this stream is not enabled for the account",
    409: "the account has no subscription for this feed",
    410: "the stream does not know what we subscribed to",
    411: "these keys may not read the stream",
    500: "the stream has an internal error",
}
_STANDING = frozenset({401, 402, 406, 407, 408, 409, 410, 411})
_WORDS: Mapping[str, int] = {
    "not authenticated": 401,
    "auth failed": 402,
    "auth timeout": 404,
    "symbol limit exceeded": 405,
    "connection limit exceeded": 406,
    "slow client": 407,
    "insufficient subscription": 409,
    "insufficient scope": 411,
    "internal error": 500,
}
PASSING = frozenset({400, 403, 405})
"""Errors after which the stream goes on as before."""


def outage(code: int | None, words: str) -> StreamLost:
    """Return what an error frame, or the words of one, mean."""
    known = code if code in _NAMES else _WORDS.get(words)
    if known is None:
        return StreamLost(f"the stream reported: {words or 'an error without words'} ({code})")
    return StreamLost(_NAMES[known], is_standing=known in _STANDING)


def wait_before(attempt: int, *, is_standing: bool, chance: float) -> float:
    """Return the seconds before attempt number `attempt` after a loss, counted from 1.

    At most six attempts in the first minute and two a minute later; one in 30
    seconds while hurry is useless. `chance`, from 0 to 1, spreads the desks of a
    floor over the second half of each wait.
    """
    if is_standing:
        return STAND_BY_WAIT * _spread(chance, least=2 / 3)
    if attempt <= 1:
        return FIRST_WAIT * _spread(chance)
    whole = min(SHORTEST_WAIT * 2.0 ** min(attempt - 2, 16), LONGEST_WAIT)
    return whole * _spread(chance)


class Patience:
    """How long to wait after each loss, given how long the connection had lasted."""

    def __init__(self) -> None:
        self._attempt = 0
        self._troubled_for = 0.0

    def wait_after(self, lived: float | None, *, is_standing: bool, chance: float) -> float:
        """Return the seconds to wait; `lived` is None when the connection never came up."""
        if lived is not None and lived >= LIVED:
            self._attempt, self._troubled_for = 0, 0.0
        self._attempt += 1
        self._troubled_for += lived or 0.0
        wait = wait_before(self._attempt, is_standing=is_standing, chance=chance)
        if self._troubled_for >= LONGEST_WAIT:
            # hurry has had its minute, whatever kinds of loss it was made of
            wait = max(wait, LONGEST_WAIT * _spread(chance))
        self._troubled_for += wait
        return wait


def _spread(chance: float, least: float = 0.5) -> float:
    return least + (1 - least) * chance
