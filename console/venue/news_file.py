"""News from a file: articles as `/v1beta1/news` answers them, told when their time has come."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from console.venue.news import AUTHOR, SOURCE, Article, Newsroom, NewsUnreadable, numbered
from console.venue.streams.notices import news
from console.venue.streams.subscriptions import Told
from console.venue.wire.timestamps import parse

if TYPE_CHECKING:
    from console.venue.floor import Floor


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    """One article of the file."""

    headline: str
    created_at: str | None = None
    summary: str = ""
    content: str = ""
    symbols: list[str] = []
    author: str = AUTHOR
    source: str = SOURCE
    url: str | None = None


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    """An answer of `/v1beta1/news` as it was saved."""

    news: list[_Written]


def read_news(path: Path, now: int) -> list[Article]:
    """Return the articles of a file; one without a time is of now.

    Raises:
        NewsUnreadable: when it is no list of articles.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Page | list[_Written])
        written = found.news if isinstance(found, _Page) else found
        return [_article(one, now) for one in written]
    except (OSError, ValueError, RecursionError) as error:
        raise NewsUnreadable(f"the news in {path} cannot be read: {error}") from error


def _article(one: _Written, now: int) -> Article:
    return Article(
        id=0,
        at=parse(one.created_at) if one.created_at else now,
        headline=one.headline,
        summary=one.summary,
        content=one.content,
        symbols=tuple(symbol.strip().upper() for symbol in one.symbols),
        author=one.author,
        source=one.source,
        url=one.url,
    )


def tell_news(floor: "Floor", articles: Sequence[Article]) -> None:
    """Let a floor's news be these and none besides, but for what is published by hand."""
    floor.shelf.get(Newsroom, lambda: Newsroom({}, articles))

    def told(before: int, until: int) -> list[Told]:
        due = (place for place, article in enumerate(articles) if before < article.at <= until)
        return [_told(place, articles[place]) for place in due]

    floor.told_besides.append(told)


def _told(place: int, article: Article) -> Told:
    from console.venue.rest.news import article_json  # noqa: PLC0415 - routes are read later

    return news(article_json(numbered(article, place), has_content=True), at=article.at)
