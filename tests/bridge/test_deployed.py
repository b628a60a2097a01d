"""The bridge as a stage serves it: through Zappa's handler, below the stage, and loaded when an old client calls."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test.utils import override_script_prefix

from kloppocar import handler
from tests.conftest import token_of
from tests.deployment.test_cold_start import PRODUCTION
from tests.samples import prepare_handler, sample

GATEWAY = "abc123.execute-api.eu-central-1.amazonaws.com"
PROGRAM = """
import sys
from zappa.ext.django_zappa import get_django_wsgi
get_django_wsgi("kloppocar.settings")
from django.urls import Resolver404, get_resolver
get_resolver().resolve("/api/v1/collectibles/")
try:
    found = get_resolver().resolve("/User/getUserByEmail").view_name
except Resolver404:
    found = None
print(found, sorted(name for name in sys.modules if name.startswith("kloppocar.legacy")))
"""


def asked(host, method, path, query=None, body=None, **headers):
    """What Lambda answers to an old client, as API Gateway passes it on."""
    event = sample("api_gateway_v1")
    headers = {"Accept": "*/*", "Host": host, "X-Forwarded-Proto": "https"} | headers
    event |= {"path": path, "httpMethod": method, "body": json.dumps(body) if body else None, "headers": headers}
    event["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    event["queryStringParameters"] = query
    event["multiValueQueryStringParameters"] = {name: [value] for name, value in (query or {}).items()}
    event["pathParameters"] = {"proxy": path.removeprefix("/")}
    return handler.lambda_handler(event, None)


@pytest.fixture
def zappa(world, settings):
    """Zappa's handler on the test's connection, which a request's end would close."""
    prepare_handler()
    settings.ALLOWED_HOSTS = [GATEWAY, "localhost", "testserver"]
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with override_script_prefix("/"):  # the stage, which Zappa sets, stays with the thread
        yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("zappa")
@pytest.mark.parametrize(("host", "stage"), [(GATEWAY, "/dev"), ("localhost", "")])
def test_an_installed_app_reads_through_the_gateway(world, host, stage):
    token = token_of(world.alice.cognito_sub, False)

    answer = asked(host, "GET", "/User/getUserByEmail", {"email": "alice@example.org"}, Authorization=token)

    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["userId"] == world.alice.pk
    headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    assert headers["Link"] == f'<{stage}/api/v1/users/me/>; rel="successor-version"'
    assert headers["Deprecation"] == "@1795564800"


@pytest.mark.usefixtures("zappa")
def test_an_installed_app_redeems_through_the_gateway(world):
    sent = {"userId": world.bob.pk, "distributionCodeId": world.sealed("DistributionCode", world.code.pk, "bob")}
    headers = {"Authorization": token_of(world.bob.cognito_sub, False), "Content-Type": "application/json"}

    answer = asked(GATEWAY, "POST", "/DistributionCodeUser/createDistributionCodeUser", None, sent, **headers)

    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["redeemed"] is True


@pytest.mark.parametrize(("word", "view"), [("on", "legacy-bridge"), ("off", None)])
def test_nothing_of_it_is_loaded_before_an_old_client_calls(word, view):
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=settings.BASE_DIR,
        env=keep | PRODUCTION | {"LEGACY_BRIDGE": word},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == f"{view} []"
