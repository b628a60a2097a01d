"""A user pool of the tests' own: its keys are pinned, or served by a key server on this machine."""

import contextlib
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.users.signing import CLIENT, ISSUER, OTHER_CLIENT, crowded_jwks, jwks
from users import cognito


@pytest.fixture
def pool(settings):
    """Tokens of `signing.ISSUER` are taken, with pinned keys."""
    settings.LOCAL_ISSUER = False
    settings.COGNITO_ISSUER, settings.COGNITO_CLIENT_IDS = ISSUER, [CLIENT, OTHER_CLIENT]
    settings.COGNITO_JWKS = crowded_jwks()
    return settings


class KeyServer(ThreadingHTTPServer):
    """Serves `body` after `delay` seconds; `visits` counts how often it was asked."""

    daemon_threads = True
    body, status, delay, drip, location, visits = jwks().encode(), 200, 0.0, 0.0, "", 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/jwks.json"


class KeyServerHandler(BaseHTTPRequestHandler):
    server: KeyServer

    def do_GET(self) -> None:
        self.server.visits += 1
        time.sleep(self.server.delay)
        with contextlib.suppress(OSError):  # the asker has given up
            self.answer()

    def answer(self) -> None:
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        if self.server.drip:
            for byte in self.server.body:
                self.wfile.write(bytes([byte]))
                time.sleep(self.server.drip)
        else:
            self.wfile.write(self.server.body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    with KeyServer(("127.0.0.1", 0), KeyServerHandler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def served_pool(pool, key_server):
    """The same pool, with its keys fetched from the key server by a verifier that knows none yet."""
    cognito._verifier.cache_clear()
    pool.COGNITO_JWKS, pool.COGNITO_JWKS_URL = "", key_server.url
    yield key_server
    cognito._verifier.cache_clear()
