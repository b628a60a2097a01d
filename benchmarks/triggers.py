"""What the triggers cost: a redemption, and a row of a bulk insert, with and without them, side by side.

    python -m benchmarks.triggers [--json] [--copies 100000] [--people 10000] [--rows 10000] [--redemptions 200]

Starts a MariaDB of its own and takes two or three minutes. Then the same bulk insert at 1,000, 10,000 and 100,000
copies and people: the cost of a row must not grow with either. What is measured is CPU, the server's and ours together:
other programs on the machine disturb it less than the clock.
"""

import argparse
import itertools
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.loading import no_triggers
from scripts.mariadb import MariaDB, heed_signals

COLLECTIONS, IN_COLLECTION, MISSIONS, IN_SET = 20, 50, 200, 5
ROUNDS = 3
SCALES = [1_000, 10_000, 100_000]
AT_ONCE = 1_000
INTO_PROGRESS = "INSERT INTO collectibles_missionprogress (user_id, mission_id, progress, completed_at)"
OWNED_NOW = [  # what the triggers would have kept
    f"""{INTO_PROGRESS}
    SELECT c.owner_id, m.id, LEAST(m.goal, {held}), IF({held} >= m.goal, UTC_TIMESTAMP(6), NULL)
    FROM collectibles_mission m {counts} JOIN collectibles_copy c ON c.collectible_id = {which}
    GROUP BY c.owner_id, m.id"""
    for held, counts, which in [
        (
            "COUNT(DISTINCT c.collectible_id)",
            "JOIN collectibles_missioncollectible e ON e.mission_id = m.id AND m.kind = 'collect_set'",
            "e.collectible_id",
        ),
        (
            "COUNT(*)",
            "JOIN collectibles_collectible k ON k.collection_id = m.collection_id AND m.kind = 'collect_count'",
            "k.id",
        ),
    ]
]
chance = random.Random(1)  # noqa: S311 - the same world every time


def main() -> int:
    options = arguments()
    heed_signals()
    with MariaDB() as server:
        os.environ |= {"ENV": "local", "DATABASE_URL": server.url, "LOG_LEVEL": "ERROR"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        found = measure(options, server)
    print(json.dumps(found, indent=2) if options.json else table(found, options))
    return 0


def arguments() -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="benchmarks.triggers", description=__doc__, formatter_class=raw)
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.add_argument("--copies", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=10_000, help="of the bulk insert")
    parser.add_argument("--redemptions", type=int, default=200)
    parser.add_argument("--scales", type=int, nargs="*", default=SCALES, help="copies, and people, to compare")
    return parser.parse_args()


def measure(options: argparse.Namespace, server: MariaDB) -> dict[str, Any]:
    """Milliseconds: `{"redemption": {"without", "with"}, "row": ..., "row_at": [{"copies", "people", ...}]}`."""
    worlds = [(options.copies, options.people)]
    worlds += [(copies, options.people) for copies in options.scales if copies != options.copies]
    worlds += [(options.copies, people) for people in options.scales if people != options.people]
    found: dict[str, Any] = {"row_at": []}
    with tqdm(total=len(worlds) * (2 * ROUNDS + 1) + 2 * ROUNDS * 2, file=sys.stderr, disable=None) as bar:
        for number, (copies, people) in enumerate(worlds):
            bar.set_description(f"{copies:,} copies, {people:,} people")
            make_world(copies, people)
            bar.update()
            if number == 0:
                found["redemption"] = with_and_without(partial(redemption, server, options.redemptions), bar)
                found["row_of_one_person"] = with_and_without(partial(row, server, options.rows, people=1), bar)
            row_cost = with_and_without(partial(row, server, options.rows, people=people), bar)
            found["row_at"].append({"copies": copies, "people": people, **row_cost})
    found["row"] = {key: found["row_at"][0][key] for key in ("without", "with")}
    return found


def with_and_without(work: Any, bar: tqdm) -> dict[str, float]:
    """The best of some rounds each; they alternate, so that a busy machine slows both."""
    times: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(ROUNDS):
        with no_triggers():
            times["without"].append(work())
        bar.update()
        times["with"].append(work())
        bar.update()
    return {name: round(min(values), 3) for name, values in times.items()}


def redemption(server: MariaDB, times: int) -> float:
    """Of one redemption, the mean of so many by as many people."""
    from collectibles.models import DistributionCode
    from collectibles.services import redeem
    from users.models import User

    code = DistributionCode.objects.get()
    newcomers = list(User.objects.exclude(grants__code=code).order_by("id")[:times])
    before = cpu_milliseconds(server)
    for user in newcomers:
        redeem(user=user, code=code.code)
    return (cpu_milliseconds(server) - before) / len(newcomers)


