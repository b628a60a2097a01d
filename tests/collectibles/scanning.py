"""People who scan through the whole stack, as fast as they are let, and try again after a 503: run by test_restart.py.

Prints a JSON line an answer: when (on the machine's clock), its status, who, which code, and the copy that was given.
Ends when its input does.
"""

import json
import secrets
import sys
import threading
import time
from typing import Any

import django

PEOPLE, PER_SECOND = 8, 50


def post(application: Any, token: str, code: str) -> tuple[int, dict[str, Any]]:
    """As a server would call the application: connections are looked after between requests."""
    from django.test import RequestFactory

    body = json.dumps({"code": code})
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    request = RequestFactory().post("/api/v1/redemptions/", body, content_type="application/json", **headers)
    seen: list[str] = []
    response = application(request.environ, lambda status, headers, exc_info=None: seen.append(status))
    answer = json.loads(b"".join(response))
    response.close()
    return int(seen[0][:3]), answer


def scan(user: Any, codes: list[str], over: threading.Event) -> None:
    from kloppocar.wsgi import application
    from users import local_issuer

    token = local_issuer.access_token(sub=user.cognito_sub)
    for code in codes:
        status = 503
        while status == 503 and not over.is_set():
            status, answer = post(application, token, code)
            copy = answer.get("copy") or answer.get("extra", {}).get("copy") or {}
            line = {"at": time.monotonic(), "status": status, "user": user.pk, "code": code, "copy": copy.get("id")}
            sys.stdout.write(json.dumps(line) + "\n")
            time.sleep(PEOPLE / PER_SECOND)
        if over.is_set():
            return


def main() -> None:
    django.setup()
    from tests.make import make_code, make_collectible, make_distribution, make_mission, make_user

    campaign = make_distribution(make_collectible(points=5))
    make_mission(kind="collect_count", goal=9, collection=campaign.collectibles.get().collection)
    people = [make_user(cognito_sub=secrets.token_hex(8)) for _ in range(PEOPLE)]
    over = threading.Event()
    codes = [[make_code(campaign).code for _ in range(200)] for _ in people]
    threads = [threading.Thread(target=scan, args=[*own, over]) for own in zip(people, codes, strict=True)]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    over.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
