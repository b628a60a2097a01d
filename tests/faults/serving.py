"""The API as gunicorn serves it, and people who talk to it over HTTP."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import NamedTuple

from django.conf import settings

from scripts.mariadb import free_port
from users import local_issuer

SECONDS_TO_START = 60


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: dict
    seconds: float

    @property
    def code(self):
        return self.body["errors"][0]["code"]


class Api:
    """One server process with some threads, each of which keeps its connection to the database."""

    def __init__(self, process, port):
        self.process, self.port = process, port

    def ask(self, path, *, sub=None, body=None, staff=False, method=None):
        headers = {"Content-Type": "application/json"}
        if sub:
            headers["Authorization"] = f"Bearer {token(sub, staff)}"
        started = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        try:
            method = method or ("GET" if body is None else "POST")
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        answer = json.loads(text) if text[:1] in (b"{", b"[") else {}
        return Answer(response.status, dict(response.getheaders()), answer, time.monotonic() - started)

    def redeem(self, sub, code):
        return self.ask("/api/v1/redemptions/", sub=sub, body={"code": code})

    def worker(self):
        """The process id of the one that answers; gunicorn's own only watches over it."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as children:
            return int(children.read().split()[0])


@contextmanager
def serving(url, *, threads=8, **environment):
    """The API on a free port, with this database; stopped afterwards."""
    port = free_port()
    given = {"ENV": "local", "DATABASE_URL": url, "LOG_LEVEL": "CRITICAL", "WEB_CONCURRENCY": "1"}
    given |= {"THREADS": str(threads), "ALLOWED_HOSTS": "127.0.0.1", "THROTTLING": "off"}
    command = [sys.executable, "-m", "gunicorn", "--config", "scripts/gunicorn.conf.py", "--log-level", "warning"]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "kloppocar.wsgi"],
        env=os.environ | given | environment,
        cwd=settings.BASE_DIR,
    )
    try:
        api = Api(process, port)
        wait_until(lambda: answers(api), SECONDS_TO_START)
        yield api
    finally:
        process.send_signal(signal.SIGKILL) if process.poll() is not None else process.terminate()
        process.wait(30)


def answers(api):
    try:
        return api.ask("/health/live/").status == 200
    except OSError:
        return False


def wait_until(holds, seconds):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


tokens = {}


def token(sub, staff):
    """Signed once: it takes longer than a request."""
    if (sub, staff) not in tokens:
        tokens[sub, staff] = local_issuer.access_token(sub=sub, staff=staff)
    return tokens[sub, staff]
