"""What the app opens with: home, inbox, gallery and the lists around them, in a large database and in a tenth of it.

    python -m benchmarks.home [--json] [--users 100000] [--copies 1000000] [--rounds 100]

Starts a MariaDB of its own and takes about three minutes. One person owns 10,000 copies and has 1,000 messages. Each read
is asked in three worlds: the whole, one with a tenth of everybody else, and one with a tenth of everything. It is flat
when the first two agree; what grows with a person's own rows shows in the third.
"""

import argparse
import json
import os
import statistics
import sys
import time
from typing import Any, NamedTuple

from tqdm import tqdm

from benchmarks.loading import no_triggers, ranges, run
from benchmarks.triggers import empty
from scripts.mariadb import MariaDB, MariaDBError, heed_signals

CHUNK = 100_000
WARM = 10
SUB = "be000000-0000-4000-8000-000000000001"
ROUTES = {
    "home": "home/",
    "inbox, first page": "inbox/",
    "unread count": "inbox/unread_count/",
    "gallery, first page": "collections/3/gallery/",
    "my copies, first page": "copies/",
    "news, first page": "news/",
    "running challenges": "challenges/?running=true",
    "a challenge's top list": "challenges/1/contributions/",
    "the same, deep down": "challenges/1/contributions/?page_size=50&cursor=DEEP",
    "moderation log": "communities/1/moderation/",
}


class World(NamedTuple):
    """How much there is; `mine` and `messages` are one person's own."""

    users: int
    copies: int
    mine: int = 10_000
    messages: int = 1_000


