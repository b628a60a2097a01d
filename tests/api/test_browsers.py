"""What protects people in a browser: no frames, and no write that another site could have sent for them."""

import pytest
from django.test import Client

from catalog.models import Category
from kloppocar.api.browsers import POLICY
from users.models import User

CATEGORY = {"name": {"en": "Wheel"}}


@pytest.fixture
def browser(db):
    """A staff member's browser that is logged in, and checks forgery as a real one's requests are."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss", "a-password-of-staff"))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/admin/login/", "/api/docs/", "/api/v1/", "/api/v1/categories/", "/nowhere/"])
def test_no_page_may_stand_in_a_frame(path):
    page = Client().get(path, headers={"accept": "text/html"})

    assert page["Content-Type"].startswith("text/html")
    assert page["X-Frame-Options"] == "DENY"
    assert page["Content-Security-Policy"].startswith("default-src 'self'")


PAGES = [
    "/",
    "/nowhere/",
    "/admin/",
    "/admin/users/user/",
    "/admin/users/user/add/",
    "/admin/nowhere/",
    "/admin/password_change/",
    "/api/auth/login/",
    "/api/auth/logout/",
    "/api/docs/",
    "/api/v1/",
    "/api/v1/categories/",
    "/api/v1/categories/0/",
    "/api/v1/nowhere/",
]


@pytest.mark.parametrize("accept", ["text/html", "text/*", "application/xhtml+xml, text/*;q=0.9"])
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["nobody", "staff"])
def test_every_page_says_whose_scripts_may_run(browser, who, path, accept):
    for method in ("get", "post"):
        page = getattr(browser if who == "staff" else Client(), method)(path, headers={"accept": accept})

        if page["Content-Type"].startswith("text/html"):
            assert page["Content-Security-Policy"] == POLICY
            assert "script-src" not in POLICY
            assert page["X-Content-Type-Options"] == "nosniff"


def test_a_page_about_a_crash_says_so_too(browser, monkeypatch):
    monkeypatch.setattr("kloppocar.pages.public.render_to_string", lambda *args: 1 / 0)
    browser.raise_request_exception = False

    page = browser.get("/", headers={"accept": "text/html"})

    assert (page.status_code, page["Content-Security-Policy"]) == (500, POLICY)


def test_a_session_writes_nothing_without_the_pages_own_token(browser):
    forged = browser.post("/api/v1/categories/", CATEGORY, content_type="application/json")

    assert forged.status_code == 403
    assert not Category.objects.exists()


def test_a_session_writes_with_the_pages_own_token(browser):
    browser.get("/api/v1/categories/", headers={"accept": "text/html"})
    token = browser.cookies["csrftoken"].value

    written = browser.post(
        "/api/v1/categories/", CATEGORY, content_type="application/json", headers={"x-csrftoken": token}
    )

    assert written.status_code == 201


@pytest.mark.django_db
def test_a_log_in_from_another_site_is_refused():
    forged = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "boss", "password": "x"})

    assert forged.status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("path", ["/api/v1/categories/", "/"])
def test_deployed_everything_is_said_over_https_and_says_so(settings, path, accept):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True

    plain = Client().get(path, headers={"accept": accept})
    safe = Client().get(path, headers={"accept": accept}, secure=True)

    assert (plain.status_code, plain["Location"]) == (301, f"https://testserver{path}")
    assert safe["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert safe["X-Content-Type-Options"] == "nosniff"
