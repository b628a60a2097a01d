"""The database server stops under load and comes back: nobody is told of a copy that is lost, and all can go on."""

import json
import logging
import os
import subprocess
import sys
import time
from collections import Counter

import pytest
from django.conf import settings
from django.db import connection

from scripts.mariadb import MariaDB

log = logging.getLogger(__name__)
STATE = """
import json
from collectibles.invariants import violations
from collectibles.models import Grant
grants = list(Grant.objects.values_list("user", "code__code", "copy"))
print(json.dumps({"violations": violations(), "grants": grants}))
"""

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(connection.vendor != "mysql", reason="SQLite has no server"),
]


@pytest.fixture(scope="module")
def server():
    """Of its own: the suite's server is others' as well."""
    with MariaDB() as server:
        manage(server, "migrate", "-v0")
        manage(server, "apply_triggers")
        yield server


def manage(server, *arguments):
    environment = os.environ | {"DATABASE_URL": server.url}
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("way", ["kill", "stop"])
def test_the_server_goes_down_under_load_and_comes_back(server, way):
    scanning = subprocess.Popen(
        [sys.executable, "-m", "tests.collectibles.scanning"],
        env=os.environ
        | {"DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": "kloppocar.settings", "LOG_LEVEL": "ERROR"},
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    time.sleep(6)
    down = time.monotonic()
    getattr(server, way)()
    time.sleep(2)
    server.start()
    up = time.monotonic()
    time.sleep(6)
    answers = [json.loads(line) for line in scanning.communicate()[0].splitlines()]

    statuses = Counter(answer["status"] for answer in answers)
    assert set(statuses) <= {201, 409, 503}
    assert statuses[201] > 50
    assert statuses[503] > 5
    assert [answer for answer in answers if answer["status"] == 503 and not down <= answer["at"] <= up + 5] == []
    first = min(answer["at"] for answer in answers if answer["at"] > up and answer["status"] == 201)
    assert first - up < 5
    state = json.loads(manage(server, "shell", "-v0", "-c", STATE))
    assert state["violations"] == {}
    given = {(user, code): copy for user, code, copy in state["grants"]}
    told = [answer for answer in answers if answer["status"] in {201, 409}]
    assert all(given[answer["user"], answer["code"]] == answer["copy"] for answer in told)
    log.info("%s: %s, the first success %.2f s after the server's return", way, dict(statuses), first - up)
