"""A request that was on its way when its person's account was closed gives them nothing."""

import pytest

from collectibles import services
from collectibles.models import Copy, Grant, Transfer
from kloppocar import erasure
from kloppocar.api.errors import Refusal
from tests.make import make_code, make_mission, make_user
from users.models import User


def scan(person):
    services.redeem(user=person, code=make_code().code)


def claim(person):
    services.claim_mission(user=person, mission_id=make_mission().pk)


def offer(person):
    services.open_offer(giver=person, copy=Copy.objects.get(owner=person))


@pytest.mark.parametrize("do", [scan, claim, offer])
def test_a_closed_account_gets_and_gives_nothing(real_db, do):
    person = make_user("alice")
    services.redeem(user=person, code=make_code().code)
    on_its_way = User.objects.get(pk=person.pk)
    erasure.erase(person)

    with pytest.raises(Refusal) as refused:
        do(on_its_way)

    assert (refused.value.status_code, refused.value.code) == (401, "user_inactive")
    assert (Grant.objects.count(), Transfer.objects.count()) == (1, 0)
