"""Transfers: an owner opens an offer, whoever has the secret accepts it, and nothing is lost on the way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectibles import codes
from collectibles.models import Copy, CopyEvent, MissionProgress, Transfer
from collectibles.services import accept, open_offer, redeem
from kloppocar.api.errors import Refusal
from tests.make import make_code, make_collectible, make_distribution, make_mission
from tests.triggers.plain_sql import give

URL = "/api/v1/transfers/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def copy(alice):
    """Alice's, won with a code."""
    code = make_code(make_distribution(make_collectible(circulation=9, points=5)))
    return redeem(user=alice, code=code.code).grant.copy


@pytest.fixture
def offer(alice, copy):
    return open_offer(giver=alice, copy=copy)


def refusal(response):
    return response.status_code, response.json()["errors"][0]["code"]


def take(client, secret):
    return client.post(f"{URL}accept/", {"secret": secret})


def age(offer, by=timedelta(hours=1)):
    Transfer.objects.filter(pk=offer.pk).update(expires_at=timezone.now() - by)


def test_an_offer_tells_its_secret_once_and_stores_a_hash_of_it(api, copy):
    response = api("alice").post(URL, {"copy": copy.id})

    assert response.status_code == 201
    body = response.json()
    assert (body["state"], body["copy"]["id"], body["copy"]["mint"]) == ("open", copy.id, copy.mint)
    left = Transfer.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    assert len(body["secret"]) * 5 >= 128
    stored = [str(value) for value in Transfer.objects.values().get().values()]
    assert not [value for value in stored if body["secret"][4:] in value]
    for again in (api("alice").get(URL).json()["results"][0], api("alice").get(f"{URL}{body['id']}/").json()):
        assert again == {name: value for name, value in body.items() if name != "secret"}


def test_accepting_moves_copy_ledger_and_missions_and_no_points(api, cast, copy, offer):
    mission = make_mission(copy.collectible)
    MissionProgress.objects.create(user=cast["alice"], mission=mission, progress=1)
    Copy.objects.update(favorite=True)

    response = take(api("bob"), offer.secret)

    assert response.status_code == 200
    body = response.json()
    assert (body["copy"]["id"], body["copy"]["mint"], body["giver"]["username"]) == (copy.id, copy.mint, "alice")
    assert body["missions"] == [{"id": mission.id, "progress": 1, "goal": 1, "state": "claimable"}]
    copy.refresh_from_db()
    assert (copy.owner, copy.favorite, copy.acquired_at) == (cast["bob"], False, Transfer.objects.get().accepted_at)
    progress = MissionProgress.objects.filter(mission=mission).order_by("user")
    assert list(progress.values_list("user__username", "progress")) == [("alice", 0), ("bob", 1)]
    line = CopyEvent.objects.order_by("id").last()
    assert (line.kind, line.from_user, line.to_user) == ("transferred", cast["alice"], cast["bob"])
    for name, score in [("alice", 5), ("bob", 0)]:
        cast[name].refresh_from_db()
        assert cast[name].score == score


def test_the_history_of_a_copy_shows_every_hand_it_went_through(api, cast, copy, offer):
    take(api("bob"), offer.secret)
    back = api("bob").post(URL, {"copy": copy.id}).json()["secret"]
    take(api("carol"), back)

    with CaptureQueriesContext(connection) as queries:
        lines = api(None).get(f"/api/v1/copies/{copy.id}/history/").json()["results"]

    people = [(line["kind"], (line["from_user"] or {}).get("username"), line["to_user"]["username"]) for line in lines]
    assert people == [("minted", None, "alice"), ("transferred", "alice", "bob"), ("transferred", "bob", "carol")]
    assert set(lines[1]["from_user"]) == {"id", "username", "picture", "rank"}
    assert len(queries) == 3  # the copy, its lines with their people, the ladder of ranks


@pytest.mark.parametrize("typed", [str.lower, lambda secret: secret.replace("TFR-", ""), lambda secret: f" {secret}\n"])
def test_a_secret_may_be_typed_carelessly(api, offer, typed):
    assert take(api("bob"), typed(offer.secret)).status_code == 200


