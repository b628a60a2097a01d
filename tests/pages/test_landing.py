"""/c/CODE: what a printed code leads to. It says how the code stands, writes nothing, and knows nobody."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectibles.codes import format_code
from tests.make import (
    DAY,
    make_code,
    make_collectible,
    make_collection,
    make_distribution,
    make_mission,
    make_reward,
)

NOW = timezone.now()
UNKNOWN, MISTYPED = "7Q2M-4K9X-ABG", "7Q2M-4K9X-ABH"
LONG = 10_000_000  # no window ends within a test


def see(path, **headers):
    return Client().get(path, headers=headers)


def text_of(page):
    """What a reader reads."""
    body = re.sub(r"<(style|head)>.*?</\1>", "", page.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def of(*collectibles, **fields):
    return make_code(make_distribution(*collectibles or [make_collectible()], **fields))


def test_it_says_what_may_be_won_and_leads_into_the_app(db):
    door = make_collectible(
        name={"en": "Golden door"}, circulation=50, media={"image": {"load": "https://media.example/d.png"}}
    )
    code = of(door, name={"en": "Roadshow scan"})

    page = see(f"/c/{code.code}")

    assert page.status_code == 200
    text = text_of(page)
    for words in ["Golden door", "Edition of 50", "Roadshow scan", "This code can be redeemed now."]:
        assert words in text
    assert format_code(code.code) in text
    body = page.content.decode()
    assert f'href="kloppocar://c/{code.code}"' in body
    assert '<img src="https://media.example/d.png"' in body
    assert '<meta property="og:image" content="https://media.example/d.png">' in body


def test_of_several_it_speaks_of_a_surprise_and_shows_some(db):
    collection = make_collection(name={"en": "First Drive"})
    names = [f"Part {number}" for number in range(9)]
    for name in names:
        make_collectible(collection=collection, name={"en": name})
    code = make_code(make_distribution(collection=collection, draw="random-from-collection"))

    text = text_of(see(f"/c/{code.code}"))

    assert "A surprise from First Drive" in text
    assert [name for name in names if name in text] == names[:6]
    assert "and there are others" in text


@pytest.mark.parametrize(
    ("make", "status", "says"),
    [
        (lambda: of(), 200, "This code can be redeemed now."),
        (lambda: of(new_users_only=True), 200, "For people who have no copy yet."),
        (lambda: of(starts_at=NOW + DAY, ends_at=NOW + 2 * DAY), 200, "This campaign has not begun yet. It opens on"),
        (lambda: of(starts_at=NOW - 2 * DAY, ends_at=NOW - DAY), 200, "This campaign is over. It ended on"),
        (lambda: of(active=False), 200, "This campaign is over."),
        (lambda: make_code(revoked_at=NOW), 410, "This code was withdrawn."),
        (lambda: make_code(max_uses=1, uses=1), 200, "This code has been used as often as it can be."),
        (lambda: of(limit=1, redeemed=1), 200, "Everything of this campaign has found an owner."),
        (
            lambda: of(make_collectible(circulation=1, minted=1, status="sold_out")),
            200,
            "Everything of this campaign has found an owner.",
        ),
    ],
)
def test_it_tells_the_state_in_words(db, make, status, says):
    page = see(f"/c/{make().code}")

    assert page.status_code == status
    assert says in text_of(page)


def test_a_reward_names_its_mission_first(db):
    reward = make_reward()
    make_mission(reward=reward)

    assert "finish its mission or challenge first" in text_of(see(f"/c/{make_code(reward).code}"))


def test_an_opening_is_told_by_the_clock_of_the_place_and_in_the_readers_language(db):
    code = of(starts_at=datetime(2030, 12, 25, 9, tzinfo=UTC), ends_at=datetime(2031, 7, 1, 9, tzinfo=UTC)).code

    assert "Wednesday, 25 December 2030, 10:00 (Berlin time)" in text_of(see(f"/c/{code}"))
    assert "Mittwoch, 25. Dezember 2030, 10:00 Uhr (Ortszeit Berlin)" in text_of(see(f"/c/{code}?lang=de"))


@pytest.mark.parametrize(
    ("query", "header", "language", "name"),
    [
        ("", "", "en", "Door"),
        ("?lang=de", "en", "de", "Tür"),
        ("", "de-AT,de;q=0.9", "de", "Tür"),
        ("?lang=fr", "", "en", "Door"),
        ("?lang=%00<script>", "", "en", "Door"),
    ],
)
def test_it_speaks_the_readers_language(db, query, header, language, name):
    body = see(f"/c/{of().code}{query}", **{"accept-language": header} if header else {}).content.decode()

    assert f'<html lang="{language}">' in body
    assert f"<h1>{name}</h1>" in body
    assert see("/c/").content.decode().startswith('<!doctype html>\n<html lang="en">')  # the next one inherits nothing


@pytest.mark.parametrize("typed", [UNKNOWN, "7q2m4k9xabg", "7Q2M 4K9X ABG", "friends-1"])
def test_an_unknown_code_is_404_and_can_be_typed_again(db, typed):
    page = see(f"/c/{typed}")

    assert page.status_code == 404
    assert "We do not know this code." in text_of(page)
    assert f'value="{typed}"' in page.content.decode()


@pytest.mark.parametrize("typed", [MISTYPED, "7Q2M4K9XABH", "%00", "<script>alert(1)</script>", "x" * 500, "a/b", "ß€"])
def test_a_mistyped_code_costs_no_query_names_no_other_and_is_400(db, typed, django_assert_num_queries):
    of()

    with django_assert_num_queries(0):
        page = see(f"/c/{typed}")

    assert page.status_code == 400
    text = text_of(page)
    assert "This code is mistyped" in text
    assert set(re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}", text)) <= {"7Q2M-4K9X-ABG"}  # the hint's example
    assert b"<script" not in page.content


@pytest.mark.parametrize("write", [str.lower, format_code, lambda code: f"{format_code(code).lower()}/"])
def test_a_code_is_found_however_it_is_written(db, write):
    code = of().code

    page = see(f"/c/{write(code)}")

    assert page.status_code == 200
    assert f"kloppocar://c/{code}" in page.content.decode()


@pytest.mark.parametrize("typed", ["7Q2M\n4K9X-ABG", " 7Q2M 4K9X\r\nABG ", "\x85A"])
def test_whatever_is_typed_into_the_form_has_an_address(db, typed):
    answer = Client().get("/c/", {"code": typed}, follow=True)

    assert answer.status_code in {400, 404}


def test_a_campaign_at_the_end_of_the_calendar_has_its_page(db):
    code = of(ends_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC))

    page = see(f"/c/{code.code}")

    assert page.status_code == 200
    assert "Until Friday, 31 December 9999" in text_of(page)


def test_a_campaign_that_is_switched_off_tells_nothing_of_its_plans(db):
    code = of(make_collectible(name={"en": "Golden door"}), name={"en": "Secret fair"}, active=False)

    page = text_of(see(f"/c/{code.code}"))

    assert "This campaign is over." in page
    assert "Golden door" not in page
    assert "Secret fair" not in page


def test_what_was_typed_into_the_form_gets_the_address_of_a_scanned_code(db):
    code = of().code

    assert see("/c/").status_code == 200
    assert see(f"/c/?code={code}&lang=de")["Location"] == f"/c/{code}?lang=de"
    assert see("/c/?code=//evil.example")["Location"] == "/c///evil.example"
    assert see("/c/?code=%20").status_code == 200


def everything():
    rooms = ("users", "communities", "catalog", "collectibles", "sessions")
    return {
        model: list(model.objects.order_by("pk").values())
        for room in rooms
        for model in apps.get_app_config(room).get_models()
    }


def test_it_writes_nothing_and_costs_the_same_however_much_there_is(db):
    collection = make_collection()
    for _ in range(3):
        make_collectible(collection=collection)
    code = make_code(make_distribution(collection=collection, draw="random-from-collection"))
    before = everything()
    with CaptureQueriesContext(connection) as few:
        see(f"/c/{code.code}")
    assert everything() == before

    for _ in range(30):
        make_collectible(collection=collection)
    with CaptureQueriesContext(connection) as many:
        see(f"/c/{code.code}")

    assert len(few) == len(many) == 4  # the code, what is left, the campaign, its prizes
    assert not [query["sql"] for query in [*few, *many] if not query["sql"].startswith("SELECT")]


def test_what_is_not_published_is_not_named(db):
    shown, draft = make_collectible(name={"en": "Shown"}), make_collectible(name={"en": "Draft"}, status="draft")
    later = make_collectible(name={"en": "Later"}, published_at=NOW + DAY)
    hidden = make_collectible(name={"en": "Hidden"}, collection=make_collection(active=False))

    text = text_of(see(f"/c/{of(shown, draft, later, hidden).code}"))

    assert "Shown" in text
    assert not [name for name in ("Draft", "Later", "Hidden") if name in text]


def test_nothing_published_is_a_surprise_without_a_name(db):
    page = see(f"/c/{of(make_collectible(name={'en': 'Secret'}, published_at=None)).code}")

    assert "A surprise" in text_of(page)
    assert "Secret" not in page.content.decode()


def test_a_withdrawn_code_tells_nothing_of_its_campaign(db):
    page = see(f"/c/{make_code(make_distribution(make_collectible(), name={'en': 'Leak'}), revoked_at=NOW).code}")

    assert "Leak" not in page.content.decode()
    assert "Door" not in page.content.decode()


def test_no_count_of_uses_or_limits_is_told_to_strangers(db):
    code = make_code(make_distribution(make_collectible(), limit=7_654, redeemed=4_321), max_uses=8_765, uses=5_678)

    page = see(f"/c/{code.code}").content.decode().replace(",", "")

    assert not [number for number in ("7654", "4321", "3333", "8765", "5678", "3087") if number in page]


def test_nobody_keeps_it_indexes_it_or_learns_its_address(db):
    for path in (f"/c/{of().code}", f"/c/{UNKNOWN}"):
        page = see(path)

        assert page["Cache-Control"] == "private, no-store"
        assert page["Referrer-Policy"] == "no-referrer"
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        assert '<meta name="robots" content="noindex">' in page.content.decode()


def test_head_answers_like_get_without_a_body_and_nothing_else_is_taken(db):
    path = f"/c/{of().code}"
    got, asked = see(path), Client().head(path)

    assert (asked.status_code, asked.content) == (200, b"")
    assert asked["Content-Length"] == got["Content-Length"] == str(len(got.content))
    assert [Client().generic(method, path).status_code for method in ("POST", "PUT", "DELETE")] == [405] * 3


@pytest.fixture
def few_guesses(settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"code_guesses": (3, LONG)}


def test_wrong_codes_are_guesses_and_run_out(db, few_guesses):
    right = of().code

    answers = [see(f"/c/{UNKNOWN}") for _ in range(4)]
    refused = see(f"/c/{right}")

    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= LONG
    assert "Too many wrong guesses." in text_of(refused)
    assert f"kloppocar://c/{right}" in refused.content.decode()  # in the app a right code works all the same


def test_mistyped_and_right_codes_are_no_guesses(db, few_guesses):
    right = of().code

    assert {see(f"/c/{MISTYPED}").status_code for _ in range(5)} == {400}
    assert {see(f"/c/{right}").status_code for _ in range(5)} == {200}


def test_a_flood_is_stopped_like_one_of_the_api(db, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"anonymous": (2, LONG)}

    assert [see("/c/").status_code for _ in range(3)] == [200, 200, 429]


def test_a_database_that_is_away_is_a_friendly_page(db):
    def away(*_):
        raise OperationalError(2003, "Can't connect")

    with connection.execute_wrapper(away):
        page = see(f"/c/{UNKNOWN}?lang=de")

    assert page.status_code == 503
    assert page["Retry-After"] == "2"
    assert page["Cache-Control"] == "private, no-store"
    assert "Bitte versuche es gleich noch einmal." in text_of(page)
