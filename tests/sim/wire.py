"""The real broker adapter over a wire that loses, delays and garbles, as a seed has it.

Only the lanes are ours: threads and sockets become virtual time. What is asked, how an
answer is read and what its absence means is the adapter's own code.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec
import requests
import urllib3
from alpaca.common.exceptions import APIError

from console.adapters.alpaca.access import AlpacaAccess
from console.adapters.alpaca.answers import Withheld
from console.adapters.alpaca.broker import AlpacaBroker
from console.adapters.alpaca.lanes import Lane
from console.domain.order_ids import is_ours
from console.venue.trading.rejections import Rejection
from tests.sim.timeline import ProcessLoop
from tests.sim.venue import SimVenue

ACCESS = AlpacaAccess(
    key="k",
    secret="s",
    trading_url="http://127.0.0.1:1",
    data_url="http://127.0.0.1:1",
    stream_url="ws://127.0.0.1:1",
    trading_stream_url="ws://127.0.0.1:1",
)


class Fate(Enum):
    """What becomes of one request."""

    ANSWERED = "answered"
    NO_CONNECTION = "no connection"
    LOST_BEFORE = "lost before effect"
    LOST_AFTER = "lost after effect"
    HANGS_BEFORE = "hangs without effect"
    HANGS_AFTER = "hangs after effect"
    FAILS_BEFORE = "5xx before effect"
    FAILS_AFTER = "5xx after effect"
    FAILS_LATE = "5xx, and the effect comes later"
    RATE_LIMITED = "429 in the broker's words"
    PROXY_LIMITED = "429 of something before the broker"
    GARBLED = "half an answer after effect"


EFFECTIVE = frozenset(
    {Fate.ANSWERED, Fate.LOST_AFTER, Fate.HANGS_AFTER, Fate.FAILS_AFTER, Fate.GARBLED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """How one request fares: seconds to connect, there and back, and its fate."""

    fate: Fate
    connect: float
    there: float
    back: float
    late: float = 0.0


class Witness:
    """What the rules of the simulation are told about requests; see invariants.py."""

    def handed(self, request: "Request") -> None:
        """The desk has handed a write to the adapter."""

    def leaves(self, request: "Request") -> None:
        """The first byte of a request leaves."""

    def arrives(self, request: "Request") -> None:
        """The venue takes a request up."""

    def lost(self, request: "Request") -> None:
        """A request ends on its way and will never have effect."""

    def stumbled(self, error: Exception) -> None:
        """Venue or adapter failed in a way that is a mistake of somebody's code."""

    def answered(self, request: "Request", told: Any, error: Exception | None) -> None:
        """The desk has the answer to a request, or knows that there is none."""


@dataclass(slots=True)
class Request:
    """One request on the wire."""

    method: str
    path: str
    body: dict[str, Any]
    arrived_at: float = 0.0
    outlived_its_desk: bool = False
    """Whether the desk that sent it was dead when it took effect."""

    @property
    def is_write(self) -> bool:
        """Whether it may create an order."""
        return self.method in ("POST", "PATCH") and self.path.startswith("/orders")

    @property
    def client_order_id(self) -> str:
        """The name of the order it makes."""
        return str(self.body.get("client_order_id", ""))

    def __str__(self) -> str:
        named = self.client_order_id or self.body.get("status", "")
        return f"{self.method} {self.path} {named}".strip()


class SimClient:
    """What the adapter takes for alpaca-py's client: asks the venue, at this moment."""

    def __init__(
        self, venue: SimVenue, witness: Witness, *, is_dry: bool = False, is_orphan: bool = False
    ) -> None:
        self._venue = venue
        self._witness = witness
        self._is_dry = is_dry
        self._is_orphan = is_orphan
        self.asked: list[Request] = []

    def get(self, path: str, data: dict[str, Any] | None = None, **_: Any) -> Any:
        return self._ask("GET", path, data)

    def post(self, path: str, data: dict[str, Any] | None = None) -> Any:
        return self._ask("POST", path, data)

    def patch(self, path: str, data: dict[str, Any] | None = None) -> Any:
        return self._ask("PATCH", path, data)

    def delete(self, path: str, data: dict[str, Any] | None = None) -> Any:
        return self._ask("DELETE", path, data)

    def _ask(self, method: str, path: str, data: dict[str, Any] | None) -> Any:
        request = Request(method, path, dict(data or {}), outlived_its_desk=self._is_orphan)
        self.asked.append(request)
        if self._is_dry:
            raise _Dry
        self._witness.arrives(request)
        try:
            return self._venue.ask(method, path, request.body)
        except Rejection as no:
            raise _api_error(no.status, msgspec.json.encode(no.body).decode()) from None


