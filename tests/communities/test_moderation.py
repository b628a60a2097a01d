"""Who comes, who goes, and who is kept out: joining, leaving, bans, the last owner, and the log of all that."""

from datetime import timedelta
from itertools import chain

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from communities.models import Membership, ModerationEntry, Role
from tests.concurrency import at_once
from tests.make import make_challenge, make_community, make_membership, make_user

MEMBERSHIPS = "/api/v1/memberships/"
STANDING = "/api/v1/users/me/standing/"
TOMORROW = timezone.now() + timedelta(days=1)
BAN = {"until": TOMORROW.isoformat(), "reason": "Spam in every thread"}


@pytest.fixture
def club(cast):
    """alice owns it, bob moderates it, carol is a member."""
    community = make_community()
    for name, role in [("alice", Role.OWNER), ("bob", Role.MODERATOR), ("carol", Role.MEMBER)]:
        make_membership(cast[name], community, role=role)
    return community


def code_of(response):
    return response.json()["errors"][0]["code"]


def path_of(club, user, action=""):
    return f"{MEMBERSHIPS}{club.memberships.get(user=user).id}/{action}"


def test_who_joins_is_a_member_and_a_second_time_changes_nothing(api, cast):
    community = make_community()
    path = f"/api/v1/communities/{community.id}/join/"

    answers = [api("carol").post(path) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert Membership.objects.get().role == Role.MEMBER


def test_an_inactive_community_cannot_be_joined(api):
    community = make_community(active=False)

    assert api("carol").post(f"/api/v1/communities/{community.id}/join/").status_code == 404


def test_who_leaves_is_gone_and_was_not_there_a_second_time(api, club):
    path = f"/api/v1/communities/{club.id}/leave/"

    answers = [api("carol").post(path) for _ in range(2)]

    assert answers[0].status_code == 204
    assert (answers[1].status_code, code_of(answers[1])) == (409, "not_a_member")


def test_the_last_owner_stays_until_there_is_another(api, club, cast):
    leave = f"/api/v1/communities/{club.id}/leave/"
    mine = path_of(club, cast["alice"])

    refused = [api("alice").post(leave), api("alice").patch(mine, {"role": "member"}), api("alice").delete(mine)]
    api("alice").patch(path_of(club, cast["bob"]), {"role": "owner"})

    assert [(answer.status_code, code_of(answer)) for answer in refused] == [(409, "last_owner")] * 3
    assert api("alice").post(leave).status_code == 204


def test_a_banned_owner_does_not_count(api, club, cast):
    make_membership(make_user(), club, role=Role.OWNER, banned_until=TOMORROW)

    refused = api("alice").post(f"/api/v1/communities/{club.id}/leave/")

    assert code_of(refused) == "last_owner"


def test_who_is_banned_neither_sees_members_nor_escapes_by_leaving(api, club, cast):
    api("bob").post(path_of(club, cast["carol"], "ban/"), BAN)

    leave = api("carol").post(f"/api/v1/communities/{club.id}/leave/")
    join = api("carol").post(f"/api/v1/communities/{club.id}/join/")

    assert [(answer.status_code, code_of(answer)) for answer in (leave, join)] == [(403, "banned")] * 2
    assert join.json()["extra"]["until"].startswith(TOMORROW.isoformat()[:19])
    assert api("carol").get(MEMBERSHIPS).json()["results"] == []


def test_a_ban_ends_by_itself_or_is_lifted(api, club, cast):
    path = path_of(club, cast["carol"], "ban/")
    api("bob").post(path, BAN)

    lifted = api("bob").post(path.replace("ban/", "unban/"), {"reason": "Apologised"})

    assert (lifted.status_code, lifted.json()["banned_until"]) == (200, None)
    again = api("bob").post(path.replace("ban/", "unban/"))
    assert (again.status_code, code_of(again)) == (409, "not_banned")
    Membership.objects.filter(user=cast["carol"]).update(banned_until=timezone.now() - timedelta(seconds=1))
    assert api("carol").get(MEMBERSHIPS).json()["results"] != []


@pytest.mark.parametrize(
    ("who", "whom", "status", "code"),
    [
        ("bob", "bob", 409, "own_membership"),
        ("alice", "alice", 409, "own_membership"),
        ("bob", "alice", 403, "permission_denied"),
        ("carol", "bob", 403, "permission_denied"),
        ("alice", "bob", 200, None),
        ("staff", "carol", 200, None),
    ],
)
def test_who_may_ban_whom(api, club, cast, who, whom, status, code):
    response = api(who).post(path_of(club, cast[whom], "ban/"), BAN)

    assert response.status_code == status
    assert code is None or code_of(response) == code


@pytest.mark.parametrize(("who", "role"), [("bob", Role.MODERATOR), ("alice", Role.OWNER)])
def test_nobody_bans_an_equal(api, club, who, role):
    equal = make_user()
    make_membership(equal, club, role=role)

    response = api(who).post(path_of(club, equal, "ban/"), BAN)

    assert (response.status_code, code_of(response)) == (403, "permission_denied")


def test_a_moderator_neither_demotes_nor_removes_another(api, club):
    other = make_user()
    make_membership(other, club, role=Role.MODERATOR)

    answers = [api("bob").patch(path_of(club, other), {"role": "member"}), api("bob").delete(path_of(club, other))]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize(("role", "status"), [("member", 200), ("moderator", 200), ("owner", 403)])
def test_a_moderator_may_step_down_but_not_up(api, club, cast, role, status):
    response = api("bob").patch(path_of(club, cast["bob"]), {"role": role})

    assert response.status_code == status


def test_a_moderator_does_not_show_themselves_out(api, club, cast):
    """They leave, as everybody does."""
    assert api("bob").delete(path_of(club, cast["bob"])).status_code == 403
    assert api("bob").post(f"/api/v1/communities/{club.id}/leave/").status_code == 204


def test_a_ban_is_not_ended_by_removing_who_could_then_come_back(api, club, cast):
    path = path_of(club, cast["carol"])
    api("bob").post(f"{path}ban/", BAN)

    response = api("bob").delete(path)

    assert (response.status_code, code_of(response)) == (409, "banned")
    assert club.memberships.filter(user=cast["carol"]).exists()


def test_the_last_owner_may_close_their_account(api, club, cast):
    assert api("alice").delete("/api/v1/users/me/").status_code == 204

    assert not club.memberships.filter(role=Role.OWNER).exists()


def test_a_community_is_deleted_with_its_last_owner(api, club):
    assert api("staff").delete(f"/api/v1/communities/{club.id}/").status_code == 204

    assert not Membership.objects.exists()


def test_a_moderator_of_another_community_finds_nobody_here(api, club, cast):
    elsewhere = make_user("dave")
    make_membership(elsewhere, make_community(), role=Role.MODERATOR)
    cast["dave"] = elsewhere

    answers = [
        api("dave").post(path_of(club, cast["carol"], "ban/"), BAN),
        api("dave").delete(path_of(club, cast["carol"])),
        api("dave").get(f"/api/v1/communities/{club.id}/moderation/"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 403]


def test_a_banned_moderator_rules_nobody(api, club, cast):
    api("alice").post(path_of(club, cast["bob"], "ban/"), BAN)

    assert api("bob").post(path_of(club, cast["carol"], "ban/"), BAN).status_code == 404
    assert api("bob").get(f"/api/v1/communities/{club.id}/moderation/").status_code == 403


@pytest.mark.parametrize(
    ("change", "attr"),
    [({"until": "2020-01-01T00:00:00Z"}, "until"), ({"until": "soon"}, "until"), ({"reason": ""}, "reason")],
)
def test_a_ban_needs_a_reason_and_an_end_to_come(api, club, cast, change, attr):
    response = api("bob").post(path_of(club, cast["carol"], "ban/"), BAN | change)

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr


def test_a_ban_is_not_written_past_the_log(api, club, cast):
    path = path_of(club, cast["carol"])

    api("bob").patch(path, {"banned_until": TOMORROW.isoformat()})

    assert club.memberships.get(user=cast["carol"]).banned_until is None


def test_the_log_says_who_did_what_to_whom_why_and_until_when(api, club, cast):
    carols = path_of(club, cast["carol"])
    api("bob").post(f"{carols}ban/", BAN)
    api("alice").post(f"{carols}unban/", {"reason": "Apologised"})
    api("alice").patch(carols, {"role": "moderator"})
    api("alice").delete(carols)

    log = api("bob").get(f"/api/v1/communities/{club.id}/moderation/").json()["results"]

    assert [(line["actor"]["username"], line["subject"]["username"], line["action"]) for line in reversed(log)] == [
        ("bob", "carol", "banned"),
        ("alice", "carol", "unbanned"),
        ("alice", "carol", "role_changed"),
        ("alice", "carol", "removed"),
    ]
    assert (log[3]["reason"], log[3]["until"][:19]) == (BAN["reason"], TOMORROW.isoformat()[:19])
    assert log[1]["role"] == "moderator"


def test_people_see_what_was_done_about_them_and_nothing_else(api, club, cast):
    api("bob").post(path_of(club, cast["carol"], "ban/"), BAN)
    api("alice").post(path_of(club, cast["bob"], "ban/"), BAN)

    seen = {name: api(name).get(STANDING).json()["results"] for name in ("alice", "bob", "carol")}

    assert [line["subject"]["username"] for line in seen["carol"]] == ["carol"]
    assert [line["subject"]["username"] for line in seen["bob"]] == ["bob"]
    assert seen["alice"] == []


def test_a_list_of_the_log_costs_the_same_however_long_it_is(api, club, cast, django_assert_num_queries):
    for _ in range(5):
        api("bob").post(path_of(club, cast["carol"], "ban/"), BAN)

    with django_assert_num_queries(5):  # the person, whether they rule, the community, the lines, the ranks' ladder
        api("bob").get(f"/api/v1/communities/{club.id}/moderation/")


def test_of_two_owners_who_leave_at_once_one_stays(real_db):
    community, owners = make_community(), [make_user(), make_user()]
    for owner in owners:
        make_membership(owner, community, role=Role.OWNER)

    answers = at_once(owners, lambda client: client.post(f"/api/v1/communities/{community.id}/leave/").status_code)

    assert sorted(answers) == [204, 409]
    assert community.memberships.filter(role=Role.OWNER).count() == 1


def test_of_two_owners_deleted_at_once_by_plain_sql_one_stays(real_db):
    """The database's own rule, without a service that locks first: one is refused, or the victim of a deadlock."""
    community, owners = make_community(), [make_user(), make_user()]
    for owner in owners:
        make_membership(owner, community, role=Role.OWNER)

    def delete(client):
        try:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM communities_membership WHERE user_id = %s", [client.person.pk])
        except DatabaseError:
            return "refused"
        return "gone"

    assert sorted(at_once(owners, delete)) == ["gone", "refused"]
    assert community.memberships.count() == 1


def test_who_joins_twenty_times_at_once_is_one_member(real_db):
    community, person = make_community(), make_user()

    answers = at_once(
        [person] * 20, lambda client: client.post(f"/api/v1/communities/{community.id}/join/").status_code
    )

    assert sorted(answers) == [200] * 19 + [201]
    assert community.memberships.count() == 1


def test_two_owners_who_demote_each_other_leave_one(real_db):
    community, owners = make_community(), [make_user(), make_user()]
    for owner in owners:
        make_membership(owner, community, role=Role.OWNER)
    other = {owners[0].pk: owners[1], owners[1].pk: owners[0]}
    paths = {owner.pk: path_of(community, other[owner.pk]) for owner in owners}

    answers = at_once(owners, lambda client: client.patch(paths[client.person.pk], {"role": "member"}).status_code)

    assert sorted(answers)[0] == 200
    assert community.memberships.filter(role=Role.OWNER).count() == 1


def test_the_log_outlives_a_person_without_what_was_said_of_them(api, club, cast):
    api("bob").post(path_of(club, cast["carol"], "ban/"), BAN)

    assert api("carol").delete("/api/v1/users/me/").status_code in {200, 204}

    line = ModerationEntry.objects.get()
    assert (line.subject, line.reason) == (cast["carol"], "")


def test_a_challenges_progress_is_everybodys_and_the_contribution_ones_own(api, club, cast):
    challenge = make_challenge(community=club, goal=5)
    challenge.contributions.create(user=cast["carol"], count=3)
    challenge.contributions.create(user=cast["bob"], count=2)
    for shard, count in [(1, 3), (2, 2)]:
        challenge.tallies.create(shard=shard, count=count)

    seen = {name: api(name).get(f"/api/v1/challenges/{challenge.id}/").json() for name in (None, "alice", "carol")}

    assert {name: (row["progress"], row["contribution"], row["state"]) for name, row in seen.items()} == {
        None: (5, None, None),
        "alice": (5, 0, "in_progress"),
        "carol": (5, 3, "claimable"),
    }


def test_challenges_can_be_narrowed_to_those_that_run(api, club):
    now = timezone.now()
    running = make_challenge(community=club)
    make_challenge(community=club, starts_at=now + timedelta(days=1))
    make_challenge(community=club, starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1))

    rows = api(None).get("/api/v1/challenges/?running=true").json()["results"]

    assert [row["id"] for row in rows] == [running.id]


def test_the_top_list_shares_places_and_shows_ones_own(api, club, cast, django_assert_num_queries):
    challenge = make_challenge(community=club)
    for count in (9, 7, 7, 5):
        challenge.contributions.create(user=make_user(), count=count)
    challenge.contributions.create(user=cast["carol"], count=1)
    path = f"/api/v1/challenges/{challenge.id}/contributions/?page_size=3"

    with django_assert_num_queries(4):  # the person, the challenge, the list, the ranks' ladder
        body = api("carol").get(path).json()

    assert [(row["place"], row["count"]) for row in body["results"]] == [(1, 9), (2, 7), (2, 7)]
    assert (body["mine"]["place"], body["mine"]["user"]["username"]) == (5, "carol")
    assert api(None).get(path).json()["mine"] is None


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6])
def test_places_go_on_from_page_to_page_there_and_back(api, club, cast, size):
    challenge, client = make_challenge(community=club), api("carol")
    for count in (9, 7, 7, 7, 5, 5, 1):
        challenge.contributions.create(user=make_user(), count=count)
    url, pages = f"/api/v1/challenges/{challenge.id}/contributions/?page_size={size}", []

    while url:
        pages.append(client.get(url).json())
        url = pages[-1]["next"]
    back, url = [], pages[-1]["previous"]
    while url:
        back.append(client.get(url).json())
        url = back[-1]["previous"]

    places = [[row["place"] for row in page["results"]] for page in pages]
    assert list(chain(*places)) == [1, 2, 2, 2, 5, 5, 7]
    assert [[row["place"] for row in page["results"]] for page in reversed(back)] == places[:-1]
    assert pages[0]["mine"] is None
