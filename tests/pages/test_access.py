"""Who may open which page: every route outside the API x what stands behind it x person. A page that is not in the
table fails the suite, as a route of the API does.

Pages know people by a browser's session alone: a token, which only apps send, opens no draft.
"""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from collectibles.services import redeem
from kloppocar.api import replica
from tests.make import DAY, make_code, make_collectible, make_distribution, make_user
from users.models import User, UserStatus

NOW = timezone.now()
PEOPLE = ["nobody", "alice's token", "staff's token", "a browser of staff"]

# route, what stands behind it, and what each of PEOPLE gets
TABLE = """
type-a-code       -            200 200 200 200
landing           open         200 200 200 200
landing           withdrawn    410 410 410 410
landing           unknown      404 404 404 404
landing           mistyped     400 400 400 400
collectible-page  published    200 200 200 200
collectible-page  draft        404 404 404 200
collectible-page  tomorrow     404 404 404 200
collectible-page  missing      404 404 404 404
copy-page         published    200 200 200 200
copy-page         tomorrow     404 404 404 200
copy-page         missing      404 404 404 404
person-page       alice        200 200 200 200
person-page       onboarding   404 404 404 404
person-page       blocked      404 404 404 200
person-page       erased       404 404 404 404
person-page       missing      404 404 404 404
astray            word         404 404 404 404
apple-app-links   unset        404 404 404 404
android-app-links unset        404 404 404 404
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
ELSEWHERE = {"front", "live", "ready", "schema", "docs", None}  # no rows stand behind these


@pytest.fixture
def behind(alice, api):
    published, tomorrow = make_collectible(), make_collectible()
    copies = [
        redeem(user=alice, code=make_code(make_distribution(part)).code).grant.copy for part in (published, tomorrow)
    ]
    type(tomorrow).objects.filter(pk=tomorrow.pk).update(published_at=NOW + DAY)
    make_user("blocked", is_active=False)
    gone = make_user("gone", status=UserStatus.DELETED)
    return {
        "type-a-code -": "/c/",
        "landing open": f"/c/{make_code().code}",
        "landing withdrawn": f"/c/{make_code(revoked_at=NOW).code}",
        "landing unknown": "/c/7Q2M-4K9X-ABG",
        "landing mistyped": "/c/7Q2M-4K9X-ABH",
        "collectible-page published": f"/i/{published.id}",
        "collectible-page draft": f"/i/{make_collectible(status='draft').id}",
        "collectible-page tomorrow": f"/i/{tomorrow.id}",
        "collectible-page missing": "/i/999999",
        "copy-page published": f"/i/{published.id}/{copies[0].mint}",
        "copy-page tomorrow": f"/i/{tomorrow.id}/{copies[1].mint}",
        "copy-page missing": f"/i/{published.id}/999999",
        "person-page alice": "/u/alice",
        "person-page onboarding": f"/u/{make_user(None).id}",
        "person-page blocked": "/u/blocked",
        "person-page erased": f"/u/{gone.id}",
        "person-page missing": "/u/missing",
        "astray word": "/i/door",
        "apple-app-links unset": "/.well-known/apple-app-site-association",
        "android-app-links unset": "/.well-known/assetlinks.json",
    }


@pytest.fixture
def clients(api):
    of_staff = Client()
    of_staff.force_login(User.objects.create_superuser("boss", "a-password-of-staff"))
    return dict(zip(PEOPLE, [Client(), api("alice"), api("staff"), of_staff], strict=True))


def test_each_page_is_open_to_whom_the_table_says(behind, clients):
    answers = {
        f"{route} {what}": [clients[person].get(behind[f"{route} {what}"]).status_code for person in PEOPLE]
        for route, what, *_ in ROWS
    }

    assert answers == {f"{route} {what}": list(map(int, statuses)) for route, what, *statuses in ROWS}


def test_every_page_is_in_the_table():
    served = {entry.name for entry in get_resolver().url_patterns if isinstance(entry, URLPattern)}

    assert served - ELSEWHERE == {route for route, *_ in ROWS}


def test_only_strangers_are_shown_what_may_be_old(client, cast, monkeypatch):
    asked = []
    monkeypatch.setattr(replica, "use", lambda: asked.append(True))
    page = f"/i/{make_collectible().id}"

    client.get(page)
    assert asked == [True]

    client.force_login(cast["staff"])
    client.get(page)
    assert asked == [True]
