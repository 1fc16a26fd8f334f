"""One thread's HTTP connection under an alpaca-py client, which another thread can cut off.

alpaca-py sets no time limit, repeats POSTs on 429 and 504, and obeys proxies from the
environment; here none of that is so. A socket timeout alone cannot end an answer that
trickles in, so whoever waits cuts the socket when the deadline has passed.
"""

import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import Empty
from typing import Any
from weakref import WeakSet

import requests
from alpaca.common.rest import RESTClient
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import is_connection_dropped

from console.adapters.alpaca.answers import Withheld
from console.adapters.alpaca.budget import Budget

CONNECT_SECONDS = 3.05
READ_SECONDS = 6.0
_REDIRECTS = range(300, 400)


class Wire:
    """An alpaca-py client, made safe, and the means to cut what it waits for."""

    def __init__(
        self,
        client: RESTClient,
        may_send: Callable[[str], bool] = lambda _: True,
        budget: Budget | None = None,
        keep: float = 0.0,
    ) -> None:
        self.client = client
        budget = budget or Budget()
        self._sockets = _Sockets(may_send)
        self._session = client._session = _Short()  # noqa: SLF001 - alpaca-py has no other way to it
        client._retry = 0  # noqa: SLF001 - the same
        self._session.trust_env = False
        self._session.hooks["response"].append(lambda told, **_: budget.heed(told.headers))
        self._session.hooks["response"].append(_check)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _TimeLimited(self._sockets, lambda: budget.spend(keep)))

    def begin(self, order: str = "") -> None:
        """Allow sockets again, for the next request; `order` names the order it sends."""
        self._sockets.allow(order)

    def ask_leave(self) -> None:
        """Raise Withheld unless the request may still be sent."""
        self._sockets.ask_leave()

    def rest(self) -> None:
        """The request is over, however it ended: sockets may be opened for the next."""
        self._sockets.allow("")

    def warm(self, url: str) -> bool:
        """Have a connection stand open, over which nothing is sent; return if it was not there.

        For any thread: a request that comes meanwhile opens its own and waits for nothing.

        Raises:
            Exception: whatever keeps the connection from coming about.
        """
        adapter = self._session.get_adapter(url)
        return isinstance(adapter, _TimeLimited) and adapter.warm(url)

    def cut(self) -> None:
        """End at once whatever is under way, from any thread, and what it still would open."""
        self._sockets.shut()

    def close(self) -> None:
        """Close the sockets, also one with an answer half read; the next request opens its own."""
        # Known before: a connection that is warmed meanwhile is the next request's.
        opened = self._sockets.opened()
        self._session.close()
        _close(opened)


def _check(response: requests.Response, **_: Any) -> None:
    """Refuse redirects, which alpaca-py takes for answers; spare guessing the encoding."""
    if response.status_code in _REDIRECTS:
        raise requests.TooManyRedirects("the answer was a redirect, which is not followed")
    response.encoding = response.encoding or "utf-8"


class _Short(requests.Session):
    """Takes a command the short way: its headers and body are ready, and it has no cookies."""

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override] # what alpaca-py gives it
        content = options.pop("json", None)
        if content is None:
            return super().request(method, url, **options)
        body = json.dumps(content, allow_nan=False).encode()
        about = {"Content-Length": str(len(body)), "Content-Type": "application/json"}
        made = requests.PreparedRequest()
        made.method, made.url, made.body, made.hooks = method, url, body, self.hooks
        made.headers = CaseInsensitiveDict({**self.headers, **options["headers"], **about})
        # to have it prepare none costs as much as all else
        made._cookies = RequestsCookieJar()  # type: ignore[attr-defined]  # noqa: SLF001 - as said
        return self.send(made, allow_redirects=False, proxies={})


class _Sockets:
    """The sockets one wire has opened, and whether anything may go over them."""

    def __init__(self, may_send: Callable[[str], bool]) -> None:
        self._may_send = may_send
        self._order = ""
        self._lock = threading.Lock()
        self._opened = WeakSet[socket.socket]()
        self._is_shut = False

    def ask_leave(self) -> None:
        if not self._may_send(self._order):
            raise Withheld

    def allow(self, order: str) -> None:
        with self._lock:
            self._order = order
            self._is_shut = False

    def add(self, opened: socket.socket) -> None:
        with self._lock:
            self._opened.add(opened)
            if self._is_shut:
                _shut(opened)

    def shut(self) -> None:
        with self._lock:
            self._is_shut = True
            for opened in list(self._opened):
                _shut(opened)

    def opened(self) -> list[socket.socket]:
        with self._lock:
            return list(self._opened)


