"""Files of codes as a stage sends them: through Zappa's handler, below the stage, within what a gateway passes on."""

import base64
import gzip
import json

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test.utils import override_script_prefix

from collectibles import codes
from collectibles.printing import sheet, table
from collectibles.printing.drawing import drawn
from collectibles.printing.layouts import LAYOUTS
from collectibles.services import make_codes
from kloppocar import handler
from kloppocar.api.spreadsheet import BOM, encoded
from tests.conftest import token_of
from tests.make import make_collectible, make_distribution
from tests.samples import prepare_handler, sample

GATEWAY = "abc123.execute-api.eu-central-1.amazonaws.com"
PASSED_ON = 6 * 1024 * 1024  # bytes of an answer, which is base64 where it is no text
LONGEST_ADDRESS = "https://" + "x" * 92


@pytest.fixture
def zappa(settings):
    """Zappa's handler on the test's connection, which a request's end would close."""
    prepare_handler()
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = [GATEWAY], ""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with override_script_prefix("/"):  # the stage, which Zappa sets, stays with the thread
        yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def asked(cast, method, path, body=None, **more):
    event = sample("api_gateway_v1")
    token = f"Bearer {token_of(cast['staff'].cognito_sub, True)}"
    headers = {"Accept": "*/*", "Host": GATEWAY, "X-Forwarded-Proto": "https", "Authorization": token} | more
    if body:
        headers["Content-Type"] = "application/json"
    event |= {"path": path, "httpMethod": method, "body": json.dumps(body) if body else None, "headers": headers}
    event["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    event["queryStringParameters"] = event["multiValueQueryStringParameters"] = None
    event["pathParameters"] = {"proxy": path.removeprefix("/")}
    return handler.lambda_handler(event, None)


@pytest.mark.usefixtures("zappa")
def test_a_stage_makes_codes_and_sends_their_table_and_their_sheet(cast):
    path = f"/api/v1/distributions/{make_distribution(make_collectible()).pk}"

    made = asked(cast, "POST", f"{path}/codes/", {"count": 3})
    plain = asked(cast, "GET", f"{path}/codes/")
    packed = asked(cast, "GET", f"{path}/codes/", **{"Accept-Encoding": "gzip"})
    printed = asked(cast, "GET", f"{path}/sheet/")

    assert [answer["statusCode"] for answer in (made, plain, packed, printed)] == [201, 200, 200, 200]
    assert json.loads(made["body"])["csv"].startswith(f"https://{GATEWAY}/dev{path}/codes/?batch=")
    assert plain["body"].count(f",https://{GATEWAY}/dev/c/") == 3
    unpacked = gzip.decompress(base64.b64decode(packed["body"]))
    assert (packed["isBase64Encoded"], unpacked.decode()) == (True, plain["body"])
    assert base64.b64decode(printed["body"]).startswith(b"%PDF-")


def test_the_longest_plain_table_passes_the_gateway():
    row = (1 << 62, "X" * codes.LENGTH, 1 << 62, 1_000_000, 1_000_000, None)

    assert table.PLAIN * len(encoded([table.line(row, LONGEST_ADDRESS)])) + len(BOM) < PASSED_ON


def test_the_longest_packed_table_passes_the_gateway(db):
    campaign = make_distribution()
    make_codes(campaign=campaign, count=2_000)

    lines = b"".join(table.table(sheet.Selection(campaign), LONGEST_ADDRESS))

    assert len(gzip.compress(lines)) * table.LINES / 2_000 * 4 / 3 < PASSED_ON


def test_the_largest_sheet_passes_the_gateway():
    few = [codes.new_code() for _ in range(100)]

    made = drawn(sheet.Sheet("Roadshow", few, LONGEST_ADDRESS, LAYOUTS["a4"], "x"))

    assert len(made) * sheet.CODES / len(few) * 4 / 3 < PASSED_ON
