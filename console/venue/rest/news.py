"""The route of news, and the knob that publishes some."""

from typing import Any

from aiohttp import web

from console.venue.floor import Floor
from console.venue.news import AUTHOR, HOSTILE, SOURCE, Article, Newsroom
from console.venue.rest.data_pages import check_syntax, span_of_time
from console.venue.rest.paging import Place, place_of
from console.venue.rest.queries import choice_of, limit_of, symbols_of
from console.venue.rest.service import answer, floor_of, read_body
from console.venue.trading.order_requests import read_flag
from console.venue.trading.rejections import malformed
from console.venue.wire.timestamps import rfc3339_seconds

MOST, USUAL = 50, 10
LONGEST = 100_000
BLANK = " "
"""What stands for a text that is not there: the published schema wants one character or more."""

NOBODY = "-"
"""The symbol of page tokens: news is one list over all symbols."""


def newsroom_of(floor: Floor) -> Newsroom:
    """Return the newsroom of a floor."""
    names = {symbol: listing.name for symbol, listing in floor.listings.items()}
    return floor.shelf.get(Newsroom, lambda: Newsroom(names))


async def list_news(request: web.Request) -> web.Response:
    """Return articles, newest first unless asked otherwise."""
    limit = limit_of(request, default=USUAL, most=MOST)
    found = _found(request)
    begin = place_of(request.query.get("page_token"))
    skipped = 0
    if begin is not None:
        skipped = next((i + 1 for i, a in enumerate(found) if a.id == begin.given), len(found))
    chosen = found[skipped : skipped + limit]
    token = None
    if skipped + limit < len(found):
        token = _token(chosen[-1])
    has_content = _says_yes(request, "include_content")
    told = [article_json(article, has_content=has_content) for article in chosen]
    return answer({"news": told, "next_page_token": token})


def _token(article: Article) -> str:
    return Place(NOBODY, article.at, article.id).token()


def _says_yes(request: web.Request, name: str) -> bool:
    return read_flag(request.query.get(name))


def _found(request: web.Request) -> list[Article]:
    """Return every article asked for, in the order asked for."""
    floor = floor_of(request)
    symbols = {symbol.replace("/", "") for symbol in symbols_of(request)}
    for symbol in symbols:
        check_syntax(symbol)
    start, end = span_of_time(request)
    oldest = floor.now - newsroom_of(floor).reach
    if not request.query.get("start"):
        start = min(start, oldest)
    start, end = max(start, oldest), min(end, floor.now)
    found = [
        article
        for article in newsroom_of(floor).between(start, end)
        if (not symbols or symbols & {*article.symbols})
        and (article.content or not _says_yes(request, "exclude_contentless"))
    ]
    return found[::-1] if choice_of(request, "sort", ("desc", "asc")) == "desc" else found


def article_json(article: Article, *, has_content: bool) -> dict[str, Any]:
    """Return an article as REST tells it."""
    return {
        "id": article.id,
        "headline": article.headline,
        "author": article.author,
        "created_at": rfc3339_seconds(article.at),
        "updated_at": rfc3339_seconds(article.at),
        "summary": article.summary or BLANK,
        "content": (has_content and article.content) or BLANK,
        "images": [],
        "symbols": [*article.symbols],
        "source": article.source,
        "url": article.url,
    }


async def publish_news(request: web.Request) -> web.Response:
    """Publish an article: `{"headline", "summary", "content", "symbols", "hostile"}`."""
    floor = floor_of(request)
    body = await read_body(request)
    suffix = " " + HOSTILE if read_flag(body.get("hostile")) else ""
    article = Article(
        id=0,
        at=floor.now,
        headline=_text(body, "headline", "Published by hand") + suffix,
        summary=_text(body, "summary", "") + suffix,
        content=_text(body, "content", "") + suffix,
        symbols=_named(body.get("symbols")),
        author=_text(body, "author", AUTHOR),
        source=_text(body, "source", SOURCE),
        url=_text(body, "url", "") or None,
    )
    told = article_json(newsroom_of(floor).publish(article), has_content=True)
    floor.announce({"channel": "news"} | told)
    return answer(told)


def _text(body: dict[str, Any], name: str, usual: str) -> str:
    text = body.get(name)
    if text is None:
        return usual
    if not isinstance(text, str) or len(text) > LONGEST:
        raise malformed(f"{name} must be a text of at most {LONGEST} characters")
    return text


def _named(symbols: Any) -> tuple[str, ...]:
    if symbols is None:
        return ()
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise malformed("symbols must be a list of texts")
    return tuple(symbol.strip().upper() for symbol in symbols)
