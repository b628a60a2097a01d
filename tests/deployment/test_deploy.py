"""`make deploy`: its order, its plan, what it does when a step fails, and the way back. Zappa is stood in for."""

import json
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest

from scripts.deploy import DeployError, __main__, rehearsed_settings, smoke, steps
from scripts.deploy.target import LAST_GOOD, Target
from tests.deployment.conftest import FUNCTION, REGION


class Stage(BaseHTTPRequestHandler):
    """The deployed address: well, or sick, as the file `code` says."""

    folder: Path

    def do_GET(self):
        sick = (self.folder / "code").read_text().strip() == "sick"
        status, body = self.answer(sick)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def answer(self, sick):
        if self.path == "/health/ready/" and sick:
            return 503, {"status": "unavailable", "out_of_step": {"migrations": ["users.0002"]}}
        if self.path.startswith("/health/"):
            return 200, {"status": "ok"}
        return (401, {"errors": []}) if self.path.startswith("/api/v1/users/me/") else (200, {"results": []})

    def log_message(self, *_):
        pass


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "next").write_text("well")
    (tmp_path / "code").write_text("well")
    return tmp_path


@pytest.fixture
def url(folder):
    handler = type("StageHere", (Stage,), {"folder": folder})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def emulated(server, monkeypatch):
    """AWS on loopback, for this process and those that it starts; functions are not really run there."""
    for path, body in (("reset", {}), ("config", {"lambda": {"use_docker": False}})):
        request = urllib.request.Request(f"{server}/moto-api/{path}", json.dumps(body).encode(), method="POST")
        urllib.request.urlopen(request, timeout=10).close()
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def stage(emulated, folder, url, monkeypatch):
    """A stage ready to be deployed; the zip is another test's business, and so are its settings."""
    pool = boto3.client("cognito-idp").create_user_pool(PoolName="people")["UserPool"]["Id"]
    programs = folder / ".venv-lambda" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs / "zappa").write_text(f"import sys; sys.path[:0] = {sys.path!r}\nfrom tests.deployment.zappa_stand_in "
                                    "import main\nmain(*sys.argv[1:])\n")  # fmt: skip
    monkeypatch.setattr(steps, "LAMBDA_ENVIRONMENT", folder / ".venv-lambda")
    for name, value in {"STAND_IN": str(folder), "POOL": pool, "URL": url, "YES": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(smoke, "SECONDS_TO_SETTLE", 0)
    monkeypatch.setattr(smoke.smoke, "__kwdefaults__", {"patience": 0})
    there = [step for step in steps.STEPS if step.name not in {"package", "doctor"}]
    monkeypatch.setattr(__main__, "STEPS", there)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["deploy", "dev", *arguments])
        return __main__.main()

    return run


