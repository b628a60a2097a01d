"""Cognito's PostConfirmation trigger: our function attached to a user pool, and nothing else of the pool changed.

UpdateUserPool resets whatever it is not told, so every setting that it takes is sent back as it was described.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kloppocar import aws

TRIGGER = "PostConfirmation"
COGNITO = "cognito-idp.amazonaws.com"
NAMES_ON_UPDATE = {"UserPoolId": "Id", "PoolName": "Name"}  # the only members that are described by another name
MFA_PARTS = ["SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration"]


class NotOurs(Exception):
    """The trigger belongs to another function that still exists: nothing was changed."""


@dataclass(frozen=True)
class Change:
    setting: str
    before: Any
    after: Any


@dataclass
class Attachment:
    """A function and the pool whose PostConfirmation it is to answer.

    `alias` is that of the versions to be called, where it is not always the newest code (SnapStart works on versions
    only). `is_retired` says of a function's name that it was ours once and no stage uses it any more.
    """

    pool_id: str
    function: str
    region: str
    alias: str = ""
    is_retired: Callable[[str], bool] = field(default=lambda name: False)

    @cached_property
    def cognito(self) -> Any:
        return aws.client("cognito-idp", self.region)

    @cached_property
    def functions(self) -> Any:
        return aws.client("lambda", self.region)

    def differences(self) -> list[Change]:
        """What `attach` would change; asks only."""
        return [*self._trigger_change(self.pool()), *self._permission_change()]

    def attach(self, *, replace: bool = False) -> list[Change]:
        """Make the trigger ours, and say what changed. NotOurs unless `replace` says that we may take it over."""
        before = self.pool()
        trigger, permission = self._trigger_change(before), self._permission_change()
        if trigger and not replace:
            self._refuse_foreign(trigger[0].before)
        if permission:  # first, so that no sign-up meets a trigger that it may not call
            self._allow()
        if trigger:
            self._update(with_trigger(before, self.function_arn))
        return [*trigger, *permission]

    def detach(self) -> list[Change]:
        """Take the function off the trigger, if it is there: afterwards it may go. It need not exist any more."""
        before = self.pool()
        current = (before.get("LambdaConfig") or {}).get(TRIGGER, "")
        if function_name(current) != self.function:
            return []
        others = {name: value for name, value in before["LambdaConfig"].items() if name != TRIGGER}
        self._update(before | {"LambdaConfig": others})
        return [Change(TRIGGER, current, None)]

    # --- The pool ---------------------------------------------------------------------------------------------

    def pool(self) -> dict[str, Any]:
        """Everything that the pool says about itself."""
        with aws.asking(f"User pool {self.pool_id}"):
            return self.cognito.describe_user_pool(UserPoolId=self.pool_id)["UserPool"]

    @cached_property
    def function_arn(self) -> str:
        with aws.asking(f"Function {self.function}"):
            if self.alias:
                return self.functions.get_alias(FunctionName=self.function, Name=self.alias)["AliasArn"]
            return self.functions.get_function_configuration(FunctionName=self.function)["FunctionArn"]

    @property
    def target(self) -> dict[str, str]:
        """Which function is meant, in every call about it."""
        return {"FunctionName": self.function} | ({"Qualifier": self.alias} if self.alias else {})

    def _trigger_change(self, pool: dict[str, Any]) -> list[Change]:
        current = (pool.get("LambdaConfig") or {}).get(TRIGGER)
        return [] if current == self.function_arn else [Change(TRIGGER, current, self.function_arn)]

    def _update(self, wanted: dict[str, Any]) -> None:
        """Make the pool what `wanted` describes, and look whether it is."""
        members = self.cognito.meta.service_model.operation_model("UpdateUserPool").input_shape.members
        request = request_to_update(wanted, members)
        mfa = self._mfa()
        self._send(request)
        if self._mfa() != mfa:
            self._restore_mfa(mfa)
        if lost := differing(request, request_to_update(self.pool(), members)):
            names = ", ".join(lost)
            raise aws.AWSError(f"User pool {self.pool_id}: the trigger was set, but look at {names}: not as before.")

    def _send(self, request: dict[str, Any]) -> None:
        """AWS describes in two places how many days an invitation lasts, and may refuse to be told both."""
        try:
            with aws.asking(f"User pool {self.pool_id}"):
                self.cognito.update_user_pool(**request)
        except aws.AWSError as error:
            shorter = without_unused_days(request)
            if error.code != "InvalidParameterException" or shorter == request:
                raise
            with aws.asking(f"User pool {self.pool_id}"):
                self.cognito.update_user_pool(**shorter)

    def _mfa(self) -> dict[str, Any]:
        """Second factors have a call of their own; UpdateUserPool knows only whether there are any."""
        with aws.asking(f"User pool {self.pool_id}"):
            answer = self.cognito.get_user_pool_mfa_config(UserPoolId=self.pool_id)
        return {name: answer[name] for name in ["MfaConfiguration", *MFA_PARTS] if answer.get(name)}

    def _restore_mfa(self, mfa: dict[str, Any]) -> None:
        with aws.asking(f"User pool {self.pool_id}"):
            self.cognito.set_user_pool_mfa_config(UserPoolId=self.pool_id, **mfa)

    def _refuse_foreign(self, arn: str | None) -> None:
        """Another stage or somebody else answers this trigger: not ours to take unasked."""
        if not arn or (name := function_name(arn)) == self.function or self.is_retired(name):
            return
        if self._exists(arn):
            raise NotOurs(
                f"{TRIGGER} of {self.pool_id} calls {name}, another function that exists: nothing was changed."
                " --replace takes the trigger over."
            )

    def _exists(self, arn: str) -> bool:
        """Whether the function is there; one that we may not look at is."""
        try:
            with aws.asking(f"Function {arn}"):
                self.functions.get_function_configuration(FunctionName=arn)
        except aws.AWSError as error:
            return error.code != "ResourceNotFoundException"
        return True

    # --- The permission to call ------------------------------------------------------------------------------------

    @property
    def statement_id(self) -> str:
        return f"cognito-{self.pool_id}"

    @cached_property
    def pool_arn(self) -> str:
        return self.pool()["Arn"]

    def _permission_change(self) -> list[Change]:
        allowed = any(allows(statement, self.pool_arn) for statement in self._statements())
        return [] if allowed else [Change("permission", None, self.pool_arn)]

    def _statements(self) -> list[dict[str, Any]]:
        try:
            with aws.asking(f"Function {self.function}"):
                policy = self.functions.get_policy(**self.target)["Policy"]
        except aws.AWSError as error:
            if error.code == "ResourceNotFoundException":  # nobody may call it yet
                return []
            raise
        return json.loads(policy)["Statement"]

    def _allow(self) -> None:
        """Only Cognito, and only for this pool: whoever may invoke the function can make Zappa execute code."""
        if any(statement.get("Sid") == self.statement_id for statement in self._statements()):
            with aws.asking(f"Function {self.function}"):
                self.functions.remove_permission(**self.target, StatementId=self.statement_id)
        try:
            with aws.asking(f"Function {self.function}"):
                self.functions.add_permission(
                    **self.target,
                    StatementId=self.statement_id,
                    Action="lambda:InvokeFunction",
                    Principal=COGNITO,
                    SourceArn=self.pool_arn,
                )
        except aws.AWSError as error:
            if error.code != "ResourceConflictException":  # another run was quicker
                raise


def pool_named_by(function: str, region: str) -> str:
    """The pool whose tokens a deployed function takes, as its environment says; empty when it does not say."""
    with aws.asking(f"Function {function}"):
        deployed = aws.client("lambda", region).get_function_configuration(FunctionName=function)
    return deployed.get("Environment", {}).get("Variables", {}).get("COGNITO_USER_POOL_ID", "")


def allows(statement: dict[str, Any], pool_arn: str) -> bool:
    """Whether a policy statement lets this pool call the function."""
    principal = statement.get("Principal")
    services = principal.get("Service") if isinstance(principal, dict) else principal
    conditions = statement.get("Condition") or {}
    sources = [conditions.get(test, {}).get("AWS:SourceArn") for test in ("ArnLike", "ArnEquals", "StringEquals")]
    return (
        statement.get("Effect") == "Allow"
        and statement.get("Action") == "lambda:InvokeFunction"
        and services == COGNITO
        and pool_arn in sources
    )


def function_name(arn: str) -> str:
    """`name` of arn:aws:lambda:region:account:function:name[:qualifier]."""
    parts = arn.split(":")
    return parts[6] if len(parts) > 6 else arn


def with_trigger(pool: dict[str, Any], function_arn: str) -> dict[str, Any]:
    """The pool with our trigger, and everything else as it is."""
    return pool | {"LambdaConfig": (pool.get("LambdaConfig") or {}) | {TRIGGER: function_arn}}


def request_to_update(pool: dict[str, Any], members: Any) -> dict[str, Any]:
    """Every member that UpdateUserPool takes, as the pool describes it."""
    described = {member: pool.get(NAMES_ON_UPDATE.get(member, member)) for member in members}
    request = {member: value for member, value in described.items() if value is not None}
    if tags := request.get("UserPoolTags"):  # AWS's own cannot be sent, and cannot be lost
        request["UserPoolTags"] = {name: value for name, value in tags.items() if not name.startswith("aws:")}
    return request


def without_unused_days(request: dict[str, Any]) -> dict[str, Any]:
    """The request without the older of the two places; the newer one is in Policies."""
    invited = {k: v for k, v in request.get("AdminCreateUserConfig", {}).items() if k != "UnusedAccountValidityDays"}
    return request | {"AdminCreateUserConfig": invited} if "AdminCreateUserConfig" in request else request


def differing(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Names of the settings that are not as wanted. AWS describes an empty setting and none alike."""
    wanted, found = without_unused_days(wanted), without_unused_days(found)
    return [name for name in sorted({*wanted, *found}) if (wanted.get(name) or None) != (found.get(name) or None)]
