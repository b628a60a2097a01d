"""A client that is generated from the OpenAPI description works against a server: docs/clients.md, run as it stands."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from tests import fuzzing
from tests.conftest import token_of
from tests.make import make_code, make_collectible, make_distribution, make_user

NODE = shutil.which("npm")
PAGE = settings.BASE_DIR / "docs" / "clients.md"
PROGRAM, TYPESCRIPT = (
    "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    for language in ("python", "ts")
)
PACKAGES = [*re.findall(r"[\w-]+@[0-9.]+", PAGE.read_text()), "@types/node@20.19.43"]
LEFT_OUT = {"localisation/csv/", "distributions/{id}/sheet/"}  # the generator knows no bodies of CSV and no PDF


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Where the client lies, and what the generator said."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "schema.json").write_text(fuzzing.described_text())
    (folder / "config.yaml").write_text("post_hooks: []\n")
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", "schema.json", "--config", "config.yaml",
         "--output-path", "kloppocar_client", "--meta", "none"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return folder, made.stdout + made.stderr


def test_a_client_can_be_generated_and_lacks_nothing_but_files(generated):
    folder, said = generated
    warnings = re.findall(r"WARNING parsing \w+ /api/v1/(\S+)", said)
    made = {path.stem for path in (folder / "kloppocar_client" / "api").glob("*/*.py")}
    described = {
        operation["operationId"] for methods in fuzzing.whole()["paths"].values() for operation in methods.values()
    }

    assert set(warnings) == LEFT_OUT
    assert described <= made
    assert "Unable to" not in said


@pytest.fixture
def values(live_server, real_db):
    """What the page's programs take for granted."""
    alice = make_user("alice")
    doors = [make_collectible(name={"en": f"Door {number}", "de": f"Tür {number}"}) for number in range(5)]
    return {
        "ADDRESS": live_server.url,
        "TOKEN": token_of(alice.cognito_sub, False),
        "CODE": make_code(make_distribution(*doors)).code,
    }


def test_the_page_of_clients_tells_the_truth(generated, values, tmp_path):
    folder, _ = generated
    program = tmp_path / "program.py"
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    program.write_text("\n".join([*lines, PROGRAM, "print(*sorted(names), sep=', ')"]))

    ran = subprocess.run(
        [sys.executable, "-W", "error", str(program)], env={"PYTHONPATH": str(folder)}, capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stderr
    me, retry, refusal, request_id, race, all_names = ran.stdout.splitlines()
    assert me == "alice 0"
    assert retry == "201 200 True"
    assert re.fullmatch(r"409 already_redeemed .*Code.* [0-9]+", refusal), refusal
    assert re.fullmatch("[0-9a-f]{32}", request_id)
    assert race == "200 412 {'favorite': {'sent': False, 'current': True}}"
    assert all_names == "Tür 0, Tür 1, Tür 2, Tür 3, Tür 4"


@pytest.mark.deep
def test_its_typescript_is_checked_and_works(values, tmp_path):
    if not NODE:
        assert "CI" not in os.environ, "npm is not installed"
        pytest.skip("NO NODE: npm is not installed")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "schema.json").write_text(fuzzing.described_text())
    given = [f"const {name}: string = {json.dumps(value)};" for name, value in values.items()]
    (tmp_path / "program.ts").write_text("\n".join([*given, TYPESCRIPT]))

    def run(*command):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(NODE, "install", "--silent", *PACKAGES)
    run("npx", "openapi-typescript", "schema.json", "-o", "schema.d.ts")
    run("npx", "tsc", "--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "program.ts")
    retry, refusal, race, names = run("node", "program.js").splitlines()

    assert retry == "201 200 true"
    assert refusal == "409 already_redeemed 32"
    assert race == "200 412 precondition_failed"
    assert names == "Tür 0, Tür 1, Tür 2, Tür 3, Tür 4"
