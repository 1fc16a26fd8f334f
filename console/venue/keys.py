"""Who may come in: one key and its secret, new on every start that has no books."""

import secrets
import string
from base64 import b64decode
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

KEY_ID_HEADER = "APCA-API-KEY-ID"
SECRET_HEADER = "APCA-API-SECRET-KEY"  # noqa: S105 - a header's name
Pair = tuple[str | None, str | None]
NO_PAIR: Pair = (None, None)
_CAPITALS = string.ascii_uppercase + string.digits
_LETTERS = string.ascii_letters + string.digits


class Keys:
    """The pairs that are accepted; the first is the one the venue tells when it starts."""

    def __init__(self, *, key: str, secret: str) -> None:
        self.key = key
        self.secret = secret
        self._secrets = {key: secret}

    def add(self, key: str, secret: str) -> None:
        """Accept another pair."""
        self._secrets[key] = secret

    @classmethod
    def fresh(cls) -> "Keys":
        """Return a new pair that looks like one of Alpaca's paper keys."""
        key = "PK" + "".join(secrets.choice(_CAPITALS) for _ in range(18))
        return cls(key=key, secret="".join(secrets.choice(_LETTERS) for _ in range(40)))

    def fit(self, key: Any, secret: Any) -> bool:
        """Whether a pair is the right one; anything may be asked."""
        if not isinstance(key, str) or not isinstance(secret, str):
            return False
        known = self._secrets.get(key)
        return compare_digest(secret.encode(), (known or "").encode()) and known is not None

    def are_in(self, headers: Mapping[str, str]) -> bool:
        """Whether a request carries them."""
        return self.fit(*pair_in(headers))


def pair_in(headers: Mapping[str, str]) -> Pair:
    """Return the key and the secret that a request names: in Alpaca's headers, or Basic."""
    pair = headers.get(KEY_ID_HEADER), headers.get(SECRET_HEADER)
    if pair != NO_PAIR:
        return pair
    scheme, _, coded = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return NO_PAIR
    try:
        key, _, secret = b64decode(coded, validate=True).decode().partition(":")
    except ValueError:
        return NO_PAIR
    return key, secret
