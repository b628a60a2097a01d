"""Support looks up an old number in the admin and gets to the row that it is now."""

import pytest
from django.urls import reverse

from kloppocar.models import LegacyId, LegacyTable
from tests import make
from users.models import User

LIST = "admin:kloppocar_legacyid_changelist"


@pytest.fixture
def support(client, db):
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def ids(db):
    alice, other = make.make_user("alice"), make.make_collectible()
    LegacyTable.objects.create(name="User", model="users.User", shift=0, room=100)
    LegacyTable.objects.create(name="Collectible", model="collectibles.Collectible", shift=0, room=100)
    LegacyId.objects.create(table="User", old_id=4711, new_id=alice.pk)
    LegacyId.objects.create(table="Collectible", old_id=4711, new_id=other.pk)
    LegacyId.objects.create(table="UserCollectible", old_id=47110, note="orphan_of_value")
    return alice


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("4711", {("User", 4711), ("Collectible", 4711)}),
        ("user 4711", {("User", 4711)}),
        ("47110", {("UserCollectible", 47110)}),
        ("usercollectible", {("UserCollectible", 47110)}),
        ("9" * 40, set()),
        ("o'neill %", set()),
    ],
)
def test_a_number_is_found_exactly(support, ids, asked, found):
    page = support.get(reverse(LIST), {"q": asked})

    assert {(row.table, row.old_id) for row in page.context["cl"].result_list} == found


def test_a_line_links_to_the_row_or_says_why_there_is_none(support, ids):
    text = support.get(reverse(LIST)).content.decode()

    assert reverse("admin:users_user_change", args=[ids.pk]) in text
    assert "orphan_of_value" in text
    assert support.get(reverse("admin:users_user_change", args=[ids.pk])).status_code == 200


def test_nobody_edits_it(support, ids):
    assert support.get(reverse("admin:kloppocar_legacyid_add")).status_code == 403
    assert (
        support.post(reverse("admin:kloppocar_legacyid_delete", args=[LegacyId.objects.first().pk])).status_code == 403
    )
