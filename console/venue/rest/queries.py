"""Reading query parameters: times, limits and lists, with the errors of the API asked."""

from datetime import date
from math import isfinite
from uuid import UUID

from aiohttp import web

from console.venue.rest.service import is_data
from console.venue.trading.rejections import BAD_SHAPE, Rejection
from console.venue.wire.timestamps import parse, utc_date


def time_of(request: web.Request, name: str) -> int | None:
    """Return a time, or None when it is absent.

    Raises:
        Rejection: when it is no time.
    """
    text = request.query.get(name)
    if not text:
        return None
    try:
        return parse(text)
    except (ValueError, OverflowError):
        raise _invalid(request, name, text) from None


def date_of(request: web.Request, name: str) -> date | None:
    """Return a date, whether it comes alone or with a time, or None when it is absent.

    Raises:
        Rejection: when it is none.
    """
    at = time_of(request, name)
    return None if at is None else utc_date(at)


def limit_of(request: web.Request, *, default: int, most: int, name: str = "limit") -> int:
    """Return how many items are asked for.

    Raises:
        Rejection: when it is no number, or too many, or none.
    """
    text = request.query.get(name)
    if not text:
        return default
    try:
        limit = int(text)
    except ValueError:
        raise _invalid(request, name, text) from None
    if not 1 <= limit <= most:
        raise _invalid(request, name, text)
    return limit


def number_of(request: web.Request, name: str) -> float | None:
    """Return a number, or None when it is absent.

    Raises:
        Rejection: when it is no number.
    """
    text = request.query.get(name)
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        raise _invalid(request, name, text) from None
    if not isfinite(found):
        raise _invalid(request, name, text)
    return found


def names_of(request: web.Request, name: str) -> list[str]:
    """Return the words of a comma list that may also be repeated, each once, as they are."""
    words = ",".join(request.query.getall(name, [])).split(",")
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def symbols_of(request: web.Request, name: str = "symbols") -> list[str]:
    """Return the symbols of a comma list, each once, in capitals."""
    return list(dict.fromkeys(symbol.upper() for symbol in names_of(request, name)))


def choice_of(request: web.Request, name: str, choices: tuple[str, ...]) -> str:
    """Return one of some words; the first is the default.

    Raises:
        Rejection: when it is another word.
    """
    text = request.query.get(name, "")
    if not text:
        return choices[0]
    for choice in choices:
        if choice.lower() == text.lower():
            return choice
    raise _invalid(request, name, text)


def flag_of(request: web.Request, name: str) -> bool:
    """Return a boolean: `true`, `True` and `1` are yes."""
    return request.query.get(name, "").lower() in ("true", "1")


def uuid_of(request: web.Request, name: str) -> str:
    """Return an id from the path.

    Raises:
        Rejection: when it is no uuid.
    """
    text = request.match_info[name]
    try:
        return str(UUID(text))
    except ValueError:
        raise Rejection(422, BAD_SHAPE, f"{name} is missing") from None


def _invalid(request: web.Request, name: str, text: str) -> Rejection:
    status = 400 if is_data(request) else 422
    return Rejection(status, BAD_SHAPE, f"invalid {name}: {text[:64]}")
