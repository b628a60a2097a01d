"""Asks, and keeps what was asked and answered, under the operation's id and the answer's status."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

FILE = settings.BASE_DIR / "kloppocar" / "api" / "examples.json"
TOLD_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)  # when the story is said to happen
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
JSON = "application/json"
FOR_ALL = "for_all"  # the name of refusals that stand for those of every operation


class Recorder:
    def __init__(self, api: Any, description: dict[str, Any]) -> None:
        self.api, self.began = api, datetime.now(UTC)
        self.kept: dict[str, Any] = {}
        self.operations = [
            (re.compile(re.sub(r"{\w+}", "[0-9]+", path)), method, operation["operationId"])
            for path, methods in sorted(description["paths"].items(), key=lambda pair: "{" in pair[0])
            for method, operation in methods.items()
        ]

    def ask(self, person: str | None, way: str, body: Any = None, *, name: str = "example", **options: Any) -> Any:
        """`way` is like "GET ranks/1/"; `name` tells several examples of an answer apart. The answer's JSON."""
        method, _, path = way.partition(" ")
        kind = options.pop("kind", None)
        sent = {"data": body, "content_type": kind} if kind else {"data": body, "format": "json"}
        response = getattr(self.api(person), method.lower())(f"/api/v1/{path}", **sent, **options)
        answer = self.read(response)
        assert response.status_code < 500 or response.status_code == 503, (way, answer)
        self.keep(self.operation(method, path), response.status_code, name, body, answer)
        return answer

    def read(self, response: Any) -> Any:
        content = b"".join(response) if response.streaming else response.content
        if response.headers.get("Content-Type", "").startswith(JSON):
            return json.loads(content)
        is_text = response.headers.get("Content-Type", "").startswith("text/")
        return content.decode() if is_text else None  # of files that are no text, no example

    def operation(self, method: str, path: str) -> str:
        path = "/api/v1/" + path.partition("?")[0]
        return next(
            name for pattern, kind, name in self.operations if kind == method.lower() and pattern.fullmatch(path)
        )

    def keep(self, operation: str, status: int, name: str, body: Any, answer: Any) -> None:
        if name == FOR_ALL:
            operation, name = FOR_ALL, "example"
        kept = self.kept.setdefault(operation, {"request": {}, "answers": {}})
        if body is not None and status < 400:
            kept["request"][name] = self.moved(body)
        if answer not in (None, ""):
            kept["answers"].setdefault(str(status), {})[name] = self.moved(answer)

    def moved(self, value: Any) -> Any:
        """The same on TOLD_AT's day, at an address of nobody's."""
        if isinstance(value, dict):
            return {key: self.moved(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.moved(each) for each in value]
        if not isinstance(value, str):
            return value
        if MOMENT.fullmatch(value):
            away = datetime.fromisoformat(value) - self.began
            return (TOLD_AT + timedelta(seconds=round(away.total_seconds()))).isoformat().replace("+00:00", "Z")
        return value.replace("http://testserver", "https://api.example.org")


def stored() -> dict[str, Any]:
    return json.loads(FILE.read_text())


def shape(value: Any) -> Any:
    """Names and types, without what they hold."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value).__name__


def store(kept: dict[str, Any]) -> None:
    """What looks as it did stays, though numbers and secrets were drawn anew."""
    before = stored() if FILE.exists() else {}
    kept = {name: before[name] if shape(before.get(name)) == shape(found) else found for name, found in kept.items()}
    FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
