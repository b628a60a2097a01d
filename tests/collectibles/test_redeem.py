"""POST /api/v1/redemptions/: one call checks, draws, numbers and grants, or says why not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from collectibles.codes import format_code
from collectibles.models import Collectible, Copy, Distribution, DistributionCode, EditionSegment, Grant, ReservedNumber
from tests.make import DAY, make_code, make_collectible, make_distribution

URL = "/api/v1/redemptions/"


def redeem(client, code, **headers):
    return client.post(URL, {"code": code}, **headers)


def refusal(response):
    return response.status_code, response.json()["errors"][0]["code"]


def test_a_scan_answers_with_the_copy_its_collectible_and_the_score(api, alice):
    collectible = make_collectible(circulation=50, points=10)
    code = make_code(make_distribution(collectible))

    response = redeem(api("alice"), format_code(code.code).lower())

    assert response.status_code == 201
    body = response.json()
    assert body["copy"]["collectible"]["name"] == {"en": "Door", "de": "Tür"}
    assert 1 <= body["copy"]["mint"] <= 50
    assert body["score"] == 10
    assert Copy.objects.get().owner == alice


def test_a_second_scan_is_refused_with_the_copy_that_the_first_one_gave(api):
    code = make_code(max_uses=None)
    first = redeem(api("alice"), code.code).json()

    response = redeem(api("alice"), code.code)

    assert refusal(response) == (409, "already_redeemed")
    assert response.json()["extra"]["copy"]["id"] == first["copy"]["id"]
    assert Copy.objects.count() == 1


def campaign(**fields):
    return lambda: make_code(make_distribution(make_collectible(), **fields))


@pytest.mark.parametrize(
    ("make", "status", "reason"),
    [
        (lambda: make_code(revoked_at=timezone.now()), 410, "revoked"),
        (campaign(starts_at=timezone.now() + DAY, ends_at=timezone.now() + 2 * DAY), 409, "not_open_yet"),
        (campaign(starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY), 410, "closed"),
        (campaign(active=False), 410, "closed"),
        (campaign(limit=3, redeemed=3), 409, "sold_out"),
        (lambda: make_code(max_uses=2, uses=2), 409, "code_used_up"),
        (lambda: make_code(make_distribution()), 409, "sold_out"),
        (lambda: make_code(make_distribution(make_collectible(circulation=5, minted=5))), 409, "sold_out"),
        (lambda: make_code(make_distribution(make_collectible(status="retired"))), 409, "sold_out"),
    ],
)
def test_a_refusal_has_its_own_code_and_uses_nothing_up(api, make, status, reason):
    code = make()
    before = (code.uses, code.distribution.redeemed)

    response = redeem(api("alice"), code.code)

    assert refusal(response) == (status, reason)
    code = DistributionCode.objects.select_related("distribution").get()
    assert (code.uses, code.distribution.redeemed) == before
    assert not Copy.objects.exists()


@pytest.mark.parametrize(
    ("typed", "status", "reason"),
    [
        ("7Q2M-4K9X-ABH", 400, "invalid_code"),
        ("???", 400, "invalid_code"),
        ("7Q2M-4K9X-ABG", 404, "unknown_code"),
        ("SUMMER-2024", 404, "unknown_code"),
    ],
)
def test_a_code_that_is_not_there_is_refused(api, typed, status, reason):
    response = redeem(api("alice"), typed)

    assert refusal(response) == (status, reason)


def test_a_mistyped_code_costs_no_query_beyond_the_token(api, django_assert_num_queries):
    client = api("alice")

    with django_assert_num_queries(1):  # the token's person
        redeem(client, "7Q2M-4K9X-ABH")


def test_a_code_that_staff_chose_is_found_whatever_its_case(api):
    make_code(code="SUMMER-2024")

    response = redeem(api("alice"), "summer-2024")

    assert response.status_code == 201


def test_once_per_collectible_gives_everything_once_and_then_refuses(api):
    first, second = make_collectible(), make_collectible()
    campaign = make_distribution(first, second, once_per_collectible=True)
    codes = [make_code(campaign).code for _ in range(3)]

    answers = [redeem(api("alice"), code) for code in codes]

    assert {answer.json()["copy"]["collectible"]["id"] for answer in answers[:2]} == {first.id, second.id}
    assert refusal(answers[2]) == (403, "not_eligible")


def test_new_users_only_refuses_whoever_has_a_copy(api):
    campaign = make_distribution(make_collectible(), new_users_only=True)
    first, second = make_code(campaign).code, make_code(campaign).code

    answers = [redeem(api("alice"), first), redeem(api("alice"), second)]

    assert answers[0].status_code == 201
    assert refusal(answers[1]) == (403, "not_eligible")


def test_every_number_of_an_edition_is_given_once_and_not_in_order(api, cast):
    collectible = make_collectible(circulation=12)
    campaign = make_distribution(collectible)

    mints = [redeem(api("alice"), make_code(campaign).code).json()["copy"]["mint"] for _ in range(12)]

    assert sorted(mints) == list(range(1, 13))
    assert mints != sorted(mints)
    assert refusal(redeem(api("alice"), make_code(campaign).code)) == (409, "sold_out")


def test_a_grown_edition_goes_on_with_a_segment_of_its_own(api):
    collectible = make_collectible(circulation=3)
    campaign = make_distribution(collectible)
    mints = [redeem(api("alice"), make_code(campaign).code).json()["copy"]["mint"] for _ in range(3)]
    Collectible.objects.update(circulation=8, status="available")

    mints += [redeem(api("alice"), make_code(campaign).code).json()["copy"]["mint"] for _ in range(5)]

    assert sorted(mints[:3]) == [1, 2, 3]
    assert sorted(mints[3:]) == [4, 5, 6, 7, 8]
    assert EditionSegment.objects.count() == 2


def test_an_unlimited_edition_counts_up(api):
    campaign = make_distribution(make_collectible(circulation=None))

    mints = [redeem(api("alice"), make_code(campaign).code).json()["copy"]["mint"] for _ in range(3)]

    assert mints == [1, 2, 3]


def test_imported_numbers_are_never_drawn_again(api):
    collectible = make_collectible(circulation=10, minted=3)
    for turn, mint in enumerate([2, 7, 10], start=1):
        ReservedNumber.objects.create(collectible=collectible, mint=mint, turn=turn)
    campaign = make_distribution(collectible)

    mints = [redeem(api("alice"), make_code(campaign).code).json()["copy"]["mint"] for _ in range(7)]

    assert sorted([*mints, 2, 7, 10]) == list(range(1, 11))


def test_the_same_key_gets_the_same_answer_and_one_effect(api):
    code = make_code(max_uses=5)
    first = redeem(api("alice"), code.code, HTTP_IDEMPOTENCY_KEY="k-1")

    again = redeem(api("alice"), code.code, HTTP_IDEMPOTENCY_KEY="k-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Grant.objects.count() == 1


def test_the_same_key_with_another_code_is_a_conflict(api):
    redeem(api("alice"), make_code().code, HTTP_IDEMPOTENCY_KEY="k-1")

    response = redeem(api("alice"), make_code().code, HTTP_IDEMPOTENCY_KEY="k-1")

    assert refusal(response) == (409, "idempotency_conflict")


def test_the_preview_says_what_a_scan_would_say_and_writes_nothing(api):
    open_code = make_code()
    opens_at = timezone.now() + timedelta(hours=3)
    closed = make_code(make_distribution(make_collectible(), starts_at=opens_at, ends_at=opens_at + DAY))

    yes = api("alice").post(f"{URL}preview/", {"code": open_code.code})
    no = api("alice").post(f"{URL}preview/", {"code": closed.code})

    assert yes.json()["can_redeem"] is True
    assert (no.json()["can_redeem"], no.json()["code"]) == (False, "not_open_yet")
    assert "opens_at" in no.json()["extra"]
    assert not Copy.objects.exists()
    assert Distribution.objects.filter(redeemed__gt=0).count() == 0


def test_points_count_once_for_a_collectible(api, alice):
    campaign = make_distribution(make_collectible(points=7))

    scores = [redeem(api("alice"), make_code(campaign).code).json()["score"] for _ in range(2)]

    assert scores == [7, 7]


@pytest.mark.parametrize("rules", [{}, {"once_per_collectible": True}, {"limit": 9}])
@pytest.mark.parametrize("headers", [{}, {"HTTP_IDEMPOTENCY_KEY": "k-1"}])
def test_a_redemption_takes_twelve_statements_whatever_its_rules(api, rules, headers, django_assert_num_queries):
    collectible = make_collectible(circulation=50, points=5)
    campaign = make_distribution(collectible, **rules)
    redeem(api("bob"), make_code(campaign).code)
    client, code = api("alice"), make_code(campaign).code

    # 1 the token's person, and the eleven of collectibles/services/statements.py, the last of them after the commit
    with django_assert_num_queries(12 + 2):  # and a savepoint, as tests sit inside a transaction
        response = redeem(client, code, **headers)

    assert response.status_code == 201
