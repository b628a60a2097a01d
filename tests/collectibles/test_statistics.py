"""GET distributions/{id}/stats/: what a campaign manager watches; and the same numbers for all campaigns."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectibles import statistics
from collectibles.models import Grant, RefusalCount
from collectibles.services import redeem
from collectibles.services.refusals import SHARDS
from tests.concurrency import at_once
from tests.make import DAY, make_code, make_collectible, make_distribution, make_user

NOON = datetime(2026, 6, 15, 12, 30, tzinfo=UTC)


def stats(api, campaign):
    response = api("staff").get(f"/api/v1/distributions/{campaign.id}/stats/")
    assert response.status_code == 200, response.json()
    return response.json()


def refused(client, code):
    return client.post("/api/v1/redemptions/", {"code": code.code}).json()["errors"][0]["code"]


def filled(buckets):
    return {bucket["at"]: bucket["count"] for bucket in buckets if bucket["count"]}


def test_a_campaign_that_nobody_has_seen_is_all_zeros(api, db):
    body = stats(api, make_distribution(make_collectible(circulation=7), limit=5))

    assert body["codes"] == {"made": 0, "unused": 0, "used": 0, "used_up": 0, "revoked": 0, "uses": 0}
    assert (body["limit_left"], body["stock_left"], body["state"]) == (5, 7, "open")
    assert body["redemptions"]["total"] == body["redemptions"]["people"] == body["refusals"]["total"] == 0
    assert body["redemptions"]["last_at"] is None
    assert len(body["redemptions"]["per_hour"]) == len(body["refusals"]["per_hour"]) == 48


def test_codes_people_stock_and_the_last_hour_are_counted(api, alice, bob):
    campaign = make_distribution(make_collectible(circulation=10), limit=8)
    single, shared = make_code(campaign), make_code(campaign, max_uses=None)
    make_code(campaign, revoked_at=timezone.now())
    for user, code in [(alice, single), (alice, shared), (bob, shared)]:
        redeem(user=user, code=code.code)

    body = stats(api, campaign)

    assert body["codes"] == {"made": 3, "unused": 1, "used": 2, "used_up": 1, "revoked": 1, "uses": 3}
    assert (body["limit_left"], body["stock_left"]) == (5, 7)
    assert (body["redemptions"]["total"], body["redemptions"]["people"]) == (3, 2)
    last = Grant.objects.latest("id").created_at
    assert filled(body["redemptions"]["per_hour"]) == {last.strftime("%Y-%m-%dT%H:00:00Z"): 3}
    assert filled(body["redemptions"]["per_day"]) == {last.strftime("%Y-%m-%dT00:00:00Z"): 3}
    assert datetime.fromisoformat(body["redemptions"]["last_at"]) == last


def test_stock_without_an_end_and_no_limit_are_null(api, db):
    body = stats(api, make_distribution(make_collectible(circulation=None), make_collectible(circulation=3)))

    assert (body["limit"], body["limit_left"], body["stock_left"]) == (None, None, None)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "open"),
        ({"active": False}, "off"),
        ({"starts_at": NOON + DAY, "ends_at": NOON + 2 * DAY}, "upcoming"),
        ({"starts_at": NOON - 2 * DAY, "ends_at": NOON}, "over"),
    ],
)
def test_a_campaign_says_how_it_stands(db, fields, state):
    usual = {"starts_at": NOON - DAY, "ends_at": NOON + DAY}

    assert make_distribution(**usual | fields).state_at(NOON) == state


def test_buckets_end_now_and_none_is_left_out(db, alice):
    campaign = make_distribution(starts_at=NOON - 300 * DAY)
    at = [NOON, NOON - timedelta(minutes=31), NOON - 3 * DAY, NOON - 200 * DAY]
    for number, moment in enumerate(at):
        grant_at(alice, campaign, moment, number)

    found = statistics.of_campaign(campaign, now=NOON)

    assert [bucket.at for bucket in found.per_hour[-2:]] == [NOON.replace(hour=11, minute=0), NOON.replace(minute=0)]
    assert [bucket.count for bucket in found.per_hour[-2:]] == [1, 1]
    assert len(found.per_day) == statistics.DAYS
    assert [bucket.count for bucket in found.per_day[-4:]] == [1, 0, 0, 2]
    assert found.first_redemption_at == NOON - 200 * DAY


def grant_at(user, campaign, moment, number):
    redeem(user=user, code=make_code(make_distribution(make_collectible())).code)
    Grant.objects.filter(pk=Grant.objects.latest("id").pk).update(distribution=campaign, created_at=moment)


# --- Refusals ----------------------------------------------------------------------------------------------------


def test_refusals_are_counted_by_reason_and_hour(api, alice):
    campaign = make_distribution(make_collectible(), limit=1)
    gone, used = make_code(campaign, revoked_at=timezone.now()), make_code(campaign)
    redeem(user=alice, code=used.code)

    said = [
        refused(api("bob"), gone),
        refused(api("bob"), gone),
        refused(api("alice"), used),
        refused(api("bob"), used),
    ]

    assert said == ["revoked", "revoked", "already_redeemed", "code_used_up"]
    body = stats(api, campaign)["refusals"]
    assert (body["total"], body["by_reason"]) == (4, {"revoked": 2, "already_redeemed": 1, "code_used_up": 1})
    assert next(iter(body["by_reason"])) == "revoked"
    assert body["per_hour"][-1]["count"] == 4


def test_codes_that_belong_to_no_campaign_are_not_counted(api):
    for code in ("7Q2M-4K9X-ABG", "7Q2M-4K9X-ABH"):
        api("alice").post("/api/v1/redemptions/", {"code": code})

    assert not RefusalCount.objects.exists()


def test_a_preview_is_no_attempt(api):
    code = make_code(revoked_at=timezone.now())

    assert api("alice").post("/api/v1/redemptions/preview/", {"code": code.code}).json()["code"] == "revoked"
    assert not RefusalCount.objects.exists()


def test_a_refusal_costs_one_statement_more(api, django_assert_num_queries):
    code = make_code(revoked_at=timezone.now())
    row = {"distribution": code.distribution, "hour": statistics.start_of_hour(timezone.now()), "reason": "revoked"}
    RefusalCount.objects.bulk_create(RefusalCount(shard=shard, **row) for shard in range(SHARDS))

    with django_assert_num_queries(3 + 1 + 3):  # person, lock, code; the count; and the transaction as a savepoint
        refused(api("alice"), code)

    assert stats(api, code.distribution)["refusals"]["total"] == 1


def test_a_refusal_that_cannot_be_counted_is_answered_all_the_same(api, caplog):
    code = make_code(revoked_at=timezone.now())
    with broken_counts():
        said = refused(api("alice"), code)

    assert said == "revoked"
    assert "a refusal was not counted" in caplog.text


def test_a_crowd_that_comes_too_late_is_counted_to_the_last(real_db):
    code = make_code(make_distribution(make_collectible(circulation=2)), max_uses=None)
    crowd = [make_user() for _ in range(24)]

    answers = at_once(crowd, lambda client: client.post("/api/v1/redemptions/", {"code": code.code}).status_code)

    assert Counter(answers) == {201: 2, 409: 22}
    assert statistics.of_campaign(code.distribution).refusals.by_reason == {"sold_out": 22}


def broken_counts():
    """The database refuses whatever is written about refusals."""

    def refuse(execute, sql, params, many, context):
        if "refusalcount" in sql.lower():
            from django.db import OperationalError

            raise OperationalError(1205, "Lock wait timeout exceeded")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


def test_a_campaign_goes_with_its_counts(api):
    code = make_code(revoked_at=timezone.now())
    refused(api("alice"), code)

    code.distribution.delete()

    assert not RefusalCount.objects.exists()


# --- All campaigns -----------------------------------------------------------------------------------------------


def test_the_dashboard_has_a_line_for_each_campaign_of_these_days(api, alice, bob):
    door, wheel = make_collectible(points=1), make_collectible()
    first = make_distribution(door, starts_at=timezone.now() - 3 * DAY)
    second = make_distribution(wheel, starts_at=timezone.now() - 2 * DAY)
    make_distribution(starts_at=timezone.now() - 90 * DAY, ends_at=timezone.now() - 80 * DAY)
    for user, campaign in [(alice, first), (bob, first), (alice, second)]:
        redeem(user=user, code=make_code(campaign).code)
    refused(api("bob"), make_code(second, revoked_at=timezone.now()))

    lines = statistics.of_recent_campaigns(days=7)

    assert [(line.campaign.pk, line.redemptions, line.refusals) for line in lines] == [
        (second.pk, 1, 1),
        (first.pk, 2, 0),
    ]
    assert [bucket.count for bucket in lines[1].per_day] == [0] * 6 + [2]
    top = statistics.top_collectibles([first, second], days=7)
    assert [(line.collectible.pk, line.minted) for line in top] == [(door.pk, 2), (wheel.pk, 1)]


def test_sign_ups_are_counted_by_day(db):
    for number, days in enumerate((0, 0, 1, 30)):
        person = make_user(f"new{number}")
        type(person).objects.filter(pk=person.pk).update(created_at=NOON - days * DAY)

    counts = [bucket.count for bucket in statistics.sign_ups_per_day(days=3, now=NOON)]

    assert counts == [0, 1, 2]


def test_a_dashboard_costs_the_same_whatever_there_is(db, alice):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            lines = statistics.of_recent_campaigns()
            statistics.top_collectibles([line.campaign for line in lines])
            statistics.sign_ups_per_day()
        return len(queries)

    redeem(user=alice, code=make_code().code)
    few = cost()
    for _ in range(5):
        redeem(user=alice, code=make_code().code)

    assert few == cost() == 3 + 2 + 1
