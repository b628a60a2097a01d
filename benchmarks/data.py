"""Rows to measure on: one database a size, made by the server itself from its sequence engine, kept between runs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import MySQLdb

from benchmarks.loading import bar_of, ranges, run
from scripts.mariadb import MariaDB

FOLDER = Path(__file__).resolve().parent.parent / ".local" / "bench"
SIZES = {"1k": 1_000, "100k": 100_000, "1m": 1_000_000}
CHUNK = 20_000
MINE = 60  # copies of the person whose token is sent
VERSION = 2  # raise it when the rows below change: kept databases are made anew
SUB = "be000000-0000-4000-8000-000000000001"
REDEEMER = "sub-2"

DESCRIPTION = "A part of the car that everybody remembers, drawn by hand and numbered. "
PARENTS = f"""
INSERT INTO communities_community (id, title, description, media) VALUES
  (1, '{{"en":"Club","de":"Verein"}}', '{{}}', '{{}}');
INSERT INTO catalog_project (id, name, attributes) VALUES (1, '{{"en":"Roadshow"}}', '{{}}');
INSERT INTO catalog_category (id, name) SELECT seq, CONCAT('{{"en":"Part ', seq, '","de":"Teil ', seq, '"}}') FROM seq_1_to_10;
INSERT INTO catalog_sponsor (id, name, description, organization, urls, media)
  SELECT seq, CONCAT('{{"en":"Sponsor ', seq, '"}}'), '{{}}', '{{}}', '{{}}', '{{"image":{{"load":"https://media.example/s.png"}}}}'
  FROM seq_1_to_5;
INSERT INTO catalog_collection (id, community_id, project_id, name, description, media)
  SELECT seq, 1, 1, CONCAT('{{"en":"Collection ', seq, '","de":"Sammlung ', seq, '"}}'), '{{}}', '{{}}' FROM seq_1_to_50;
INSERT INTO users_user (id, password, is_superuser, cognito_sub, username, status, score, created_at)
  SELECT seq, '!', 0, IF(seq = 1, '{SUB}', CONCAT('sub-', seq)), CONCAT('user', seq), 'active', seq, '2025-01-01'
  FROM seq_1_to_2000;
INSERT INTO users_rank (id, title, level, min_score) VALUES (1, '{{"en":"Novice"}}', 1, 0), (2, '{{"en":"Master"}}', 2, 500);
"""
COLLECTIBLES = f"""
INSERT INTO collectibles_collectible
  (id, collection_id, category_id, label, name, description, media, circulation, minted, status, published_at, points,
   created_at, updated_at)
SELECT seq, 1 + seq % 50, 1 + seq % 10, '{{"en":"No.","de":"Nr."}}',
  CONCAT('{{"en":"Door ', seq, '","de":"Tür ', seq, '"}}'),
  '{{"en":"{DESCRIPTION * 2}","de":"{DESCRIPTION * 2}"}}',
  CONCAT('{{"image":{{"load":"https://media.example/', seq, '.png"}},"model":{{"url":"https://media.example/', seq, '.glb"}}}}'),
  IF(seq % 3 = 0, NULL, 1000000), seq % 997, IF(seq % 50 = 7, 'draft', 'available'),
  '2025-01-01' + INTERVAL seq SECOND, 10,
  '2026-01-01 00:00:00.123456', '2026-02-01 00:00:00.5' FROM seq_{{first}}_to_{{last}};
INSERT INTO collectibles_collectiblesponsor (collectible_id, sponsor_id, message)
  SELECT seq, 1 + seq % 5, '{{"en":"Drive safely"}}' FROM seq_{{first}}_to_{{last}} WHERE seq % 10 = 0;
INSERT INTO collectibles_copy (id, collectible_id, mint, owner_id, acquired_at)
  SELECT seq, seq, 1 + seq % 997, IF(seq % (1 + {{rows}} DIV {MINE}) = 1, 1, 2 + seq % 1999),
  '2026-03-01' + INTERVAL seq SECOND FROM seq_{{first}}_to_{{last}};
