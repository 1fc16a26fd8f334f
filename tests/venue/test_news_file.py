"""News from a file: told as they were written, each when its time has come, and none besides."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from console.venue.news import NewsUnreadable
from console.venue.news_file import read_news
from console.venue.server import Options, open_floor
from console.venue.wire.timestamps import SECOND

AN_HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
LATER = 5 * SECOND


@pytest.fixture
def file(tmp_path):
    articles = [
        {"headline": "Old", "created_at": "2013-10-07T14:00:00Z", "symbols": ["ibm"]},
        {"headline": "New \u202e[/]", "created_at": AN_HOUR_AGO, "content": "<p>x</p>", "id": 7},
    ]
    path = tmp_path / "news.json"
    path.write_text(json.dumps({"news": articles, "next_page_token": None}))
    return path


def test_a_saved_page_of_news_is_what_the_venue_tells(start_venue, file):
    venue = start_venue("--news", str(file))

    told = venue.get("/v1beta1/news", include_content="true").json()["news"]
    of_ibm = venue.get("/v1beta1/news", symbols="IBM").json()["news"]

    assert [article["headline"] for article in told] == ["New \u202e[/]", "Old"]
    assert [article["content"].strip() for article in told] == ["<p>x</p>", ""]
    assert [article["created_at"] for article in of_ibm] == ["2013-10-07T14:00:00Z"]


def test_an_article_is_heard_when_its_time_has_come_and_only_then(tmp_path):
    path = tmp_path / "news.json"
    soon = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0).isoformat()
    path.write_text(json.dumps([{"headline": "Soon", "created_at": soon}]))
    floor = open_floor(Options(news=path))
    (tells,) = floor.told_besides

    due = round(datetime.fromisoformat(soon).timestamp()) * SECOND
    spans = ((due + shift, due + shift + LATER) for shift in (-2 * LATER, -1, LATER))
    before, at, after = (tells(*span) for span in spans)

    assert (before, after) == ([], [])
    assert [told.message["headline"] for told in at] == ["Soon"]


@pytest.mark.parametrize(
    "text",
    ["", "{}", '[{"headline": 5}]', '[{"headline": "x", "created_at": "soon"}]', "[" * 9_999],
)
def test_a_file_that_is_no_news_is_told_by_name(tmp_path, text):
    path = tmp_path / "news.json"
    path.write_text(text)

    with pytest.raises(NewsUnreadable, match=r"news\.json"):
        read_news(path, 0)
