"""`make deploy`, and only AWS is stood in for: Zappa, the zip, Lambda's runtime client, MariaDB over TLS are real."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from scripts.mariadb import MariaDBError
from scripts.package import ENVIRONMENT
from tests.deployment.real_stage import Gateway, RunningAWS

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(connection.vendor == "mysql", reason="has a server of its own: once is enough"),
]
FUNCTION, SECRET = "kloppocar-dev", "kloppocar/dev"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of what git knows, so that its files may be filled in and broken."""
    folder = tmp_path_factory.mktemp("project")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    for name in filter(None, names.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(settings.BASE_DIR / name, folder / name)
    (folder / ".local").symlink_to(settings.BASE_DIR / ".local")
    subprocess.run([sys.executable, "-m", "scripts.package"], cwd=settings.BASE_DIR, check=True, capture_output=True)
    (folder / ENVIRONMENT.name).symlink_to(ENVIRONMENT)
    return folder


@pytest.fixture
def house(project, tmp_path):
    """Everything that an account holds before the first deployment."""
    from scripts.rehearse.database import SecureMariaDB
    from scripts.rehearse.identity import Issuer

    try:
        database = SecureMariaDB(tmp_path / "tls").__enter__()
    except MariaDBError as error:
        pytest.fail(str(error))
    with RunningAWS(FUNCTION, tmp_path) as aws, Issuer(*aws.make_pool()) as issuer, Gateway(aws, "dev") as gateway:
        aws.make_bucket("deployments")
        held = {"DB_HOST": "127.0.0.1", "DB_PORT": database.port, "DB_USER": database.user, "DB_NAME": "kloppocar"}
        held |= {"DB_PASSWORD": database.password, "SECRET_KEY": "k" * 60}
        aws.client("secretsmanager").create_secret(Name=SECRET, SecretString=json.dumps(held))
        fill_in(project, issuer, database)
        yield House(project, aws, issuer, gateway)
    database.__exit__()


def fill_in(project, issuer, database):
    """As an operator does."""
    file = project / "zappa_settings.json"
    content = json.loads((settings.BASE_DIR / file.name).read_text())
    content["dev"] |= {"s3_bucket": "deployments", "touch": False}
    content["dev"]["aws_environment_variables"] |= {
        "COGNITO_USER_POOL_ID": issuer.pool,
        "COGNITO_CLIENT_IDS": issuer.client,
        "COGNITO_JWKS_URL": issuer.url,
        "DB_SSL_CA": str(database.authority),
    }
    file.write_text(json.dumps(content))


class House:
    def __init__(self, project, aws, issuer, gateway):
        self.project, self.aws, self.issuer, self.gateway = project, aws, issuer, gateway

    def deploy(self):
        """`make deploy STAGE=dev YES=1`; exit code and all that was said."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        variables = kept | self.aws.variables | {"ENV": "local", "YES": "1", "URL": self.gateway.url}
        done = subprocess.run(
            [sys.executable, "-m", "scripts.deploy", "dev"],
            cwd=self.project,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def trigger(self):
        pool = self.aws.client("cognito-idp").describe_user_pool(UserPoolId=self.issuer.pool)["UserPool"]
        return pool["LambdaConfig"]


def test_a_first_deployment_an_update_and_a_bad_one(house):
    code, said = house.deploy()
    assert code == 0, said
    assert "a first deployment" in said
    assert "green   sign-in   trigger" in said
    assert house.trigger()["PostConfirmation"].endswith(f":function:{FUNCTION}")

    code, said = house.deploy()
    assert code == 0, said
    assert "(version " in said

    pages = house.project / "kloppocar" / "pages.py"
    good = pages.read_text()
    pages.write_text(good.replace('{"status": "ok"}', '{"status": "broken"}'))
    code, said = house.deploy()
    assert code == 1, said
    assert "smoke test FAILED" in said
    assert "is back and well" in said
