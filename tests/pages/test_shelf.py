"""/i/ID, /i/ID/MINT and /u/NAME: collectibles, their copies and people, for anybody, by the rules of the API."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectibles.models import Copy
from collectibles.services import accept, open_offer, redeem
from kloppocar import erasure
from tests.make import DAY, make_code, make_collectible, make_collection, make_distribution, make_rank, make_user
from users.models import User

from .test_landing import see, text_of

NOW = timezone.now()


@pytest.fixture
def door(db):
    return make_collectible(
        name={"en": "Golden door", "de": "Goldene Tür"},
        description={"en": "As it left the works."},
        circulation=50,
        media={"image": {"load": "https://media.example/d.png"}},
        points=5,
    )


def give(collectible, person):
    """A copy as people get them."""
    return redeem(user=person, code=make_code(make_distribution(collectible)).code).grant.copy


def hand_on(copy, giver, receiver):
    accept(user=receiver, secret=open_offer(giver=giver, copy=copy).secret)


@pytest.fixture
def staff_browser(db):
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "a-password-of-staff"))
    return client


def test_a_collectible_shows_its_picture_its_edition_and_who_found_one(door, alice):
    copy = give(door, alice)

    page = see(f"/i/{door.id}")

    assert page.status_code == 200
    text = text_of(page)
    for words in ["Golden door", "Classics", "As it left the works.", "Edition of 50", "Found so far 1", "alice"]:
        assert words in text
    body = page.content.decode()
    assert f'href="/i/{door.id}/{copy.mint}"' in body
    assert 'href="/u/alice"' in body
    assert '<meta property="og:image" content="https://media.example/d.png">' in body
    assert '<meta property="og:title" content="Golden door">' in body
    assert "noindex" not in body


def test_it_speaks_german_and_its_links_go_on_in_it(door, alice):
    give(door, alice)

    body = see(f"/i/{door.id}?lang=de").content.decode()

    assert "<h1>Goldene Tür</h1>" in body
    assert 'href="/u/alice?lang=de"' in body


UNSEEN = [
    {"published_at": None},
    {"published_at": NOW + DAY},
]


@pytest.mark.parametrize("fields", UNSEEN)
def test_what_is_not_published_is_404_with_its_copies_and_staff_see_it(alice, staff_browser, fields):
    hidden = make_collectible(name={"en": "Hidden"})
    mint = give(hidden, alice).mint
    type(hidden).objects.filter(pk=hidden.pk).update(**fields)

    for path in (f"/i/{hidden.id}", f"/i/{hidden.id}/{mint}"):
        page, of_staff = see(path), staff_browser.get(path)

        assert page.status_code == 404
        assert "Hidden" not in page.content.decode()
        assert "There is nothing here." in text_of(page)
        assert of_staff.status_code == 200
        assert of_staff["Cache-Control"] == "private, no-store"
    assert "Hidden" not in see("/u/alice").content.decode()


def test_drafts_and_what_stands_in_a_hidden_collection_are_for_staff(staff_browser):
    draft, hidden = make_collectible(status="draft"), make_collectible(collection=make_collection(active=False))

    for path in (f"/i/{draft.id}", f"/i/{hidden.id}"):
        assert (see(path).status_code, staff_browser.get(path).status_code) == (404, 200)
    assert "A draft: staff alone see this page." in text_of(staff_browser.get(f"/i/{draft.id}"))


def test_a_copy_tells_the_way_it_took(door, alice, bob):
    copy = give(door, alice)
    hand_on(copy, alice, bob)

    page = see(f"/i/{door.id}/{copy.mint}")

    text = text_of(page)
    assert f"No. {copy.mint} / 50" in text
    assert "It belongs to B bob" in text
    assert text.index("handed it to bob") < text.index("Found by alice")
    assert page["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("path", ["/i/999999", "/i/99999999999999999999", "/i/{id}/999999", "/i/{id}/0", "/u/nobody"])
def test_what_is_not_there_is_a_page_that_says_so(door, path):
    page = see(path.format(id=door.id))

    assert page.status_code == 404
    assert "There is nothing here." in text_of(page)
    assert page["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/i/", "/u/", "/i/door", "/i/1/2/3", "/u/a/b", f"/i/{'9' * 5000}"])
def test_what_no_page_answers_has_the_same_page(db, path):
    page = see(f"{path}?lang=de")

    assert page.status_code == 404
    assert "Hier ist nichts." in text_of(page)


def test_one_slash_too_many_leads_on(alice):
    assert see("/u/alice/?lang=de")["Location"] == "/u/alice?lang=de"
    assert see("/i//evil.example/")["Location"] == "/i//evil.example"


def test_a_person_shows_name_rank_score_and_newest_finds(door, alice):
    make_rank(title={"en": "Novice", "de": "Neuling"})
    copy = give(door, alice)

    page = see("/u/alice?lang=de")

    assert page.status_code == 200
    text = text_of(page)
    for words in ["alice", "Neuling · 5 Punkte", f"Nr. {copy.mint}", "Goldene Tür"]:
        assert words in text
    assert f'href="/i/{door.id}/{copy.mint}?lang=de"' in page.content.decode()
    assert page["X-Robots-Tag"] == "noindex"


def test_nothing_private_stands_on_a_persons_page(db):
    person = make_user("erna", email="erna@private.example", country="DE", language="de", cognito_sub="sub-secret")

    body = see("/u/erna").content.decode()

    assert not [word for word in ("private.example", "sub-secret", person.password) if word in body]


@pytest.mark.parametrize("name", ["alice", "ALICE", "{id}"])
def test_a_person_is_found_by_name_in_any_case_or_by_id(alice, name):
    assert "<h1>alice</h1>" in see(f"/u/{name.format(id=alice.id)}").content.decode()


def test_digits_are_an_id_and_never_somebodys_name(door, alice):
    twin = make_user(f"{alice.id:03}")
    copy = give(door, twin)

    assert "<h1>alice</h1>" in see(f"/u/{twin.username}").content.decode()
    assert f'href="/u/{twin.id}"' in see(f"/i/{door.id}/{copy.mint}").content.decode()


@pytest.mark.parametrize("leave", ["erased", "blocked"])
def test_whoever_has_left_or_is_blocked_has_no_page_and_no_name_in_the_ledger(door, alice, bob, leave):
    copy = give(door, alice)
    hand_on(copy, alice, bob)
    if leave == "erased":
        erasure.erase(alice)
    else:
        User.objects.filter(pk=alice.pk).update(is_active=False)

    assert [see(f"/u/{name}").status_code for name in ("alice", alice.id)] == [404, 404]
    page = see(f"/i/{door.id}/{copy.mint}")
    assert "alice" not in page.content.decode()
    assert "Found by somebody without a name" in text_of(page)


def test_staff_see_who_is_blocked(alice, staff_browser):
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert staff_browser.get("/u/alice").status_code == 200
    assert alice not in User.objects.visible_to(AnonymousUser())


def test_whoever_has_no_name_yet_has_no_page(db):
    assert see(f"/u/{make_user(None).id}").status_code == 404


def test_strangers_may_keep_a_page_for_half_a_minute_and_whoever_is_logged_in_not_at_all(door, alice, staff_browser):
    mint = give(door, alice).mint
    for path in (f"/i/{door.id}", f"/i/{door.id}/{mint}", "/u/alice"):
        page = see(path)
        assert page["Cache-Control"] == "public, max-age=30"
        assert {"Accept-Language", "Cookie"} <= {part.strip() for part in page["Vary"].split(",")}
        assert staff_browser.get(path)["Cache-Control"] == "private, no-store"


def test_each_page_costs_the_same_however_much_there_is(door, alice, bob):
    make_rank()
    copy = give(door, alice)
    paths = {f"/i/{door.id}": 3, f"/i/{door.id}/{copy.mint}": 4, "/u/alice": 3}

    def costs():
        found = {}
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                assert see(path).status_code == 200
            found[path] = len(queries)
        return found

    assert costs() == paths
    for number in range(15):
        give(door, make_user(f"person-{number}"))
        give(make_collectible(), alice)
    for giver, receiver in [(alice, bob), (bob, alice)] * 12:
        hand_on(copy, giver, receiver)
    assert costs() == paths


def test_a_page_ends_where_more_would_be_too_long(door, alice, bob):
    copy = give(door, alice)
    for giver, receiver in [(alice, bob), (bob, alice)] * 12:
        hand_on(copy, giver, receiver)
    for _ in range(14):
        give(make_collectible(), alice)

    assert "Before that it went through other hands." in text_of(see(f"/i/{door.id}/{copy.mint}"))
    assert see("/u/alice").content.decode().count("<figure") == 12
    assert Copy.objects.filter(owner=alice).count() == 15
    assert max(len(see(path).content) for path in (f"/i/{door.id}", f"/i/{door.id}/{copy.mint}", "/u/alice")) < 30_000


@pytest.mark.parametrize("hostile", ['"><script>alert(1)</script>', "'; drop", "{{ 7*7 }}{% now %}"])
def test_what_staff_write_stays_text(alice, hostile):
    part = make_collectible(name={"en": hostile}, description={"en": hostile}, label={"en": hostile[:60]})
    copy = give(part, alice)

    for path in (f"/i/{part.id}", f"/i/{part.id}/{copy.mint}", "/u/alice"):
        body = see(path).content.decode()
        assert "<script" not in body
        assert "49" not in text_of(see(f"/i/{part.id}"))
