"""What protects people in a browser: no frames, and no write that another site could have sent for them."""

import pytest
from django.test import Client

from catalog.models import Category
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
