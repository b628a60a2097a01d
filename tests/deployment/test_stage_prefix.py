"""Below API Gateway's own address every path begins with the stage; below a domain of one's own it does not."""

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.test.utils import override_script_prefix
from rest_framework.test import APIClient


@pytest.mark.parametrize("prefix", ["/dev", "", "/production"])
@pytest.mark.parametrize(
    ("page", "linked"),
    [
        ("/admin/login/", "/static/admin/css/base.css"),
        ("/api/docs/", "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"),
        ("/api/docs/?script=", "/api/schema/"),
        ("/", "/api/v1/"),
        ("/", "/admin/"),
        ("/c/", "/c/"),
        ("/u/nobody", "/c/"),
        ("/api/v1/", "/static/rest_framework/css/bootstrap.min.css"),
    ],
)
def test_pages_link_below_the_stage(db, page, linked, prefix):
    with override_script_prefix(f"{prefix}/"):
        body = APIClient().get(page, HTTP_ACCEPT="text/html").content.decode()

    assert f'"{prefix}{linked}"' in body


def test_after_logging_in_one_stays_below_the_stage():
    with override_script_prefix("/dev/"):
        assert resolve_url(settings.LOGIN_REDIRECT_URL) == "/dev/api/v1/"
