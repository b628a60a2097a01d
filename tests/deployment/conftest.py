"""An emulated AWS with the dev stage's function and a user pool in it."""

import io
import json
import zipfile
from functools import cache

import boto3
import pytest
from moto.server import ThreadedMotoServer

from kloppocar import secret

REGION = "eu-central-1"
FUNCTION = "kloppocar-dev"


@cache
def client(service):
    """Slow to make; the emulation is behind each client, whenever it was made."""
    return boto3.client(service, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")


@pytest.fixture(scope="session")
def server():
    """The URL of an AWS on loopback, for other processes and for what asks without a client; `aws` holds the same."""
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def secrets(aws, server, monkeypatch):
    """Secrets Manager's client; the product finds the same secrets."""
    secret._read_again_at.clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    return client("secretsmanager")


@pytest.fixture
def cognito(aws):
    return client("cognito-idp")


@pytest.fixture
def functions(aws):
    return client("lambda")


@pytest.fixture
def make_function(functions):
    iam = client("iam")
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName="role", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("handler.py", "")

    def make(name, **variables):
        return functions.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Role=role,
            Handler="handler.lambda_handler",
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": variables},
        )["FunctionArn"]

    return make


@pytest.fixture
def function(make_function):
    """The dev stage's function, deployed."""
    return make_function(FUNCTION)


@pytest.fixture
def pool(cognito):
    return cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
