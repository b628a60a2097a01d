"""`secret_key`: the database's password from Secrets Manager, at start and again after a rotation."""

import json
import os
import re
import subprocess
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from botocore.session import get_session
from django.conf import settings
from django.db import OperationalError, connection

from kloppocar import patience, secret
from tests.deployment.conftest import REGION
from tests.test_settings import DEPLOYED, start

NAME = "kloppocar/database"
ROTATED, SERVED = (f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', '')}" for name in ("rotated", "served"))
HELD = {"DB_HOST": "db.invalid", "DB_PORT": 3306, "DB_USER": "app", "DB_PASSWORD": "p/w@1", "DB_NAME": "game"}


@pytest.fixture
def keep(secrets):
    """`keep({...})` or `keep("text")` puts the secret, or its next version, into Secrets Manager."""

    def keep(held, name=NAME):
        text = held if isinstance(held, str) else json.dumps(held)
        try:
            return secrets.create_secret(Name=name, SecretString=text)["ARN"]
        except secrets.exceptions.ResourceExistsException:
            return secrets.put_secret_value(SecretId=name, SecretString=text)["ARN"]

    return keep


# --- Reading it ------------------------------------------------------------------------------------------------


def test_the_secret_is_read_by_name_or_arn_and_only_what_concerns_us(keep):
    arn = keep(HELD | {"SECRET_KEY": "k", "engine": "mysql", "DEBUG": "on", "DB_SSL": "off"})

    wanted = {name: str(value) for name, value in HELD.items()} | {"SECRET_KEY": "k"}
    assert secret.read(NAME, REGION) == wanted
    assert secret.read(arn, "us-east-1") == wanted  # an ARN knows its region


def test_the_names_that_rds_gives_are_understood(keep):
    keep({"username": "app", "password": "pw", "engine": "mysql", "host": "h", "port": 3306, "dbname": "game"})

    read = secret.read(NAME, REGION)

    assert read == {"DB_USER": "app", "DB_PASSWORD": "pw", "DB_HOST": "h", "DB_PORT": "3306", "DB_NAME": "game"}


@pytest.mark.parametrize("text", ["", " ", "pa$$word", '"pa$$word"', "[1]", "{"])
def test_what_is_no_object_is_refused_without_quoting_it(keep, text):
    keep(text or " ")

    with pytest.raises(secret.SecretError, match="is not a JSON object with DB_HOST") as error:
        secret.read(NAME, REGION)

    assert "pa$$" not in str(error.value)


def test_a_secret_that_is_not_there_is_named(secrets):
    with pytest.raises(secret.SecretError, match="Secret nowhere: AWS says ResourceNotFoundException"):
        secret.read("nowhere", REGION)


@pytest.fixture
def answering(monkeypatch):
    """`answering((status, body), ...)`: a Secrets Manager that answers so, in turn; it gives the requests that came."""
    servers = []

    def answering(*answers):
        came, left = [], list(answers)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                came.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                status, body = left.pop(0)
                if status:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        servers.append(server := ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        return came

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    yield answering
    for server in servers:
        server.shutdown()
        server.server_close()


WELL = 200, json.dumps({"SecretString": json.dumps(HELD)}).encode()


@pytest.mark.parametrize("fault", [(500, b"{}"), (503, b"<html>"), (0, b"")], ids=["500", "page", "hung up"])
def test_a_fault_is_asked_once_more(answering, fault):
    came = answering(fault, WELL)

    assert secret.read(NAME, REGION)["DB_USER"] == "app"
    assert len(came) == 2

    came = answering(fault, fault, WELL)
    with pytest.raises(secret.SecretError, match="Secret kloppocar/database"):
        secret.read(NAME, REGION)
    assert len(came) == 2


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b"<html>", b""])
def test_an_answer_that_is_none_of_secrets_manager_holds_no_secret(answering, body):
    answering((200, body))
    with pytest.raises(secret.SecretError, match="is not a JSON object"):
        secret.read(NAME, REGION)

    answering((400, body))
    with pytest.raises(secret.SecretError, match="AWS says 400"):
        secret.read(NAME, REGION)


