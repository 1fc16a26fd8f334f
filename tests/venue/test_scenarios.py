"""Scenarios, halts and notices: what is ordered happens, on the venue's clock, and is heard."""

import asyncio
import json
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from threading import Thread

import aiohttp
import pytest
import requests
from alpaca.data.live import CryptoDataStream, NewsDataStream, StockDataStream
from hypothesis import given
from hypothesis import strategies as st

from console.venue.command import main
from console.venue.scenarios import Move, Scenario, ScenarioError, Stage, load, names, read
from console.venue.wire.timestamps import SECOND
from tests.venue.rig import PATIENCE, until

MSGPACK = {"Content-Type": "application/msgpack"}


@contextmanager
def running(stream):
    thread = Thread(target=stream.run)
    thread.start()
    try:
        until(lambda: stream._running)
        yield
    finally:
        with suppress(CancelledError):
            asyncio.run_coroutine_threadsafe(_ended(stream), stream._loop).result(PATIENCE)
        thread.join(PATIENCE)


async def _ended(stream) -> None:
    await stream.stop_ws()
    await stream.close()


def stream_of(kind, venue, path: str):
    line = venue.line
    return kind(line["key"], line["secret"], url_override=line["stream_url"] + path)


def collector(into: list):
    async def collect(message: object) -> None:
        into.append(message)

    return collect


@pytest.mark.parametrize("name", names())
def test_every_scenario_of_ours_can_be_read_and_says_what_it_is(name):
    scenario = load(name)

    assert scenario.about.endswith(".")
    assert scenario.step


def test_the_six_scenarios_are_there():
    assert names() == [
        "feed-freeze",
        "flash-crash",
        "gap-open",
        "illiquid-drift",
        "news-spike",
        "trading-halt",
    ]


@given(
    st.floats(-0.9, 3), st.floats(1, 600), st.floats(0, 0.9), st.integers(0, 2**32), st.integers()
)
def test_the_small_steps_of_a_move_make_the_whole_and_the_seed_decides(by, over, jitter, seed, now):
    scenario = Scenario(step=[Move(at=1.0, symbol="F", by=by, over=over, jitter=jitter)], seed=seed)
    stages = [Stage(), Stage()]
    for stage in stages:
        stage.play(scenario, now)

    early, late = stages[0].due(now + SECOND // 2), stages[0].due(now + 700 * SECOND)

    product = 1.0
    for step in late:
        product *= 1 + step.by
    assert early == []
    assert product == pytest.approx(1 + by)
    assert late == stages[1].due(now + 700 * SECOND)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"step": [{"do": "dance", "at": 1}]},
        {"step": [{"do": "move", "at": -1, "symbol": "F", "by": 0.1}]},
        {"step": [{"do": "move", "at": 1, "symbol": "F", "by": 0.1, "speed": 9}]},
    ],
)
def test_what_is_no_scenario_is_refused_with_a_reason(body):
    with pytest.raises(ScenarioError, match="this is no scenario: "):
        read(body)


def test_a_venue_does_not_open_on_a_scenario_that_is_not_there(capsys):
    code = main(["--scenario", "doomsday"])

    assert code == 1
    assert "there is no scenario doomsday; name a file or one of " in capsys.readouterr().err


def test_the_scenarios_are_listed_each_with_its_sentence(capsys):
    code = main(["--scenarios"])

    told = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in told] == names()
    assert all(line.endswith(".") for line in told)


def test_a_scenario_given_at_the_start_moves_the_market(start_venue, tmp_path):
    file = tmp_path / "gap.toml"
    file.write_text('[[step]]\ndo = "move"\nat = 1\nsymbol = "KO"\nby = 0.5\n')
    venue = start_venue("--seed", "7", "--scenario", str(file), "--speed", "5")
    first = venue.get("/v2/stocks/KO/bars/latest").json()["bar"]["c"]

    until(lambda: venue.get("/v2/stocks/KO/trades/latest").json()["trade"]["p"] > first * 1.3)


def test_a_scenario_is_played_on_command(venue):
    told = venue.control("scenario", name="flash-crash")
    url = venue.line["control_url"] + "/scenario"
    unknown = requests.post(url, json={"name": "nothing"}, timeout=PATIENCE)

    assert told["about"].startswith("One stock falls nine percent")
    assert told["steps_left"] > 100
    assert unknown.status_code == 422


def test_nothing_trades_in_a_halted_symbol_until_it_resumes(venue):
    venue.control("halt", symbol="KO")

    order = venue.order(symbol="KO", qty="1")
    other = venue.order(symbol="F", qty="1")
    venue.until_order(other, "filled")
    waiting = venue.get(f"/v2/orders/{order['id']}").json()
    venue.control("halt", symbol="KO", halted=False)
    filled = venue.until_order(order, "filled")

    assert (waiting["filled_qty"], waiting["status"] in ("new", "accepted")) == ("0", True)
    assert filled["filled_qty"] == "1"


