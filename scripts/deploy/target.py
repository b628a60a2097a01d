"""The stage as it stands at AWS: who we are, what is deployed, and how to talk to it."""

import base64
import json
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kloppocar import aws, stage

from . import DeployError

LAST_GOOD = "kloppocar:last-good-version"  # a tag of the function: the version that passed its smoke test last
INVOKE_SECONDS = 60  # more than API-bound functions may run; nothing is invoked twice


@dataclass(frozen=True)
class Identity:
    account: str
    name: str


class Target:
    """One stage of zappa_settings.json at AWS. Every question is asked when its answer is needed."""

    def __init__(self, name: str) -> None:
        try:
            self.cli = stage.load(name)
        except stage.StageError as error:
            raise DeployError(str(error)) from error
        self.stage, self.function = name, self.cli.lambda_name
        self.region = self.cli.aws_region or os.environ.get("AWS_REGION", "")

    @cached_property
    def identity(self) -> Identity:
        with aws.asking("Who we are"):
            answer = aws.client("sts", self.region).get_caller_identity()
        return Identity(answer["Account"], answer["Arn"].rpartition(":")[2])

    @cached_property
    def functions(self) -> Any:
        return aws.client("lambda", self.region)

    def versions(self) -> list[int]:
        """Published versions, the newest first; none when nothing was ever deployed."""
        found: list[int] = []
        try:
            with aws.asking(f"Function {self.function}"):
                for page in self.functions.get_paginator("list_versions_by_function").paginate(
                    FunctionName=self.function
                ):
                    found += [int(each["Version"]) for each in page["Versions"] if each["Version"] != "$LATEST"]
        except aws.AWSError as error:
            if error.code != "ResourceNotFoundException":
                raise
        return sorted(found, reverse=True)

    def exists(self) -> bool:
        return self.configuration() is not None

    def configuration(self) -> dict[str, Any] | None:
        """The deployed function's, None without one."""
        try:
            with aws.asking(f"Function {self.function}"):
                return self.functions.get_function_configuration(FunctionName=self.function)
        except aws.AWSError as error:
            if error.code == "ResourceNotFoundException":
                return None
            raise

    def has_stack(self) -> bool:
        """Whether the API was made too: without it, a first deployment was interrupted."""
        try:
            with aws.asking(f"Stack {self.function}"):
                aws.client("cloudformation", self.region).describe_stacks(StackName=self.function)
        except aws.AWSError as error:
            if error.code in {"ValidationError", "AmazonCloudFormationException"}:
                return False
            raise
        return True

    def forget_half(self) -> None:
        """Remove a function that no API leads to, so that a first deployment can begin anew."""
        with aws.asking(f"Function {self.function}"):
            self.functions.delete_function(FunctionName=self.function)

    def url(self) -> str:
        """Where the stage answers: its own domain, or API Gateway's."""
        if domain := self.cli.stage_config.get("domain"):
            return f"https://{domain}/{self.cli.stage_config.get('base_path') or ''}".rstrip("/")
        resource = "Api" if (self.cli.apigateway_version or "v1") == "v1" else "ApiV2"
        with aws.asking(f"Stack {self.function}"):
            found = aws.client("cloudformation", self.region).describe_stack_resource(
                StackName=self.function, LogicalResourceId=resource
            )
        api = found["StackResourceDetail"]["PhysicalResourceId"]
        return f"https://{api}.execute-api.{self.region}.amazonaws.com/{self.stage}"

    def manage(self, command: str) -> str:
        """Run a manage.py command on the stage; the end of its log."""
        with aws.asking(f"Function {self.function}"):
            answer = aws.client("lambda", self.region, read_seconds=INVOKE_SECONDS, tries=1).invoke(
                FunctionName=self.function, LogType="Tail", Payload=json.dumps({"manage": command}).encode()
            )
            payload = answer["Payload"].read().decode()
        log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
        if "FunctionError" in answer:
            raise DeployError(f"`manage.py {command}` failed on the stage: {reason(payload)}\n{indented(log)}")
        return log

    # --- Which version to go back to ----------------------------------------------------------------------------

    def last_good(self) -> int | None:
        """The version that passed its smoke test last, as far as it is still kept."""
        with aws.asking(f"Function {self.function}"):
            arn = self.functions.get_function_configuration(FunctionName=self.function)["FunctionArn"]
            noted = self.functions.list_tags(Resource=arn)["Tags"].get(LAST_GOOD, "")
        return int(noted) if noted.isdigit() and int(noted) in self.versions() else None

    def note_good(self) -> None:
        """The newest version is fine: an interrupted later update goes back to it."""
        if versions := self.versions():
            with aws.asking(f"Function {self.function}"):
                arn = self.functions.get_function_configuration(FunctionName=self.function)["FunctionArn"]
                self.functions.tag_resource(Resource=arn, Tags={LAST_GOOD: str(versions[0])})


def reason(payload: str) -> str:
    """A function's own error message; the log has the rest."""
    try:
        return str(json.loads(payload)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return payload[:200]


def indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-30:])
