"""Cognito, our function and our API: three processes on loopback that know each other's addresses only."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.conf import settings

from scripts.mariadb import die_with_us, free_port
from tests.cognito.function_endpoint import FUNCTION

SECONDS_TO_START = 60


@dataclass
class Answer:
    status: int
    body: Any


@dataclass
class House:
    """Everything that is running, and what a phone and a mailbox would see of it."""

    folder: Path
    cognito: Any
    pool: str
    client: str
    api: str
    database: str

    def call(self, method: str, path: str, token: str = "", body: Any = None) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(self.api + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return Answer(response.status, json.load(response))
        except urllib.error.HTTPError as error:
            return Answer(error.code, json.load(error))

    def mailed_code(self, email: str) -> str:
        """The confirmation code that the person was sent last: the emulator keeps it, and mails nothing."""
        people = json.loads((self.folder / ".cognito" / "db" / f"{self.pool}.json").read_text())["Users"].values()
        (person,) = [one for one in people if {"Name": "email", "Value": email} in one["Attributes"]]
        return person["ConfirmationCode"]

    def events(self) -> list[dict[str, Any]]:
        """What Cognito has handed to our function so far."""
        lines = (self.folder / "function.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith('{"version"')]

    def manage(self, *arguments: str) -> str:
        return manage(self.database, *arguments)


def manage(database: str, *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    environment = os.environ | {"DATABASE_URL": database}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    database = f"sqlite:///{folder}/db.sqlite3"
    manage(database, "migrate", "-v0")
    manage(database, "apply_triggers")
    manage(database, "demo")
    cognito_port, function_port, api_port = free_port(), free_port(), free_port()
    with emulator(folder, cognito_port, function_port) as url:
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        cognito = boto3.client("cognito-idp", region_name="eu-central-1", endpoint_url=url, **keys)
        by_mail = {"UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}
        pool = cognito.create_user_pool(PoolName="people", **by_mail)["UserPool"]["Id"]
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="app", ExplicitAuthFlows=flows)
        client = app["UserPoolClient"]["ClientId"]
        environment = os.environ | {
            "DATABASE_URL": database,
            "COGNITO_USER_POOL_ID": pool,
            "COGNITO_CLIENT_IDS": client,
            "COGNITO_ISSUER": f"{url}/{pool}",
            "COGNITO_JWKS_URL": f"{url}/{pool}/.well-known/jwks.json",
            "PYTHONUNBUFFERED": "1",
        }
        function = [sys.executable, "-m", "tests.cognito.function_endpoint", str(function_port)]
        api = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{api_port}"]
        with (
            running(function, folder / "function.log", f"http://127.0.0.1:{function_port}/", environment),
            running(api, folder / "api.log", f"http://127.0.0.1:{api_port}/health/ready/", environment),
        ):
            yield House(folder, cognito, pool, client, f"http://127.0.0.1:{api_port}", database)


@contextmanager
def emulator(folder, port, function_port):
    """cognito-local, told where our function is."""
    program = os.environ.get("COGNITO_EMULATOR") or pytest.fail("`make test-cognito` runs these tests")
    keys = {"accessKeyId": "local", "secretAccessKey": "local"}
    config = {
        "ServerConfig": {"hostname": "127.0.0.1", "port": port},
        "TokenConfig": {"IssuerDomain": f"http://127.0.0.1:{port}"},
        "LambdaClient": {"endpoint": f"http://127.0.0.1:{function_port}", "region": "local", "credentials": keys},
        "TriggerFunctions": {"PostConfirmation": FUNCTION},
    }
    (folder / ".cognito").mkdir()
    (folder / ".cognito" / "config.json").write_text(json.dumps(config))
    url = f"http://127.0.0.1:{port}"
    with running(["node", program], folder / "emulator.log", f"{url}/health", os.environ, cwd=folder):
        yield url


@contextmanager
def running(command, log, url, environment, cwd=settings.BASE_DIR):
    """A server that answers at `url`, whatever it answers, until the block ends."""
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [*die_with_us(), *command], cwd=cwd, env=dict(environment), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_for(process, url, log)
            yield
        finally:
            process.terminate()
            process.wait()


def wait_for(process, url, log):
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{log.name}: {log.read_text()[-2000:]}")
