"""Zappa as far as `make deploy` sees it: versions come and go at an emulated AWS. STAND_IN is a folder: `calls` in it
collects the commands, `code` says what is live, and `next` what the next deployment brings (well, sick or crash)."""

import io
import json
import os
import sys
import zipfile
from pathlib import Path

import boto3

STACK = {"Resources": {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "kloppocar-dev"}}}}
FOLDER = Path(os.environ["STAND_IN"])


def archive(code: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("code", code)
    return content.getvalue()


def deploy(functions, name, code):
    role = boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    settings = {"Runtime": "python3.12", "Role": role, "Handler": "h", "Publish": True}
    variables = {"COGNITO_USER_POOL_ID": os.environ["POOL"]}
    content = {"ZipFile": archive(code)}
    functions.create_function(FunctionName=name, Code=content, Environment={"Variables": variables}, **settings)
    if code == "crash":
        sys.exit("killed half-way")
    boto3.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(STACK))


def main(command, stage, *arguments):
    name, functions = f"kloppocar-{stage}", boto3.client("lambda")
    with open(FOLDER / "calls", "a") as calls:
        print(command, *arguments, file=calls)
    code = (FOLDER / "next").read_text()
    if command == "deploy":
        deploy(functions, name, code)
    elif command == "update":
        functions.update_function_code(FunctionName=name, ZipFile=archive(code), Publish=True)
        (FOLDER / "history").open("a").write(f"{code}\n")
    elif command == "rollback":
        code = [*reversed((FOLDER / "history").read_text().split())][int(arguments[1])]
        functions.update_function_code(FunctionName=name, ZipFile=archive(code + " again"), Publish=True)
    if command == "deploy":
        (FOLDER / "history").write_text(f"{code}\n")
    (FOLDER / "code").write_text(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
