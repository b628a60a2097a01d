"""No statement of a trigger reads a whole table: its cost must not grow with copies or people."""

import re

import pytest
from django.db import connection

from kloppocar.triggers import parse

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'mysql'", reason="the server's own EXPLAIN is asked"),
]
WRITES = re.compile(r"\b(?:INSERT INTO\s+\w+\s*\(|UPDATE\s+\w+\s+SET\b).*?;", re.DOTALL)


def statements():
    """Every INSERT and UPDATE inside a trigger, for the row whose every column is 1."""
    for item in parse.read(parse.folder_of(connection)):
        for number, found in enumerate(WRITES.findall(item.sql + ";"), start=1):
            written = re.sub(r"\b(NEW|OLD)\.acquired_at", "'2026-01-01'", found)
            yield f"{item.name} {number}", re.sub(r"\b(NEW|OLD)\.\w+", "1", written)


def test_every_statement_of_a_trigger_can_use_an_index():
    asked = dict(statements())
    scanned = set()
    with connection.cursor() as cursor:
        for name, statement in asked.items():
            target = re.split(r"[\s(]+", statement.removeprefix("INSERT INTO ").removeprefix("UPDATE "))[0]
            cursor.execute(f"EXPLAIN {statement}")
            columns = [column[0] for column in cursor.description]
            for row in (dict(zip(columns, values, strict=True)) for values in cursor.fetchall()):
                reads = row["type"] in {"ALL", "index"} and "<" not in (row["table"] or "<")
                if reads and not row["possible_keys"] and (row["table"] != target or "UPDATE" in statement[:6]):
                    scanned.add((name, row["table"]))

    assert len(asked) >= 10
    assert scanned == set()
