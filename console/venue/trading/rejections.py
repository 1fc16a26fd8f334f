"""How the venue says no: HTTP status, Alpaca's code and words, and the facts that go with them."""

from typing import Any

INSUFFICIENT = 40310000
NOT_FOUND = 40410000
BAD_SHAPE = 40010001
BAD_STATE = 42210000


class Rejection(Exception):  # noqa: N818 - the field's word for the broker's no
    """A request the venue does not take; nothing of it was done."""

    def __init__(self, status: int, code: int, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.facts = facts

    @property
    def body(self) -> dict[str, Any]:
        """The answer's JSON, as the trading API words it."""
        return {"code": self.code, "message": self.message, **self.facts}


def forbidden(message: str, **facts: Any) -> Rejection:
    """Refuse what the account may not do (403)."""
    return Rejection(403, INSUFFICIENT, message, **facts)


def not_found(message: str) -> Rejection:
    """Refuse what names something that is not there (404)."""
    return Rejection(404, NOT_FOUND, message)


def malformed(message: str) -> Rejection:
    """Refuse a request of the wrong shape (422)."""
    return Rejection(422, BAD_SHAPE, message)


def unprocessable(message: str, **facts: Any) -> Rejection:
    """Refuse what the order's state or the market's rules do not allow (422)."""
    return Rejection(422, BAD_STATE, message, **facts)
