"""Printed codes of the old backend that fit neither shape of ours: they work while OLD_CODES is on."""

from urllib.parse import quote, unquote

import pytest

from collectibles import codes
from tests import make

PATH = "/api/v1/redemptions/"
LONG = f"https://qr.example/redeem?campaign=roadshow-2023&token={'a1b2c3' * 33}xy"  # as long as the old column
PRINTED = ["WELCOME2024", "Grüße aus Köln", "https://old.example/?code=1#x", "A" * 80, "{42}", LONG]


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

    assert (answer.status_code, code_of(answer)) == (400, "max_length" if printed == LONG else "invalid_code")


def test_a_preview_looks_as_far_as_a_redemption(api, old_codes):
    make.make_code(code=codes.of_old_backend(LONG))

    assert len(LONG) == 255
    assert api("alice").post(f"{PATH}preview/", {"code": LONG}).json()["can_redeem"] is True
    assert api("alice").post(f"{PATH}preview/", {"code": LONG[:-1]}).json()["code"] == "unknown_code"


def test_a_code_is_looked_up_whole(api, old_codes):
    """Neither by its beginning, nor is there no end to it."""
    make.make_code(code="WELCOME")

    longer = api("alice").post(PATH, {"code": "WELCOME" + " " * 94 + "BACK"})
    endless = api("alice").post(PATH, {"code": "A" * (codes.MAX_OLD + 1)})

    assert (longer.status_code, code_of(longer)) == (404, "unknown_code")
    assert (endless.status_code, code_of(endless)) == (400, "max_length")


def test_a_wrong_one_is_a_guess(api, old_codes):
    answers = [api("alice").post(PATH, {"code": f"WELCOME20{number}"}) for number in range(10, 21)]

    assert {answer.status_code for answer in answers[:10]} == {404}
    assert answers[10].status_code == 429


def test_our_own_codes_work_as_ever(api, old_codes):
    code = make.make_code().code

    assert api("alice").post(PATH, {"code": codes.format_code(code)}).status_code == 201


@pytest.mark.parametrize(("is_on", "most"), [(True, codes.MAX_OLD), (False, codes.MAX_TYPED)])
def test_the_form_takes_what_is_printed(client, db, settings, is_on, most):
    settings.OLD_CODES = is_on
    make.make_code(code=codes.of_old_backend(LONG))

    form = client.get("/c/")
    sent = client.get("/c/", {"code": LONG})

    assert f'maxlength="{most}"' in form.content.decode()
    assert f'maxlength="{most}"' in client.get("/c/UNKNOWN").content.decode()
    assert unquote(sent["Location"]) == f"/c/{LONG[:most]}"
    assert client.get(sent["Location"]).status_code == (200 if is_on else 400)


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
