"""The limit: what the machine can do. One function, one SQL statement written by hand, orjson; no framework.

It checks the token's signature and claims, as everybody does, and answers the very JSON of the product. It knows
nothing of permissions beyond staff, of filters, errors, languages or logs.
"""

import json
import os
from typing import Any
from urllib.parse import parse_qs, urlparse

import jwt
import MySQLdb
import orjson
from jwt.algorithms import RSAAlgorithm

KEYS = {entry["kid"]: RSAAlgorithm.from_jwk(entry) for entry in json.loads(os.environ["COGNITO_JWKS"])["keys"]}
TIME = "REPLACE(DATE_FORMAT({0}, '%%Y-%%m-%%dT%%T.%%fZ'), '.000000Z', 'Z')"
COLUMNS = f"""
t.id, t.collection_id, c.name, t.category_id, k.name, t.label, t.name, t.description, t.media, t.circulation, t.minted,
t.status, {TIME.format("t.published_at")}, t.price, t.points,
(SELECT CONCAT('[', GROUP_CONCAT('{{"sponsor":{{"id":', s.id, ',"name":', s.name, ',"media":', s.media, '}},"message":',
  p.message, '}}' ORDER BY p.id), ']')
 FROM collectibles_collectiblesponsor p JOIN catalog_sponsor s ON s.id = p.sponsor_id WHERE p.collectible_id = t.id),
t.version, {TIME.format("t.created_at")}, {TIME.format("t.updated_at")}
"""
VISIBLE = """
t.status <> 'draft' AND t.published_at <= UTC_TIMESTAMP(6) AND c.active AND m.active
"""
TABLES = """
FROM collectibles_collectible t STRAIGHT_JOIN catalog_collection c ON c.id = t.collection_id
STRAIGHT_JOIN communities_community m ON m.id = c.community_id STRAIGHT_JOIN catalog_category k ON k.id = t.category_id
"""
PAGE = f"SELECT {COLUMNS} {TABLES} WHERE t.id > %s AND {VISIBLE} ORDER BY t.id LIMIT 51"
ONE = f"SELECT {COLUMNS} {TABLES} WHERE t.id = %s AND {VISIBLE}"
ANY = f"SELECT {COLUMNS} {TABLES} WHERE t.id = %s"
COPIES = f"""
SELECT t.id, t.mint, c.id, c.collection_id, c.label, c.name, c.description, c.media, c.circulation, c.points, t.favorite,
{TIME.format("t.acquired_at")}, t.version
FROM users_user u STRAIGHT_JOIN collectibles_copy t ON t.owner_id = u.id
STRAIGHT_JOIN collectibles_collectible c ON c.id = t.collectible_id
WHERE u.cognito_sub = %s AND u.is_active ORDER BY t.acquired_at DESC, t.id DESC LIMIT 51
"""
CREATE = """
INSERT INTO collectibles_collectible
(collection_id, category_id, label, name, description, media, circulation, points, status)
VALUES (%s, %s, '{}', %s, '{}', %s, %s, %s, 'draft')
"""
CHANGE = "UPDATE collectibles_collectible SET points = %s, version = version + 1, updated_at = NOW(6) WHERE id = %s"


def connect() -> MySQLdb.Connection:
    url = urlparse(os.environ["DATABASE_URL"])
    return MySQLdb.connect(
        host=url.hostname, port=url.port, user=url.username, password=url.password, database=url.path[1:],
        charset="utf8mb4", autocommit=True, init_command="SET time_zone = '+00:00', join_cache_level = 0",
    )  # fmt: skip


database = connect()
Text = orjson.Fragment


def collectible(r: tuple) -> dict[str, Any]:
    return {
        "id": r[0],
        "collection": {"id": r[1], "name": Text(r[2])},
        "category": {"id": r[3], "name": Text(r[4])},
        "label": Text(r[5]),
        "name": Text(r[6]),
        "description": Text(r[7]),
        "media": Text(r[8]),
        "circulation": r[9],
        "minted": r[10],
        "status": r[11],
        "published_at": r[12],
        "price": None if r[13] is None else Text(r[13]),
        "points": r[14],
        "sponsorships": [] if r[15] is None else Text(r[15]),
        "version": r[16],
        "created_at": r[17],
        "updated_at": r[18],
    }


def copy(r: tuple) -> dict[str, Any]:
    return {
        "id": r[0],
        "mint": r[1],
        "collectible": {
            "id": r[2],
            "collection": r[3],
            "label": Text(r[4]),
            "name": Text(r[5]),
            "description": Text(r[6]),
            "media": Text(r[7]),
            "circulation": r[8],
            "points": r[9],
        },
        "favorite": r[10] == 1,
        "acquired_at": r[11],
        "version": r[12],
    }


def query(sql: str, *values: Any) -> tuple:
    cursor = database.cursor()
    cursor.execute(sql, values)
    return cursor.fetchall()


def identify(header: str) -> dict[str, Any]:
    token = header[7:]
    key = KEYS[jwt.get_unverified_header(token)["kid"]]
    client = os.environ["COGNITO_CLIENT_IDS"]
    return jwt.decode(token, key, algorithms=["RS256"], issuer=os.environ["COGNITO_ISSUER"], audience=client)


def page(rows: tuple, build: Any, cursor: str) -> dict[str, Any]:
    link = f"https://api.example{cursor}{rows[49][0]}" if len(rows) > 50 else None
    return {"next": link, "previous": None, "results": [build(row) for row in rows[:50]]}


def answer(environ: dict[str, Any], claims: dict[str, Any]) -> Any:
    _, _, _, resource, *rest = environ["PATH_INFO"].split("/")
    method = environ["REQUEST_METHOD"]
    if resource == "copies":
        return page(query(COPIES, claims["sub"]), copy, "/api/v1/copies/?after=")
    if method == "POST":
        new = orjson.loads(environ["wsgi.input"].read())
        name, media = orjson.dumps(new["name"]), orjson.dumps(new["media"])
        cursor = database.cursor()
        cursor.execute(CREATE, [new["collection"], new["category"], name, media, new["circulation"], new["points"]])
        return collectible(query(ANY, cursor.lastrowid)[0])
    if method == "PATCH":
        query(CHANGE, orjson.loads(environ["wsgi.input"].read())["points"], rest[0])
        return collectible(query(ANY, rest[0])[0])
    if rest[0]:
        return collectible(query(ONE, rest[0])[0])
    after = parse_qs(environ["QUERY_STRING"]).get("after", ["0"])[0]
    return page(query(PAGE, after), collectible, "/api/v1/collectibles/?after=")


def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = orjson.dumps(answer(environ, identify(environ["HTTP_AUTHORIZATION"])))
    status = "201 Created" if environ["REQUEST_METHOD"] == "POST" else "200 OK"
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
