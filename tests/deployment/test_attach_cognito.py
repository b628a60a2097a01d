"""`manage.py attach_cognito`: the trigger and the permission are ours afterwards, and nothing else has moved."""

import io
import json

import pytest
from botocore.session import get_session
from django.core.management import CommandError, call_command
from moto.cognitoidp.exceptions import InvalidParameterException
from moto.cognitoidp.models import CognitoIdpBackend

from kloppocar import user_pool
from tests.deployment.conftest import FUNCTION, REGION

OTHERS = f"arn:aws:lambda:{REGION}:123456789012:function:greeter"
INVITED = {"AllowAdminCreateUserOnly": True, "UnusedAccountValidityDays": 9}
UPDATE = get_session().get_service_model("cognito-idp").operation_model("UpdateUserPool").input_shape


def run(*arguments):
    out = io.StringIO()
    call_command("attach_cognito", "dev", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def attach(pool):
    def attach(*arguments):
        return json.loads(run("--pool", pool, "--json", *arguments))

    return attach


@pytest.fixture
def settings_of(cognito, pool):
    """What the pool says of itself, but for when it was touched."""

    def settings_of():
        described = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
        return {name: value for name, value in described.items() if name != "LastModifiedDate"}

    return settings_of


@pytest.fixture
def allowed(functions):
    """Who may invoke the function: statements of its policy."""

    def allowed():
        try:
            return json.loads(functions.get_policy(FunctionName=FUNCTION)["Policy"])["Statement"]
        except functions.exceptions.ResourceNotFoundException:
            return []

    return allowed


def filled(shape, name=""):
    """A value that is not the default, for any member of AWS's own description of the call."""
    if shape.type_name == "structure":
        return {member: filled(inner, member) for member, inner in shape.members.items()}
    if shape.type_name == "list":
        return [filled(shape.member, name)]
    if shape.type_name == "map":
        return {"team": filled(shape.value, name)}
    if shape.type_name == "boolean":
        return True
    if shape.type_name in {"integer", "long"}:
        return shape.metadata.get("min", 0) + 7
    if getattr(shape, "enum", None):
        return shape.enum[-1]
    text = f"{name} {{####}} {{##verify it##}} "
    return text + "x" * (shape.metadata.get("min", 0) - len(text))


def as_sent_by_update(described):
    names = {"Id": "UserPoolId", "Name": "PoolName"}
    return {names.get(name, name): value for name, value in described.items()}


# --- Every state of a pool ------------------------------------------------------------------------------------


def test_a_pool_without_triggers_gets_ours_and_may_call_it(attach, function, pool, settings_of, allowed):
    answer = attach()

    assert settings_of()["LambdaConfig"] == {"PostConfirmation": function}
    (statement,) = allowed()
    assert statement["Principal"] == {"Service": "cognito-idp.amazonaws.com"}
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": settings_of()["Arn"]}}
    assert answer == {
        "pool": pool,
        "function": FUNCTION,
        "changed": True,
        "changes": [
            {"setting": "PostConfirmation", "before": None, "after": function},
            {"setting": "permission", "before": None, "after": settings_of()["Arn"]},
        ],
    }


def test_the_triggers_of_others_stay(attach, function, cognito, pool, settings_of):
    others = {"PreSignUp": OTHERS, "CustomMessage": OTHERS, "UserMigration": OTHERS}
    cognito.update_user_pool(UserPoolId=pool, LambdaConfig=others)

    attach()

    assert settings_of()["LambdaConfig"] == others | {"PostConfirmation": function}


@pytest.mark.parametrize(
    "old",
    [
        f"arn:aws:lambda:{REGION}:123456789012:function:kloppocar-dev:7",  # ours, by a version
        f"arn:aws:lambda:{REGION}:123456789012:function:deleted-long-ago",
    ],
)
def test_a_trigger_that_leads_nowhere_or_to_an_old_self_becomes_ours(attach, function, cognito, pool, settings_of, old):
    cognito.update_user_pool(UserPoolId=pool, LambdaConfig={"PostConfirmation": old, "PreSignUp": OTHERS})

    answer = attach()

    assert settings_of()["LambdaConfig"] == {"PostConfirmation": function, "PreSignUp": OTHERS}
    assert answer["changes"][0] == {"setting": "PostConfirmation", "before": old, "after": function}


def test_a_trigger_on_our_function_of_a_stage_that_is_no_more_becomes_ours(
    attach, function, make_function, cognito, pool, settings_of
):
    cognito.update_user_pool(UserPoolId=pool, LambdaConfig={"PostConfirmation": make_function("kloppocar-beta")})

    attach()

    assert settings_of()["LambdaConfig"] == {"PostConfirmation": function}


@pytest.mark.parametrize("other", ["greeter", "kloppocar-production"])
def test_a_function_that_exists_keeps_the_trigger_until_we_are_told_to_take_it(
    attach, function, make_function, cognito, pool, settings_of, allowed, other
):
    cognito.update_user_pool(UserPoolId=pool, LambdaConfig={"PostConfirmation": make_function(other)})
    before = settings_of()

    with pytest.raises(CommandError, match=f"calls {other}, another function that exists: nothing was changed"):
        attach()
    assert (settings_of(), allowed()) == (before, [])

    attach("--replace")
    assert settings_of()["LambdaConfig"] == {"PostConfirmation": function}


def test_a_second_run_changes_nothing(attach, function, settings_of, allowed):
    attach()
    before, policy = settings_of(), allowed()

    answer = attach()

    assert (answer["changed"], answer["changes"]) == (False, [])
    assert (settings_of(), allowed()) == (before, policy)


def test_a_lost_permission_is_given_again(attach, function, functions, allowed):
    attach()
    (statement,) = allowed()
    functions.remove_permission(FunctionName=FUNCTION, StatementId=statement["Sid"])

    answer = attach()

    assert [change["setting"] for change in answer["changes"]] == ["permission"]
    assert len(allowed()) == 1


def test_where_snap_start_is_used_cognito_calls_the_alias_that_has_it(
    attach, function, functions, settings_of, monkeypatch
):
    monkeypatch.setattr("kloppocar.stage.alias", lambda cli: "snapstart")
    functions.publish_version(FunctionName=FUNCTION)
    functions.create_alias(FunctionName=FUNCTION, Name="snapstart", FunctionVersion="1")

    attach()

    assert settings_of()["LambdaConfig"] == {"PostConfirmation": f"{function}:snapstart"}
    policy = json.loads(functions.get_policy(FunctionName=FUNCTION, Qualifier="snapstart")["Policy"])
    assert policy["Statement"][0]["Resource"] == f"{function}:snapstart"
    assert attach("--check")["changes"] == []


def test_a_permission_for_another_pool_is_not_taken_for_ours(attach, function, functions, cognito, pool, allowed):
    other = cognito.create_user_pool(PoolName="other")["UserPool"]["Arn"]
    call = {"Action": "lambda:InvokeFunction", "Principal": "cognito-idp.amazonaws.com", "SourceArn": other}
    functions.add_permission(FunctionName=FUNCTION, StatementId=f"cognito-{pool}", **call)

    attach()

    (statement,) = allowed()
    assert statement["Condition"]["ArnLike"]["AWS:SourceArn"].endswith(pool)


# --- Every setting of a pool -----------------------------------------------------------------------------------


def test_every_setting_that_the_update_takes_is_as_it_was(attach, function, cognito, pool, settings_of, validation_off):
    everything = filled(UPDATE) | {"UserPoolId": pool}
    del everything["LambdaConfig"]["PostConfirmation"]
    cognito.update_user_pool(**everything)
    before = settings_of()
    assert set(as_sent_by_update(before)) >= set(UPDATE.members), "the emulated pool does not hold every setting"

    attach()

    ours = before["LambdaConfig"] | {"PostConfirmation": function}
    assert settings_of() == before | {"LambdaConfig": ours}


@pytest.fixture
def validation_off(monkeypatch):
    """The made-up values need not be of AWS's patterns; moto stores the settings as they are."""
    monkeypatch.setattr("botocore.validate.ParamValidator.validate", lambda *_: _NothingWrong)


class _NothingWrong:
    @staticmethod
    def has_errors():
        return False


def without(given, name):
    return {key: value for key, value in given.items() if key != name}


def test_a_pool_whose_update_takes_the_days_of_an_invitation_in_one_place_only(
    attach, function, cognito, pool, settings_of, monkeypatch
):
    cognito.update_user_pool(UserPoolId=pool, AdminCreateUserConfig=INVITED)
    before = settings_of()
    update = CognitoIdpBackend.update_user_pool

    def strict(backend, user_pool_id, config):
        if "UnusedAccountValidityDays" in config.get("AdminCreateUserConfig", {}):
            raise InvalidParameterException("Please use TemporaryPasswordValidityDays instead")
        update(backend, user_pool_id, config)

    monkeypatch.setattr(CognitoIdpBackend, "update_user_pool", strict)

    attach()

    invited = {"AdminCreateUserConfig": without(INVITED, "UnusedAccountValidityDays")}
    assert settings_of() == before | {"LambdaConfig": {"PostConfirmation": function}} | invited


def test_tags_that_only_aws_may_set_are_not_sent():
    tags = {"team": "a", "aws:cloudformation:stack-name": "b"}

    request = user_pool.request_to_update({"Id": "eu-central-1_a", "UserPoolTags": tags, "Status": "?"}, UPDATE.members)

    assert request == {"UserPoolId": "eu-central-1_a", "UserPoolTags": {"team": "a"}}


def test_second_factors_stay(attach, function, cognito, pool, monkeypatch):
    token = {"SoftwareTokenMfaConfiguration": {"Enabled": True}, "MfaConfiguration": "OPTIONAL"}
    cognito.set_user_pool_mfa_config(UserPoolId=pool, **token)
    update = CognitoIdpBackend.update_user_pool

    def forgetful(backend, user_pool_id, config):
        """As AWS would be, if an update reset what only SetUserPoolMfaConfig can say."""
        update(backend, user_pool_id, config)
        backend.set_user_pool_mfa_config(user_pool_id, {}, {}, "OFF")

    monkeypatch.setattr(CognitoIdpBackend, "update_user_pool", forgetful)

    attach()

    answer = cognito.get_user_pool_mfa_config(UserPoolId=pool)
    assert {name: answer[name] for name in token} == token


def test_a_setting_that_was_lost_all_the_same_is_named(attach, function, cognito, pool, monkeypatch):
    cognito.update_user_pool(UserPoolId=pool, DeletionProtection="ACTIVE")
    update = CognitoIdpBackend.update_user_pool

    def lossy(backend, user_pool_id, config):
        update(backend, user_pool_id, without(config, "DeletionProtection"))

    monkeypatch.setattr(CognitoIdpBackend, "update_user_pool", lossy)

    with pytest.raises(CommandError, match="the trigger was set, but look at DeletionProtection: not as before"):
        attach()


def test_detached_before_it_goes_or_after_only_our_trigger_is_gone(
    attach, function, functions, cognito, pool, settings_of
):
    cognito.update_user_pool(UserPoolId=pool, LambdaConfig={"PreSignUp": OTHERS}, DeletionProtection="ACTIVE")
    before = settings_of()
    attach()
    functions.delete_function(FunctionName=FUNCTION)

    answer = attach("--detach")

    assert settings_of() == before
    assert [change["after"] for change in answer["changes"]] == [None]
    assert attach("--detach")["changes"] == []


def test_nobody_else_is_detached(attach, cognito, pool, settings_of):
    cognito.update_user_pool(UserPoolId=pool, LambdaConfig={"PostConfirmation": OTHERS})

    assert attach("--detach")["changes"] == []
    assert settings_of()["LambdaConfig"] == {"PostConfirmation": OTHERS}


# --- Looking only, and what goes wrong --------------------------------------------------------------------------


def test_check_changes_nothing_and_finds_the_difference(attach, function, settings_of, allowed, pool):
    before = settings_of()
    with pytest.raises(CommandError, match="Not attached") as error:
        attach("--check")
    assert error.value.returncode == 1
    assert (settings_of(), allowed()) == (before, [])

    attach()
    assert attach("--check")["changes"] == []
    assert run("--pool", pool, "--check") == f"{FUNCTION} answers {pool}: nothing to change\n"


def test_the_pool_is_the_one_that_the_deployed_function_takes_tokens_of(make_function, cognito, pool):
    function = make_function(FUNCTION, COGNITO_USER_POOL_ID=pool)

    assert run() == f"PostConfirmation: none -> {function}\npermission: none -> {arn(cognito, pool)}\n"


def arn(cognito, pool):
    return cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Arn"]


@pytest.mark.parametrize(
    ("arguments", "sentence", "code"),
    [
        (["dev"], "Function kloppocar-dev: AWS says ResourceNotFoundException", 1),
        (["dev", "--pool", f"{REGION}_none"], f"User pool {REGION}_none: AWS says ResourceNotFoundException", 1),
        (["dev", "--pool", "us-east-1_x"], "User pool us-east-1_x is not in eu-central-1", 2),
        (["moon"], "no usable stage moon", 2),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(aws, arguments, sentence, code):
    with pytest.raises(CommandError, match=sentence) as error:
        call_command("attach_cognito", *arguments)

    assert error.value.returncode == code
    assert "\n" not in str(error.value)


def test_without_a_pool_anywhere_it_says_so(function):
    with pytest.raises(CommandError, match="Stage dev names no user pool: set COGNITO_USER_POOL_ID, or say --pool"):
        run()