@pytest.mark.parametrize(
    ("happened", "who", "status", "reason"),
    [
        ("nothing", "alice", 409, "own_copy"),
        ("expired", "bob", 410, "expired"),
        ("cancelled", "bob", 410, "cancelled"),
        ("accepted", "carol", 409, "already_accepted"),
        ("accepted", "alice", 409, "already_accepted"),
        ("moved on", "bob", 403, "not_owner"),
        ("giver deleted", "bob", 410, "cancelled"),
        ("giver inactive", "bob", 410, "cancelled"),
    ],
)
def test_a_refused_acceptance_moves_nothing(api, cast, copy, offer, happened, who, status, reason):
    if happened == "expired":
        age(offer, timedelta(0))
    if happened == "cancelled":
        api("alice").post(f"{URL}{offer.id}/cancel/")
    if happened == "accepted":
        take(api("bob"), offer.secret)
    if happened == "moved on":
        give(copy, cast["carol"])
    if happened.startswith("giver"):
        changes = {"status": "deleted"} if happened.endswith("deleted") else {"is_active": False}
        type(cast["alice"]).objects.filter(pk=cast["alice"].pk).update(**changes)
    before = list(Copy.objects.values()), list(Transfer.objects.values()), CopyEvent.objects.count()
    if happened.startswith("giver"):
        assert api("alice").get(URL).status_code == 401

    response = take(api(who), offer.secret)

    assert refusal(response) == (status, reason)
    assert (list(Copy.objects.values()), list(Transfer.objects.values()), CopyEvent.objects.count()) == before


def test_who_lost_the_answer_is_told_what_they_got(api, copy, offer):
    take(api("bob"), offer.secret)

    response = take(api("bob"), offer.secret)

    assert refusal(response) == (409, "already_accepted")
    told = {"id": copy.id, "mint": copy.mint, "collectible": copy.collectible_id}
    assert response.json()["extra"]["copy"] == told
    assert CopyEvent.objects.filter(kind="transferred").count() == 1


@pytest.mark.parametrize("secret", ["TFR-1731936000000", "x", "TFR-" + "0" * 26, "🦄" * 26, "0" * 100])
def test_an_unknown_secret_is_not_found(api, offer, secret):
    assert refusal(take(api("bob"), secret)) == (404, "unknown_transfer")


def test_wrong_guesses_run_out_and_what_cannot_be_a_secret_is_no_guess(api, offer, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"transfer_guesses": (3, 10_000_000)}
    for _ in range(5):
        assert refusal(take(api("bob"), "TFR-1731936000000")) == (404, "unknown_transfer")
    for _ in range(3):
        assert refusal(take(api("bob"), codes.new_secret())) == (404, "unknown_transfer")

    response = take(api("bob"), offer.secret)

    assert refusal(response) == (429, "throttled")
    assert int(response["Retry-After"]) > 0
    assert take(api("carol"), offer.secret).status_code == 200


@pytest.mark.parametrize("body", [{}, {"secret": ""}, {"secret": None}, {"secret": "0" * 101}, {"secret": [1]}, [], 7])
def test_a_body_without_a_secret_is_refused(api, offer, body):
    response = api("bob").post(f"{URL}accept/", body)

    assert response.status_code == 400
    assert not Transfer.objects.filter(accepted_at__isnull=False).exists()


@pytest.mark.parametrize("changes", [{"status": "deleted"}, {"is_active": False}])
def test_somebody_whose_account_ended_meanwhile_receives_nothing(cast, copy, offer, changes):
    type(cast["bob"]).objects.filter(pk=cast["bob"].pk).update(**changes)

    with pytest.raises(Refusal) as refused:
        accept(user=cast["bob"], secret=offer.secret)

    assert (refused.value.status_code, refused.value.code) == (401, "user_inactive")
    assert Copy.objects.get().owner == cast["alice"]


def test_only_the_owner_offers_a_copy(api, copy):
    assert refusal(api("bob").post(URL, {"copy": copy.id})) == (403, "not_owner")
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"copy": value} for value in (10**17, 10**40, "x", "1.5", "", None, True, [], {})]
    + [{"minutes": value} for value in (0, -1, 1441, 10**40, "x", None)]
    + [{"giver": 1}, {"secret": "x"}],
)
def test_a_malformed_offer_is_refused(api, copy, changes):
    response = api("alice").post(URL, {"copy": copy.id} | changes)

    assert response.status_code == 400
    assert {error["attr"] for error in response.json()["errors"]} == set(changes)
    assert not Transfer.objects.exists()


def test_an_offer_of_nothing_is_refused(api):
    assert refusal(api("alice").post(URL, {})) == (400, "required")


def test_an_offer_lasts_as_long_as_was_asked(api, copy):
    body = api("alice").post(URL, {"copy": copy.id, "minutes": 60}).json()

    assert Transfer.objects.get(pk=body["id"]).expires_at > timezone.now() + 59 * MINUTE


