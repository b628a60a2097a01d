"""zappa_settings.json, held against what Zappa's own source reads: it passes over a key that it does not know."""

import ast
import importlib
import json
import re
import sys
from pathlib import Path

import pytest
import zappa
from click import ClickException
from django.conf import settings
from django.utils.module_loading import import_string

from kloppocar import stage
from scripts import zappa_callbacks

STAGES = ["dev", "staging", "production"]
FILE = settings.BASE_DIR / "zappa_settings.json"
FILES = {name: (Path(zappa.__file__).parent / f"{name}.py").read_text() for name in ("cli", "core")}
POLICY = json.loads((settings.BASE_DIR / "zappa_policy.json").read_text())


def keys_read_from(*names):
    """Every `name.get("key")`, `name["key"]` and `"key" in name` in Zappa's source; a name may be an attribute."""
    for node in (node for text in FILES.values() for node in ast.walk(ast.parse(text))):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value=str(key)), *_]):
                pass
            case ast.Subscript(value=owner, slice=ast.Constant(value=str(key))):
                pass
            case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In()], comparators=[owner]):
                pass
            case _:
                continue
        if getattr(owner, "attr", getattr(owner, "id", None)) in names:
            yield key


def accepted():
    from zappa.cli import CUSTOM_SETTINGS

    return {*keys_read_from("stage_config", "settings"), *CUSTOM_SETTINGS, "extends"}


def unknown(stages):
    return {key for values in stages.values() for key in values} - accepted()


def test_zappa_reads_every_key_of_ours():
    assert unknown(json.loads(FILE.read_text())) == set()


@pytest.mark.parametrize("key", ["memory", "timeout", "log-level", "enviroment_variables", "snapstart", "excludes"])
def test_a_misspelt_key_would_be_found(key):
    assert unknown({"dev": {"memory_size": 1024, key: 1}}) == {key}


def test_zappa_reads_every_key_of_events_and_triggers():
    dev = json.loads(FILE.read_text())["dev"]

    assert {key for event in dev["events"] for key in event} <= set(keys_read_from("event"))
    assert dev["cognito"].keys() <= set(keys_read_from("cognito", "cognito_config"))
    assert {key for trigger in dev["cognito"]["triggers"] for key in trigger} <= set(keys_read_from("trigger"))
    assert dev["callbacks"].keys() <= set(re.findall(r'self\.callback\("(\w+)"\)', FILES["cli"]))


def test_every_function_that_it_names_exists():
    dev = json.loads(FILE.read_text())["dev"]
    named = [dev["lambda_handler"], *dev["callbacks"].values()]
    named += [item["function"] for item in [*dev["events"], *dev["cognito"]["triggers"]]]

    assert all(callable(import_string(name)) for name in named)
    assert importlib.import_module(dev["django_settings"])


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_is_safe_and_lean(name):
    config = stage.load(name).stage_config

    assert (config["debug"], config["log_level"], config["environment_variables"]["ENV"]) == (
        False,
        "INFO",
        "production",
    )
    assert (config["slim_handler"], config["keep_warm"], config["use_precompiled_packages"]) == (False, False, False)
    assert tuple(map(int, config["runtime"].removeprefix("python").split("."))) >= (3, 12)
    assert config["timeout_seconds"] <= 29  # API Gateway gives up then
    assert {".env*", ".git", ".venv*", ".local"} <= set(config["exclude"])
    assert config["attach_policy"] == "zappa_policy.json"
    assert config["aws_environment_variables"]["secret_key"] == f"kloppocar/{name}"


def test_it_names_nothing_that_could_be_real():
    text = FILE.read_text() + json.dumps(POLICY)

    assert not re.search(r"\b\d{12}\b|AKIA|[a-z]-\d_[A-Za-z0-9]{9}\b|subnet-|sg-|vpc-|-----BEGIN", text)


def test_the_role_may_do_nothing_everywhere():
    for statement in POLICY["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        if statement["Resource"] == "*":  # of network interfaces AWS lets nothing else be said
            assert all(action.startswith("ec2:") for action in actions)
        elif "userpool/*" in statement["Resource"]:  # a pool's ARN holds no name of ours
            assert actions == ["cognito-idp:ListUsers", "cognito-idp:AdminDeleteUser"]
        else:
            assert "kloppocar" in json.dumps(statement["Resource"])


@pytest.mark.parametrize("command", ["deploy", "update"])
def test_a_stage_that_is_not_filled_in_is_not_deployed(command):
    cli = stage.load("dev")
    cli.command = command

    with pytest.raises(ClickException) as error:
        zappa_callbacks.before_anything(cli)

    assert error.value.message.splitlines() == [
        "zappa_settings.json, stage dev:",
        "  - COGNITO_USER_POOL_ID is empty",
        "  - COGNITO_CLIENT_IDS is empty",
        "  - DB_SSL_CA names certs/rds.pem, which is not there: it is the CA bundle of your database",
        "  - s3_bucket names no bucket of yours to upload to",
    ]


@pytest.mark.parametrize("command", ["package", "deploy"])
def test_a_developers_environment_is_refused_before_anything_is_packed(command, monkeypatch):
    monkeypatch.setattr(zappa_callbacks, "not_filled_in", lambda cli: [])
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    cli = stage.load("dev")
    cli.command = command

    with pytest.raises(ClickException, match=r"no environment to package from. Run `make package`"):
        zappa_callbacks.before_anything(cli)


def test_the_user_pool_is_left_alone():
    cli = stage.load("dev")
    cli.command = "status"

    zappa_callbacks.before_anything(cli)

    assert cli.cognito is None
    assert "post_confirmation" in cli.get_zappa_settings_string()
