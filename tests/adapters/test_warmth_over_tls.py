"""A connection that stands open serves the next order over TLS too, whose tickets come unasked."""

import hashlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from urllib3.connectionpool import HTTPConnectionPool

from console.adapters.alpaca.wire import _KeptWarm, _Sockets, _watched_pools

KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHPD3iDOiJq8cFJVO
P6PuIeei7rAACZz7o2gFSR/PDKqhRANCAASIFGFyk75ORuV9c6hVQw+gK9Knu/X9
QKN2sVrpyrLVhFwre5uukCVn0AE+1d+YqQ3wJnBz+VD3ID+gXXKJXt+I
-----END PRIVATE KEY-----
"""
"""Of no use to anybody: it stands for localhost, and for this test alone."""
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUY4i6FmaoepzkXKdzMaiAjm7ln6EwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE5NDQyOVoYDzIxMjYxMDMw
MTk0NDI5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASIFGFyk75ORuV9c6hVQw+gK9Knu/X9QKN2sVrpyrLVhFwre5uukCVn
0AE+1d+YqQ3wJnBz+VD3ID+gXXKJXt+Io2kwZzAdBgNVHQ4EFgQU5oZJYnDeOwH8
ZaRNcQlA55QRPPwwHwYDVR0jBBgwFoAU5oZJYnDeOwH8ZaRNcQlA55QRPPwwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIgOhHaSNNC46bosPaq/bT/ku9ol4j+TI7JqmTEzzvlsDACIQDNpN7Z+D6t
UoZZl76bgoEJDNz4kSyqP7Bf5OGb4AYAEQ==
-----END CERTIFICATE-----
"""
FINGERPRINT = hashlib.sha256(ssl.PEM_cert_to_DER_cert(CERTIFICATE)).hexdigest()
PATIENCE = 60.0
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass(eq=False)
class Speaker:
    """A server that ends the handshake, tickets included, and answers what it is asked."""

    server: socket.socket
    context: ssl.SSLContext
    greeted: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    connected: int = 0

    def serve(self) -> None:
        while True:
            try:
                caller, _ = self.server.accept()
            except OSError:
                return
            self.connected += 1
            with (
                suppress(OSError),
                self.context.wrap_socket(caller, server_side=True) as spoken,
            ):
                self.greeted.release()
                while spoken.recv(65_536):
                    spoken.sendall(ANSWER)


@pytest.fixture
def speaker(tmp_path: Path) -> Iterator[Speaker]:
    (tmp_path / "pem").write_text(KEY + CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(tmp_path / "pem")
    with socket.create_server(("127.0.0.1", 0)) as server:
        made = Speaker(server, context)
        serving = threading.Thread(target=made.serve, daemon=True)
        serving.start()
        yield made
        server.shutdown(socket.SHUT_RDWR)
        serving.join(PATIENCE)


@pytest.fixture
def pool(speaker: Speaker) -> Iterator[HTTPConnectionPool]:
    kind = _watched_pools(_Sockets(lambda _: True))["https"]
    port = speaker.server.getsockname()[1]
    made = kind("127.0.0.1", port, cert_reqs="CERT_NONE", assert_fingerprint=FINGERPRINT)
    yield made
    made.close()


def test_the_connection_that_stands_open_is_the_one_that_is_asked(
    speaker: Speaker, pool: HTTPConnectionPool
) -> None:
    assert isinstance(pool, _KeptWarm)

    opened = [pool.warm()]
    assert speaker.greeted.acquire(timeout=PATIENCE)
    opened += [pool.warm(), pool.warm()]
    answer = pool.urlopen("GET", "/", retries=False, timeout=PATIENCE)

    assert (answer.status, opened) == (200, [True, False, False])
    assert speaker.connected == 1