def test_halts_corrections_and_cancels_arrive_as_models(venue):
    heard: list = []
    stream = stream_of(StockDataStream, venue, "/v2/sip")
    stream.subscribe_trades(collector([]), "KO")
    stream.subscribe_trading_statuses(collector(heard), "KO")
    stream.register_trade_corrections(collector(heard))
    stream.register_trade_cancels(collector(heard))

    with running(stream):
        until(lambda: venue.control("halt", symbol="KO") and [*heard])
        venue.control("tell", channel="corrections", symbol="KO", cp=12.34)
        venue.control("tell", channel="cancelErrors", symbol="KO")
        until(lambda: len({type(message) for message in [*heard]}) == 3)

    kinds = {type(message).__name__: message for message in heard}
    assert kinds["TradingStatus"].status_code == "H"
    assert kinds["TradeCorrection"].corrected_price == 12.34
    assert kinds["TradeCancel"].symbol == "KO"


def test_headlines_arrive_as_models_hostile_text_and_all(venue):
    heard: list = []
    stream = stream_of(NewsDataStream, venue, "/v1beta1/news")
    stream.subscribe_news(collector(heard), "*")
    hostile = "\x1b[2J[red]\u202e<b>buy</b>"

    with running(stream):
        until(
            lambda: (
                venue.control("tell", channel="news", symbols=["KO"], headline=hostile) and [*heard]
            )
        )

    assert (heard[0].headline, heard[0].symbols) == (hostile, ["KO"])


async def test_a_published_article_is_told_on_the_stream_as_it_is_listed(venue):
    async with aiohttp.ClientSession(headers=venue.headers) as session:
        socket = await session.ws_connect(venue.line["stream_url"] + "/v1beta1/news")
        await socket.send_json({"action": "subscribe", "news": ["KO"]})
        for _ in range(3):
            await _told(socket)
        published = venue.control("news", headline="Sold out", symbols=["KO"], hostile=True)
        told = (await _told(socket))[0]

    assert (told["T"], told["symbols"]) == ("n", ["KO"])
    assert {k: told[k] for k in ("id", "headline", "content")} == {
        k: published[k] for k in ("id", "headline", "content")
    }


def test_fakepaca_is_heard_on_the_test_feed_alone(venue):
    heard: list = []
    stream = stream_of(StockDataStream, venue, "/v2/test")
    stream.subscribe_quotes(collector(heard), "FAKEPACA")
    stream.subscribe_trades(collector(heard), "FAKEPACA")

    with running(stream):
        until(lambda: len({type(message) for message in [*heard]}) == 2)

    assert {message.symbol for message in heard} == {"FAKEPACA"}


async def _told(socket) -> list[dict]:
    return json.loads((await socket.receive(PATIENCE)).data)


@pytest.mark.parametrize(
    ("path", "headers", "request_", "code"),
    [
        ("/v2/iex", {}, {"news": ["*"]}, 410),
        ("/v1beta1/news", {}, {"trades": ["AAPL"]}, 410),
        ("/v1beta3/crypto/us", {}, {"bars": 5}, 400),
        ("/v2/iex", {}, {"trades": ["A", "B", "C"]}, 405),
    ],
)
async def test_what_a_feed_does_not_take_has_its_code(start_venue, path, headers, request_, code):
    venue = start_venue("--symbol-limit", "2")
    async with aiohttp.ClientSession(headers=venue.headers) as session:
        socket = await session.ws_connect(venue.line["stream_url"] + path)
        await socket.send_json({"action": "subscribe", **request_})
        told = [(await _told(socket))[0] for _ in range(3)]

    assert [t["T"] for t in told] == ["success", "success", "error"]
    assert told[2]["code"] == code


async def test_options_are_told_in_msgpack_only(shared_venue):
    async with aiohttp.ClientSession(headers=shared_venue.headers) as session:
        socket = await session.ws_connect(shared_venue.line["stream_url"] + "/v1beta1/opra")
        told = [(await _told(socket))[0] for _ in range(2)]

    assert told[1]["code"] == 412


async def test_a_second_connection_to_a_feed_is_refused_when_one_is_the_rule(start_venue):
    venue = start_venue("--one-connection")
    url = venue.line["stream_url"]
    async with aiohttp.ClientSession(headers=venue.headers) as session:
        first = await session.ws_connect(url + "/v2/iex")
        await _told(first)
        await _told(first)
        second = await session.ws_connect(url + "/v2/iex")
        refusal = [(await _told(second))[0] for _ in range(2)][1]
        other = await session.ws_connect(url + "/v1beta1/news")
        welcome = [(await _told(other))[0] for _ in range(2)][1]
        await first.close()

    assert refusal == {"T": "error", "code": 406, "msg": "connection limit exceeded"}
    assert welcome["msg"] == "authenticated"


async def test_deflating_is_agreed_to(shared_venue):
    async with aiohttp.ClientSession(headers=shared_venue.headers) as session:
        socket = await session.ws_connect(shared_venue.line["stream_url"] + "/v2/iex", compress=15)
        welcome = (await _told(socket))[0]
        await socket.send_json({"action": "subscribe", "trades": ["KO"]})

    assert socket.compress == 15
    assert welcome["msg"] == "connected"


def test_coins_are_heard_as_trades_quotes_and_books(start_venue):
    venue = start_venue("--speed", "30")
    heard: list = []
    stream = stream_of(CryptoDataStream, venue, "/v1beta3/crypto/us")
    stream.subscribe_trades(collector(heard), "BTC/USD")
    stream.subscribe_quotes(collector(heard), "*")
    stream.subscribe_orderbooks(collector(heard), "ETH/USD")

    with running(stream):
        until(lambda: len({type(message) for message in [*heard]}) == 3)

    assert {message.symbol for message in heard} <= {"BTC/USD", "ETH/USD"}
