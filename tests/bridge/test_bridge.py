"""What old clients meet beside the table: errors, pages, what is private, ids."""

import statistics
import time
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_script_prefix
from django.urls import clear_url_caches

from collectibles.models import Copy
from kloppocar.legacy.bridge import parameters, reads
from tests.make import make_collectible, make_news


def code_of(response):
    return response.json()["errors"][0]["code"]


# --- Every answer ------------------------------------------------------------------------------------------------


def test_an_error_has_its_status_todays_shape_and_its_sentence_where_old_clients_look(old, world):
    response = old("alice", "GET", "User/getUserByUserId", userId=999_999)

    body = response.json()
    assert response.status_code == 404
    assert body["message"] == body["errors"][0]["detail"]
    assert body["type"] == "client_error"


def test_a_refusal_speaks_german_to_whom_german_is_asked_for(old, world):
    response = old("alice", "POST", "UserCollectible/createUserCollectible", {"Accept-Language": "de"}, mint=1)

    assert response.json()["message"] == "Das entscheidet jetzt der Server. Bitte aktualisiere die App."
    assert response.json()["extra"] == {"successor": "/api/v1/redemptions/"}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/User/getUserByUserId?userId=1&fields=userId", "unknown_parameter"),
        ("/User/getUserByUserId?userId=1&expand=x", "unknown_parameter"),
        ("/User/getUserByUserId", "required"),
        ("/User/getUserByUserId?userId=1%20OR%201", "invalid"),
        ("/User/getUserByUserId?userId=9999999999999999999", "invalid"),
        ("/Collectible/getAllCollectibles?skip=-1", "invalid"),
        ("/Collectible/getAllCollectibles?skip=100001", "invalid"),
        ("/Collectible/getAllCollectibles?limit=all", "invalid"),
        ("/Collectible/getCollectibleByName?name=%00", "invalid"),
        (f"/Collectible/getCollectibleByName?name={'x' * 101}", "invalid"),
        ("/NewsPost/getNewsPostsByDate?postDateAfter=yesterday", "invalid"),
        ("/NewsPost/getNewsPostsByDate?postDateAfter=2026-99-99T00:00:00", "invalid"),
    ],
)
def test_what_cannot_be_understood_is_refused(api, path, code):
    response = api("alice").get(path)

    assert (response.status_code, code_of(response)) == (400, code)


@pytest.mark.parametrize("path", ["/User/getUserByShoeSize", "/Purchase/createPurchase", "/User/createuser"])
def test_what_was_never_there_is_not_found(api, path):
    response = api("alice").get(path)

    assert (response.status_code, code_of(response)) == (404, "not_found")
    assert "Deprecation" not in response


def test_the_bare_token_counts_and_a_session_does_not(api, client, world):
    bare = api("alice").defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    client.force_login(world.alice)

    assert client.get("/User/getUserByEmail?email=alice@example.org").status_code == 401
    signed_in = client.get("/User/getUserByEmail?email=alice@example.org", headers={"Authorization": bare})
    assert signed_in.json()["userId"] == world.alice.pk


def test_below_a_stage_links_begin_with_it(old, world):
    with override_script_prefix("/dev/"):
        response = old(None, "GET", "Collectible/getAllCollectibles", limit=1)

    links = response["Link"].split(", ")
    assert links[0] == '</dev/api/v1/collectibles/>; rel="successor-version"'
    assert links[1] == '</dev/Collectible/getAllCollectibles?limit=1&skip=1>; rel="next"'


def test_the_last_day_is_told_when_there_is_one(old, world, settings):
    settings.LEGACY_SUNSET = date(2027, 6, 30)

    response = old(None, "GET", "Collectible/getAllCollectibles")

    assert response["Sunset"] == "Wed, 30 Jun 2027 23:59:59 GMT"


# --- Pages -------------------------------------------------------------------------------------------------------


def test_a_list_goes_on_where_its_link_says(old, api, world):
    for _ in range(4):
        make_collectible(collection=world.collection)
    path, seen = "/Collectible/getAllCollectibles?limit=2", []

    for _ in range(10):
        response = api(None).get(path)
        seen += [row["collectibleId"] for row in response.json()]
        if 'rel="next"' not in response["Link"]:
            break
        path = response["Link"].split(", <")[1].partition(">")[0]

    everything = [row["collectibleId"] for row in old(None, "GET", "Collectible/getAllCollectibles").json()]
    assert seen == everything
    assert len(seen) == len(set(seen)) == 6


