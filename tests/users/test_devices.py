"""Phones and browsers that can be pushed to."""

import pytest

from tests.make import make_device
from users.models import PushDevice

URL = "/api/v1/devices/"


def test_a_token_that_shows_up_for_another_person_moves_to_them(api, alice, bob):
    make_device(alice, token="phone-1")

    response = api("bob").post(URL, {"token": "phone-1", "platform": "ios"})

    assert response.status_code == 201
    assert PushDevice.objects.get().user == bob


@pytest.mark.parametrize(
    "body",
    [{"token": "a\nb", "platform": "ios"}, {"token": "x" * 513, "platform": "ios"}, {"token": "a", "platform": "tv"}],
)
def test_what_cannot_be_a_device_is_refused(api, body):
    assert api("alice").post(URL, body).status_code == 400
    assert not PushDevice.objects.exists()
