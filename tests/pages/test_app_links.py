"""The way into the app: what phones ask for before they open our addresses there, and where they get it."""

import pytest
from django.conf import settings as of_the_project
from django.contrib.staticfiles import finders
from django.test import Client

from tests.make import make_code

from .test_landing import see, text_of

APPLE, ANDROID = "/.well-known/apple-app-site-association", "/.well-known/assetlinks.json"
FINGERPRINT = ":".join(["AB"] * 32)


@pytest.mark.parametrize("path", [APPLE, ANDROID])
def test_without_settings_nothing_is_claimed(path):
    assert Client().get(path).status_code == 404


def test_an_iphone_is_told_which_app_opens_codes(settings):
    settings.APPLE_APP_ID = "ABCDE12345.org.example.app"

    answer = Client().get(APPLE)

    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {
        "applinks": {"details": [{"appIDs": ["ABCDE12345.org.example.app"], "components": [{"/": "/c/*"}]}]}
    }


def test_an_android_phone_is_told_which_app_and_how_it_is_signed(settings):
    settings.ANDROID_APP, settings.ANDROID_CERTIFICATES = "org.example.app", [FINGERPRINT]

    (link,) = Client().get(ANDROID).json()

    assert link["relation"] == ["delegate_permission/common.handle_all_urls"]
    assert link["target"] == {
        "namespace": "android_app",
        "package_name": "org.example.app",
        "sha256_cert_fingerprints": [FINGERPRINT],
    }


@pytest.mark.parametrize("prefix", ["", "/dev"])
def test_a_shared_link_has_a_picture_that_is_there(db, settings, prefix):
    settings.PUBLIC_URL = f"https://play.example.org{prefix}"

    body = Client().get("/c/?lang=de").content.decode()

    picture = f"https://play.example.org{prefix}{of_the_project.STATIC_URL}pages/share.png"
    assert f'<meta property="og:image" content="{picture}">' in body
    assert f'<meta property="og:url" content="https://play.example.org{prefix}/c/">' in body
    assert finders.find("pages/share.png")


def test_stores_have_buttons_where_the_settings_name_them(db, settings):
    code = make_code().code
    assert "App Store" not in text_of(see(f"/c/{code}"))

    settings.APP_STORE_URL = "https://apps.example.org/kloppocar"

    page = see(f"/c/{code}")
    assert "App Store" in text_of(page)
    assert "Google Play" not in text_of(page)
    assert 'href="https://apps.example.org/kloppocar" rel="noreferrer"' in page.content.decode()