def test_a_copy_has_one_open_offer(api, copy, offer):
    response = api("alice").post(URL, {"copy": copy.id})

    assert refusal(response) == (409, "already_offered")
    assert response.json()["extra"]["transfer"]["id"] == offer.id
    assert take(api("bob"), offer.secret).status_code == 200


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_after_an_offer_ended_the_copy_can_be_offered_again(api, copy, offer, end):
    if end == "expired":
        age(offer)
    else:
        api("alice").post(f"{URL}{offer.id}/cancel/")

    again = api("alice").post(URL, {"copy": copy.id})

    assert again.status_code == 201
    assert refusal(take(api("bob"), offer.secret)) == (410, end)
    assert take(api("bob"), again.json()["secret"]).status_code == 200


def test_the_receiver_can_hand_the_copy_on(api, cast, copy, offer):
    take(api("bob"), offer.secret)

    assert refusal(api("alice").post(URL, {"copy": copy.id})) == (403, "not_owner")
    secret = api("bob").post(URL, {"copy": copy.id}).json()["secret"]
    assert take(api("alice"), secret).status_code == 200
    assert Copy.objects.get().owner == cast["alice"]


def test_cancelling_twice_is_cancelling_once(api, offer):
    first, second = (api("alice").post(f"{URL}{offer.id}/cancel/") for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.json()["state"] == "cancelled"
    assert first["ETag"] == second["ETag"]


def test_what_was_accepted_cannot_be_cancelled(api, offer):
    take(api("bob"), offer.secret)

    assert refusal(api("alice").post(f"{URL}{offer.id}/cancel/")) == (409, "already_accepted")
    assert refusal(api("bob").post(f"{URL}{offer.id}/cancel/")) == (403, "not_owner")
    assert refusal(api("carol").post(f"{URL}{offer.id}/cancel/")) == (404, "unknown_transfer")
    assert refusal(api("alice").post(f"{URL}{10**17}/cancel/")) == (404, "unknown_transfer")


def test_giver_and_receiver_see_a_transfer_and_nobody_else_does(api, offer):
    seen_before = {name: api(name).get(URL).json()["results"] != [] for name in ("alice", "bob", "carol", "staff")}
    take(api("bob"), offer.secret)

    seen_after = {name: api(name).get(URL).json()["results"] != [] for name in ("alice", "bob", "carol", "staff")}

    assert seen_before == {"alice": True, "bob": False, "carol": False, "staff": False}
    assert seen_after == {"alice": True, "bob": True, "carol": False, "staff": False}
    assert api("bob").get(f"{URL}{offer.id}/").json()["receiver"]["username"] == "bob"


@pytest.mark.parametrize("state", ["open", "expired", "cancelled", "accepted"])
def test_the_list_is_narrowed_by_the_state_that_it_shows(api, alice, state):
    campaign = make_distribution(make_collectible())
    for end in ("open", "expired", "cancelled", "accepted"):
        copy = redeem(user=alice, code=make_code(campaign).code).grant.copy
        offer = open_offer(giver=alice, copy=copy)
        if end == "expired":
            age(offer)
        if end == "cancelled":
            api("alice").post(f"{URL}{offer.id}/cancel/")
        if end == "accepted":
            take(api("bob"), offer.secret)

    rows = api("alice").get(f"{URL}?state={state}").json()["results"]

    assert [row["state"] for row in rows] == [state]
    assert api("alice").get(f"{URL}?state=lost").status_code == 400


@pytest.mark.parametrize("number", [1, 12])
def test_a_list_costs_the_same_for_few_and_many(api, alice, number):
    campaign = make_distribution(make_collectible())
    for _ in range(number):
        copy = redeem(user=alice, code=make_code(campaign).code).grant.copy
        take(api("bob"), open_offer(giver=alice, copy=copy).secret)
    client = api("alice")

    with CaptureQueriesContext(connection) as queries:
        assert len(client.get(URL).json()["results"]) == number

    assert len(queries) == 3  # the token's person, the page with copies and people, the ladder of ranks


def test_accepting_takes_a_constant_number_of_statements(api, offer, django_assert_num_queries):
    client = api("bob")

    # 1 the token's person  2 whose offer is it?  3, 4 lock both people  5 the offer  6 move the copy  7 close the offer
    # 8 missions  9 the ladder of ranks
    with django_assert_num_queries(9 + 2):  # and a savepoint, as tests sit inside a transaction
        assert take(client, offer.secret).status_code == 200


def test_no_two_secrets_are_alike():
    secrets = {codes.new_secret() for _ in range(1_000)}

    assert len({codes.hash_of_secret(secret) for secret in secrets}) == 1_000
    assert {secret[:4] for secret in secrets} == {"TFR-"}
