"""`manage.py event`: one event by hand, and many deliveries at once, each in a process of its own."""

import io
import json
import os
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from rest_framework.test import APIClient

from tests.samples import EVENTS, SUB, prepare_handler, sample
from users.models import PushDevice, User


@pytest.fixture(scope="module", autouse=True)
def _handler():
    prepare_handler()


def run_event(*arguments):
    out = io.StringIO()
    call_command("event", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_prints_what_the_handler_answers(db):
    assert run_event(str(EVENTS / "sign_up_confirmed.json"), "--json") == sample("sign_up_confirmed")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file"),
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "no event that we answer"),
        (b"{}", "no event that we answer"),
        (b'{"version": "1.0"}', "no event that we answer"),
        (b'{"raw_command": "print(1)"}', r"no event that we answer \(with raw_command\)"),
        (b'{"command": "os.getcwd"}', "no event that we answer"),
        (b'{"detail-type": "Scheduled Event"}', "no event that we answer"),
        (b'{"detail-type": "Scheduled Event", "resources": ["rule/x-os.getcwd"]}', "no event that we answer"),
        (b'{"version": "2.0", "requestContext": null}', "no event that we answer"),
    ],
)
def test_what_is_no_event_is_refused_in_one_sentence(tmp_path, content, sentence):
    file = tmp_path / "event.json"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CommandError, match=sentence) as error:
        run_event(str(file))

    assert error.value.returncode == 2
    assert "\n" not in str(error.value)


def test_an_unknown_stage_is_named(tmp_path):
    with pytest.raises(CommandError, match="no usable stage moon"):
        run_event(str(EVENTS / "scheduled.json"), "--stage", "moon")


def test_a_handler_that_fails_is_reported(db, tmp_path):
    file = tmp_path / "event.json"
    file.write_text('{"manage": "no_such_command"}')

    with pytest.raises(CommandError, match="The handler failed: CommandError") as error:
        run_event(str(file))

    assert error.value.returncode == 1


# --- In processes of their own ----------------------------------------------------------------------------------------


def own_process(*arguments, url=None, **more):
    """Python on this database, or on another one; its exit code, output and log."""
    environment = os.environ | {"DATABASE_URL": url or database_url()}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command,
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **more,
    )


def database_url():
    """The test database's address, for another process."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    user, password = quote(config["USER"], safe=""), quote(config["PASSWORD"], safe="")
    return f"mysql://{user}:{password}@{config['HOST']}:{config['PORT'] or 3306}/{config['NAME']}"


def test_twenty_processes_at_once_make_one_person_and_each_gets_its_event_back(real_db):
    done = own_process("-m", "tests.deliver", str(EVENTS / "sign_up_confirmed.json"), "20")

    assert done.returncode == 0, done.stderr
    assert "made no user" not in done.stderr
    processes, answers = zip(*json.loads(done.stdout), strict=True)
    assert len(set(processes)) == 20
    assert list(answers) == [sample("sign_up_confirmed")] * 20
    assert User.objects.count() == PushDevice.objects.count() == 1


def test_an_event_by_hand_makes_a_person_whose_token_opens_their_account(real_db):
    event = own_process("manage.py", "event", "-", input=json.dumps(sample("sign_up_confirmed")))
    token = own_process("manage.py", "token", SUB)

    assert (event.returncode, token.returncode) == (0, 0), event.stderr + token.stderr
    assert json.loads(event.stdout) == sample("sign_up_confirmed")
    response = APIClient(HTTP_AUTHORIZATION=f"Bearer {token.stdout.strip()}").get("/api/v1/users/me/")
    assert response.status_code == 200
    assert response.json()["email"] == "newcomer@example.com"


@pytest.mark.skipif(connection.vendor != "mysql", reason="a file is always there")
def test_without_a_database_cognito_gets_its_event_back_in_time():
    started = time.monotonic()
    done = own_process("manage.py", "event", str(EVENTS / "sign_up_confirmed.json"), url="mysql://u:p@127.0.0.1:1/none")

    assert json.loads(done.stdout) == sample("sign_up_confirmed")
    assert '"number": 2002' in done.stderr or '"number": 2003' in done.stderr
    assert "newcomer" not in done.stderr
    assert time.monotonic() - started < 15  # start included


@pytest.mark.parametrize(
    ("arguments", "code"), [(["event"], 2), (["event", "no-such-file"], 2), (["token"], 2), (["token", "nobody-x"], 1)]
)
def test_exit_codes_tell_wrong_usage_from_a_failure(db, arguments, code):
    done = own_process("manage.py", *arguments)

    assert done.returncode == code
    assert "Traceback" not in done.stderr
