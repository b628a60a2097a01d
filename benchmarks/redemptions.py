"""Redemptions a second: real processes that redeem single-use codes, all of one campaign or of a hundred.

The service is called, not HTTP, in a database of its own beside the kept ones.
"""

import os
import subprocess
import sys
import time
from typing import Any

from benchmarks import data
from scripts.mariadb import MariaDB

CAMPAIGNS = {"one hot campaign": 1, "a hundred campaigns": 100}
PROCESSES = 4
PEOPLE = 2_000
PREPARE = """
DELETE FROM collectibles_distributioncollectible;
DELETE FROM collectibles_distribution;
INSERT INTO collectibles_distribution (id, project_id, name, description, kind, draw, starts_at, ends_at)
  SELECT seq, 1, '{"en":"Campaign"}', '{}', 'scan', 'from-pool', '2020-01-01', '2099-01-01' FROM seq_1_to_100;
INSERT INTO collectibles_distributioncollectible (distribution_id, collectible_id, weight)
  SELECT seq, seq + IF(seq % 50 = 7, 1, 0), 1 FROM seq_1_to_100;
UPDATE collectibles_collectible SET circulation = NULL, minted = 0;
"""
CODES = """
INSERT INTO collectibles_distributioncode (distribution_id, code, max_uses)
  SELECT 1 + seq %% %s, CONCAT('BENCH.', %s, '.', seq), 1 FROM seq_1_to_%s
"""


def measure(mariadb: MariaDB, redemptions: int) -> dict[str, float]:
    """Redemptions a second for each number of campaigns."""
    url = scratch(mariadb)
    with data.connect(mariadb, "bench_redemptions") as connection, connection.cursor() as cursor:
        for campaigns in CAMPAIGNS.values():
            cursor.execute(CODES, [campaigns, campaigns, redemptions])
    return {name: rate(url, campaigns, redemptions) for name, campaigns in CAMPAIGNS.items()}


def scratch(mariadb: MariaDB) -> str:
    with data.connect(mariadb, "mysql") as connection, connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS bench_redemptions")
        cursor.execute("CREATE DATABASE bench_redemptions CHARACTER SET utf8mb4")
    url = mariadb.url.rpartition("/")[0] + "/bench_redemptions"
    data.manage(url, "migrate", "--verbosity=0")
    connection = data.connect(mariadb, "bench_redemptions")
    data.fill(connection, data.SIZES["1k"], "campaigns")
    with data.connect(mariadb, "bench_redemptions") as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM collectibles_copy")
        data.run(cursor, PREPARE)
    data.manage(url, "apply_triggers")
    return url


def rate(url: str, campaigns: int, redemptions: int) -> float:
    """Each process redeems its share; the clock runs from when all are warm until the last has ended."""
    share = redemptions // PROCESSES
    environment = os.environ | {"ENV": "local", "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.redemptions", str(campaigns), str(1 + number * share), str(share)],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for number in range(PROCESSES)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout
        worker.stdout.readline()
    started = time.perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.close()
    codes = [worker.wait() for worker in workers]
    if any(codes):
        raise SystemExit("a process of redemptions failed")
    return PROCESSES * share / (time.perf_counter() - started)


def work(campaigns: int, first: int, share: int) -> None:
    """One process: warm up with a code that does not exist, wait for the word, redeem."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    import django

    django.setup()
    from collectibles.services import redeem
    from kloppocar.api.errors import Refusal
    from users.models import User

    people: list[Any] = list(User.objects.order_by("id")[:PEOPLE])
    try:
        redeem(user=people[0], code="NO-SUCH-CODE")
    except Refusal:
        print("ready", flush=True)
    sys.stdin.read()
    for number in range(first, first + share):
        redeem(user=people[number % len(people)], code=f"BENCH.{campaigns}.{number}")


if __name__ == "__main__":
    work(*map(int, sys.argv[1:]))
