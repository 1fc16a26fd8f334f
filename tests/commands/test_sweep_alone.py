"""What a halt without a desk counts as open."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from console.commands.sweep_alone import Access, BrokerSilent, open_orders


class Listing(BaseHTTPRequestHandler):
    """Lists what the test says, by status."""

    told: dict[str, object]

    def do_GET(self) -> None:
        status = parse_qs(urlsplit(self.path).query)["status"][0]
        body = msgspec.json.encode(self.told[status])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def broker() -> Iterator[Access]:
    Listing.told = {"open": [], "all": []}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listing)
    Thread(target=server.serve_forever, daemon=True).start()
    yield Access(f"http://127.0.0.1:{server.server_port}", "key", "secret")
    server.shutdown()
    server.server_close()


def order(number: int, status: str, legs: object = None) -> dict[str, object]:
    return {
        "id": str(number),
        "status": status,
        "legs": legs,
        "submitted_at": "2026-11-20T17:00:00.123456789Z",
    }


WAITING = ["held", "accepted", "pending_cancel", "pending_replace", "new", "never heard of"]


@pytest.mark.parametrize("status", WAITING)
def test_whatever_is_not_over_counts_wherever_it_is_listed(broker, status):
    Listing.told = {"open": [], "all": [order(1, "filled", [order(2, status)])]}
    assert open_orders(broker) == 1

    Listing.told = {"open": [order(1, "new", [order(2, status)])], "all": []}
    assert open_orders(broker) == 2


def test_what_is_over_does_not_count_and_nothing_counts_twice(broker):
    over = [order(1, "filled"), order(2, "canceled"), order(3, "expired"), order(4, "rejected")]
    Listing.told = {"open": [order(5, "new")], "all": [*over, order(5, "new")]}

    assert open_orders(broker) == 1


@pytest.mark.parametrize("strange", [None, {}, [7], [{"id": "1", "status": "new", "legs": 7}]])
def test_a_strange_answer_is_never_taken_for_none(broker, strange):
    Listing.told = {"open": strange, "all": []}

    with pytest.raises(BrokerSilent):
        open_orders(broker)


def test_a_list_without_an_end_is_not_believed(broker):
    page = [order(number, "new") for number in range(500)]
    Listing.told = {"open": page, "all": page}

    with pytest.raises(BrokerSilent, match="did not end"):
        open_orders(broker)
