"""Fill the configured database with a million copies that people have won, beside what is there already.

    python -m benchmarks.big [--copies 1000000] [--check] [--json]          make seed-big

Locally only; SQLite, MariaDB or MySQL, whichever DATABASE_URL names. Everything is one transaction, so that an interruption
leaves nothing behind. What stands there afterwards satisfies collectibles/invariants.py (`--check` asks it): each copy
has its grant and its line in the ledger, counters and scores agree, and numbers go on where these end.
"""

import argparse
import json
import os
import sys
import time
from typing import Any

from benchmarks.loading import bar_of, no_triggers, ranges, run

PER_PERSON, COLLECTIONS, MISSIONS, POINTS = 10, 20, 4, 10
CHUNK = 20_000
SMALLEST = 10_000
SLOW = 1_800  # seconds that one statement may take here
SHIFT = 37  # by how much each round of copies moves on among the collectibles
NAME = "big"  # what the people are called, by which they are found again

# Words in capitals are numbers of this run. NUMBERS counts from 0; TEXT(...) and MOMENT(...) are the database's own.
CATALOGUE = """
INSERT INTO communities_community (id, title, description, media) VALUES (COMMUNITY, '{"en":"A large club"}', '{}', '{}');
INSERT INTO catalog_project (id, name, attributes) VALUES (PROJECT, '{"en":"A large show"}', '{}');
INSERT INTO catalog_category (id, name) VALUES (CATEGORY, '{"en":"Part of many"}');
INSERT INTO catalog_collection (id, community_id, project_id, name, description, media)
  SELECT COLLECTION0 + n, COMMUNITY, PROJECT, {collection}, '{}', '{}' FROM seed_numbers WHERE n < COLLECTIONS;
INSERT INTO collectibles_collectible
  (id, collection_id, category_id, label, name, description, media, circulation, minted, status, published_at, points)
  SELECT THING0 + n, COLLECTION0 + n % COLLECTIONS, CATEGORY, {label}, {thing}, '{}', '{}',
  CASE WHEN n % 2 = 0 THEN 2 * EACH END, EACH, 'available', '2025-12-01 00:00:00', POINTS FROM seed_numbers WHERE n < THINGS;
INSERT INTO collectibles_editionsegment (collectible_id, first, last, {key})
  SELECT THING0 + n, 1, CASE WHEN n % 2 = 0 THEN EACH END, 1 + n FROM seed_numbers WHERE n < THINGS;
INSERT INTO collectibles_distribution
  (id, project_id, name, description, kind, starts_at, ends_at, redeemed, draw)
  VALUES (CAMPAIGN, PROJECT, '{"en":"A large campaign"}', '{}', 'scan', '2025-12-01 00:00:00', '2035-12-01 00:00:00', COPIES, 'from-pool');
INSERT INTO collectibles_distributioncollectible (distribution_id, collectible_id)
  SELECT CAMPAIGN, THING0 + n FROM seed_numbers WHERE n < THINGS;
INSERT INTO collectibles_mission
  (id, collection_id, title, description, reward_text, kind, goal, points, starts_at, media, counted_version)
  SELECT MISSION0 + n, COLLECTION0 + n, '{"en":"Any two of them"}', '{}', '{}', 'collect_count', 2, 0, '2025-12-01 00:00:00', '{}', 1
  FROM seed_numbers WHERE n < MISSIONS
"""
PEOPLE = """
INSERT INTO users_user (id, password, is_superuser, cognito_sub, username, status, score, created_at)
  SELECT PERSON0 + n, '!', 0, {sub}, {username}, 'active', PER_PERSON * POINTS, '2025-12-31 00:00:00'
  FROM seed_numbers WHERE n BETWEEN FIRST AND LAST
"""
COPIES = """
INSERT INTO collectibles_copy (id, collectible_id, mint, owner_id, acquired_at)
  SELECT COPY0 + ROUND * PEOPLE + n, THING0 + (n + ROUND * SHIFT) % THINGS, ROUND * SHARE + (n - n % THINGS) / THINGS + 1,
  PERSON0 + n, {moment} FROM seed_numbers WHERE n BETWEEN FIRST AND LAST;
INSERT INTO collectibles_grant (id, user_id, distribution_id, copy_id, source, code_id, created_at, updated_at)
  SELECT GRANT0 + ROUND * PEOPLE + n, PERSON0 + n, CAMPAIGN, COPY0 + ROUND * PEOPLE + n, 'code', CODE0 + ROUND, {moment}, {moment}
  FROM seed_numbers WHERE n BETWEEN FIRST AND LAST;
INSERT INTO collectibles_copyevent (copy_id, kind, to_user_id, at, grant_id)
  SELECT COPY0 + ROUND * PEOPLE + n, 'minted', PERSON0 + n, {moment}, GRANT0 + ROUND * PEOPLE + n
  FROM seed_numbers WHERE n BETWEEN FIRST AND LAST
"""
PROGRESS = """
INSERT INTO collectibles_missionprogress (user_id, mission_id, progress, completed_at)
  SELECT c.owner_id, m.id, CASE WHEN COUNT(*) > m.goal THEN m.goal ELSE COUNT(*) END,
  CASE WHEN COUNT(*) >= m.goal THEN '2026-06-01 00:00:00' END
  FROM collectibles_mission m
  JOIN collectibles_collectible k ON k.collection_id = m.collection_id
  JOIN collectibles_copy c ON c.collectible_id = k.id
  WHERE m.id >= MISSION0 AND c.id >= COPY0 GROUP BY c.owner_id, m.id, m.goal
"""
MYSQL = {
    "collection": """CONCAT('{"en":"Collection ', n, '","de":"Sammlung ', n, '"}')""",
    "thing": """CONCAT('{"en":"Door ', n, '","de":"Tür ', n, '"}')""",
    "label": """CONCAT('{"en":"No. ', n, '","de":"Nr. ', n, '"}')""",
    "sub": "CONCAT('BIG-', n)",
    "username": "CONCAT('BIG_', n)",
    "moment": "'2026-01-01 00:00:00' + INTERVAL (ROUND * PEOPLE + n) * 7 SECOND",
    "key": "`key`",
}
SQLITE = {
    "collection": """'{"en":"Collection ' || n || '","de":"Sammlung ' || n || '"}'""",
    "thing": """'{"en":"Door ' || n || '","de":"Tür ' || n || '"}'""",
    "label": """'{"en":"No. ' || n || '","de":"Nr. ' || n || '"}'""",
    "sub": "'BIG-' || n",
    "username": "'BIG_' || n",
    "moment": "datetime('2026-01-01', '+' || ((ROUND * PEOPLE + n) * 7) || ' seconds')",
    "key": '"key"',
}


