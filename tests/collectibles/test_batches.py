"""POST distributions/{id}/codes/: codes in bulk, all or none, once; GET: the same codes as CSV."""

import csv
import gzip
import io
import itertools
import threading
from collections import Counter

import pytest
from django.db import connection
from django.utils import timezone

from collectibles import codes
from collectibles.models import CodeBatch, DistributionCode
from collectibles.printing import table
from collectibles.services import make_codes, redeem
from kloppocar.api.spreadsheet import BOM
from tests.concurrency import at_once
from tests.make import DAY, make_code, make_collectible, make_distribution, make_user


@pytest.fixture
def campaign(db):
    return make_distribution(make_collectible())


def path_of(campaign):
    return f"/api/v1/distributions/{campaign.pk}/codes/"


def make(client, campaign, count=3, key=None, **wish):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(path_of(campaign), {"count": count, **wish}, headers=headers)


def refusal(response):
    return response.status_code, response.json()["errors"][0]["code"]


def read(response):
    body = response.getvalue()
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    assert body.startswith(BOM)
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_as_many_codes_as_were_asked_for_are_made_and_can_be_redeemed(api, campaign, alice):
    response = make(api("staff"), campaign, 500, max_uses=2)

    body = response.json()
    assert (response.status_code, body["created"]) == (201, 500)
    rows = DistributionCode.objects.filter(batch=body["batch"], distribution=campaign, max_uses=2, uses=0)
    made = set(rows.values_list("code", flat=True))
    assert len(made) == 500
    assert all(codes.normalise(code) == code for code in made)
    assert redeem(user=alice, code=made.pop()).grant.distribution == campaign


def test_a_code_is_for_one_person_unless_said_otherwise(api, campaign):
    make(api("staff"), campaign, 1)
    make(api("staff"), campaign, 1, max_uses=None)

    assert list(DistributionCode.objects.order_by("id").values_list("max_uses", flat=True)) == [1, None]


@pytest.mark.parametrize("count", [0, -1, 100_001, 10_000_000])
def test_a_count_out_of_bounds_is_refused_in_words(api, campaign, count):
    response = make(api("staff"), campaign, count)

    assert refusal(response) == (400, "bad_count")
    assert "from 1 to 100,000" in response.json()["errors"][0]["detail"]
    assert not CodeBatch.objects.exists()


@pytest.mark.parametrize(
    ("wish", "attr"),
    [
        ({"count": "many"}, "count"),
        ({"count": 1.5}, "count"),
        ({"count": None}, "count"),
        ({"count": 1, "max_uses": 0}, "max_uses"),
        ({"count": 1, "max_uses": 10**9}, "max_uses"),
        ({"count": 1, "note": "x" * 101}, "note"),
        ({}, "count"),
    ],
)
def test_a_wish_that_makes_no_sense_names_its_field(api, campaign, wish, attr):
    response = api("staff").post(path_of(campaign), wish)

    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, attr)
    assert not CodeBatch.objects.exists()


def test_a_campaign_that_is_over_gets_no_more_codes_and_one_that_is_off_does(api, db):
    over = make_distribution(starts_at=timezone.now() - 2 * DAY, ends_at=timezone.now() - DAY)
    off = make_distribution(active=False)

    assert refusal(make(api("staff"), over)) == (409, "closed")
    assert make(api("staff"), off).status_code == 201


# --- A retry, two at once, a collision ---------------------------------------------------------------------------


def test_a_retry_with_the_same_key_makes_no_more(api, campaign):
    first = make(api("staff"), campaign, 3, key="a-1")
    again = make(api("staff"), campaign, 3, key="a-1")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert DistributionCode.objects.count() == 3


def test_a_retry_after_the_campaigns_end_still_gets_its_answer(api, campaign):
    first = make(api("staff"), campaign, key="a-1").json()
    campaign.starts_at, campaign.ends_at = timezone.now() - 2 * DAY, timezone.now() - DAY
    campaign.save()

    assert make(api("staff"), campaign, key="a-1").json() == first


def test_a_key_stands_for_one_wish(api, campaign):
    make(api("staff"), campaign, 3, key="a-1")

    assert refusal(make(api("staff"), campaign, 4, key="a-1")) == (409, "idempotency_conflict")
    assert make(api("staff"), make_distribution(), 4, key="a-1").status_code == 201  # another campaign, other keys


def test_of_two_clicks_at_once_one_makes_codes(real_db):
    campaign, staff = make_distribution(make_collectible()), [make_user(), make_user()]

    answers = at_once(staff, lambda client: make(client, campaign, 50, key="click"), staff=True)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 1}
    assert DistributionCode.objects.count() == 50


