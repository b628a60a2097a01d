"""What `manage.py shell` has at hand beside models and services.

>>> alice = person("alice")
>>> with counted():
...     redeem(user=alice, code="7Q2M-4K9X-ABG")
12 statements, 4.1 ms of 9.8
>>> api("alice").get("/api/v1/home/").json()
>>> sql(Copy.objects.visible_to(alice)); explain(Copy.objects.visible_to(alice))
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from collectibles import codes, invariants
from kloppocar.api.requests import QueryCounter
from users.models import User

__all__ = ["api", "codes", "counted", "explain", "invariants", "person", "sql"]  # the modules are named by the shell


def person(name: str) -> User:
    """By username, whatever its case."""
    return User.objects.get(username_key=name.lower())


def api(name: str | None = None, *, staff: bool = False) -> Any:
    """A client of the API with this person's token; locally only, where we sign tokens ourselves."""
    from rest_framework.test import APIClient

    from users import local_issuer

    if name is None:
        return APIClient()
    if not settings.LOCAL_ISSUER:
        raise RuntimeError("Tokens of this stage are Cognito's to sign.")
    token = local_issuer.access_token(sub=str(person(name).cognito_sub), staff=staff)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


@contextmanager
def counted() -> Iterator[QueryCounter]:
    """Says how many statements the block takes, and how long."""
    counter, started = QueryCounter(), time.perf_counter()
    with connection.execute_wrapper(counter):
        yield counter
    whole = (time.perf_counter() - started) * 1000
    statements = "1 statement" if counter.count == 1 else f"{counter.count} statements"
    print(f"{statements}, {counter.seconds * 1000:.1f} ms of {whole:.1f}")  # noqa: T201 - to a person


def sql(rows: QuerySet) -> None:
    """The statement of a queryset, a clause a line."""
    text = str(rows.query)
    for clause in (" FROM ", " LEFT OUTER JOIN ", " INNER JOIN ", " WHERE ", " GROUP BY ", " ORDER BY ", " LIMIT "):
        text = text.replace(clause, f"\n{clause.strip()} ")
    print(text)  # noqa: T201


def explain(rows: QuerySet) -> None:
    """How the database would read it."""
    print(rows.explain())  # noqa: T201
