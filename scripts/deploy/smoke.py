"""Is the deployed stage well? A handful of requests from outside, as a phone would send them."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

SECONDS_TO_SETTLE = 60.0  # a new API's address and a large package's first start take a while
ANSWER_SECONDS = 30.0
MAX_BYTES = 1024 * 1024


def smoke(url: str, *, patience: float = SECONDS_TO_SETTLE) -> list[str]:
    """What is wrong, a sentence each; empty when the stage is well. Errors are asked again while patience lasts."""
    deadline = time.monotonic() + patience
    while True:
        trouble = [sentence for path, judge in REQUESTS if (sentence := judge(path, *get(url + path)))]
        if not trouble or time.monotonic() > deadline:
            return trouble
        time.sleep(min(2, patience))


def get(url: str) -> tuple[int, Any]:
    """Status and JSON of an answer; 0 and the reason when there is none."""
    request = urllib.request.Request(url, headers={"Accept": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:
            return response.status, parsed(response.read(MAX_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            return error.code, parsed(error.read(MAX_BYTES))
    except (OSError, http.client.HTTPException) as error:
        return 0, str(getattr(error, "reason", error)) or type(error).__name__


def parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body[:100].decode(errors="replace")


def is_well(path: str, status: int, body: Any) -> str:
    """Health: 200, and it says so."""
    well = status == 200 and isinstance(body, dict) and body.get("status") == "ok"
    return "" if well else f"{path} answers {status}: {shortened(body)}"


def is_list(path: str, status: int, body: Any) -> str:
    """A public list: it goes through routing, database and JSON."""
    well = status == 200 and isinstance(body, dict) and "results" in body
    return "" if well else f"{path} answers {status}: {shortened(body)}"


def is_closed(path: str, status: int, body: Any) -> str:
    """Nobody in particular is let in."""
    well = status == 401 and isinstance(body, dict) and "errors" in body
    return "" if well else f"{path} answers {status} without a token, not 401: {shortened(body)}"


def shortened(body: Any) -> str:
    return (body if isinstance(body, str) else json.dumps(body))[:200]


REQUESTS: list[tuple[str, Callable[[str, int, Any], str]]] = [
    ("/health/live/", is_well),
    ("/health/ready/", is_well),
    ("/api/v1/categories/?page_size=1", is_list),
    ("/api/v1/users/me/", is_closed),
]
