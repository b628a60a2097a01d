"""`manage.py doctor`: every check is seen red (or, where nothing is broken, yellow) once, and says what to do."""

import contextlib
import io
import json
import os
import subprocess
import sys
import time
from datetime import date

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection

from kloppocar import doctor
from kloppocar.user_pool import Attachment
from scripts.mariadb import MariaDB
from tests.deployment.conftest import FUNCTION, REGION, client

on_mysql = pytest.mark.skipif(connection.vendor != "mysql", reason="only a server has it")


def look(name, *, subject):
    """What the command says of one check: (colour, sentence, what to do)."""
    out = io.StringIO()
    with contextlib.suppress(CommandError):
        call_command("doctor", "--only", subject, "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["ok"] is all(check["colour"] != "red" for check in answer["checks"])
    (check,) = [check for check in answer["checks"] if check["name"] == name]
    assert bool(check["to_do"]) is (check["colour"] != "green")
    return check["colour"], check["says"], check["to_do"]


@pytest.fixture
def deployed(settings):
    """Settings as on a stage; everything else is as in the suite."""
    settings.LOCAL = settings.LOCAL_ISSUER = settings.DEBUG = False
    settings.COGNITO_USER_POOL_ID = f"{REGION}_ours"
    return settings


@pytest.fixture
def on_lambda(monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", FUNCTION)


def test_on_a_laptop_nothing_is_red(db):
    out = io.StringIO()

    call_command("doctor", stdout=out)

    lines = [line for line in out.getvalue().splitlines() if not line.startswith(" ")]
    assert len(lines) == sum(map(len, doctor.CHECKS.values()))
    assert {line.split()[0] for line in lines} <= {"green", "yellow"}


def test_every_check_says_why_it_matters():
    assert all(check.__doc__ for checks in doctor.CHECKS.values() for check in checks)


def test_a_check_that_breaks_is_red_and_stops_no_other(db, monkeypatch):
    def broken():
        raise RuntimeError("oh")

    monkeypatch.setitem(doctor.CHECKS, "storage", [broken, *doctor.CHECKS["storage"]])

    lines = list(doctor.examine(["storage"]))

    assert [line.colour for line in lines] == ["red", "green"]
    assert lines[0].says == "the check itself failed: RuntimeError: oh"


# --- Settings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "name", "colour", "says"),
    [
        ({"DEBUG": True}, "debug", "red", "debug is on"),
        ({"LOG_LEVEL": "DEBUG"}, "debug", "red", "the log level is DEBUG"),
        ({}, "debug", "green", "debug is off"),
        ({"MEDIA_URL": "media"}, "system checks", "red", "urls.E006"),
        ({"SESSION_COOKIE_SECURE": False}, "system checks", "yellow", "security.W"),
        ({"ALLOWED_HOSTS": ["*"]}, "hosts", "red", "any host is answered for"),
        ({"PUBLIC_URL": ""}, "public address", "yellow", "whatever address"),
        ({"PUBLIC_URL": "https://play.example"}, "public address", "green", "QR codes lead to https://play.example"),
        ({}, "old clients", "green", "off"),
        ({"LEGACY_BRIDGE": True}, "old clients", "yellow", "without an end"),
        ({"LEGACY_BRIDGE": True, "LEGACY_SUNSET": date(2020, 1, 31)}, "old clients", "yellow", "off since 2020-01-31"),
        ({"LEGACY_BRIDGE": True, "LEGACY_SUNSET": date(9999, 1, 31)}, "old clients", "green", "until 9999-01-31"),
        ({"CORS_ALLOW_ALL_ORIGINS": True}, "cross origin", "red", "pages of every origin"),
        ({"CORS_ALLOWED_ORIGINS": ["https://a.example", "http://b.example"]}, "cross origin", "red", "http://b.exam"),
        ({"CORS_ALLOWED_ORIGINS": ["https://a.example"]}, "cross origin", "green", "https://a.example"),
        ({}, "shared cache", "yellow", "local memory: each process throttles for itself"),
    ],
)
def test_settings_of_a_stage(deployed, changes, name, colour, says):
    for setting, value in changes.items():
        setattr(deployed, setting, value)

    found = look(name, subject="settings")

    assert (found[0], says in found[1]) == (colour, True), found


@pytest.mark.parametrize(
    ("backend", "says"),
    [
        ("django.core.cache.backends.dummy.DummyCache", "the cache forgets at once"),
        ("django.core.cache.backends.db.DatabaseCache", "the cache fails: "),
    ],
)
def test_a_cache_that_does_not_keep_anything_is_red(db, settings, backend, says):
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "no_such_table"}}

    colour, words, _ = look("shared cache", subject="settings")

    assert (colour, says in words) == ("red", True), words