def test_no_rows_asked_for_lead_nowhere(old, world):
    response = old(None, "GET", "Collectible/getAllCollectibles", limit=0)

    assert response.json() == []
    assert 'rel="next"' not in response["Link"]


def test_no_answer_grows_beyond_what_a_gateway_passes_on(old, world, monkeypatch):
    monkeypatch.setattr(reads, "MOST_BYTES", 5_000)
    for _ in range(8):
        make_news(body={"en": "x" * 1_000})

    first = old(None, "GET", "NewsPost/getNewsPostsByDate", postDateAfter="2020-01-01T00:00:00")

    assert 1 < len(first.content) <= 5_000
    assert 0 < len(first.json()) < 8
    assert f"skip={len(first.json())}" in first["Link"]


def test_more_than_most_is_not_given_at_once(old, world, monkeypatch):
    monkeypatch.setattr(parameters, "MOST", 1)
    make_collectible(collection=world.collection)

    response = old(None, "GET", "Collectible/getCollectiblesByCollection", collectionId=world.collection.pk, limit=9)

    assert len(response.json()) == 1
    assert "skip=1" in response["Link"]


def test_one_row_that_is_too_large_is_given_alone(old, world, monkeypatch):
    monkeypatch.setattr(reads, "MOST_BYTES", 10)
    make_news()

    response = old(None, "GET", "NewsPost/getNewsPostsByDate", postDateAfter="2020-01-01T00:00:00")

    assert len(response.json()) == 1
    assert "skip=1" in response["Link"]


# --- Privacy -----------------------------------------------------------------------------------------------------


def test_of_others_one_reads_the_public_part(old, world):
    mine = old("alice", "GET", "User/getUserByUserId", userId=world.alice.pk).json()
    theirs = old("bob", "GET", "User/getUserByUserId", userId=world.alice.pk).json()

    assert mine["email"] == "alice@example.org"
    assert mine["score"] == 12
    assert mine["userRank"]["title"] == "Novice"
    assert {name for name, value in theirs.items() if value is not None} == {
        *("userId", "username", "userRank", "active", "isOnBlockchain")
    }


def test_an_address_of_somebody_else_and_one_of_nobody_look_alike(old, world):
    with CaptureQueriesContext(connection) as for_somebody:
        somebody = old("bob", "GET", "User/getUserByEmail", email="alice@example.org")
    with CaptureQueriesContext(connection) as for_nobody:
        nobody = old("bob", "GET", "User/getUserByEmail", email="nobody@example.org")

    assert (somebody.status_code, somebody.content) == (nobody.status_code, nobody.content) == (404, somebody.content)
    assert len(for_somebody) == len(for_nobody)


@pytest.mark.parametrize(("typed", "status"), [("KELVIN@Example.org", 200), ("\u212aelvin@example.org", 404)])
def test_an_address_is_looked_up_as_it_is_stored(old, world, typed, status):
    type(world.bob).objects.filter(pk=world.bob.pk).update(email="kelvin@example.org")

    answers = [old(person, "GET", "User/getUserByEmail", email=typed) for person in ("bob", "staff")]

    assert [answer.status_code for answer in answers] == [status, status]


def test_contact_of_a_sponsor_is_for_staff(old, world):
    people = {
        p: old(p, "GET", "Sponsor/getSponsorBySponsorId", sponsorId=world.sponsor.pk).json() for p in ("alice", "staff")
    }

    assert people["alice"]["primaryContactEmail"] is None
    assert people["alice"]["sponsorCity"] is None
    assert people["staff"]["primaryContactEmail"] == "c@example.org"


def test_what_is_not_published_does_not_show(old, world):
    draft = make_collectible(collection=world.collection, status="draft")

    by_id = old("alice", "GET", "Collectible/getCollectibleByCollectibleId", collectibleId=draft.pk)
    listed = old("alice", "GET", "Collectible/getCollectiblesByCollection", collectionId=world.collection.pk).json()

    assert by_id.status_code == 404
    assert draft.pk not in [row["collectibleId"] for row in listed]


def test_a_favourite_is_nobody_elses_business(old, world):
    Copy.objects.update(favorite=True)
    favorites = {
        person: old(person, "GET", "UserCollectible/getUserCollectiblesByOwnerId", ownerId=world.alice.pk).json()[0]
        for person in ("alice", "bob", None)
    }

    assert [row["favorite"] for row in favorites.values()] == [True, False, False]