def main() -> int:
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    import django
    from django.conf import settings
    from django.db import connection

    django.setup()
    if not settings.LOCAL:
        sys.exit("make seed-big fills a database for play: it wants ENV=local.")
    started = time.monotonic()
    found = {"database": str(connection.settings_dict["NAME"]), **seed(options.copies)}
    found["seconds"] = round(time.monotonic() - started, 1)
    if options.check:
        from collectibles import invariants

        found["violations"] = invariants.violations()
    print(json.dumps(found) if options.json else words(found))
    return 1 if found.get("violations") else 0


def arguments() -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m benchmarks.big", description=__doc__, formatter_class=raw)
    parser.add_argument("--copies", type=int, default=1_000_000, help=f"a multiple of {SMALLEST:,} (1,000,000)")
    parser.add_argument("--check", action="store_true", help="ask every invariant afterwards: takes minutes")
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args()
    if options.copies < SMALLEST or options.copies % SMALLEST:
        parser.error(f"--copies must be a multiple of {SMALLEST:,}")
    return options


def words(found: dict[str, Any]) -> str:
    said = f"{found['copies']:,} copies of {found['people']:,} people in {found['database']}, {found['seconds']} s"
    broken = found.get("violations")
    return said if broken is None else f"{said}; {'no violation' if not broken else f'VIOLATED: {broken}'}"


def seed(copies: int) -> dict[str, int]:
    """How many rows of what there are now."""
    from django.db import connection

    from kloppocar import patience

    with patience.of(connection, seconds=SLOW):
        refuse_unready(connection)
        people = copies // PER_PERSON
        make_numbers(connection, people)
        try:
            with no_triggers():
                fill(connection, copies, people)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS seed_numbers")
    return {"copies": copies, "people": people}