def _close(sockets: Iterable[socket.socket]) -> None:
    for opened in sockets:
        opened.close()
        if opened.fileno() >= 0:
            # a reader that was never finished still holds it
            os.close(opened.detach())


def _shut(opened: socket.socket) -> None:
    with suppress(OSError):
        # not SSLSocket's own, which frees what the reading thread is using
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


class _TimeLimited(HTTPAdapter):
    """Gives every request time limits, counts it, and tells of every socket it opens."""

    def __init__(self, sockets: _Sockets, count: Callable[[], None]) -> None:
        self._sockets = sockets
        self._count = count
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _watched_pools(self._sockets)

    def send(self, *args: Any, **options: Any) -> requests.Response:
        options["timeout"] = options.get("timeout") or (CONNECT_SECONDS, READ_SECONDS)
        self._count()
        return super().send(*args, **options)

    def warm(self, url: str) -> bool:
        """Have the pool that `send` would take keep a connection open."""
        request = requests.Request("GET", url).prepare()
        pool = self.get_connection_with_tls_context(request, True)  # noqa: FBT003 - its own words
        self.cert_verify(pool, url, True, None)  # type: ignore[no-untyped-call]  # noqa: FBT003 - the same
        return isinstance(pool, _KeptWarm) and pool.warm()


class _InOnePiece(HTTPConnection):
    """Sends head and body as one, which is one wake-up less for whoever reads them."""

    _sockets: _Sockets
    _pieces: list[bytes] | None = None

    def request(self, *args: Any, **options: Any) -> None:
        pieces: list[bytes] = []
        self._pieces = pieces
        try:
            super().request(*args, **options)
        finally:
            self._pieces = None
        self.send(b"".join(pieces))

    def send(self, data: Any) -> None:
        if self._pieces is not None:
            self._pieces.append(bytes(data))
            return
        if self.sock is None:
            self.connect()
        # to connect may have taken seconds: the cord may have been pulled meanwhile
        self._sockets.ask_leave()
        super().send(data)


class _KeptWarm(HTTPConnectionPool):
    """A pool whose one connection can be opened before it is needed."""

    def warm(self) -> bool:
        try:
            kept = self.pool.get(block=False) if self.pool is not None else None
        except Empty:
            return False  # a request has it just now
        try:
            if kept is not None and not is_connection_dropped(kept):
                return False
            if kept is not None:
                kept.close()
            kept = None
            made = self._new_conn()
            made.timeout = CONNECT_SECONDS
            made.connect()
            kept = made
        finally:
            self._put_conn(kept)
        return True


def _has_only_tickets(opened: socket.socket | None) -> bool:
    """Whether what came unasked is no end, but the tickets of TLS 1.3 after its handshake."""
    if not isinstance(opened, ssl.SSLSocket):
        return False
    patience = opened.gettimeout()
    try:
        opened.settimeout(0)
        opened.recv(1)
        opened.settimeout(patience)
    except ssl.SSLWantReadError:
        opened.settimeout(patience)
        return True
    except OSError:
        return False
    return False


def _watched_pools(sockets: _Sockets) -> dict[str, type[HTTPConnectionPool]]:
    class Connection(_InOnePiece, HTTPConnection):
        _sockets = sockets

        def _new_conn(self) -> socket.socket:
            opened = super()._new_conn()
            sockets.add(opened)
            return opened

    class SecureConnection(_InOnePiece, HTTPSConnection):
        _sockets = sockets

        @property
        def is_connected(self) -> bool:
            return super().is_connected or _has_only_tickets(self.sock)

        def _new_conn(self) -> socket.socket:
            opened = super()._new_conn()
            sockets.add(opened)
            return opened

        def connect(self) -> None:
            super().connect()
            if self.sock is not None:
                sockets.add(self.sock)

    class Pool(_KeptWarm):
        ConnectionCls = Connection

    class SecurePool(_KeptWarm, HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    return {"http": Pool, "https": SecurePool}
