"""How MariaDB reads every list, in every order: from the list's own table, along an index that is the order.

A page must cost the same in a table of millions, so EXPLAIN is asked with tables full enough for it to matter.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kloppocar import triggers
from kloppocar.api.localized import LocalizedField
from kloppocar.urls import router
from tests.conftest import token_of

mysql_only = pytest.mark.skipif(connection.vendor != "mysql", reason="the server's own EXPLAIN is asked")

# Lists that are sorted after all, route and order (or * for every order), and why that is bounded.
SORTED = {
    ("collection-gallery", "*"): "one collection",
    ("copy", "mint"): "one person's copies",
    ("user-copies", "mint"): "one person's copies",
    ("home", "*"): "what is open or runs now; tests/collectibles/test_home.py asks for the rest",
    ("device", "last_seen_at"): "one person's devices",
    (
        "inbox",
        "*",
    ): "what was sent to one person alone, beginning at their receipts; broadcasts are read along an index",
    ("membership", "*"): "the members of one's own communities, beginning at one's own memberships",
    ("rank", "*"): "a ladder of a few dozen steps",
    ("redemption", "*"): "one person's redemptions",
    ("transfer", "*"): "one person's transfers",
}
WORLD = """
INSERT INTO communities_community (id, title, description, media, created_at)
  SELECT seq, '{"en":"Club"}', '{}', '{}', '2026-01-01' + INTERVAL seq SECOND FROM seq_1_to_MANY;
INSERT INTO catalog_project (id, name, attributes, created_at)
  SELECT seq, '{"en":"Show"}', '{}', '2026-01-01' + INTERVAL seq SECOND FROM seq_1_to_MANY;
INSERT INTO catalog_category (id, name) SELECT seq, '{"en":"Part"}' FROM seq_1_to_FEW;
INSERT INTO catalog_sponsor (id, name, description, organization, urls, media, created_at)
  SELECT seq, '{"en":"Sponsor"}', '{}', '{}', '{}', '{}', '2026-01-01' + INTERVAL seq SECOND FROM seq_1_to_MANY;
INSERT INTO catalog_collection (id, community_id, project_id, name, description, media, created_at)
  SELECT seq, 1 + seq % FEW, 1 + seq % FEW, '{"en":"Set"}', '{}', '{}', '2026-01-01' + INTERVAL seq SECOND
  FROM seq_1_to_MANY;
INSERT INTO users_user (id, password, is_superuser, cognito_sub, username, status, score, created_at)
  SELECT seq, '!', 0, CONCAT('person-', seq), CONCAT('user', seq), 'active', seq % 97, '2020-01-01' FROM seq_1_to_MANY;
INSERT INTO users_rank (id, title, level, min_score) SELECT seq, '{"en":"Rank"}', seq, seq * 3 FROM seq_1_to_40;
INSERT INTO users_pushdevice (id, user_id, token, platform, last_seen_at)
  SELECT seq, 1 + seq % MANY, CONCAT('token-', seq), 'ios', '2026-01-01' + INTERVAL seq SECOND FROM seq_1_to_MANY;
INSERT INTO users_notification (id, header, body, media, publish_at, published_at, audience)
  SELECT seq, '{"en":"News"}', '{}', '{}', '2026-01-01' + INTERVAL seq SECOND, '2026-01-01' + INTERVAL seq SECOND,
  IF(seq % 2, 'everyone', 'selected') FROM seq_1_to_MANY;
INSERT INTO users_notificationreceipt (id, notification_id, user_id) SELECT seq, 1 + seq % 20, seq FROM seq_1_to_MANY;
INSERT INTO communities_membership (id, community_id, user_id, role)
  SELECT seq, 1 + seq % FEW, seq, 'member' FROM seq_1_to_MANY;
INSERT INTO communities_challenge (id, community_id, title, description, goal, starts_at, media)
  SELECT seq, 1 + seq % FEW, '{"en":"Go"}', '{}', 9, '2026-01-01' + INTERVAL seq SECOND, '{}' FROM seq_1_to_MANY;
INSERT INTO communities_newspost (id, community_id, header, short_body, body, posted_at, media)
  SELECT seq, IF(seq % 2, 1 + seq % FEW, NULL), '{"en":"Hi"}', '{}', '{}', '2026-01-01' + INTERVAL seq SECOND, '{}'
  FROM seq_1_to_MANY;
INSERT INTO collectibles_collectible
  (id, collection_id, category_id, label, name, description, media, minted, status, published_at, created_at)
  SELECT seq, 1 + seq % FEW, 1 + seq % FEW, '{}', '{"en":"Door"}', '{}', '{}', seq % 97,
  IF(seq % 50 = 7, 'draft', 'available'), '2025-01-01' + INTERVAL seq SECOND, '2025-01-01' + INTERVAL seq SECOND
  FROM seq_1_to_MANY;
INSERT INTO collectibles_collectiblesponsor (collectible_id, sponsor_id, message)
  SELECT seq, 1 + seq % FEW, '{}' FROM seq_1_to_MANY;
INSERT INTO collectibles_copy (id, collectible_id, mint, owner_id, acquired_at)
  SELECT seq, 1 + seq % 20, seq, 1 + seq % (MANY DIV 10), '2026-01-01' + INTERVAL seq SECOND FROM seq_1_to_MANY;