def test_a_secret_out_of_reach_is_red_and_one_within_names_what_it_holds(secrets, settings):
    settings.DB_SECRET = "ours"
    assert look("database secret", subject="settings")[:2][0] == "red"

    secrets.create_secret(Name="ours", SecretString='{"DB_USER": "u", "DB_PASSWORD": "p"}')
    assert look("database secret", subject="settings") == ("green", "ours holds DB_PASSWORD, DB_USER", "")


# --- Database --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strict_server():
    """A server as RDS is: with binary logs, and users who are not SUPER."""
    with MariaDB("--log-bin=log", "--server-id=1") as server:
        statements = (
            "CREATE DATABASE narrow CHARACTER SET latin1; CREATE DATABASE empty CHARACTER SET utf8mb4;"
            "CREATE USER owner@'%' IDENTIFIED BY 'p';"
            "GRANT ALL ON empty.* TO owner@'%'; GRANT ALL ON narrow.* TO owner@'%';"
            "CREATE USER reader@'%' IDENTIFIED BY 'p'; GRANT SELECT ON empty.* TO reader@'%';"
        )
        ask_server(server, statements)
        yield server


def ask_server(server, statements):
    import MySQLdb

    with MySQLdb.connect(host="127.0.0.1", port=server.port, user=server.user, password=server.password) as admin:
        for statement in filter(None, statements.split(";")):
            admin.cursor().execute(statement)


def examine_elsewhere(url, **variables):
    """Colours and sentences of `doctor --only database` in a process of its own."""
    command = [sys.executable, "manage.py", "doctor", "--only", "database", "--json"]
    environment = os.environ | {"DATABASE_URL": url} | variables
    done = subprocess.run(
        command, env=environment, cwd=project.BASE_DIR, capture_output=True, text=True, check=False, timeout=60
    )
    checks = json.loads(done.stdout)["checks"]
    assert done.returncode == any(check["colour"] == "red" for check in checks)
    return {check["name"]: (check["colour"], check["says"], check["to_do"]) for check in checks}


@on_mysql
@pytest.mark.parametrize(
    ("who", "where", "says", "to_do"),
    [
        ("owner:p", "127.0.0.1:1/empty", "connect", "security group"),
        ("owner:wrong", "127.0.0.1:{port}/empty", "Access denied", "DB_PASSWORD"),
        ("owner:p", "127.0.0.1:{port}/nothing", "nothing", ""),
    ],
)
def test_a_database_out_of_reach_is_one_red_line_and_no_wait(strict_server, who, where, says, to_do):
    started = time.monotonic()
    found = examine_elsewhere(f"mysql://{who}@{where.format(port=strict_server.port)}")

    colour, words, what = found.pop("reachable")
    assert (colour, says in words, to_do in what) == ("red", True, True), (words, what)
    assert {colour for colour, _, _ in found.values()} == {"yellow"}
    assert time.monotonic() - started < 30


@on_mysql
def test_an_empty_database_of_somebody_who_is_not_super(strict_server):
    found = examine_elsewhere(f"mysql://owner:p@127.0.0.1:{strict_server.port}/empty")

    assert found["reachable"][0] == "green"
    assert found["may make triggers"] == (
        "red",
        "the server keeps binary logs and lets only SUPER make triggers (1419)",
        "Set log_bin_trust_function_creators = 1 in its parameter group.",
    )
    assert found["migrations"][0] == "red"
    assert "are not applied: " in found["migrations"][1]
    assert found["triggers in step"][0] == "red"

    ask_server(strict_server, "SET GLOBAL log_bin_trust_function_creators = 1")
    found = examine_elsewhere(f"mysql://owner:p@127.0.0.1:{strict_server.port}/empty")
    assert found["may make triggers"][0] == "green"


@on_mysql
def test_somebody_who_may_only_read(strict_server):
    found = examine_elsewhere(f"mysql://reader:p@127.0.0.1:{strict_server.port}/empty")

    assert found["may make triggers"][:2] == ("red", "this user may not make triggers")


@on_mysql
def test_a_database_that_cannot_hold_every_character(strict_server):
    found = examine_elsewhere(f"mysql://owner:p@127.0.0.1:{strict_server.port}/narrow")

    assert (found["version"][0], "database in latin1" in found["version"][1]) == ("red", True)


@on_mysql
def test_without_tls_a_stage_is_told(db, deployed):
    assert look("encryption", subject="database")[:2] == ("yellow", "no TLS: DB_SSL is off")


def test_a_trigger_that_is_missing_is_named(db):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER copy_is_never_deleted")
    try:
        colour, says, to_do = look("triggers in step", subject="database")
    finally:
        call_command("apply_triggers", stdout=io.StringIO())

    assert (colour, says, to_do) == ("red", "1 differ: copy_is_never_deleted", "`manage.py apply_triggers`.")


@on_mysql
@pytest.mark.parametrize(("reserved", "colour"), [(None, "yellow"), (100, "green"), (300, "red"), (900, "red")])
def test_more_instances_than_connections_are_red(db, function, functions, on_lambda, reserved, colour):
    if reserved:
        functions.put_function_concurrency(FunctionName=FUNCTION, ReservedConcurrentExecutions=reserved)

    assert look("enough connections", subject="database")[0] == colour


