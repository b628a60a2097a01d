"""No statement of a trigger reads a whole table: its cost must not grow with copies or people."""

import re
from itertools import count

from django.db import connection
from django.utils import timezone

from catalog.models import Collection, Project
from collectibles.models import Collectible, Copy, Distribution, Mission, MissionCollectible, MissionProgress
from communities.models import Challenge, Community, Membership
from kloppocar.triggers import parse
from tests.make import DAY, make_category
from tests.triggers.plain_sql import mysql_only
from users.models import User

FEW, MANY = 100, 500
HEAD = re.compile(r"\s*CREATE TRIGGER .*? FOR EACH ROW\b(\s+BEGIN\b)?", re.DOTALL)
CONDITION = re.compile(r"\s*IF\b(.*?)\bTHEN\b", re.DOTALL)
INTO_VARIABLE = re.compile(r"\bINTO\s+\w+\s+(?=FROM)")
COLUMN = re.compile(r"\b(?:NEW|OLD)\.(\w+)")
READS = re.compile(r"\b(SELECT|UPDATE)\b")


def make_world():
    """Tables in which reading all rows would be the worst plan."""
    now, category = timezone.now(), make_category()
    pieces = {"category": category, "status": "available"}
    window = {"starts_at": now - DAY, "ends_at": now + DAY}
    communities, projects = many(Community, FEW), many(Project, FEW)
    collections = many(Collection, FEW, community=communities, project=projects)
    many(Distribution, FEW, project=projects, kind="scan", draw="from-pool", **window)
    many(Challenge, FEW, community=communities, goal=9, starts_at=now - DAY)
    people = many(User, MANY, cognito_sub=[f"sub-of-{number}" for number in range(MANY)])
    many(Membership, MANY, community=communities, user=people)
    things = many(Collectible, MANY, collection=collections, **pieces)
    sets = many(Mission, FEW, collection=collections, kind="collect_set", goal=2, **window)
    many(Mission, FEW, collection=collections, kind="collect_count", goal=9, **window)
    many(MissionCollectible, FEW, mission=sets, collectible=things)
    many(MissionProgress, MANY, mission=sets, user=people)
    many(Copy, MANY, collectible=things, owner=people, mint=list(range(1, MANY + 1)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE TABLE " + ", ".join(connection.introspection.table_names(cursor)))
        cursor.fetchall()


def many(model, number, **columns):
    """So many rows; a column that is given as a list goes round."""
    values = [
        {name: value[row % len(value)] if isinstance(value, list) else value for name, value in columns.items()}
        for row in range(number)
    ]
    return model.objects.bulk_create([model(**line) for line in values], batch_size=500)


def statements():
    """Name, table, and text of whatever reads a table in a trigger, conditions included."""
    for item in parse.read(parse.folder_of(connection)):
        numbers = count(1)
        body = HEAD.sub("", item.sql, count=1)
        for part in body.split(";"):
            if condition := CONDITION.match(part):
                part = part[condition.end() :]
                if READS.search(condition[1]):
                    yield f"{item.name} {next(numbers)}", item.table, f"SELECT {condition[1]}"
            if READS.search(part):
                yield f"{item.name} {next(numbers)}", item.table, INTO_VARIABLE.sub("", part).strip()


def explained(table, statement):
    """The server's plan, for the first row of the trigger's table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 1")
        row = dict(zip([column[0] for column in cursor.description], cursor.fetchone() or (), strict=False))
        values = [row.get(name, 1) for name in COLUMN.findall(statement)]
        cursor.execute("EXPLAIN " + COLUMN.sub("%s", statement.replace("%", "%%")), values)
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]


@mysql_only("the server's own EXPLAIN is asked")
def test_every_statement_of_a_trigger_uses_an_index(real_db):
    make_world()
    asked, scanned = [], []
    for name, table, statement in statements():
        asked.append(name)
        for step in explained(table, statement):
            is_derived = (step["table"] or "<").startswith("<")
            is_written = statement.startswith(f"INSERT INTO {step['table']} ") and step["select_type"] in {"INSERT"}
            if not is_derived and not is_written and (step["type"] in {"ALL", "index"} or not step["key"]):
                scanned.append((name, step["table"], step["type"], step["key"]))

    assert len(asked) >= 12, asked
    assert scanned == []
