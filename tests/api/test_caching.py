"""A caller is told that nothing changed only where nothing that is shown has changed."""

import pytest

from collectibles.models import CollectibleSponsor
from tests.make import make_collectible, make_distribution, make_mission, make_rank, make_sponsor


@pytest.fixture
def sponsored(db):
    collectible = make_collectible()
    for _ in range(2):
        CollectibleSponsor.objects.create(collectible=collectible, sponsor=make_sponsor(), message={"en": "Old"})
    return collectible


def path(row):
    return f"/api/v1/{row._meta.model_name}s/{row.pk}/"


def renamed(row, **changes):
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


CHANGES = {
    "the row": lambda it: renamed(it, points=7),
    "its collection": lambda it: renamed(it.collection, name={"en": "New"}),
    "its category": lambda it: renamed(it.category, name={"en": "New"}),
    "a sponsor of it": lambda it: renamed(it.sponsorships.first().sponsor, name={"en": "New"}),
    "a sponsor's word": lambda it: renamed(it.sponsorships.first(), message={"en": "New"}),
    "whose word it is": lambda it: renamed(it.sponsorships.first(), sponsor=make_sponsor()),
    "a sponsor who is gone": lambda it: it.sponsorships.first().sponsor.delete(),
    "a sponsor who is gone, and another one renamed": lambda it: (
        it.sponsorships.first().sponsor.delete(),
        renamed(it.sponsorships.get().sponsor, name={"en": "New"}),
    ),
    "a sponsor who is gone, and a new one": lambda it: (
        it.sponsorships.first().sponsor.delete(),
        it.sponsorships.create(sponsor=make_sponsor(), message={"en": "Old"}),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_shown_of_a_collectible_changes_its_etag(api, sponsored, change):
    client, url = api(None), path(sponsored)
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"if-none-match": f'"other", W/{tag}'}).status_code == 304

    CHANGES[change](sponsored)

    assert client.get(url, headers={"if-none-match": tag}).status_code == 200


def test_a_translated_word_changes_the_etag(api, sponsored):
    client, word = api("staff"), sponsored.sponsorships.first()
    tag = client.get(path(sponsored))["ETag"]
    table = f"model,id,version,field,en\ncollectibles.collectiblesponsor,{word.pk},{word.version},message,New\n"

    client.generic("POST", "/api/v1/localisation/csv/", table, content_type="text/csv")
    answer = client.get(path(sponsored), headers={"if-none-match": tag})

    assert answer.json()["sponsorships"][0]["message"] == {"en": "New"}


def test_a_written_pool_changes_the_etag_of_a_campaign(api, db):
    campaign = make_distribution(make_collectible(), make_collectible())
    client, url = api("staff"), path(campaign)
    tag = client.get(url)["ETag"]

    renamed(campaign.pool.first(), weight=7)

    assert client.get(url, headers={"if-none-match": tag}).json()["pool"][0]["weight"] == 7


def test_an_etag_is_of_what_its_reader_is_shown(api, sponsored):
    """Staff see more of a sponsor, and words of inactive ones."""
    sponsor = sponsored.sponsorships.first().sponsor
    renamed(sponsor, active=False)
    for url in (path(sponsored), path(make_sponsor())):
        tag = api("staff").get(url)["ETag"]

        assert api(None).get(url, headers={"if-none-match": tag}).status_code == 200


def test_a_browsable_page_is_of_what_it_shows(api, sponsored):
    client, page = api("staff"), {"accept": "text/html"}
    tag = client.get(path(sponsored), headers=page)["ETag"]
    assert client.get(path(sponsored), headers=page | {"if-none-match": tag}).status_code == 304

    renamed(sponsored.collection, name={"en": "New"})

    assert client.get(path(sponsored), headers=page | {"if-none-match": tag}).status_code == 200


def test_what_does_not_show_changes_nothing(api, sponsored):
    client, url = api(None), path(sponsored)
    tag = client.get(url)["ETag"]

    renamed(sponsored.collection.community, title={"en": "New"})

    assert client.get(url, headers={"if-none-match": tag}).status_code == 304


def test_my_progress_changes_what_i_have_of_a_mission(api, cast):
    mission = make_mission(goal=3)
    client, url = api("alice"), path(mission)
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"if-none-match": tag}).status_code == 304

    mission.progress.create(user=cast["alice"], progress=2)

    assert client.get(url, headers={"if-none-match": tag}).json()["progress"] == 2


def test_a_new_step_of_the_ladder_changes_what_is_shown_of_a_person(api, alice):
    url = f"/api/v1/users/{alice.pk}/"
    tag = api(None).get(url)["ETag"]

    make_rank(min_score=0)

    assert api(None).get(url, headers={"if-none-match": tag}).json()["rank"]["level"] == 1


def test_the_tag_that_was_read_guards_the_write(api, sponsored):
    client, url = api("staff"), path(sponsored)
    tag = client.get(url)["ETag"]
    renamed(sponsored.collection, name={"en": "New"})  # somebody else's row, shown here

    assert client.patch(url, {"points": 9}, headers={"if-match": tag}).status_code == 200
    assert client.patch(url, {"points": 8}, headers={"if-match": tag}).status_code == 412


@pytest.mark.parametrize(("person", "expected"), [(None, "public, max-age=30"), ("alice", "private, no-store")])
def test_only_what_is_the_same_for_everybody_may_be_kept(api, sponsored, person, expected):
    client = api(person)
    tag = client.get(path(sponsored))["ETag"]

    for url in ("/api/v1/collectibles/", path(sponsored)):
        assert client.get(url)["Cache-Control"] == expected
    unchanged = client.get(path(sponsored), headers={"if-none-match": tag})
    assert (unchanged.status_code, unchanged["ETag"], unchanged["Cache-Control"]) == (304, tag, expected)