def refuse_unready(connection: Any) -> None:
    from kloppocar import triggers
    from users.models import User

    if not triggers.is_used(connection):
        sys.exit("Run manage.py migrate and manage.py apply_triggers first.")
    if User.objects.filter(cognito_sub=f"{NAME}-0").exists():
        sys.exit("This database has been filled before. Take another one (DATABASE_URL), or remove it.")


def make_numbers(connection: Any, count: int) -> None:
    """A table of numbers, doubled until it is large enough: no database of the three has the same other way."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS seed_numbers")
        cursor.execute("CREATE TABLE seed_numbers (n INTEGER PRIMARY KEY)")
        cursor.execute("INSERT INTO seed_numbers VALUES (0)")
        size = 1
        while size < count:
            cursor.execute(f"INSERT INTO seed_numbers SELECT n + {size} FROM seed_numbers WHERE n + {size} < {count}")
            size *= 2


def fill(connection: Any, copies: int, people: int) -> None:
    from django.db import transaction

    things = people // 100
    places = first_ids() | {
        "THINGS": things, "EACH": copies // things, "SHARE": people // things, "COPIES": copies, "PEOPLE": people,
        "COLLECTIONS": min(COLLECTIONS, things), "MISSIONS": MISSIONS, "POINTS": POINTS, "PER_PERSON": PER_PERSON,
        "SHIFT": SHIFT, "BIG": NAME,
    }  # fmt: skip
    dialect = MYSQL if connection.vendor == "mysql" else SQLITE
    with transaction.atomic(), connection.cursor() as cursor, bar_of(copies + people, "filling") as bar:
        if connection.vendor == "mysql":  # of this connection alone, which `patience` closes
            cursor.execute("SET foreign_key_checks = 0, unique_checks = 0")
        run(cursor, spoken(CATALOGUE, dialect), places)
        make_codes(places["CODE0"], places["CAMPAIGN"], people)
        for first, last in ranges(people, CHUNK, bar):
            part = {"FIRST": first - 1, "LAST": last - 1}
            run(cursor, spoken(PEOPLE, dialect), places | part)
        for number in range(PER_PERSON):
            for first, last in ranges(people, CHUNK, bar):
                part = {"FIRST": first - 1, "LAST": last - 1, "ROUND": number}
                run(cursor, spoken(COPIES, dialect), places | part)
        run(cursor, PROGRESS, places)
    with connection.cursor() as cursor:
        look_again(connection, cursor)


def spoken(script: str, dialect: dict[str, str]) -> str:
    for name, expression in dialect.items():
        script = script.replace("{" + name + "}", expression)
    return script


def first_ids() -> dict[str, int]:
    """The ids from which on nothing is taken."""
    from catalog.models import Category, Collection, Project
    from collectibles.models import Collectible, Copy, Distribution, DistributionCode, Grant, Mission
    from communities.models import Community
    from users.models import User

    tables = {
        "COMMUNITY": Community, "PROJECT": Project, "CATEGORY": Category, "COLLECTION0": Collection,
        "THING0": Collectible, "CAMPAIGN": Distribution, "CODE0": DistributionCode, "PERSON0": User, "COPY0": Copy,
        "GRANT0": Grant, "MISSION0": Mission,
    }  # fmt: skip
    return {
        name: 1 + (model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)
        for name, model in tables.items()
    }


def make_codes(first: int, campaign: int, people: int) -> None:
    """One a round, unlimited: everybody has used each once."""
    from collectibles import codes
    from collectibles.models import DistributionCode

    DistributionCode.objects.bulk_create(
        DistributionCode(pk=first + number, distribution_id=campaign, code=codes.new_code(), max_uses=None, uses=people)
        for number in range(PER_PERSON)
    )


def look_again(connection: Any, cursor: Any) -> None:
    """The database learns how large its tables are by now, by which it chooses its ways."""
    if connection.vendor == "mysql":
        cursor.execute("ANALYZE TABLE " + ", ".join(connection.introspection.table_names(cursor)))
        cursor.fetchall()
    else:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    sys.exit(main())