def calls(folder):
    return (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []


def test_a_first_deployment_and_an_update(stage, folder, capsys):
    assert stage() == 0
    first = capsys.readouterr().out
    assert "123456789012 as " in first
    assert "kloppocar-dev (nothing yet: a first deployment)" in first
    assert "PostConfirmation: none -> " in first

    assert stage() == 0
    second = capsys.readouterr().out
    assert "kloppocar-dev (version 1)" in second
    assert "nothing to change" in second
    assert calls(folder) == ["deploy", "update"]
    assert Target("dev").last_good() == 2


def test_a_plan_does_nothing(stage, folder, capsys):
    assert stage("--plan") == 0

    assert "1. zappa" in capsys.readouterr().out
    assert calls(folder) == []


def test_without_a_person_and_without_yes_nothing_is_done(stage, folder, monkeypatch, capsys):
    monkeypatch.delenv("YES")

    assert stage() == 1

    assert "Nobody is there to ask. YES=1 deploys without a question." in capsys.readouterr().err
    assert calls(folder) == []


def test_a_version_that_is_not_well_gives_way_to_the_one_before(stage, folder, capsys):
    stage()
    (folder / "next").write_text("sick")

    assert stage() == 1

    assert calls(folder) == ["deploy", "update", "rollback -n 1"]
    assert (folder / "code").read_text() == "well"
    errors = capsys.readouterr().err
    assert "smoke test FAILED" in errors
    assert (
        '/health/ready/ answers 503: {"status": "unavailable", "out_of_step": {"migrations": ["users.0002"]}}' in errors
    )
    assert "Version 1 is back and well. Migrations stay: they must suit both versions." in errors


@pytest.mark.deep
def test_an_update_that_was_interrupted_never_counts_as_good(stage, folder, capsys):
    stage()
    (folder / "next").write_text("sick")
    steps.deploy_or_update(Target("dev"))  # and here the power failed

    assert stage() == 1

    assert calls(folder)[-1] == "rollback -n 2"  # past the interrupted one
    assert (folder / "code").read_text() == "well"


@pytest.mark.deep
def test_a_first_deployment_that_is_not_well_stays_to_be_mended(stage, folder, capsys):
    (folder / "next").write_text("sick")

    assert stage() == 1

    assert calls(folder) == ["deploy"]
    assert "There is no earlier version to go back to" in capsys.readouterr().err

    (folder / "next").write_text("well")
    assert stage() == 0


@pytest.mark.deep
def test_a_first_deployment_that_was_interrupted_begins_anew(stage, folder, capsys):
    (folder / "next").write_text("crash")
    assert stage() == 1
    assert "killed half-way" in capsys.readouterr().err
    boto3.client("iam").delete_role(RoleName=FUNCTION)

    (folder / "next").write_text("well")
    assert stage() == 0

    assert "a first deployment that was interrupted: the function goes" in capsys.readouterr().out
    assert calls(folder) == ["deploy", "deploy"]


@pytest.mark.deep
def test_the_newest_good_version_is_noted_at_the_function(stage):
    stage()

    functions = boto3.client("lambda")
    arn = functions.get_function_configuration(FunctionName=FUNCTION)["FunctionArn"]
    assert functions.list_tags(Resource=arn)["Tags"][LAST_GOOD] == "1"


@pytest.mark.deep
def test_the_address_is_that_of_the_api(stage):
    stage()

    assert Target("dev").url().endswith(f".execute-api.{REGION}.amazonaws.com/dev")


# --- Outside AWS -----------------------------------------------------------------------------------------------


def test_who_may_not_ask_is_told_in_one_sentence(monkeypatch, capsys):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr(sys, "argv", ["deploy", "dev"])

    assert __main__.main() == 1

    wanted = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    assert capsys.readouterr().err == f"deploy: Function kloppocar-dev cannot be asked without credentials: {wanted}.\n"


def test_a_stage_that_nobody_knows(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["deploy", "moon"])

    assert __main__.main() == 1
    assert "no usable stage moon" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "{url}/elsewhere"])
def test_an_address_that_does_not_answer_as_we_do_is_not_well(url, address):
    trouble = smoke.smoke(address.format(url=url), patience=0)

    assert len(trouble) >= 2
    assert all(sentence.startswith(("/health", "/api")) for sentence in trouble)


def test_the_settings_of_a_stage_are_tried_before_anything_is_uploaded(emulated):
    target = Target("dev")
    good = {
        "ENV": "production",
        "ALLOWED_HOSTS": "api.example.org",
        "COGNITO_USER_POOL_ID": f"{REGION}_example",
        "COGNITO_CLIENT_IDS": "app",
        "DB_SSL": "off",
        "DB_SSL_CA": "",
        "secret_key": "kloppocar/dev",
    }
    target.cli.aws_environment_variables = good
    assert "debug is off" in rehearsed_settings.check(target)

    for changes, sentence in [
        ({"COGNITO_CLIENT_IDS": ""}, "COGNITO_CLIENT_IDS is not set"),
        ({"ALLOWED_HOSTS": "*"}, "any host is answered for"),
    ]:
        target.cli.aws_environment_variables = good | changes
        with pytest.raises(DeployError, match=sentence):
            rehearsed_settings.check(target)