# What staff have made is the same in every world: 2,000 collectibles, 200 missions, 20 challenges, 500 news.
STAFF = f"""
INSERT INTO communities_community (id, title, description, media) SELECT seq, '{{"en":"Club"}}', '{{}}', '{{}}' FROM seq_1_to_10;
INSERT INTO catalog_project (id, name, attributes) VALUES (1, '{{"en":"Show"}}', '{{}}');
INSERT INTO catalog_category (id, name) SELECT seq, '{{"en":"Part"}}' FROM seq_1_to_10;
INSERT INTO catalog_collection (id, community_id, project_id, name, description, media)
  SELECT seq, 1 + seq % 10, 1, '{{"en":"Set"}}', '{{}}', '{{}}' FROM seq_1_to_20;
INSERT INTO collectibles_collectible (id, collection_id, category_id, label, name, description, media, minted, status, published_at)
  SELECT seq, 1 + seq % 20, 1 + seq % 10, CONCAT('{{"en":"No. ', seq, '"}}'), CONCAT('{{"en":"Door ', seq, '","de":"Tür ', seq, '"}}'),
  CONCAT('{{"en":"', REPEAT('As it left the works. ', 10), '"}}'), '{{"image":{{"load":"https://media.example/1.png"}}}}', 9,
  'available', '2025-01-01' + INTERVAL seq MINUTE FROM seq_1_to_2000;
INSERT INTO users_rank (id, title, level, min_score) SELECT seq, '{{"en":"Rank"}}', seq, seq * 50 FROM seq_1_to_10;
INSERT INTO communities_newspost (community_id, header, short_body, body, posted_at, media)
  SELECT IF(seq % 2, 1 + seq % 10, NULL), '{{"en":"News"}}', '{{"en":"Bring your phone."}}',
  CONCAT('{{"en":"', REPEAT('A long story. ', 50), '"}}'), '2026-01-01' + INTERVAL seq HOUR, '{{}}' FROM seq_1_to_500;
INSERT INTO communities_challenge (id, community_id, title, description, goal, starts_at, media)
  SELECT seq, 1 + seq % 10, '{{"en":"Together"}}', '{{}}', 1000000, '2026-01-01', '{{}}' FROM seq_1_to_20;
INSERT INTO collectibles_mission (id, collection_id, title, description, reward_text, kind, goal, starts_at, media)
  SELECT seq, 1 + seq % 20, '{{"en":"All of them"}}', '{{}}', '{{"en":"A part"}}', IF(seq % 2, 'collect_set', 'collect_count'),
  50, '2026-01-01' + INTERVAL seq MINUTE, '{{}}' FROM seq_1_to_200;
INSERT INTO users_user (id, password, is_superuser, cognito_sub, username, status, score, created_at)
  VALUES (1, '!', 0, '{SUB}', 'person', 'active', 120, '2026-01-01')
"""
PEOPLE = """
INSERT INTO users_user (id, password, is_superuser, cognito_sub, username, status, score, created_at)
  SELECT seq, '!', 0, CONCAT('sub-', seq), CONCAT('user', seq), 'active', seq % 997, '2026-01-01' FROM seq_2_to_USERS;
INSERT INTO communities_membership (community_id, user_id, role)
  SELECT 1, seq, IF(seq = 1, 'moderator', 'member') FROM seq_1_to_USERS;
INSERT INTO communities_moderationentry (community_id, actor_id, subject_id, action, reason, created_at, updated_at)
  SELECT 1, 1, seq, 'removed', 'Spam', '2026-01-01', '2026-01-01' FROM seq_1_to_USERS WHERE seq % 10 = 0;
INSERT INTO communities_challengecontribution (challenge_id, user_id, count)
  SELECT 1, seq, 1 + seq % 97 FROM seq_1_to_USERS;
INSERT INTO communities_challengetally (challenge_id, shard, count) SELECT c.seq, s.seq, 50 FROM seq_1_to_20 c, seq_0_to_15 s;
INSERT INTO collectibles_missionprogress (user_id, mission_id, progress) SELECT seq, 1 + seq % 200, 9 FROM seq_2_to_USERS;
INSERT INTO collectibles_missionprogress (user_id, mission_id, progress, claimed_at)
  SELECT 1, seq, 1 + seq % 50, IF(seq % 5, NULL, '2026-02-01') FROM seq_1_to_200
"""
# Half of one's messages were for everyone; the others for oneself and, each, for a few hundred people more.
MESSAGES = """
INSERT INTO users_notification (id, header, body, media, publish_at, published_at, audience)
  SELECT seq, '{"en":"Hello","de":"Hallo"}', CONCAT('{"en":"', REPEAT('Something to tell. ', 10), '"}'), '{}',
  '2026-02-01' + INTERVAL seq MINUTE, '2026-02-01' + INTERVAL seq MINUTE, IF(seq % 2, 'everyone', 'selected')
  FROM seq_1_to_MESSAGES;
INSERT INTO users_notificationreceipt (notification_id, user_id, read_at)
  SELECT seq, 1, IF(seq % 3, NULL, '2026-03-01') FROM seq_1_to_MESSAGES WHERE seq % 2 = 0 OR seq % 3 = 0;
INSERT IGNORE INTO users_notificationreceipt (notification_id, user_id)
  SELECT 2 * (1 + seq % (MESSAGES DIV 2)), seq FROM seq_2_to_USERS
"""
COPIES = """
INSERT INTO collectibles_copy (collectible_id, mint, owner_id, acquired_at)
  SELECT 1 + seq % 2000, 1 + seq DIV 2000, IF(seq % (COPIES DIV MINE) = 0, 1, 2 + seq % (USERS - 1)),
  '2026-01-01' + INTERVAL (seq * 7919) % 1000003 SECOND FROM seq_FIRST_to_LAST
"""


def main() -> int:
    options = arguments()
    heed_signals()
    try:
        with MariaDB("--innodb-buffer-pool-size=1G", "--innodb-flush-log-at-trx-commit=0") as server:
            start_django(server)
            found = measure(options)
    except MariaDBError as error:
        print(f"No MariaDB server: {error}", file=sys.stderr)
        return 1
    print(json.dumps(found, indent=2) if options.json else table(found))
    return 0


def arguments() -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m benchmarks.home", description=__doc__, formatter_class=raw)
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--copies", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=100, help="of each read in each world")
    options = parser.parse_args()
    if options.users < 1_000 or options.copies < 200_000 or not 1 <= options.rounds <= 10_000:
        parser.error("--users from 1000, --copies from 200000, --rounds from 1 to 10000")
    return options


