"""GET collections/{id}/gallery/: everything of a collection with my copies, and what others may see of copies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from collectibles.models import Collectible, Copy
from tests.make import DAY, make_category, make_collectible, make_collection, make_community

NOW = timezone.now()


@pytest.fixture
def collection():
    return make_collection()


def gallery(client, collection, **query):
    return client.get(f"/api/v1/collections/{collection.id}/gallery/", query)


def names(response, language="en"):
    return [row["name"].get(language) for row in response.json()["results"]]


def make_copy(collectible, owner, **fields):
    """As a grant would: the next number, by plain rows."""
    collectible.minted += 1
    Collectible.objects.filter(pk=collectible.pk).update(minted=collectible.minted)
    return Copy.objects.create(collectible=collectible, owner=owner, mint=collectible.minted, **fields)


def test_the_gallery_shows_everything_and_which_of_it_is_mine(api, alice, bob, collection):
    door, hood = (make_collectible(collection=collection, name={"en": name}) for name in ("Door", "Hood"))
    make_collectible()  # of another collection
    mine = make_copy(door, alice, favorite=True)
    make_copy(door, bob), make_copy(hood, bob)

    first, second = gallery(api("alice"), collection).json()["results"]

    assert (first["id"], first["owned"], first["minted"]) == (door.id, 1, 2)
    assert [(copy["id"], copy["mint"], copy["favorite"]) for copy in first["copies"]] == [(mine.id, 1, True)]
    assert (second["id"], second["owned"], second["copies"]) == (hood.id, 0, [])


def test_it_is_sorted_by_label_and_then_by_name_in_my_language(api, alice, collection):
    for label, english, german in [("B", "Antenna", "Antenne"), ("A", "Door", "Tür"), ("A", "Hood", "Haube")]:
        make_collectible(collection=collection, label={"en": label}, name={"en": english, "de": german})
    client = api("alice")

    english, german = gallery(client, collection), gallery(client, collection, lang="de")
    type(alice).objects.filter(pk=alice.pk).update(language="de")
    own = gallery(client, collection)

    assert names(english) == ["Door", "Hood", "Antenna"]
    assert names(german, "de") == names(own, "de") == ["Haube", "Tür", "Antenne"]
    assert german.json()["results"][0]["localized"]["name"] == "Haube"


@pytest.mark.parametrize(
    ("fields", "is_shown"),
    [
        ({"status": "draft"}, False),
        ({"published_at": NOW + DAY}, False),
        ({"circulation": 1, "minted": 1}, True),
        ({"status": "retired"}, False),
    ],
)
def test_it_shows_what_is_published(api, collection, fields, is_shown):
    make_collectible(collection=collection, **fields)

    assert len(gallery(api("alice"), collection).json()["results"]) == is_shown


def test_what_is_retired_stays_with_its_owners(api, alice, collection):
    make_copy(make_collectible(collection=collection, status="retired"), alice)

    assert len(gallery(api("alice"), collection).json()["results"]) == 1
    assert gallery(api("bob"), collection).json()["results"] == []


def test_of_many_copies_the_first_ten_stand_there_and_their_number(api, alice, collection):
    door = make_collectible(collection=collection)
    for _ in range(12):
        make_copy(door, alice)

    (row,) = gallery(api("alice"), collection).json()["results"]

    assert row["owned"] == 12
    assert [copy["mint"] for copy in row["copies"]] == list(range(1, 11))


def test_it_can_be_narrowed_to_what_is_mine_or_missing(api, alice, collection):
    mine, missing = make_collectible(collection=collection), make_collectible(collection=collection)
    make_copy(mine, alice), make_copy(mine, alice)

    def ids(**query):
        return [row["id"] for row in gallery(api("alice"), collection, **query).json()["results"]]

    assert ids(owned="true") == [mine.id]
    assert ids(owned="false") == [missing.id]
    assert ids(category=make_category().id) == []


def test_pages_follow_each_other_without_gap_or_double(api, collection):
    for number in range(7):
        make_collectible(collection=collection, name={"en": f"Part {number % 3}"})
    client, seen = api("alice"), []

    response = gallery(client, collection, page_size=2)
    while True:
        seen += [row["id"] for row in response.json()["results"]]
        if not (following := response.json()["next"]):
            break
        response = client.get(following)

    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("size", [1, 30])
def test_it_costs_the_same_number_of_statements_whatever_it_holds(
    api, alice, collection, size, django_assert_num_queries
):
    for _ in range(size):
        make_copy(make_collectible(collection=collection), alice)
    client = api("alice")

    with django_assert_num_queries(4):  # 1 the token's person  2 the collection  3 the page  4 my copies of it
        response = gallery(client, collection)

    assert len(response.json()["results"]) == size


@pytest.mark.parametrize("fields", [{"active": False}, {"community": "closed"}])
def test_a_collection_that_one_may_not_see_is_not_there(api, fields):
    if "community" in fields:
        fields = {"community": make_community(active=False)}

    assert gallery(api("alice"), make_collection(**fields)).status_code == 404


# --- Copies -------------------------------------------------------------------------------------------------------


def test_an_owner_marks_a_favourite_and_finds_it_again(api, alice, collection):
    door = make_collectible(collection=collection)
    favourite = make_copy(door, alice)
    make_copy(door, alice)

    response = api("alice").patch(f"/api/v1/copies/{favourite.id}/", {"favorite": True})
    found = api("alice").get("/api/v1/copies/?favorite=true").json()["results"]

    assert response.status_code == 200
    assert [copy["id"] for copy in found] == [favourite.id]


@pytest.mark.parametrize("change", [{"mint": 2}, {"owner": 1}, {"collectible": 1}, {"acquired_at": "2020-01-01"}])
def test_nothing_else_of_a_copy_can_be_changed(api, alice, change):
    copy = make_copy(make_collectible(), alice)

    response = api("alice").patch(f"/api/v1/copies/{copy.id}/", change)

    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "not_writable")


@pytest.mark.parametrize(
    "route", ["users/{user}/copies/", "collectibles/{collectible}/copies/", "copies/{copy}/history/"]
)
def test_public_lists_tell_nothing_private(api, alice, route):
    type(alice).objects.update(email="alice@example.org", country="DE", language="de")
    copy = make_copy(make_collectible(), alice, favorite=True)
    path = route.format(user=alice.id, collectible=copy.collectible_id, copy=copy.id)

    response = api(None).get(f"/api/v1/{path}")

    assert response.status_code == 200
    for private in ("alice@example.org", alice.cognito_sub, '"country"', '"language"', "favorite"):
        assert private not in response.content.decode()


def test_owners_of_what_is_not_published_are_listed_for_nobody(api, alice):
    early = make_collectible(published_at=NOW + timedelta(hours=1))
    make_copy(early, alice)

    assert api("bob").get(f"/api/v1/collectibles/{early.id}/copies/").status_code == 404
    assert api("bob").get(f"/api/v1/users/{alice.id}/copies/").json()["results"] == []
    assert len(api("alice").get("/api/v1/copies/").json()["results"]) == 1