def test_the_request_is_the_one_that_a_client_would_send(answering, monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of the function's role")
    came = answering(WELL, WELL)

    secret.read(NAME, REGION)
    get_session().create_client("secretsmanager", REGION).get_secret_value(SecretId=NAME)

    ours, clients = came
    assert ours[1] == clients[1]
    for name in ("X-Amz-Target", "Content-Type", "X-Amz-Security-Token"):
        assert ours[0][name] == clients[0][name]
    scope = re.compile(
        r"AWS4-HMAC-SHA256 Credential=test/\d{8}/eu-central-1/secretsmanager/aws4_request, .*Signature=\w{64}"
    )
    assert scope.fullmatch(ours[0]["Authorization"])
    assert scope.fullmatch(clients[0]["Authorization"])


@pytest.mark.parametrize(
    ("region", "variables", "url"),
    [
        ("eu-central-1", {}, "https://secretsmanager.eu-central-1.amazonaws.com"),
        ("cn-north-1", {}, "https://secretsmanager.cn-north-1.amazonaws.com.cn"),
        ("eu-central-1", {"AWS_ENDPOINT_URL": "http://a.example"}, "http://a.example"),
        (
            "eu-central-1",
            {"AWS_ENDPOINT_URL": "http://a.example", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://b.example"},
            "http://b.example",
        ),
    ],
)
def test_it_asks_where_a_client_would(aws, monkeypatch, region, variables, url):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert secret.endpoint(region).rstrip("/") == url
    assert get_session().create_client("secretsmanager", region).meta.endpoint_url == url


def test_without_credentials_the_sentence_says_so(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    with pytest.raises(secret.SecretError, match="cannot be asked without credentials: set AWS_PROFILE"):
        secret.read(NAME, REGION)


# --- At start, in a process of its own ---------------------------------------------------------------------------


def emulated(url):
    return {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture
def put(server):
    """`put(name, {...})` on that server."""
    import boto3

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    held = boto3.client("secretsmanager", region_name=REGION, endpoint_url=server, **keys)

    def put(name, values):
        try:
            held.create_secret(Name=name, SecretString=json.dumps(values))
        except held.exceptions.ResourceExistsException:
            held.put_secret_value(SecretId=name, SecretString=json.dumps(values))

    put(NAME, HELD | {"SECRET_KEY": "s" * 60})
    put("half", {"DB_USER": "app"})
    return put


FROM_SECRET = DEPLOYED | {"DATABASE_URL": "", "SECRET_KEY": "", "secret_key": NAME}


def test_a_stage_starts_with_the_secret_alone(server, put):
    code, output = start(**FROM_SECRET, **emulated(server))

    assert code == 0, output


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"DATABASE_URL": "mysql://u:p@h/k"}, "DATABASE_URL is set beside secret_key"),
        ({"DB_PASSWORD": "p"}, "DB_PASSWORD is set beside secret_key"),
        ({"secret_key": "half"}, "SECRET_KEY is not set"),
        ({"secret_key": "half", "SECRET_KEY": "x" * 60}, "DB_HOST is not set"),
        ({"secret_key": "nowhere"}, "secret_key is of no use: Secret nowhere: AWS says ResourceNotFoundException"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "secret_key is of no use: Secret kloppocar/database cannot be"),
    ],
)
def test_a_start_without_a_usable_secret_ends_with_one_sentence(server, put, changes, sentence):
    code, output = start(**FROM_SECRET | emulated(server) | changes)

    assert code != 0
    assert output.strip().splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: {sentence}")
    assert HELD["DB_PASSWORD"] not in output


def test_only_a_start_with_a_secret_imports_of_botocore_and_none_makes_a_client(server, put):
    program = "import sys, kloppocar.settings; print([name in sys.modules for name in ('botocore', 'boto3')])"

    for variables, imported in [(DEPLOYED, "[False, False]"), (FROM_SECRET, "[True, False]")]:
        environment = {"PATH": os.environ["PATH"]} | variables | emulated(server)
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True)
        assert done.stdout.strip() == imported, done.stderr


# --- Rotation, on the real server -----------------------------------------------------------------------------------


on_mysql = pytest.mark.skipif(connection.vendor != "mysql", reason="SQLite has no passwords")


@pytest.fixture
def rotate(db, keep):
    """`rotate("new")`: the database first and then the secret, as Secrets Manager's rotation does."""

    def rotate(password, *, secret_too=True):
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE USER IF NOT EXISTS {ROTATED}@'%%' IDENTIFIED BY %s", [password])
            cursor.execute(f"ALTER USER {ROTATED}@'%%' IDENTIFIED BY %s", [password])
            cursor.execute(f"GRANT ALL ON `{connection.settings_dict['NAME']}`.* TO {ROTATED}@'%'")
        if secret_too:
            keep({"DB_USER": ROTATED, "DB_PASSWORD": password})

    yield rotate
    with connection.cursor() as cursor:
        cursor.execute(f"DROP USER IF EXISTS {ROTATED}@'%'")


