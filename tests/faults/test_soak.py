"""Ten thousand requests of every kind, one process: memory stays flat, no connection is left behind."""

import logging
import re
import threading
from collections import Counter
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.faults.serving import serving
from tests.triggers.plain_sql import mysql_only

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.deep, mysql_only("SQLite has no server")]

THREADS, WARM, REQUESTS = 4, 2_000, 10_000


def resident(process):
    """Megabytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


def visits(api, sub, codes):
    """What people and scanners do, over and over."""
    new = iter(codes)
    requests = [
        lambda: api.redeem(sub, next(new, "7Q2M4K9XABG")),
        lambda: api.redeem(sub, codes[0]),
        lambda: api.ask("/api/v1/redemptions/preview/", sub=sub, body={"code": codes[-1]}),
        lambda: api.ask("/api/v1/collectibles/?lang=de&ordering=-created_at"),
        lambda: api.ask("/api/v1/copies/?page_size=20&count=true", sub=sub),
        lambda: api.ask("/api/v1/missions/", sub=sub),
        lambda: api.ask("/api/v1/users/me/", sub=sub, method="PATCH", body={"language": "de"}),
        lambda: api.ask("/api/v1/collectibles/999999999/"),
        lambda: api.ask("/api/v1/collectibles/?colour=red"),
        lambda: api.ask("/api/v1/users/me/"),
    ]
    return cycle(requests)


def test_memory_is_flat_over_ten_thousand_requests(server):
    people = server.people(THREADS, 300)
    statuses = Counter()
    with serving(server.app_url, threads=THREADS) as api:
        rounds = [visits(api, sub, codes) for sub, codes in people.items()]
        run(rounds, WARM, statuses)
        begin = resident(api.worker())
        run(rounds, REQUESTS, statuses)
        end = resident(api.worker())
        open_now = server.sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'app'")[0][0]
    log.warning("%s, %.1f MB after %d requests, %.1f MB after %d more", statuses, begin, WARM, end, REQUESTS)

    assert set(statuses) <= {200, 201, 400, 401, 404, 409}
    assert statuses[201] == THREADS * 300
    assert end < begin * 1.05
    assert open_now <= THREADS
    assert server.state()["violations"] == {}


def run(rounds, number, statuses):
    """So many requests, shared by as many threads as there are rounds."""

    def visit(requests):
        for request in islice(requests, number // len(rounds)):
            statuses[request().status] += 1

    threads = [threading.Thread(target=visit, args=[each]) for each in rounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