def test_a_code_that_was_drawn_before_is_drawn_anew(campaign):
    known = make_code(campaign).code
    draws = itertools.chain([known], iter(codes.new_code, None))

    made = make_codes(campaign=campaign, count=5, draw=lambda: next(draws))

    assert made.batch.codes.count() == 5
    assert DistributionCode.objects.count() == 6


def test_a_failure_on_the_way_leaves_nothing(campaign):
    def fail_late(made):
        if made > 2_000:
            raise OSError("the machine stops")

    with pytest.raises(OSError, match="stops"):
        make_codes(campaign=campaign, count=5_000, progress=fail_late)

    assert not CodeBatch.objects.exists()
    assert not DistributionCode.objects.exists()


@pytest.mark.skipif(connection.vendor != "mysql", reason="SQLite has one writer at a time")
def test_nobody_waits_for_codes_that_are_being_made(real_db):
    campaign, answers = make_distribution(make_collectible()), []
    alice, code = make_user(), make_code(campaign).code

    def work():
        try:
            answers.append(redeem(user=alice, code=code).grant.pk)
        finally:
            connection.close()

    def scan(made):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(2)
        assert not thread.is_alive(), "a redemption waits for the batch"

    make_codes(campaign=campaign, count=10, progress=scan)

    assert len(answers) == 1


# --- CSV ---------------------------------------------------------------------------------------------------------


def test_the_answer_links_a_table_of_just_these_codes(api, campaign, settings):
    settings.PUBLIC_URL = "https://play.example.org"
    make_code(campaign)
    link = make(api("staff"), campaign, 3, max_uses=None).json()["csv"]

    response = api("staff").get(link)

    lines = read(response)
    batch = CodeBatch.objects.get()
    stored = list(batch.codes.order_by("id").values_list("code", flat=True))
    assert [line["code"] for line in lines] == [codes.format_code(code) for code in stored]
    assert [line["link"] for line in lines] == [f"https://play.example.org/c/{code}" for code in stored]
    assert lines[0] | {"code": "", "link": ""} == {
        "code": "", "link": "", "batch": str(batch.pk), "max_uses": "", "uses": "0", "revoked_at": "",
    }  # fmt: skip
    assert response["Content-Disposition"] == f'attachment; filename="campaign-{campaign.pk}-batch-{batch.pk}.csv"'


def test_without_a_batch_all_codes_of_the_campaign_come(api, campaign):
    make_code()
    make(api("staff"), campaign, 2)
    make_code(campaign, code="-1.1")

    lines = read(api("staff").get(path_of(campaign)))

    assert len(lines) == 3
    assert lines[-1]["code"] == "'-1.1", "a spreadsheet would calculate"


def test_a_table_of_many_pages_has_every_code_once(api, campaign, monkeypatch):
    monkeypatch.setattr(table, "ROWS", 7)
    make(api("staff"), campaign, 50)

    lines = read(api("staff").get(path_of(campaign)))

    assert len({line["code"] for line in lines}) == len(lines) == 50


def test_more_than_a_file_takes_comes_in_parts(api, campaign, monkeypatch):
    monkeypatch.setattr(table, "LINES", 20)
    make(api("staff"), campaign, 50)
    client = api("staff")

    whole = client.get(path_of(campaign))

    assert refusal(whole) == (400, "too_many_codes")
    assert whole.json()["extra"] == {"codes": 50, "most": 20, "parts": 3}
    parts = [read(client.get(path_of(campaign), {"part": part})) for part in (1, 2, 3)]
    assert [len(part) for part in parts] == [20, 20, 10]
    assert len({line["code"] for part in parts for line in part}) == 50
    assert refusal(client.get(path_of(campaign), {"part": 4})) == (400, "no_such_part")


def test_a_large_table_is_sent_compressed_or_not_at_all(api, campaign, monkeypatch):
    monkeypatch.setattr(table, "PLAIN", 20)
    make(api("staff"), campaign, 21)

    plain = api("staff").get(path_of(campaign))
    packed = api("staff").get(path_of(campaign), headers={"Accept-Encoding": "gzip, br"})

    assert refusal(plain) == (400, "compression_needed")
    assert packed["Content-Encoding"] == "gzip"
    assert len(read(packed)) == 21


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"batch": 999}, "no_such_batch"),
        ({"batch": "x"}, "invalid"),
        ({"part": 0}, "min_value"),
        ({"codes": 1}, "unknown_parameter"),
    ],
)
def test_a_batch_that_is_not_the_campaigns_is_refused(api, campaign, query, code):
    make_codes(campaign=campaign, count=1)

    assert refusal(api("staff").get(path_of(campaign), query)) == (400, code)


def test_a_campaign_without_codes_says_so(api, campaign):
    assert refusal(api("staff").get(path_of(campaign))) == (409, "no_codes")


def test_a_browser_gets_the_file_too(api, campaign):
    make_codes(campaign=campaign, count=1)

    response = api("staff").get(path_of(campaign), headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
