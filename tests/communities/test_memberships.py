"""Who may give which role in a community."""

import pytest

from communities.models import Role
from tests.make import make_community, make_membership, make_user

URL = "/api/v1/memberships/"


@pytest.fixture
def club(cast):
    """alice owns it, bob moderates it, and one member is there to be ruled."""
    community = make_community()
    make_membership(cast["alice"], community, role=Role.OWNER)
    make_membership(cast["bob"], community, role=Role.MODERATOR)
    return community


@pytest.mark.parametrize(
    ("ruler", "role", "status"),
    [("bob", "moderator", 403), ("bob", "owner", 403), ("alice", "owner", 200), ("staff", "owner", 200)],
)
def test_a_role_is_given_by_those_who_may_take_it_away(api, club, ruler, role, status):
    member = make_membership(make_user(), club)

    response = api(ruler).patch(f"{URL}{member.id}/", {"role": role})

    assert response.status_code == status
    member.refresh_from_db()
    assert member.role == (role if status == 200 else "member")


@pytest.mark.parametrize(("ruler", "status"), [("bob", 403), ("alice", 201)])
def test_only_an_owner_brings_in_an_owner(api, club, ruler, status):
    response = api(ruler).post(URL, {"community": club.id, "user_id": make_user().id, "role": "owner"})

    assert response.status_code == status


def test_a_moderator_neither_promotes_themselves_nor_touches_an_owner(api, club, cast):
    mine, owners = (club.memberships.get(user=cast[name]) for name in ("bob", "alice"))

    answers = [
        api("bob").patch(f"{URL}{mine.id}/", {"role": "owner"}),
        api("bob").patch(f"{URL}{owners.id}/", {"role": "member"}),
        api("bob").delete(f"{URL}{owners.id}/"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
