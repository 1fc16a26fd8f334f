"""Every error code of the data stream, with its words, and what becomes of the connection."""

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from console.venue.faults.standing import Faults
from console.venue.keys import Keys
from console.venue.streams.data_stream import ERRORS, DataHub, StreamRules
from console.venue.streams.feeds import FEEDS
from console.venue.streams.outbox import MOST_BYTES
from console.venue.streams.subscriptions import Notice
from console.venue.streams.trading_stream import TradingHub
from console.venue.wire.market import Tapes
from tests.venue.rig import PATIENCE
from tests.venue.test_stream_faults import ENDS

KEYS = Keys(key="PK", secret="S")
SIGNED_IN = {"APCA-API-KEY-ID": "PK", "APCA-API-SECRET-KEY": "S"}
FEED = FEEDS[0]


class Served:
    """A data hub and a trading hub on a server of the test's own."""

    def __init__(self, rules: StreamRules) -> None:
        self.data = DataHub(keys=KEYS, faults=Faults(), tapes=Tapes({}), rules=rules)
        self.trading = TradingHub(keys=KEYS, faults=Faults())
        app = web.Application()
        app.router.add_get(FEED.path, self.data.serving(FEED))
        app.router.add_get("/stream", self.trading.serve)
        self.server = TestServer(app)
        self.session = aiohttp.ClientSession()

    async def connect(self, path=FEED.path, **headers):
        return await self.session.ws_connect(self.server.make_url(path), headers=headers)


@pytest.fixture
async def serve():
    """Serve hubs with the rules given."""
    made = []

    async def started(**rules) -> Served:
        served = Served(StreamRules(**rules))
        await served.server.start_server()
        made.append(served)
        return served

    yield started
    for served in made:
        await served.session.close()
        await served.server.close()


@pytest.mark.parametrize("said", ["[" * 100_000, '{"a":' * 100_000, b"\x91" * 100_000, b"\xc1"])
async def test_a_message_that_is_none_is_invalid_syntax_and_the_next_is_heard(serve, said):
    socket = await (await serve()).connect(**SIGNED_IN)
    await socket.receive(PATIENCE)
    await socket.receive(PATIENCE)

    await (socket.send_str(said) if isinstance(said, str) else socket.send_bytes(said))
    refused = (await socket.receive(PATIENCE)).json()
    await socket.send_json({"action": "subscribe", "quotes": ["KO"]})
    told = (await socket.receive(PATIENCE)).json()

    assert refused[0]["code"] == 400
    assert told[0]["quotes"] == ["KO"]
    await socket.close()


async def heard_until_the_end(socket) -> tuple[list[dict], int | None]:
    told = []
    while (message := await socket.receive(PATIENCE)).type not in ENDS:
        told += message.json()
    return told, socket.close_code


async def test_who_does_not_sign_in_in_time_is_told_404_and_shown_out(serve):
    served = await serve(auth_seconds=0.05)
    socket = await served.connect()

    told, _ = await heard_until_the_end(socket)

    assert told == [
        {"T": "success", "msg": "connected"},
        {"T": "error", "code": 404, "msg": "auth timeout"},
    ]


async def test_who_has_signed_in_may_take_all_the_time_there_is(serve):
    served = await serve(auth_seconds=0.05)
    socket = await served.connect(**SIGNED_IN)
    late = await served.connect()
    await heard_until_the_end(late)

    await socket.send_json({"action": "subscribe", "trades": ["AAPL"]})
    told = [(await socket.receive_json(timeout=PATIENCE))[0] for _ in range(3)]

    assert [each["T"] for each in told] == ["success", "success", "subscription"]


async def test_a_slow_client_is_told_407_before_it_is_cut_off(serve):
    served = await serve()
    socket = await served.connect(**SIGNED_IN)
    await socket.send_json({"action": "subscribe", "statuses": ["AAPL"]})
    for _ in range(3):
        await socket.receive(PATIENCE)

    large = Notice("statuses", ("AAPL",), {"T": "s", "S": "AAPL", "x": "x" * (MOST_BYTES // 8)}, 0)
    for _ in range(12):
        served.data.publish([large])
    told, code = await heard_until_the_end(socket)

    assert told == [{"T": "error", "code": 407, "msg": "slow client"}]
    assert code == 1008


async def test_a_slow_client_does_not_slow_the_others(serve):
    served = await serve()
    sockets = [await served.connect(**SIGNED_IN) for _ in range(2)]
    for socket, symbol in zip(sockets, ("AAPL", "KO"), strict=True):
        await socket.send_json({"action": "subscribe", "statuses": [symbol]})
        for _ in range(3):
            await socket.receive(PATIENCE)

    large = Notice("statuses", ("AAPL",), {"T": "s", "S": "AAPL", "x": "x" * (MOST_BYTES // 8)}, 0)
    served.data.publish([large] * 20)
    served.data.publish([Notice("statuses", ("KO",), {"T": "s", "S": "KO"}, 0)])

    assert (await sockets[1].receive_json(timeout=PATIENCE))[0]["S"] == "KO"


@pytest.mark.parametrize("code", sorted(ERRORS))
async def test_every_code_can_be_told_on_command_in_its_own_words(shared_venue, code):
    shared_venue.control("faults", kind="error", stream="data", code=code, at="auth", times=1)
    url = shared_venue.line["stream_url"] + "/v2/iex"
    async with aiohttp.ClientSession(headers=shared_venue.headers) as session:
        socket = await session.ws_connect(url)

        told, _ = await heard_until_the_end(socket)

    assert told[1:] == [{"T": "error", "code": code, "msg": ERRORS[code]}]
