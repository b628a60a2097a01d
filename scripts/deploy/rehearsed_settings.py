"""Would the stage's settings start? Tried here, before anything is uploaded."""

import os
import subprocess
import sys

from kloppocar.aws import AWSError

from . import DeployError
from .target import Target

KEPT = ["PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH"]
# A secret stays where it is: what it would say is stood in for, and nothing of this is connected to.
INSTEAD_OF_SECRET = {
    "SECRET_KEY": "stands-in-for-what-the-secret-of-the-stage-holds-0123456789-abcdefgh",
    "DATABASE_URL": "mysql://user:password@db.invalid:3306/name",
}


def variables(target: Target) -> dict[str, str]:
    """The environment of the function after the deployment: the file's over what is set at AWS."""
    try:
        deployed = (target.configuration() or {}).get("Environment", {}).get("Variables", {})
    except AWSError as error:
        raise DeployError(str(error)) from error
    given = (target.cli.aws_environment_variables or {}) | (target.cli.environment_variables or {})
    merged = deployed | {name: str(value) for name, value in given.items()}
    if merged.pop("secret_key", ""):
        merged = INSTEAD_OF_SECRET | merged
    return merged


def check(target: Target) -> str:
    """What the doctor says of these settings; DeployError with its words when something is red."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment = kept | {"AWS_REGION": target.region, "AWS_LAMBDA_FUNCTION_NAME": target.function} | variables(target)
    command = [sys.executable, "manage.py", "doctor", "--only", "settings"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        words = done.stdout + (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise DeployError(f"The stage would not start, or not safely:\n{words}")
    return done.stdout
