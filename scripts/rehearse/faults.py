"""What goes wrong around a function, and that it goes on by itself as soon as the world does."""

import time
from collections.abc import Callable

from . import expect
from .database import SecureMariaDB
from .function import Client
from .runtime import Function
from .walk import Stage

PATH = "/api/v1/ranks/"
Start = Callable[..., Function]


def faults(stage: Stage, start: Start) -> None:
    step = stage.report.step
    step("connection closed by the server, warm", lambda: hung_up(stage))
    step("database down in the middle, and back", lambda: down_in_the_middle(stage))
    step("database down at the cold start, and back", lambda: down_at_start(stage, start))
    step("a server that our authority has not signed", lambda: stranger(stage, start))
    step("key set pinned by COGNITO_JWKS", lambda: pinned_keys(stage, start))
    step("key server unreachable, cold", lambda: no_keys(stage, start))


def hung_up(stage: Stage) -> str:
    for _ in range(3):
        stage.client.get(PATH)
        expect(stage.database.hang_up(), "there was no connection to close")
        stage.client.get(PATH)
    return "three times"


def down_in_the_middle(stage: Stage) -> str:
    stage.client.get(PATH)
    stage.database.stop()
    try:
        unavailable(stage.client)
    finally:
        stage.database.start()
    return back(stage.client)


def down_at_start(stage: Stage, start: Start) -> str:
    stage.database.stop()
    try:
        with start() as function:
            client = Client(function, stage.client.stage, stage.client.sent)
            unavailable(client)
            client.get("/health/live/")
            stage.database.start()
            return back(client)
    finally:
        ensure_running(stage.database)


def ensure_running(database: SecureMariaDB) -> None:
    if database.process is None or database.process.poll() is not None:
        database.start()


def unavailable(client: Client) -> None:
    reply = client.get(PATH, status=503)
    expect(reply.error() == "database_unavailable", f"the error is {reply.error()}")
    expect(int(reply.headers["retry-after"]) > 0, "it does not say when to try again")
    expect(client.get("/health/ready/", status=503).json()["status"] == "unavailable", "it says that it is ready")


def back(client: Client) -> str:
    """The very next request."""
    started = time.perf_counter()
    client.get(PATH)
    return f"back after {(time.perf_counter() - started) * 1000:.0f} ms"


def stranger(stage: Stage, start: Start) -> None:
    with start(DB_SSL_CA=str(stage.database.stranger)) as function:
        Client(function, stage.client.stage, stage.client.sent).get(PATH, status=503)


def pinned_keys(stage: Stage, start: Start) -> None:
    issuer = stage.people.issuer
    with start(COGNITO_JWKS=issuer.key_set, COGNITO_JWKS_URL="http://127.0.0.1:9/nobody") as function:
        client = Client(function, stage.client.stage, stage.client.sent)
        client.get("/api/v1/users/me/", token=stage.people.newcomers_token())


def no_keys(stage: Stage, start: Start) -> None:
    with start(COGNITO_JWKS_URL="http://127.0.0.1:9/nobody") as function:
        client = Client(function, stage.client.stage, stage.client.sent)
        reply = client.get("/api/v1/users/me/", status=503, token=stage.people.newcomers_token())
        expect(int(reply.headers["retry-after"]) > 0, "it does not say when to try again")
