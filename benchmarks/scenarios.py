"""What is asked. Each contender spells a scenario its own way and must answer with the same rows."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PAGE = 50


@dataclass(frozen=True)
class Scenario:
    """One request. `path` by contender where they differ; `body` makes a new one each time where it must."""

    name: str
    path: str
    deep: bool = False  # the page at 90 % of the rows
    method: str = "GET"
    body: Callable[[int], dict[str, Any]] | None = None
    token: str = "mine"
    product_only: bool = False  # nobody else has it

    def event(self, contender: str, rows: int, tokens: dict[str, str], turn: int) -> dict[str, Any]:
        """An API Gateway event, version 1."""
        query = {name: str(value) for name, value in position(contender, rows * 9 // 10).items()} if self.deep else {}
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {tokens[self.token]}",
            "Content-Type": "application/json",
            "Host": "api.example",
            "User-Agent": "bench",
            "X-Forwarded-For": "192.0.2.1, 192.0.2.2",
            "X-Forwarded-Proto": "https",
        }
        path = self.path.format(row=rows // 2)
        return {
            "resource": "/{proxy+}",
            "path": path,
            "httpMethod": self.method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": query or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
            "pathParameters": {"proxy": path.strip("/")},
            "stageVariables": None,
            "requestContext": {"stage": "dev", "requestId": "bench", "httpMethod": self.method},
            "body": json.dumps(self.body(turn)) if self.body else None,
            "isBase64Encoded": False,
        }


def position(contender: str, row: int) -> dict[str, Any]:
    """The query that asks for the page after `row`."""
    if contender == "product":
        body = json.dumps(["id", 0, [row]], separators=(",", ":"))
        return {"cursor": base64.urlsafe_b64encode(body.encode()).rstrip(b"=").decode()}
    if contender == "plain":
        return {"cursor": base64.b64encode(f"p={row}".encode()).decode()}
    return {"after": row}


def collectible(turn: int) -> dict[str, Any]:
    name = {"en": f"Mirror {turn}", "de": f"Spiegel {turn}"}
    return {"collection": 1, "category": 1, "name": name, "media": {}, "points": 5, "circulation": 100}


CODE_PREFIX = f"BENCH.{time.time_ns():X}."  # of codes that were made for this run


def code(turn: int) -> dict[str, Any]:
    return {"code": f"{CODE_PREFIX}{turn}"}


SCENARIOS = [
    Scenario("list of 50, first page", "/api/v1/collectibles/"),
    Scenario("list of 50, deep page", "/api/v1/collectibles/", deep=True),
    Scenario("one row", "/api/v1/collectibles/{row}/"),
    Scenario("my 50 copies", "/api/v1/copies/"),
    Scenario("create", "/api/v1/collectibles/", method="POST", body=collectible, token="staff"),
    Scenario(
        "change", "/api/v1/collectibles/{row}/", method="PATCH", body=lambda turn: {"points": turn % 900}, token="staff"
    ),
    Scenario("redeem", "/api/v1/redemptions/", method="POST", body=code, token="redeemer", product_only=True),
    Scenario("home", "/api/v1/home/", product_only=True),
    Scenario("gallery", "/api/v1/collections/1/gallery/", product_only=True),
    Scenario("missions", "/api/v1/missions/", product_only=True),
    Scenario("inbox", "/api/v1/inbox/", product_only=True),
    Scenario("me", "/api/v1/users/me/", product_only=True),
    Scenario("owners of a collectible", "/api/v1/collectibles/{row}/copies/", product_only=True),
]