"""
# What the app shows beside the catalogue: 100 missions, 200 messages, and a campaign that gives collectible 3.
EXTRAS = """
INSERT INTO collectibles_mission (id, collection_id, title, description, reward_text, kind, goal, starts_at, media)
  SELECT seq, 1 + seq % 50, '{"en":"All of them","de":"Alle"}', '{}', '{"en":"A part"}',
  IF(seq % 2, 'collect_set', 'collect_count'), 50, '2026-01-01' + INTERVAL seq MINUTE, '{}' FROM seq_1_to_100;
INSERT INTO collectibles_missioncollectible (mission_id, collectible_id)
  SELECT m.seq, m.seq % 50 + 50 * c.seq FROM seq_1_to_100 m JOIN seq_1_to_5 c;
INSERT INTO collectibles_missionprogress (user_id, mission_id, progress) SELECT 1, seq, 1 + seq % 60 FROM seq_1_to_80;
INSERT INTO users_notification (header, body, media, publish_at, published_at, audience)
  SELECT '{"en":"Hello","de":"Hallo"}', '{"en":"Something to tell.","de":"Etwas zu erzählen."}', '{}',
  '2026-02-01' + INTERVAL seq MINUTE, '2026-02-01' + INTERVAL seq MINUTE, 'everyone' FROM seq_1_to_200;
INSERT INTO users_notificationreceipt (notification_id, user_id, read_at)
  SELECT seq, 1, '2026-03-01' FROM seq_1_to_200 WHERE seq % 3 = 0;
INSERT INTO collectibles_distribution (id, project_id, name, description, kind, draw, starts_at, ends_at)
  VALUES (1, 1, '{"en":"Campaign"}', '{}', 'scan', 'from-pool', '2020-01-01', '2099-01-01');
INSERT INTO collectibles_distributioncollectible (distribution_id, collectible_id, weight) VALUES (1, 3, 1);
UPDATE collectibles_collectible SET minted = 1000 WHERE id = 3
"""
CODES = """
INSERT INTO collectibles_distributioncode (distribution_id, code, max_uses)
  SELECT 1, CONCAT(%s, seq), 1 FROM seq_0_to_9999
"""


@contextmanager
def server() -> Iterator[MariaDB]:
    """A MariaDB whose data stays in .local/bench/; one run at a time."""
    with MariaDB("--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=2G", folder=FOLDER) as mariadb:
        yield mariadb


def connect(mariadb: MariaDB, database: str) -> MySQLdb.Connection:
    return MySQLdb.connect(
        host="127.0.0.1", port=mariadb.port, user=mariadb.user, password=mariadb.password, database=database,
        charset="utf8mb4", autocommit=True,
    )  # fmt: skip


def name_of(size: str) -> str:
    return f"bench_{size}_v{VERSION}"


def load(mariadb: MariaDB, size: str) -> str:
    """The address of a database with that many rows; made on first use."""
    name = name_of(size)
    url = mariadb.url.rpartition("/")[0] + "/" + name
    with connect(mariadb, "mysql") as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s AND table_name = 'loaded'", [name]
        )
        if cursor.fetchone()[0]:
            return url
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    manage(url, "migrate", "--verbosity=0")
    fill(connect(mariadb, name), SIZES[size], size)
    manage(url, "apply_triggers")
    return url


def fill(connection: MySQLdb.Connection, rows: int, label: str) -> None:
    """Before the triggers are there: what they would write is not measured, and they would take hours."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00', foreign_key_checks = 0, unique_checks = 0")
        run(cursor, PARENTS)
        with bar_of(rows, f"loading {label}") as bar:
            for first, last in ranges(rows, CHUNK, bar):
                run(cursor, COLLECTIBLES, {"{first}": first, "{last}": last, "{rows}": rows})
        run(cursor, EXTRAS)
        tables = ["collectible", "collectiblesponsor", "copy", "mission", "missioncollectible", "missionprogress"]
        run(cursor, "ANALYZE TABLE " + ", ".join(f"collectibles_{table}" for table in tables))
        run(cursor, "CREATE TABLE loaded (id INT)")


def codes(mariadb: MariaDB, size: str, prefix: str) -> None:
    """Ten thousand codes for one use each: the prefix, and a number from 0."""
    with connect(mariadb, name_of(size)) as connection, connection.cursor() as cursor:
        cursor.execute(CODES, [prefix])


def manage(url: str, *arguments: str) -> None:
    environment = os.environ | {"ENV": "local", "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