def start_django(server: MariaDB) -> None:
    os.environ |= {
        "ENV": "local",
        "DEBUG": "off",
        "LOG_LEVEL": "ERROR",
        "THROTTLING": "off",
        "DATABASE_URL": server.url,
    }
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """`{"worlds": {name: sizes}, "reads": {name: {world: {"queries", "rows", "ms", "p95", "cpu"}}}}`."""
    whole = World(options.users, options.copies)
    worlds = {
        "whole": whole,
        "a tenth of the others": World(whole.users // 10, whole.copies // 10),
        "a tenth of everything": World(whole.users // 10, whole.copies // 10, whole.mine // 10, whole.messages // 10),
    }
    found: dict[str, Any] = {"worlds": {name: world._asdict() for name, world in worlds.items()}, "reads": {}}
    steps = sum(world.copies for world in worlds.values()) + len(worlds) * len(ROUTES)
    with tqdm(total=steps, file=sys.stderr, disable=None) as bar:
        for world_name, world in worlds.items():
            bar.set_description(f"{world.users:,} users, {world.copies:,} copies")
            make(world, bar)
            for name, path in ROUTES.items():
                found["reads"].setdefault(name, {})[world_name] = read(f"/api/v1/{path}", options.rounds)
                bar.update()
    return found


def make(world: World, bar: tqdm) -> None:
    """By the server itself, and before the triggers are back: what they would write is here already."""
    from django.db import connection

    with no_triggers(), connection.cursor() as cursor:
        empty(cursor)
        cursor.execute("SET foreign_key_checks = 0, unique_checks = 0")
        places = {name.upper(): number for name, number in world._asdict().items()}
        for script in (STAFF, PEOPLE, MESSAGES):
            run(cursor, script, places)
        for first, last in ranges(world.copies, CHUNK, bar):
            run(cursor, COPIES, places | {"FIRST": first, "LAST": last})
        cursor.execute("SET foreign_key_checks = 1, unique_checks = 1")
        cursor.execute("ANALYZE TABLE " + ", ".join(connection.introspection.table_names(cursor)))
        cursor.fetchall()


def read(path: str, rounds: int) -> dict[str, float]:
    """One person's read: statements, rows that the server touched, and milliseconds, all of them in this process."""
    from django.db import connection
    from rest_framework.test import APIClient

    from kloppocar.api.pagination import Column, encode
    from kloppocar.api.requests import QueryCounter
    from users import local_issuer

    path = path.replace("DEEP", encode([Column("count", True), Column("id", True)], [2, 0], backwards=False))
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {local_issuer.access_token(sub=SUB, staff=False)}")
    for _ in range(WARM):
        response = client.get(path)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}: {response.content[:300]!r}")
    before, counter = rows_read(), QueryCounter()
    with connection.execute_wrapper(counter):
        client.get(path)
    touched = rows_read() - before
    wall, cpu = [], []
    for _ in range(rounds):
        wall_before, cpu_before = time.perf_counter(), time.process_time()
        client.get(path)
        wall.append((time.perf_counter() - wall_before) * 1000)
        cpu.append((time.process_time() - cpu_before) * 1000)
    return {
        "queries": counter.count,
        "rows": touched,
        "ms": round(statistics.median(wall), 2),
        "p95": round(sorted(wall)[int(len(wall) * 0.95)], 2),
        "cpu": round(statistics.median(cpu), 2),
    }


def rows_read() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
        return sum(int(value) for _, value in cursor.fetchall())


def table(found: dict[str, Any]) -> str:
    worlds = found["worlds"]
    lines = ["Median milliseconds, statements, and rows that the server touched, on MariaDB:"]
    lines += [
        f"  {name}: " + ", ".join(f"{number:,} {what}" for what, number in sizes.items())
        for name, sizes in worlds.items()
    ]
    lines += ["", f"{'':26}" + "".join(f"{name:>29}" for name in worlds)]
    for name, figures in found["reads"].items():
        cells = (f"{each['ms']:9.2f}{each['queries']:6}{each['rows']:14,}" for each in figures.values())
        lines.append(f"{name:26}" + "".join(cells))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
