"""The container's files, without an engine: the start command runs here, and what the files say holds together."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import connection

from scripts.mariadb import die_with_us, free_port
from tests.test_event_command import database_url

ROOT = settings.BASE_DIR
DOCKERFILE = (ROOT / "Dockerfile").read_text()
FINAL = DOCKERFILE.rpartition("\nFROM ")[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())


def listed(instruction):
    """The JSON list of the final stage's last CMD or HEALTHCHECK."""
    return json.loads(re.findall(rf"^{instruction}\b.*?(\[.*\])$", FINAL, re.MULTILINE)[-1])


def here(command):
    """The same command with this environment's programs."""
    return [str(Path(sys.prefix) / "bin" / command[0]), *command[1:]]


@pytest.fixture
def variables():
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "ENV") if name in os.environ}
    return kept | {"DATABASE_URL": database_url(), "PORT": str(free_port()), "WEB_CONCURRENCY": "2"}


@pytest.fixture
def server(real_db, variables, tmp_path):
    """The Dockerfile's CMD on the suite's database."""
    with open(tmp_path / "log", "wb") as log:
        command = [*die_with_us(), *here(listed("CMD"))]
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 60
            while subprocess.run(here(listed("HEALTHCHECK")), cwd=ROOT, env=variables).returncode:
                is_hopeful = process.poll() is None and time.monotonic() < deadline
                assert is_hopeful, (tmp_path / "log").read_text()
                time.sleep(0.2)
            yield process
        finally:
            process.kill()
            process.wait()


def test_the_start_command_serves_and_ends_in_order(server, variables):
    base = f"http://127.0.0.1:{variables['PORT']}"
    for path in ("/health/ready/", "/api/v1/categories/", "/static/admin/css/base.css"):
        with urllib.request.urlopen(base + path, timeout=20) as response:
            assert response.status == 200

    server.send_signal(signal.SIGTERM)

    assert server.wait(30) == 0


def test_without_a_server_the_health_check_fails(variables):
    done = subprocess.run(here(listed("HEALTHCHECK")), cwd=ROOT, env=variables, capture_output=True, text=True)

    assert (done.returncode, "unhealthy: " in done.stdout) == (1, True)


def test_the_health_check_names_a_host_that_is_answered():
    program = "from scripts.healthy import HOST; print(HOST)"
    for allowed, named in [
        ("", "localhost"),
        ("api.example.org,b", "api.example.org"),
        (".example.org", "example.org"),
    ]:
        environment = {"PATH": os.environ["PATH"], "ALLOWED_HOSTS": allowed}
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        assert done.stdout.strip() == named


def test_nobody_is_root_and_the_python_is_lambdas():
    assert re.findall(r"^USER (.*)$", FINAL, re.MULTILINE) == ["10001"]
    runtime = json.loads((ROOT / "zappa_settings.json").read_text())["dev"]["runtime"]
    assert set(re.findall(r"^FROM (\S+)-slim", DOCKERFILE, re.MULTILINE)) == {runtime.replace("python", "python:")}


def test_no_secret_and_nothing_of_a_developer_gets_into_the_image():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    ignored = [line for line in lines if not line.startswith("#")]

    assert {".*", "tests", "dist"} <= set(ignored)
    assert not {"scripts", "sql", "manage.py", "requirements.txt", "requirements-dev.txt"} & set(ignored)


# --- compose.yaml -------------------------------------------------------------------------------------------


def interpolated(text, given):
    """${NAME:-default} and ${NAME:?error}, as Compose reads them."""
    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", lambda m: given.get(m[1]) or (m[3] if m[2] == "-" else ""), text)


def test_every_variable_is_a_setting():
    known = set(re.findall(r"^#?(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert set(COMPOSE["services"]["api"]["environment"]) <= known


def test_no_password_stands_in_the_file():
    for service in COMPOSE["services"].values():
        for name, value in service["environment"].items():
            assert "PASSWORD" not in name or value.endswith(":?set DB_PASSWORD in .env}") or ":?set DB_ROOT" in value


def test_the_api_starts_after_the_database_was_prepared():
    services = COMPOSE["services"]

    assert services["prepare"]["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert services["api"]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}
    prepared = services["prepare"]["command"][-1]
    assert [line.split()[2] for line in prepared.splitlines()[:3]] == ["migrate", "apply_triggers", "createcachetable"]
    assert "log-bin-trust-function-creators=1" in " ".join(services["db"]["command"])
    assert all(":" in service["image"] or "build" in service for service in services.values())


@pytest.mark.skipif(connection.vendor != "mysql", reason="its settings name a MySQL server")
@pytest.mark.parametrize(
    "given",
    [
        {},
        {
            "ENV": "production",
            "SECRET_KEY": "x" * 60,
            "ALLOWED_HOSTS": "api.example.org",
            "COGNITO_USER_POOL_ID": "eu-central-1_example",
            "COGNITO_CLIENT_IDS": "app",
        },
    ],
)
def test_the_settings_of_the_file_start(given):
    values = COMPOSE["services"]["api"]["environment"].items()
    environment = {name: interpolated(str(value), given | {"DB_PASSWORD": "p"}) for name, value in values}

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
