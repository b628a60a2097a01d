"""A world of rows behind every old route: alice's where rows have owners, in a community of hers and bob's."""

from types import SimpleNamespace

import pytest
from django.urls import clear_url_caches
from django.utils import timezone
from django.utils.http import urlencode

from collectibles.missions import recompute
from collectibles.models import CollectibleSponsor, Copy, Grant
from kloppocar.legacy.bridge.sealed import seal
from tests.make import (
    make_challenge,
    make_code,
    make_collectible,
    make_collection,
    make_community,
    make_distribution,
    make_membership,
    make_message,
    make_mission,
    make_news,
    make_rank,
    make_reward,
    make_sponsor,
)
from users.models import User


@pytest.fixture(autouse=True)
def _with_the_bridge(settings):
    settings.ROOT_URLCONF = "tests.bridge.urls"
    clear_url_caches()
    yield
    clear_url_caches()


@pytest.fixture
def old(api):
    """`old("bob", "GET", "User/getUserByUserId", userId=7)`: as an old client sends it."""

    def call(person, method, route, headers=None, /, **sent):
        client, path = api(person), f"/{route}"
        if method in {"GET", "DELETE"}:
            return client.generic(method, path, QUERY_STRING=urlencode(sent), headers=headers)
        return getattr(client, method.lower())(path, sent, headers=headers)

    return call


@pytest.fixture
def world(api, cast):
    media = {"image": {"load": "https://example.org/a.png"}, "model": {"url": "https://example.org/a.glb"}}
    make_rank()
    User.objects.filter(username="alice").update(email="alice@example.org", score=7)
    User.objects.filter(username="staff").update(last_login=timezone.now())
    User.objects.filter(username="bob").update(email="bob@example.org")
    community = make_community(media=media)
    memberships = {name: make_membership(cast[name], community) for name in ("alice", "bob")}
    collection = make_collection(community=community, media=media)
    collectible = make_collectible(
        collection=collection, media=media, label={"en": "A1"}, circulation=10, points=5, price={"base": "1.50"}
    )
    sponsor = make_sponsor(organization={"type": "charity"}, city="Bremen", contact_email="c@example.org")
    sponsorship = CollectibleSponsor.objects.create(collectible=collectible, sponsor=sponsor, message={"en": "Hi"})
    code = make_code(make_distribution(collectible), max_uses=None)
    api("alice").post("/api/v1/redemptions/", {"code": code.code})
    grant = Grant.objects.get()
    mission = make_mission(collectible, reward=make_reward())
    recompute(mission.pk)
    return SimpleNamespace(
        **cast,
        community=community,
        memberships=memberships,
        collection=collection,
        collectible=collectible,
        sponsor=sponsor,
        sponsorship=sponsorship,
        code=code,
        grant=grant,
        copy=Copy.objects.get(),
        mission=mission,
        challenge=make_challenge(community=community),
        news=make_news(body={"en": "<p>Long</p>"}),
        message=make_message(cast["alice"], link="https://example.org/"),
        broadcast=make_message(),
        pool=code.distribution.pool.get(),
        sealed=lambda table, pk, person: seal(table, pk, staffed(cast[person], person)),
    )


def staffed(user, person):
    user.acts_as_staff = user.acts_as_administrator = person == "staff"
    return user
