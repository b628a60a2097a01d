"""What the function has logged: one JSON line a request, and nothing that is anybody's secret."""

import json
import re
from pathlib import Path
from typing import Any

from . import expect
from .function import Sent

FIELDS = {"method", "route", "status", "ms", "queries", "user_id", "cold", "gateway_request_id", "request_id"}
LOOKS_SECRET = {
    "a token": re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "an e-mail": re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}"),
    "a password in an address": re.compile(r"mysql://[^:\s]+:[^@\s]+@"),
    "a header that holds a token": re.compile(r"Bearer\s+\S{20,}"),
}


def check_lines(path: Path, sent: list[Sent]) -> str:
    lines = [fields for line in path.read_text().splitlines() if (fields := as_json(line))]
    requests = [fields for fields in lines if fields.get("logger") == "kloppocar.request"]
    by_id: dict[str, list[dict[str, Any]]] = {}
    for fields in requests:
        by_id.setdefault(str(fields.get("gateway_request_id")), []).append(fields)
    for request in sent:
        found = by_id.get(request.gateway_id, [])
        expect(len(found) == 1, f"{len(found)} lines of one request")
        expect(found[0]["status"] == request.status, f"a line says {found[0]['status']} of a {request.status}")
    lacking = [FIELDS - fields.keys() for fields in requests if FIELDS - fields.keys()]
    expect(not lacking, f"a line lacks {lacking and sorted(lacking[0])}")
    paths = [fields["route"] for fields in requests if re.search(r"/\d", fields["route"] or "")]
    expect(not paths, f"a path instead of a route: {paths[:1]}")
    expect(any(fields["cold"] for fields in requests), "no request was the first of its instance")
    expect(len(requests) == len(sent), f"{len(requests)} lines of {len(sent)} requests")
    return f"{len(requests)} requests"


def as_json(line: str) -> dict[str, Any] | None:
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def check_secrets(paths: list[Path], secrets: list[str]) -> str:
    """Neither what this rehearsal knows to be secret, nor anything that looks like it."""
    text = "\n".join(path.read_text(errors="replace") for path in paths)
    known = [secret for secret in secrets if secret and secret in text]
    expect(not known, f"{len(known)} secrets stand in the log, one begins with {known and known[0][:6]!r}")
    for what, pattern in LOOKS_SECRET.items():
        found = pattern.search(text)
        expect(found is None, f"{what} stands in the log")
    return f"{len(text) / 1000:.0f} kB of log, {len(secrets)} secrets"