def row(server: MariaDB, count: int, *, people: int) -> float:
    """Of a row of a bulk insert of `count` copies for so many people; it is rolled back afterwards."""
    from django.db import connection, transaction

    from collectibles.models import Collectible
    from users.models import User

    things = list(Collectible.objects.values_list("id", flat=True))
    owners = list(User.objects.order_by("id").values_list("id", flat=True)[:people])
    rows = list(new_copies(things, owners, count, first_mint=10_000_000))
    with transaction.atomic(), connection.cursor() as cursor:
        before = cpu_milliseconds(server)
        insert(cursor, "collectibles_copy (collectible_id, owner_id, mint)", rows)
        took = cpu_milliseconds(server) - before
        transaction.set_rollback(True)
    return took / count


def cpu_milliseconds(server: MariaDB) -> float:
    """All that the server's threads and our own have used so far."""
    assert server.process is not None
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    theirs = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return (theirs + time.process_time()) * 1000


def make_world(copies: int, people: int) -> None:
    """200 missions in 20 collections of 50 collectibles, half of them sets of five, half counting copies."""
    from django.db import connection

    from collectibles.models import Collectible
    from users.models import User

    with no_triggers(), connection.cursor() as cursor:
        empty(cursor)
        make_catalogue()
        User.objects.bulk_create([User(cognito_sub=f"s{number}") for number in range(people)], batch_size=AT_ONCE)
        things = list(Collectible.objects.values_list("id", flat=True))
        owners = list(User.objects.values_list("id", flat=True))
        owned = new_copies(things, owners, copies, first_mint=1_000_000)  # redemptions count up from 1
        insert(cursor, "collectibles_copy (collectible_id, owner_id, mint)", list(owned))
        for query in OWNED_NOW:
            cursor.execute(query)
        cursor.execute("ANALYZE TABLE collectibles_copy, collectibles_missionprogress, users_user")
        cursor.fetchall()


def make_catalogue() -> None:
    from collectibles.models import Collectible, MissionCollectible
    from tests.make import make_category, make_code, make_collectible, make_collection, make_distribution, make_mission

    category = make_category()
    for _ in range(COLLECTIONS):
        collection = make_collection()
        things = [make_collectible(collection=collection, category=category) for _ in range(IN_COLLECTION)]
        for number in range(MISSIONS // COLLECTIONS // 2):
            listed = make_mission(goal=IN_SET, collection=collection)
            entries = [MissionCollectible(mission=listed, collectible=thing) for thing in chance.sample(things, IN_SET)]
            MissionCollectible.objects.bulk_create(entries)
            make_mission(kind="collect_count", goal=5 * (number + 1), collection=collection)
    make_code(make_distribution(*Collectible.objects.all()[::IN_COLLECTION]), max_uses=None)


def new_copies(things: list[int], owners: list[int], count: int, *, first_mint: int) -> Iterator[tuple[int, int, int]]:
    for number, thing in zip(range(count), itertools.cycle(things), strict=False):
        yield thing, chance.choice(owners), first_mint + number


def insert(cursor: Any, into: str, rows: list[tuple[Any, ...]]) -> None:
    """As a bulk writer does: a thousand rows a statement."""
    for start in range(0, len(rows), AT_ONCE):
        batch = rows[start : start + AT_ONCE]
        marks = ", ".join(["(" + ", ".join(["%s"] * len(batch[0])) + ")"] * len(batch))
        cursor.execute(f"INSERT INTO {into} VALUES {marks}", [value for line in batch for value in line])


def empty(cursor: Any) -> None:
    from django.apps import apps

    cursor.execute("SET foreign_key_checks = 0")
    for model in apps.get_models():
        if model._meta.app_label in {"users", "communities", "catalog", "collectibles"}:
            cursor.execute(f"TRUNCATE TABLE {model._meta.db_table}")
    cursor.execute("SET foreign_key_checks = 1")


def table(found: dict[str, Any], options: argparse.Namespace) -> str:
    world = f"{options.copies:,} copies, {options.people:,} people, {MISSIONS} missions"
    lines = [f"Milliseconds of CPU on MariaDB, {world}", f"{'':44}{'without':>9}{'with':>9}{'cost':>9}"]
    names = {
        "redemption": f"a redemption (of {options.redemptions})",
        "row": f"a row of a bulk insert of {options.rows:,}",
        "row_of_one_person": "the same, all rows for one person",
    }
    lines += [line(title, found[name]) for name, title in names.items()]
    lines += ["", "a row of that bulk insert, with so many copies and people"]
    lines += [line(f"  {at['copies']:>9,} copies {at['people']:>9,} people", at) for at in found["row_at"]]
    return "\n".join(lines)


def line(title: str, cost: dict[str, Any]) -> str:
    return f"{title:44}{cost['without']:9.3f}{cost['with']:9.3f}{cost['with'] - cost['without']:9.3f}"


if __name__ == "__main__":
    sys.exit(main())
