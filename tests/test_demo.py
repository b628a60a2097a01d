"""Demo data: quick, the same everywhere, idempotent, and everything in it can be tried."""

import json
import shlex
import time
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from collectibles.invariants import violations
from collectibles.models import Collectible, Copy, Distribution, Grant, Mission, MissionProgress
from communities.models import ChallengeContribution, Community
from kloppocar import demo
from kloppocar.demo.campaigns import code_of
from tests.make import make_user
from users import local_issuer
from users.models import User

STATES = {
    ("alice", "Any two parts", "First Drive"): "claimed",
    ("alice", "Complete the front", "First Drive"): "claimable",
    ("alice", "Any two parts", "Garage Finds"): "in_progress",
    ("bob", "Complete the front", "Garage Finds"): "in_progress",
    ("bob", "Any two parts", "Garage Finds"): "claimable",
    ("bob", "Welcome aboard", "First Drive"): "claimed",
    ("carol", "Complete the front", "Alpine Tour"): "claimed",
    ("ida", "Welcome aboard", "First Drive"): "claimable",
}


def run(*options):
    out = StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def told(db):
    return json.loads(run("--json"))


def client_of(name):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {local_issuer.access_token(sub=demo.sub_of(name))}")


def scan(name, code):
    response = client_of(name).post("/api/v1/redemptions/", {"code": code})
    return response.json()["errors"][0]["code"] if response.status_code != 201 else 201


def test_it_loads_in_time(db):
    started = time.monotonic()

    run()

    assert time.monotonic() - started < 10
    assert Community.objects.count() == 2
    assert Collectible.objects.count() == 120
    assert set(Collectible.objects.values_list("circulation", flat=True)) == {1, 50, 5_000, None}


def test_a_second_run_writes_nothing_and_is_quick(told):
    started = time.monotonic()

    with CaptureQueriesContext(
        connection,
    ) as queries:
        again = json.loads(run("--json"))

    assert time.monotonic() - started < 1
    assert not [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert again | {"token": None, "curl": None} == told | {"token": None, "curl": None}


def test_a_run_that_was_interrupted_is_finished_by_the_next(told, monkeypatch):
    monkeypatch.setattr(demo.story, "SCANS", [*demo.story.SCANS, ("ida", code_of("open"))])

    run()
    run()

    assert Copy.objects.filter(owner__username="ida").count() == 1


def test_people_hold_the_same_copies_on_every_machine(told):
    held = Copy.objects.filter(owner__username="alice").order_by("id")

    assert [(copy.collectible.name["en"], copy.mint) for copy in held.select_related("collectible")] == [
        ("Kloppo 600 headlight", 1),
        ("Kloppo 600 steering wheel", 2),
        ("Kloppo 600 gear knob", 1487),
        ("Kloppo 600 headlight", 5),
        ("Kloppo Kombi gear knob", 3052),
        ("Kloppo 600 rear mirror", 1),
        ("Kloppo 600 rear mirror", 2),
    ]


def test_missions_stand_at_every_stage(told):
    rows = MissionProgress.objects.select_related("user", "mission__collection")
    states = {
        (str(row.user), str(row.mission), str(row.mission.collection)): row.mission.state_at(timezone.now(), row)
        for row in rows
    }

    assert {key: states[key] for key in STATES} == STATES
    assert set(Mission.objects.values_list("kind", flat=True)) == {"collect_set", "collect_count", "sign_up"}


def test_every_copy_was_granted_and_counted(told):
    grants = Counter(Grant.objects.values_list("distribution", flat=True))

    assert Copy.objects.count() == Grant.objects.count() > 20
    assert {row.pk: row.redeemed for row in Distribution.objects.filter(redeemed__gt=0)} == grants
    assert ChallengeContribution.objects.filter(user__username="alice", count__gt=0).exists()
    assert User.objects.get(username="alice").score > 0


def test_one_copy_went_from_hand_to_hand(told):
    copy = Copy.objects.get(owner__username="dora", collectible__circulation=1, grant__user__username="fritz")

    lines = APIClient().get(f"/api/v1/copies/{copy.id}/history/").json()["results"]

    assert [(line["kind"], line["to_user"]["username"]) for line in lines] == [
        ("minted", "fritz"),
        ("transferred", "emil"),
        ("transferred", "dora"),
    ]
    assert violations() == {}


def test_each_kind_of_code_answers_as_its_name_says(told):
    answers = {
        ("alice", "open"): 201,
        ("alice", "single"): 201,
        ("alice", "used"): "code_used_up",
        ("bob", "used"): "already_redeemed",
        ("alice", "limited"): 201,
        ("bob", "last"): "already_redeemed",
        ("alice", "sold"): "sold_out",
        ("alice", "future"): "not_open_yet",
        ("alice", "closed"): "closed",
        ("alice", "revoked"): "revoked",
        ("alice", "new"): "not_eligible",
        ("ida", "new"): 201,
        ("alice", "series"): 201,
    }

    assert {(name, word): scan(name, told["codes"][word][0]) for name, word in answers} == answers


def test_each_code_has_a_page_that_says_how_it_stands(told):
    says = {
        "open": "can be redeemed now",
        "used": "used as often as it can be",
        "sold": "has found an owner",
        "future": "has not begun yet",
        "closed": "is over",
        "revoked": "was withdrawn",
        "new": "people who have no copy yet",
    }

    pages = {word: APIClient().get(f"/c/{told['codes'][word][0]}").content.decode() for word in says}

    assert [word for word in says if says[word] not in pages[word]] == []


def test_only_one_copy_is_left_of_what_is_nearly_gone(told):
    (code,) = told["codes"]["last"]

    assert [scan("alice", code), scan("ida", code)] == [201, "sold_out"]


def test_the_printed_curl_redeems_once_and_the_next_run_prints_another(told):
    words = shlex.split(told["curl"])
    client = APIClient(HTTP_AUTHORIZATION=words[words.index("-H") + 1].partition(": ")[2])
    body = json.loads(words[words.index("-d") + 1])

    first, second = (client.post("/api/v1/redemptions/", body) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["errors"][0]["code"] == "already_redeemed"
    assert json.loads(run("--json"))["code"] != told["code"]


def test_the_page_names_people_password_codes_and_curl(told):
    page = run()

    for text in [
        "alice, bob, carol",
        demo.STAFF_PASSWORD,
        told["codes"]["future"][0],
        f"http://localhost:8000/c/{told['code']}",
        "curl -X POST http://localhost:",
    ]:
        assert text in page


def test_staff_log_in_with_the_printed_password(told, client):
    assert client.login(**told["staff"])
    assert client.get("/admin/").status_code == 200


def test_it_refuses_to_run_where_it_is_deployed(db, settings):
    settings.LOCAL = False

    with pytest.raises(CommandError, match="ENV=local only"):
        run()

    assert not User.objects.exists()


def test_it_leaves_other_people_with_these_names_alone(db):
    make_user("alice")

    with pytest.raises(CommandError, match="other people"):
        run()

    assert User.objects.count() == 1