def test_a_copy_of_what_is_not_published_shows_to_its_owner_alone(old, world):
    type(world.collection).objects.update(active=False)
    name, sent = "UserCollectible/getUserCollectibleByUserCollectibleId", {"userCollectibleId": world.copy.pk}
    listed = old("bob", "GET", "UserCollectible/getUserCollectiblesByOwnerId", ownerId=world.alice.pk)

    statuses = [old(person, "GET", name, **sent).status_code for person in ("alice", "bob", None)]

    assert statuses == [200, 404, 404]
    assert listed.json() == []


# --- Ids that cannot be counted through --------------------------------------------------------------------------


def test_ids_of_codes_differ_by_person_and_say_nothing_to_others(old, world):
    ids = {
        person: old(person, "GET", "DistributionCode/getDistributionCodeByCode", code=world.code.code).json()
        for person in ("alice", "bob", "staff")
    }
    borrowed = ids["alice"]["distributionCodeId"]

    response = old(
        "bob", "GET", "DistributionCode/getDistributionCodeByDistributionCodeId", distributionCodeId=borrowed
    )

    assert len({row["distributionCodeId"] for row in ids.values()}) == 3
    assert len({row["distributionId"] for row in ids.values()}) == 3
    assert ids["staff"]["distributionCodeId"] == world.code.pk
    assert borrowed < 2**53  # a whole number in JavaScript
    assert (response.status_code, code_of(response)) == (404, "unknown_code")


@pytest.mark.parametrize(
    ("method", "name", "sent"),
    [
        ("GET", "DistributionCode/getDistributionCodeByDistributionCodeId", lambda n: {"distributionCodeId": n}),
        ("GET", "Distribution/getDistributionByDistributionId", lambda n: {"distributionId": n}),
        (
            "GET",
            "DistributionCodeUser/getDistributionCodeUsersByDistributionCodeId",
            lambda n: {"distributionCodeId": n},
        ),
        ("POST", "DistributionCodeUser/createDistributionCodeUser", lambda n: {"distributionCodeId": n}),
        ("GET", "DistributionCode/getDistributionCodeByCode", lambda n: {"code": f"NONE-{n}"}),
    ],
)
def test_guessing_runs_out(old, world, settings, method, name, sent):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"code_guesses": (3, 10_000_000)}

    answers = [old("bob", method, name, **sent(number)) for number in range(1, 6)]

    assert [response.status_code for response in answers] == [404, 404, 404, 429, 429]
    assert answers[0].json() == answers[1].json()
    assert answers[-1]["Retry-After"]


# --- Off -----------------------------------------------------------------------------------------------------------


def test_switched_off_it_is_not_there(api, settings):
    settings.ROOT_URLCONF = "kloppocar.urls"
    clear_url_caches()

    response = api("alice").get("/Collectible/getAllCollectibles")

    assert (response.status_code, code_of(response)) == (404, "not_found")
    assert "Deprecation" not in response


@pytest.mark.parametrize("way", ["id", "code"])
def test_who_guessed_too_often_is_refused_whatever_they_send(old, world, settings, way):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"code_guesses": (1, 10_000_000)}
    name, key, right, wrong = {
        "id": ("ByDistributionCodeId", "distributionCodeId", world.sealed("DistributionCode", world.code.pk, "bob"), 1),
        "code": ("ByCode", "code", world.code.code, "NOBODY-KNOWS-IT"),
    }[way]

    route = f"DistributionCode/getDistributionCode{name}"
    answers = [old("bob", "GET", route, **{key: given}) for given in (right, wrong, right)]

    assert [response.status_code for response in answers] == [200, 404, 429]


# --- In time as well ---------------------------------------------------------------------------------------------


@pytest.mark.deep
def test_addresses_of_somebody_and_of_nobody_take_as_long(old, world):
    times = {"alice@example.org": [], "nobody@example.org": []}
    for _ in range(200):
        for address, taken in times.items():
            started = time.perf_counter()
            old("bob", "GET", "User/getUserByEmail", email=address)
            taken.append(time.perf_counter() - started)

    somebody, nobody = (statistics.median(taken) for taken in times.values())
    assert abs(somebody - nobody) < 0.005
