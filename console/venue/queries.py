"""Reading query parameters: times, limits and lists, with the errors of the API asked."""

from uuid import UUID

from aiohttp import web

from console.venue.rejections import BAD_SHAPE, Rejection
from console.venue.timestamps import parse


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


def symbols_of(request: web.Request, name: str = "symbols") -> list[str]:
    """Return the symbols of a comma list, each once, in capitals."""
    text = request.query.get(name, "")
    return list(dict.fromkeys(s.strip().upper() for s in text.split(",") if s.strip()))


def choice_of(request: web.Request, name: str, choices: tuple[str, ...]) -> str:
    """Return one of some words; the first is the default.

    Raises:
        Rejection: when it is another word.
    """
    text = request.query.get(name, "").lower()
    if not text:
        return choices[0]
    if text not in choices:
        raise _invalid(request, name, text)
    return text


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
    status = 400 if request.path.startswith("/v2/stocks") else 422
    return Rejection(status, BAD_SHAPE, f"invalid {name}: {text[:64]}")
