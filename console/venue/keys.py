"""Who may come in: one key and its secret, new on every start that has no books."""

import secrets
import string
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

KEY_ID_HEADER = "APCA-API-KEY-ID"
SECRET_HEADER = "APCA-API-SECRET-KEY"  # noqa: S105 - a header's name
_CAPITALS = string.ascii_uppercase + string.digits
_LETTERS = string.ascii_letters + string.digits


class Keys:
    """The pair that is accepted."""

    def __init__(self, *, key: str, secret: str) -> None:
        self.key = key
        self.secret = secret

    @classmethod
    def fresh(cls) -> "Keys":
        """Return a new pair that looks like one of Alpaca's paper keys."""
        key = "PK" + "".join(secrets.choice(_CAPITALS) for _ in range(18))
        return cls(key=key, secret="".join(secrets.choice(_LETTERS) for _ in range(40)))

    def fit(self, key: Any, secret: Any) -> bool:
        """Whether a pair is the right one; anything may be asked."""
        if not isinstance(key, str) or not isinstance(secret, str):
            return False
        is_key = compare_digest(key.encode(), self.key.encode())
        return compare_digest(secret.encode(), self.secret.encode()) and is_key

    def are_in(self, headers: Mapping[str, str]) -> bool:
        """Whether a request carries them."""
        return self.fit(headers.get(KEY_ID_HEADER), headers.get(SECRET_HEADER))
