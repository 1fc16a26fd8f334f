"""What a halt without a desk counts as open."""

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from console.commands.sweep_alone import Access, BrokerSilent, cancel_all, open_orders

DRIPS = 300
BETWEEN_DRIPS = 0.1


class Listing(BaseHTTPRequestHandler):
    """Lists what the test says, by status."""

    told: dict[str, object]
    raw: bytes = b""
    """What it answers instead of a list, if anything."""
    is_over: Event
    has_ended: Event

    def do_GET(self) -> None:
        status = parse_qs(urlsplit(self.path).query)["status"][0]
        body = self.raw or msgspec.json.encode(self.told[status])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_DELETE(self) -> None:
        """Answer a byte at a time, for longer than anybody should wait."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        for _ in range(DRIPS):
            self.wfile.write(b" ")
            if self.is_over.wait(BETWEEN_DRIPS):
                return
        self.has_ended.set()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def broker() -> Iterator[Access]:
    Listing.told = {"open": [], "all": []}
    Listing.raw = b""
    Listing.is_over, Listing.has_ended = Event(), Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listing)
    Thread(target=server.serve_forever, daemon=True).start()
    yield Access(f"http://127.0.0.1:{server.server_port}", "key", "secret")
    Listing.is_over.set()
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


def test_an_answer_that_drips_in_is_not_waited_for(broker):
    hasty = replace(broker, patience=0.2)

    with pytest.raises(BrokerSilent):
        cancel_all(hasty)

    assert not Listing.has_ended.is_set()


def test_an_answer_nested_without_end_is_no_answer(broker):
    Listing.raw = b"[" * 100_000

    with pytest.raises(BrokerSilent, match="not JSON"):
        open_orders(broker)
