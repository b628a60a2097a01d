"""What another writer does: statements of plain SQL, past the ORM."""

import pytest
from django.db import DatabaseError, connection, transaction

from collectibles.models import Copy


def mysql_only(why):
    return pytest.mark.skipif(connection.vendor != "mysql", reason=why)


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def insert_copy(collectible, owner, mint):
    sql(
        "INSERT INTO collectibles_copy (collectible_id, owner_id, mint) VALUES (%s, %s, %s)",
        collectible.id,
        owner.id,
        mint,
    )
    return Copy.objects.get(collectible=collectible, mint=mint)


def give(copy, person):
    sql("UPDATE collectibles_copy SET owner_id = %s WHERE id = %s", person.id, copy.id)


def refused(statement, *values):
    """The database's own words for refusing the statement."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        sql(statement, *values)
    return str(caught.value)