class _Dry(Exception):  # noqa: N818 - an end, not a mistake
    """The request is only looked at."""


class SimLane:
    """A lane of the adapter whose wire is the simulation's: its deadline and last look stay."""

    def __init__(
        self,
        real: Lane,
        loop: ProcessLoop,
        venue: SimVenue,
        witness: Witness,
        plan: Callable[[Request], Journey],
    ) -> None:
        self.deadline = real.deadline
        self._may_send = real._may_send
        self._loop = loop
        self._venue = venue
        self._witness = witness
        self._plan = plan

    async def ask(
        self, send: Callable[[Any], Any], *, within: float | None = None, order: str = "", **_: Any
    ) -> Any:
        """Carry a request to the venue and its answer back, or not."""
        request = self._look(send)
        if request.is_write:
            self._witness.handed(request)
        journey = self._plan(request)
        answer = self._loop.create_future()
        self._loop.call_later(journey.connect, self._leave, request, journey, send, answer, order)
        async with asyncio.timeout(self.deadline if within is None else within):
            return await answer

    async def close(self) -> None:
        """Nothing is kept open."""

    def _look(self, send: Callable[[Any], Any]) -> Request:
        client = SimClient(self._venue, self._witness, is_dry=True)
        with contextlib.suppress(_Dry):
            send(client)
        return client.asked[0]

    def _leave(
        self, request: Request, journey: Journey, send: Any, answer: Any, order: str
    ) -> None:
        if answer.done():
            return
        if journey.fate is Fate.NO_CONNECTION:
            answer.set_exception(_no_connection())
            return
        if request.is_write and not self._may_send(order):
            answer.set_exception(Withheld())
            return
        self._witness.leaves(request)
        timeline = self._loop._timeline
        timeline.after(journey.there, self._arrive, request, journey, send, answer)
        if journey.fate is Fate.FAILS_LATE:
            timeline.after(journey.there + journey.late, self._effect, send)

    def _arrive(self, request: Request, journey: Journey, send: Any, answer: Any) -> None:
        told, error = None, None
        request.arrived_at = self._loop.time()
        if journey.fate in EFFECTIVE:
            told, error = self._effect(send)
        elif journey.fate is not Fate.FAILS_LATE:
            self._witness.lost(request)
        if journey.fate is not Fate.ANSWERED:
            error = _failure(journey.fate)
        if journey.fate in (Fate.HANGS_BEFORE, Fate.HANGS_AFTER):
            return
        self._loop.call_later(journey.back, self._hand_over, request, answer, told, error)

    def _effect(self, send: Any) -> tuple[Any, Exception | None]:
        try:
            client = SimClient(self._venue, self._witness, is_orphan=self._loop.is_dead)
            return send(client), None
        except Exception as error:  # noqa: BLE001 - whatever it is, it goes back to who asked
            if isinstance(error, TypeError | AttributeError | LookupError):
                self._witness.stumbled(error)
            return None, error

    def _hand_over(self, request: Request, answer: Any, told: Any, error: Any) -> None:
        if answer.done():
            return
        self._witness.answered(request, told, error)
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(told)


class SimBroker(AlpacaBroker):
    """The real broker adapter, every lane of it replaced."""

    def __init__(
        self,
        loop: ProcessLoop,
        venue: SimVenue,
        witness: Witness,
        plan: Callable[[Request], Journey],
        clock: Any,
    ) -> None:
        super().__init__(ACCESS, is_ours=is_ours, clock=clock)
        lanes = {name: held for name, held in vars(self).items() if isinstance(held, Lane)}
        for name, lane in lanes.items():
            setattr(self, name, SimLane(lane, loop, venue, witness, plan))


def _failure(fate: Fate) -> Exception:
    match fate:
        case Fate.FAILS_BEFORE | Fate.FAILS_AFTER | Fate.FAILS_LATE:
            return _api_error(504, "<html>504 Gateway Time-out</html>")
        case Fate.RATE_LIMITED:
            return _api_error(429, '{"code": 42910000, "message": "rate limit exceeded"}')
        case Fate.PROXY_LIMITED:
            return _api_error(429, '{"message": "slow down"}')
        case Fate.GARBLED:
            return requests.exceptions.JSONDecodeError("half an answer", "{", 1)
    return requests.ConnectionError("the connection was reset")


def _no_connection() -> Exception:
    cause = urllib3.exceptions.NewConnectionError(None, "refused")  # type: ignore[arg-type]
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", cause))  # type: ignore[arg-type]


def _api_error(status: int, text: str) -> APIError:
    response = requests.Response()
    response.status_code = status
    return APIError(text, requests.HTTPError(response=response))
