"""What printed codes lead to: PUBLIC_URL, or the address that was asked, stage included."""

import pytest
from django.test import RequestFactory
from django.test.utils import override_script_prefix

from kloppocar.api.links import NoPublicAddress, link_of_code, public_address


def test_what_was_set_wins(settings):
    settings.PUBLIC_URL = "https://play.example.org/dev"

    assert link_of_code("7Q2M4K9XABG", public_address(RequestFactory().get("/"))) == (
        "https://play.example.org/dev/c/7Q2M4K9XABG"
    )


@pytest.mark.parametrize(("prefix", "address"), [("/", "https://testserver"), ("/dev/", "https://testserver/dev")])
def test_without_it_a_request_says_its_own_address(settings, prefix, address):
    settings.PUBLIC_URL = ""
    request = RequestFactory().get("/api/v1/distributions/1/sheet/", secure=True)

    with override_script_prefix(prefix):
        assert public_address(request) == address


def test_without_both_the_variable_is_named(settings):
    settings.PUBLIC_URL = ""

    with pytest.raises(NoPublicAddress, match="PUBLIC_URL is not set"):
        public_address()
