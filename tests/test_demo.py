"""Demo data: quick, idempotent, and everything in it can be tried."""

import json
from io import StringIO

from django.core.management import call_command
from rest_framework.test import APIClient

from collectibles.models import Collectible, Copy
from kloppocar import demo


def summary():
    out = StringIO()
    call_command("demo", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_second_run_changes_nothing(db):
    first = summary()
    copies = Copy.objects.count()

    second = summary()

    assert second["codes"] == first["codes"]
    assert Copy.objects.count() == copies
    assert Collectible.objects.count() == 120


def test_each_kind_of_code_answers_as_its_name_says(db):
    told = summary()
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {told['token']}")

    def scan(word, place=0):
        response = client.post("/api/v1/redemptions/", {"code": told["codes"][word][place]})
        return response.json()["errors"][0]["code"] if response.status_code != 201 else 201

    assert [
        scan(word) for word in ("new", "open", "open", "limited", "last", "last", "future", "closed", "revoked")
    ] == [
        201,
        201,
        "already_redeemed",
        201,
        201,
        "already_redeemed",
        "not_open_yet",
        "closed",
        "revoked",
    ]
    assert demo.is_loaded()