@pytest.fixture
def rotating(rotate):
    """`rotating()` makes a connection that knows the secret; all share their settings, as threads do."""
    from kloppocar.mysql.base import DatabaseWrapper

    rotate("first")
    shared = connection.settings_dict | {"USER": ROTATED, "PASSWORD": "first", "SECRET": (NAME, REGION)}
    return lambda: DatabaseWrapper(shared, "default")


def who(database):
    with database.cursor() as cursor:
        cursor.execute("SELECT CURRENT_USER()")
        return cursor.fetchone()[0]


@on_mysql
def test_a_rotated_password_costs_no_request(rotating, rotate):
    warm = rotating()
    with closing(warm):
        assert who(warm) == f"{ROTATED}@%"
        rotate("second")
        assert who(warm) == f"{ROTATED}@%"  # an open connection outlives a rotation

        warm.close()
        assert who(warm) == f"{ROTATED}@%"
        assert warm.settings_dict["PASSWORD"] == "second"


@on_mysql
def test_a_rotation_that_an_impatient_event_notices_is_kept(rotating, rotate):
    database = rotating()
    rotate("second")

    with patience.of(database, seconds=2), closing(database):
        assert who(database) == f"{ROTATED}@%"

    assert database.settings_dict["PASSWORD"] == "second"
    with closing(database):
        assert who(database) == f"{ROTATED}@%"


@on_mysql
def test_twenty_threads_after_a_rotation_all_connect_and_ask_once(rotating, rotate, monkeypatch):
    rotate("second")
    readings, results = [], []
    read = secret.read
    monkeypatch.setattr(secret, "read", lambda *where: readings.append(where) or read(*where))

    def work():
        database = rotating()
        with closing(database):
            results.append(who(database))

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == [f"{ROTATED}@%"] * 20
    assert len(readings) == 1


@on_mysql
def test_a_secret_that_is_still_the_old_one_is_asked_again_later(rotating, rotate, monkeypatch):
    rotate("second", secret_too=False)  # half-way through a rotation
    database = rotating()
    with closing(database):
        for _ in range(2):
            with pytest.raises(OperationalError, match="1045"):
                who(database)
        rotate("second")
        with pytest.raises(OperationalError, match="1045"):
            who(database)  # asked a moment ago

        monkeypatch.setattr(secret, "COOL_DOWN_SECONDS", 0)
        assert who(database) == f"{ROTATED}@%"


@on_mysql
def test_while_secrets_manager_is_down_a_warm_instance_goes_on(rotating, rotate, secrets, caplog):
    warm = rotating()
    with closing(warm):
        who(warm)
        secrets.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)

        assert who(warm) == f"{ROTATED}@%"
        warm.close()
        assert who(warm) == f"{ROTATED}@%"  # the password is known

        rotate("second", secret_too=False)
        warm.close()
        with pytest.raises(OperationalError, match="1045"):
            who(warm)
    assert "the secret could not be read again: Secret kloppocar/database: AWS says" in caplog.text
    assert "first" not in caplog.text


@on_mysql
def test_other_failures_ask_for_no_secret(rotating, monkeypatch):
    monkeypatch.setattr(secret, "read", lambda *_: pytest.fail("asked"))
    database = rotating()
    database.settings_dict = database.settings_dict | {"HOST": "127.0.0.1", "PORT": "1"}

    with pytest.raises(OperationalError, match=r"200[23]"):
        who(database)


@on_mysql
def test_a_whole_process_serves_through_a_rotation(real_db, server, put):
    """One request a line: before the rotation, after it on the open connection, and on a new one."""
    config = connection.settings_dict
    admin = urlsplit(f"//{config['HOST']}:{config['PORT'] or 3306}")

    def rotate(password):
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE USER IF NOT EXISTS {SERVED}@'%%' IDENTIFIED BY %s", [password])
            cursor.execute(f"ALTER USER {SERVED}@'%%' IDENTIFIED BY %s", [password])
            cursor.execute(f"GRANT ALL ON `{config['NAME']}`.* TO {SERVED}@'%'")
        held = {"DB_HOST": admin.hostname, "DB_PORT": admin.port, "DB_USER": SERVED, "DB_NAME": config["NAME"]}
        put(NAME, held | {"DB_PASSWORD": password})

    rotate("first")
    environment = os.environ | {"ENV": "local", "secret_key": NAME, "DATABASE_URL": ""} | emulated(server)
    command = [sys.executable, "-m", "tests.deployment.serve_lines"]
    try:
        with subprocess.Popen(
            command, env=environment, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:

            def ask(line):
                print(line, file=process.stdin, flush=True)
                return process.stdout.readline().strip()

            assert ask("request") == "200"
            rotate("second")
            assert [ask("request"), ask("close"), ask("request")] == ["200", "closed", "200"]
            process.stdin.close()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP USER {SERVED}@'%'")
