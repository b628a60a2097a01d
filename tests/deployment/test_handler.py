"""What Lambda calls: events of ours go on to Zappa, everything else is refused before anything is done."""

import subprocess
import sys

import pytest
from django.conf import settings

from kloppocar import handler
from tests.samples import sample

RULE = "arn:aws:events:eu-central-1:000000000000:rule/kloppocar-dev-"


@pytest.mark.parametrize("name", ["api_gateway_v1", "api_gateway_v2", "sign_up_confirmed", "scheduled"])
def test_every_event_of_ours_is_known(name):
    assert handler.is_known(sample(name))


@pytest.mark.parametrize(
    "event",
    [
        {"manage": "migrate"},
        {"command": "kloppocar.events.housekeeping"},
        {"detail-type": "Scheduled Event", "resources": [f"{RULE}kloppocar.events.housekeeping"]},
    ],
)
def test_who_may_invoke_the_function_may_run_our_commands(event):
    assert handler.is_known(event)


@pytest.mark.parametrize(
    ("event", "outline"),
    [
        ({"raw_command": "1 / 0"}, "with raw_command"),
        ({"raw_command": "1 / 0", "command": "os.getcwd"}, "with command, raw_command"),
        ({"command": "os.getcwd"}, "with command"),
        ({"detail-type": "Scheduled Event"}, "with detail-type"),
        ({"detail-type": "Scheduled Event", "resources": []}, "with detail-type, resources"),
        ({"detail-type": "Scheduled Event", "resources": [f"{RULE}os.getcwd"]}, "with detail-type, resources"),
        ({"Records": [{"Sns": {"Message": '{"command": "os.getcwd"}'}}]}, "with Records"),
        ({"version": "2.0"}, "with version"),
        ({"version": "2.0", "requestContext": None}, "with requestContext, version"),
        ({"httpMethod": ""}, "with httpMethod"),
        ({"ana@example.com": 1, "a b": 2, "eyJ\n": 3}, "without a usable key"),
        ({f"k{number}": number for number in range(30)}, "with k0, k1, k10, k11, k12, k13, k14, k15, k16, k17"),
        ({}, "without a usable key"),
        ([], "list"),
        (None, "NoneType"),
    ],
)
def test_an_unknown_event_is_refused_without_a_word_of_its_values(event, outline):
    with pytest.raises(handler.UnknownEvent) as error:
        handler.lambda_handler(event, None)

    assert str(error.value) == f"Nothing was executed: this is no event that the function answers ({outline})."


def test_the_way_in_does_not_import_boto3():
    script = (
        "import sys\n"
        "from kloppocar import handler\n"
        "handler.zappa_handler()\n"
        "heavy = {'boto3', 'botocore', 'requests', 'yaml', 'troposphere', 'click'} & sys.modules.keys()\n"
        "print(sorted(heavy))\n"
        "import boto3\n"
        "print(boto3.Session.__name__)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == ["[]", "Session"]