INSERT INTO collectibles_distribution
  (id, project_id, collection_id, name, description, kind, starts_at, ends_at, draw, redeemed)
  SELECT seq, 1 + seq % FEW, 1 + seq % FEW, '{"en":"Scan"}', '{}', 'scan', '2026-01-01' + INTERVAL seq SECOND,
  '2036-01-01' + INTERVAL seq SECOND, 'from-pool', seq % 97 FROM seq_1_to_MANY;
INSERT INTO collectibles_distributioncode (id, distribution_id, code, uses)
  SELECT seq, 1 + seq % FEW, CONCAT('CODE', seq), seq % 2 FROM seq_1_to_MANY;
INSERT INTO collectibles_grant (id, user_id, distribution_id, copy_id, source)
  SELECT seq, 1 + seq % (MANY DIV 10), 1 + seq % FEW, seq, 'code' FROM seq_1_to_MANY;
INSERT INTO collectibles_transfer (id, copy_id, giver_id, receiver_id, secret_hash, expires_at)
  SELECT seq, seq, 1 + seq % (MANY DIV 10), IF(seq % 2, 1 + seq % 7, NULL), CONCAT('hash-', seq), '2026-01-01'
  FROM seq_1_to_MANY;
INSERT INTO collectibles_mission (id, collection_id, title, description, reward_text, kind, goal, starts_at, media)
  SELECT seq, 1 + seq % FEW, '{"en":"All"}', '{}', '{}', 'collect_set', 3, '2026-01-01' + INTERVAL seq SECOND, '{}'
  FROM seq_1_to_MANY;
INSERT INTO collectibles_missionprogress (user_id, mission_id, progress)
  SELECT 1 + seq % 9, seq, 1 FROM seq_1_to_MANY
"""


def fill(many):
    triggers.step_aside(connection)
    script = WORLD.replace("FEW", "100").replace("MANY", str(many))
    with connection.cursor() as cursor:
        for statement in script.split(";\n"):
            cursor.execute(statement.replace("%", "%%"), [])
        cursor.execute("ANALYZE TABLE " + ", ".join(connection.introspection.table_names(cursor)))
        cursor.fetchall()
    triggers.apply_all(connection)


def asked():
    """Route, path and order of every list of rows."""
    for prefix, view, name in router.registry:
        if hasattr(view, "list") and view.queryset is not None:
            path = re.sub(r"\(\?P<.*?\)(?=/)", "3", prefix)
            fields = [*getattr(view, "ordering_fields", []), *getattr(view, "staff_ordering_fields", [])]
            yield from ((name, f"/api/v1/{path}/", order, view) for order in ["", *fields, *(f"-{f}" for f in fields)])


def plans(client, path, order):
    """The server's plan of each SELECT behind a page, and behind the page after it."""
    query = {"page_size": 20} | ({"ordering": order} if order else {})
    with CaptureQueriesContext(connection) as queries:
        body = client.get(path, query).json()
        if body.get("next"):
            client.get(body["next"])
    with connection.cursor() as cursor:
        for sql in dict.fromkeys(query["sql"] for query in queries.captured_queries):
            if sql.startswith("SELECT"):
                cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
                names = [column[0] for column in cursor.description]
                yield sql, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def complaints(table, sql, steps):
    """What is wrong with one plan; `table` is the list's own."""
    first, is_page = steps[0], "LIMIT" in sql  # other statements read by the keys of a page, or a table of a few rows
    if f"FROM `{table}`" in sql and is_page and first["table"] != table and first["type"] != "const":
        yield f"begins at {first['table']}"
    for step in steps:
        if is_page and re.search("filesort|temporary", step["Extra"] or ""):
            yield f"sorts {step['table']}"
        if step["type"] == "ALL" and not str(step["table"]).startswith("<") and int(step["rows"]) > 150:
            yield f"reads all of {step['table']}"


def sorts_texts(view, order):
    """Whether an order is by a text in the reader's language, which no index holds."""
    name = order.lstrip("-")
    return bool(name) and isinstance(view.queryset.model._meta.get_field(name), LocalizedField)


def look_at_all(people):
    wrong = []
    for name, path, order, view in asked():
        if sorts_texts(view, order) or {(name, "*"), (name, order.lstrip("-"))} & set(SORTED):
            continue
        for person, client in people.items():
            for sql, steps in plans(client, path, order):
                found = list(complaints(view.queryset.model._meta.db_table, sql, steps))
                if found:
                    wrong.append((name, order or "as it comes", person, found, sql[:4000]))
    return wrong


@pytest.fixture
def people(real_db):
    from rest_framework.test import APIClient

    def client(sub, staff):
        return APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(sub, staff)}")

    return {"nobody": APIClient(), "somebody": client("person-3", False), "staff": client("person-5", True)}


@mysql_only
def test_every_list_is_read_along_an_index(people):
    fill(20_000)

    wrong = look_at_all(people)

    assert wrong == [], "\n".join(f"{n} {o} {p}: {f}\n    {s}" for n, o, p, f, s in wrong)


@mysql_only
@pytest.mark.deep
def test_every_list_of_a_hundred_thousand_rows_is_read_along_an_index(people):
    fill(100_000)

    wrong = look_at_all(people)

    assert wrong == [], "\n".join(f"{n} {o} {p}: {f}\n    {s}" for n, o, p, f, s in wrong)
