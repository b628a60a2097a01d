"""Zappa at work against the emulated AWS, and what it has left there."""

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, TextIO

from scripts.package import ENVIRONMENT, ROOT

from . import Wrong, expect
from .aws import EmulatedAWS


class Deployment:
    """One stage; `variables` are what an operator would fill in, put into a copy of the settings file."""

    def __init__(self, aws: EmulatedAWS, stage: str, folder: Path, variables: dict[str, str], log: TextIO) -> None:
        self.aws, self.stage, self.log = aws, stage, log
        self.name = f"kloppocar-{stage}"
        self.bucket = "rehearsal-deployments"
        self.settings = json.loads((ROOT / "zappa_settings.json").read_text())
        ours = self.settings[stage]
        ours |= {
            "s3_bucket": self.bucket,
            "delete_s3_zip": False,  # it is looked at afterwards
            "touch": False,  # Zappa would ask the real execute-api
            "aws_environment_variables": ours["aws_environment_variables"] | variables,
        }
        self.file = folder / "zappa_settings.json"
        self.file.write_text(json.dumps(self.settings))

    def zappa(self, *arguments: str) -> str:
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        path = f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        variables = kept | self.aws.variables | {"VIRTUAL_ENV": str(ENVIRONMENT), "PATH": path}
        command = [str(ENVIRONMENT / "bin" / name) for name in ("python", "zappa")]
        command += [arguments[0], self.stage, "--settings_file", str(self.file), *arguments[1:]]
        done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        self.log.write(done.stdout + done.stderr)
        if done.returncode or "Traceback" in done.stderr:
            lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            raise Wrong(f"zappa {arguments[0]}: {' '.join(lines[-3:])}")
        return done.stdout

    def attach_cognito(self) -> str:
        """With our own command: the pool then calls this function, and a second look finds nothing to do."""
        pool = self.configuration()["Environment"]["Variables"]["COGNITO_USER_POOL_ID"]
        for more in ([], ["--check"]):
            command = [sys.executable, "manage.py", "attach_cognito", self.stage, "--pool", pool, *more]
            variables = {"PATH": os.environ.get("PATH", os.defpath), "ENV": "local", **self.aws.variables}
            done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
            self.log.write(done.stdout + done.stderr)
            expect(done.returncode == 0, f"{' '.join(more)} {done.stderr.strip()[-200:]}")
        found = self.aws.client("cognito-idp").describe_user_pool(UserPoolId=pool)["UserPool"]["LambdaConfig"]
        expect(f":function:{self.name}" in found.get("PostConfirmation", ""), f"the pool calls {found}")
        return str(found["PostConfirmation"].partition(":function:")[2])

    def configuration(self) -> dict[str, Any]:
        return dict(self.aws.client("lambda").get_function_configuration(FunctionName=self.name))

    def uploaded(self) -> bytes:
        """The very zip that the function was last made of."""
        s3 = self.aws.client("s3")
        objects = s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        zips = sorted((item["LastModified"], item["Key"]) for item in objects if item["Key"].endswith(".zip"))
        expect(zips, "nothing was uploaded")
        content = bytes(s3.get_object(Bucket=self.bucket, Key=zips[-1][1])["Body"].read())
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        expect(digest == self.configuration()["CodeSha256"], "the uploaded zip is not what the function is made of")
        return content

    def check(self) -> str:
        """Does the function stand there as zappa_settings.json says?"""
        found, asked = self.configuration(), self.asked()
        expect(found["Runtime"] == asked["runtime"], f"its runtime is {found['Runtime']}")
        expect(found["Handler"] == asked["lambda_handler"], f"its handler is {found['Handler']}")
        expect(found["Timeout"] == asked["timeout_seconds"], f"its time-out is {found['Timeout']}")
        expect(found["MemorySize"] == asked["memory_size"], f"its memory is {found['MemorySize']}")
        self.check_policy()
        self.check_gateway()
        if asked.get("snap_start") == "PublishedVersions":
            alias = self.aws.client("lambda").get_alias(FunctionName=self.name, Name="snapstart")
            expect(alias["FunctionVersion"] != "$LATEST", "SnapStart's alias leads to no version")
            return f"with SnapStart, version {alias['FunctionVersion']}"
        return ""

    def check_policy(self) -> None:
        """The role may do what zappa_policy.json says, and nothing that Zappa would have given it otherwise."""
        role = f"{self.name}-ZappaLambdaExecutionRole"
        found = self.aws.client("iam").get_role_policy(RoleName=role, PolicyName="zappa-permissions")["PolicyDocument"]
        asked = json.loads((ROOT / "zappa_policy.json").read_text())
        expect(found == asked, "the role's policy is not that of zappa_policy.json")

    def check_gateway(self) -> None:
        gateway = self.aws.client("apigateway")
        apis = [api for api in gateway.get_rest_apis()["items"] if api["name"] == self.name]
        expect(len(apis) == 1, f"there are {len(apis)} REST APIs")
        stages = [stage["stageName"] for stage in gateway.get_stages(restApiId=apis[0]["id"])["item"]]
        expect(stages == [self.stage], f"the API's stages are {stages}")

    def rule(self, function: str) -> str:
        """The ARN of the schedule that calls that function."""
        rules = self.aws.client("events").list_rules()["Rules"]
        found = [rule["Arn"] for rule in rules if rule["Name"].endswith(f"-{function}")]
        expect(len(found) == 1, f"{len(found)} rules call {function}")
        return str(found[0])

    def check_gone(self) -> None:
        functions = self.aws.client("lambda")
        expect(not self.aws.exists(functions.get_function, FunctionName=self.name), "the function is still there")
        expect(not self.aws.client("events").list_rules()["Rules"], "schedules are still there")
        stacks = self.aws.client("cloudformation")
        expect(not self.aws.exists(stacks.describe_stacks, StackName=self.name), "the API's stack is still there")

    def asked(self) -> dict[str, Any]:
        """The stage with what it extends."""
        chain: list[dict[str, Any]] = [self.settings[self.stage]]
        while parent := chain[-1].get("extends"):
            chain.append(self.settings[parent])
        merged: dict[str, Any] = {}
        for part in reversed(chain):
            merged |= part
        return merged
