"""Printed codes of the old backend that fit neither shape of ours: they work while OLD_CODES is on."""

from urllib.parse import quote

import pytest

from collectibles import codes
from tests import make

PATH = "/api/v1/redemptions/"
PRINTED = ["WELCOME2024", "Grüße aus Köln", "https://old.example/?code=1#x", "A" * 80, "{42}"]


def code_of(answer):
    return answer.json()["errors"][0]["code"]


@pytest.fixture
def old_codes(settings):
    settings.OLD_CODES = True


@pytest.mark.parametrize("printed", PRINTED)
def test_a_printed_code_works_however_it_is_typed(api, old_codes, printed):
    make.make_code(code=codes.of_old_backend(printed), max_uses=None)

    answers = [api(name).post(PATH, {"code": typed}) for name, typed in [
        ("alice", printed), ("bob", printed.lower()), ("carol", f" {printed[:4]} {printed[4:]} ")]]  # fmt: skip

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert code_of(api("alice").post(PATH, {"code": printed})) == "already_redeemed"


@pytest.mark.parametrize("printed", PRINTED)
def test_without_the_setting_it_is_mistyped_before_any_query(api, printed):
    make.make_code(code=codes.of_old_backend(printed))

    answer = api("alice").post(PATH, {"code": printed})

    assert (answer.status_code, code_of(answer)) == (400, "invalid_code")


def test_a_wrong_one_is_a_guess(api, old_codes):
    answers = [api("alice").post(PATH, {"code": f"WELCOME20{number}"}) for number in range(10, 21)]

    assert {answer.status_code for answer in answers[:10]} == {404}
    assert answers[10].status_code == 429


def test_our_own_codes_work_as_ever(api, old_codes):
    code = make.make_code().code

    assert api("alice").post(PATH, {"code": codes.format_code(code)}).status_code == 201


@pytest.mark.parametrize("printed", ["WELCOME2024", "{42}"])
def test_its_page_shows_what_is_printed(client, db, old_codes, printed):
    make.make_code(code=codes.of_old_backend(printed))

    page = client.get(f"/c/{printed}")

    assert page.status_code == 200
    assert printed in page.content.decode()
    assert f"kloppocar://c/{quote(printed)}" in page.content.decode()
    assert codes.OLD_PREFIX not in page.content.decode()
    assert client.get("/c/WELCOME2025").status_code == 404


def test_guessing_on_the_page_ends_too(client, db, old_codes):
    answers = [client.get(f"/c/WELCOME20{number}").status_code for number in range(10, 25)]

    assert 429 in answers
    assert 500 not in answers
    last = client.get("/c/WELCOME2030")
    assert "WELCOME2030" in last.content.decode()
    assert codes.OLD_PREFIX not in last.content.decode()
    assert (last["Referrer-Policy"], last["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")


def test_staff_find_it_by_what_is_printed(client, db):
    from django.urls import reverse

    from users.models import User

    code = make.make_code(code=codes.of_old_backend("WELCOME2024"))
    client.force_login(User.objects.create_superuser("root"))

    page = client.get(reverse("admin:collectibles_distributioncode_changelist"), {"q": "welcome2024"})

    assert code.code in page.content.decode()
