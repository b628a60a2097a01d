"""News: shown from their time on, newest first, of one community or for everyone."""

import pytest
from django.utils import timezone

from tests.make import DAY, make_community, make_news

URL = "/api/v1/news/"


@pytest.fixture
def news(db):
    """By name: one for everyone, one of a club, and four that only staff may see."""
    now, club = timezone.now(), make_community()
    posts = {
        "all": {"posted_at": now - 2 * DAY},
        "club": {"posted_at": now - DAY, "community": club},
        "old": {"posted_at": now - 9 * DAY},
        "planned": {"posted_at": now + DAY},
        "withdrawn": {"posted_at": now - DAY, "active": False},
        "of a closed club": {"posted_at": now - DAY, "community": make_community(active=False)},
    }
    return {name: make_news(header={"en": name}, **fields) for name, fields in posts.items()}


def names(response):
    assert response.status_code == 200, response.content
    return [row["header"]["en"] for row in response.json()["results"]]


@pytest.mark.parametrize("reader", [None, "alice"])
def test_readers_see_what_is_published_newest_first(api, news, reader):
    assert names(api(reader).get(URL)) == ["club", "all", "old"]


def test_staff_see_drafts_and_what_is_planned(api, news):
    assert set(names(api("staff").get(URL))) == set(news)


@pytest.mark.parametrize("name", ["planned", "withdrawn", "of a closed club"])
def test_what_is_not_published_does_not_exist(api, news, name):
    assert api("alice").get(f"{URL}{news[name].id}/").status_code == 404


def test_a_planned_post_appears_when_its_time_has_come(api, news):
    type(news["planned"]).objects.filter(pk=news["planned"].pk).update(posted_at=timezone.now())

    assert names(api(None).get(URL))[0] == "planned"


def test_news_of_one_community_or_for_everyone(api, news):
    club = news["club"].community_id

    assert names(api(None).get(f"{URL}?community={club}")) == ["club"]
    assert names(api(None).get(f"{URL}?community__isnull=true")) == ["all", "old"]


def test_pages_go_on_where_the_last_one_ended_whatever_is_posted_meanwhile(api, news):
    first = api(None).get(f"{URL}?page_size=1").json()
    make_news(header={"en": "just now"}, posted_at=timezone.now())

    assert names(api(None).get(first["next"])) == ["all"]
