"""A replica that is behind: old rows for strangers, one's own writes at once, and nothing is lost when it is gone."""

import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from catalog.models import Project
from communities.models import Community
from tests.faults.serving import serving
from tests.make import (
    make_category,
    make_challenge,
    make_collectible,
    make_collection,
    make_mission,
    make_news,
    make_rank,
    make_sponsor,
    make_user,
)
from tests.triggers.plain_sql import insert_copy, sql
from tests.triggers.test_killed import address

ANYONE_READS = "users ranks communities challenges news categories projects collections sponsors collectibles missions"
PUBLIC = ANYONE_READS.split(" ")


@pytest.fixture
def catalogue(real_db):
    """At least one row of everything that is public."""
    thing = make_collectible(collection=make_collection(community=make_community_with_news()))
    insert_copy(thing, make_user("alice"), 1)
    make_mission(thing)
    for make in (make_rank, make_sponsor, make_category):
        make()
    return thing


def make_community_with_news():
    challenge = make_challenge()
    make_news(community=challenge.community)
    return challenge.community


@pytest.fixture
def replica(catalogue, tmp_path):
    """The address of a copy of the database as it is now. Nothing keeps it up to date."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        path = tmp_path / "replica.sqlite3"
        with closing(sqlite3.connect(name)) as primary, closing(sqlite3.connect(path)) as copy:
            primary.backup(copy)
        yield f"sqlite:///{path}", path.unlink
        return
    copy = f"{name}_replica"
    sql(f"CREATE DATABASE {copy}")
    try:
        for table in connection.introspection.table_names():
            sql(f"CREATE TABLE {copy}.{table} LIKE {name}.{table}")
            columns = written_columns(table)
            sql(f"INSERT INTO {copy}.{table} ({columns}) SELECT {columns} FROM {name}.{table}")
        yield f"{address()}_replica", lambda: sql(f"DROP DATABASE {copy}")
    finally:
        sql(f"DROP DATABASE IF EXISTS {copy}")


def written_columns(table):
    """All but those that the database computes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s"
            " AND COALESCE(generation_expression, '') = ''",
            [table],
        )
        return ", ".join(f"`{row[0]}`" for row in cursor.fetchall())


def test_strangers_read_the_replica_and_whoever_signed_in_what_was_just_written(catalogue, replica):
    url, destroy = replica
    staff, path = "sub-of-staff", f"/api/v1/collectibles/{catalogue.id}/"
    with serving(address(), DATABASE_REPLICA_URL=url) as api:
        written = api.ask(path, sub=staff, staff=True, method="PATCH", body={"name": {"en": "Bonnet"}})
        later = api.ask("/api/v1/projects/", sub=staff, staff=True, body={"name": {"en": "Later"}})
        Community.objects.update(title={"en": "Renamed"})

        def name(**who):
            return api.ask(path, **who).body["name"]["en"]

        assert (written.status, later.status) == (200, 201)
        assert (name(), name(sub="sub-alice"), name(sub=staff, staff=True)) == ("Door", "Bonnet", "Bonnet")
        listed = api.ask("/api/v1/collectibles/?search=Door&count=true&fields=name").body
        assert (listed["count"], listed["results"][0]["name"]["en"]) == (1, "Door")
        assert len(api.ask("/api/v1/projects/").body["results"]) == Project.objects.count() - 1
        old = [api.ask(f"/api/v1/{route}/") for route in PUBLIC]
        assert [(answer.status, len(answer.body["results"]) > 0) for answer in old] == [(200, True)] * len(PUBLIC)
        assert old[2].body["results"][0]["title"] == {"en": "Friends", "de": "Freunde"}

        destroy()
        new = [api.ask(f"/api/v1/{route}/") for route in PUBLIC]
        assert [answer.status for answer in new] == [200] * len(PUBLIC)
        assert new[2].body["results"][0]["title"] == {"en": "Renamed"}
        assert name() == "Bonnet"
        assert api.ask("/api/v1/collectibles/?search=[&ordering=nothing").status == 400


def test_a_replica_that_cannot_be_reached_costs_no_stranger_an_answer(catalogue):
    away = "mysql://u:p@127.0.0.1:1/k" if connection.vendor == "mysql" else "sqlite:////not/there.sqlite3"
    with serving(address(), DATABASE_REPLICA_URL=away) as api:
        answers = [api.ask(f"/api/v1/collectibles/{catalogue.id}/") for _ in range(3)]
        page = api.ask("/health/ready/")

    assert [answer.status for answer in answers] == [200] * 3
    assert page.status == 200


def test_a_page_is_shown_without_the_replica_as_well(catalogue):
    away = "mysql://u:p@127.0.0.1:1/k" if connection.vendor == "mysql" else "sqlite:////not/there.sqlite3"
    with serving(address(), DATABASE_REPLICA_URL=away) as api:
        pages = [api.ask(f"/i/{catalogue.id}") for _ in range(3)]

    assert [page.status for page in pages] == [200] * 3