# --- Sign-in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"COGNITO_JWKS_URL": "http://127.0.0.1:1/keys", "COGNITO_JWKS": ""},
            "http://127.0.0.1:1/keys: the key server",
        ),
        ({"COGNITO_JWKS": '{"keys": []}'}, "COGNITO_JWKS: no usable key"),
    ],
)
def test_without_keys_nobody_can_sign_in(db, deployed, changes, says):
    for setting, value in changes.items():
        setattr(deployed, setting, value)

    colour, words, _ = look("keys", subject="sign-in")

    assert (colour, says in words) == ("red", True), words


@on_mysql
@pytest.mark.parametrize(("off", "colour"), [(0, "green"), (7, "yellow"), (-40, "red"), (3600, "red")])
def test_a_clock_that_is_off_is_red(db, monkeypatch, off, colour):
    monkeypatch.setattr("kloppocar.doctor.sign_in.time", shifted(off))

    assert look("clock", subject="sign-in")[0] == colour


def shifted(seconds):
    class Clock:
        time = staticmethod(lambda: time.time() + seconds)

    return Clock


@pytest.fixture
def attached(deployed, on_lambda, function, pool):
    deployed.COGNITO_USER_POOL_ID = pool
    Attachment(pool, FUNCTION, REGION).attach()


def test_a_trigger_that_calls_this_function_is_green(db, attached, pool):
    assert look("trigger", subject="sign-in")[:2] == ("green", f"{pool} calls {FUNCTION}")


@pytest.mark.parametrize(
    ("called", "says"), [(None, "calls nobody"), (f"arn:aws:lambda:{REGION}:1:function:greeter", "calls greeter")]
)
def test_a_trigger_that_calls_somebody_else_is_red(db, attached, cognito, pool, called, says):
    cognito.update_user_pool(UserPoolId=pool, LambdaConfig={"PostConfirmation": called} if called else {})

    colour, words, _ = look("trigger", subject="sign-in")

    assert (colour, says in words) == ("red", True), words


def test_a_trigger_that_may_not_call_us_is_red(db, attached, functions, pool):
    functions.remove_permission(FunctionName=FUNCTION, StatementId=f"cognito-{pool}")

    assert look("trigger", subject="sign-in")[:2] == ("red", f"{pool} may not call {FUNCTION}")


def test_what_may_not_be_asked_is_yellow(db, deployed, on_lambda, aws):
    colour, _, to_do = look("trigger", subject="sign-in")

    assert (colour, "attach_cognito STAGE --check" in to_do) == ("yellow", True)


# --- Package and storage -------------------------------------------------------------------------------------------


def test_a_package_near_lambdas_limit_is_red(tmp_path, monkeypatch):
    with open(tmp_path / "large", "wb") as file:
        file.truncate(210 * 1024 * 1024)
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))

    assert doctor.package.size().colour == "red"


def test_a_deployed_package_over_its_budget_is_yellow(tmp_path, monkeypatch, function, on_lambda):
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))
    assert doctor.package.size().says.startswith("0.0 MB zipped (0.0 MB unpacked)")

    monkeypatch.setattr(doctor.package, "ZIP_BUDGET", 100)
    assert doctor.package.size().colour == "yellow"


@pytest.mark.parametrize(("budget", "limit", "colour"), [(9, 9, "green"), (0, 9, "yellow"), (0, 0, "red")])
def test_slow_imports_are_noticed(monkeypatch, budget, limit, colour):
    monkeypatch.setattr(doctor.package, "IMPORT_BUDGET", budget)
    monkeypatch.setattr(doctor.package, "IMPORT_LIMIT", limit)

    assert doctor.package.import_time().colour == colour


def test_a_project_that_cannot_be_imported_is_red(monkeypatch):
    monkeypatch.setenv("ENV", "neither")

    assert doctor.package.import_time().says.startswith("a fresh Python cannot import the project")


def test_missing_static_files_are_red(deployed, tmp_path):
    deployed.STATIC_ROOT = tmp_path

    assert look("static files", subject="package")[:2] == ("red", "missing: admin/css/base.css")


def test_a_bucket_that_is_not_there_is_red(deployed, aws):
    deployed.MEDIA_BUCKET = "pictures"
    colour, says, _ = look("bucket", subject="storage")
    assert (colour, says.startswith("Bucket pictures: AWS says 404")) == ("red", True), says

    client("s3").create_bucket(Bucket="pictures", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert look("bucket", subject="storage")[0] == "green"


def test_a_stage_without_a_bucket_is_told(deployed):
    deployed.MEDIA_BUCKET = ""

    assert look("bucket", subject="storage")[:2] == ("yellow", "none: nobody can upload a picture")
