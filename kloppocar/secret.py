"""A Secrets Manager secret that holds the database's address and password: read once when an instance starts, and again
only when the database refuses the password."""

import json
import logging
import time
from threading import Lock

from kloppocar import aws

log = logging.getLogger(__name__)

READ_SECONDS = 2.0
COOL_DOWN_SECONDS = 2.0  # between two readings that a refused password asks for
TAKEN = {"DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME", "SECRET_KEY"}
# What RDS and Secrets Manager's own rotation functions call the same.
ALIASES = {"host": "DB_HOST", "port": "DB_PORT", "username": "DB_USER", "password": "DB_PASSWORD", "dbname": "DB_NAME"}

_lock = Lock()
_read_again_at: dict[str, float] = {}


class SecretError(Exception):
    """Why there is no usable secret, in one sentence that holds nothing of it."""


def read(name: str, region: str) -> dict[str, str]:
    """The secret's settings by their names in the environment; `name` may be its ARN."""
    if name.startswith("arn:"):
        region = name.split(":")[3]
    try:
        with aws.asking(f"Secret {name}"):
            operation = "secretsmanager.GetSecretValue"
            answer = aws.one_call("secretsmanager", operation, region, read_seconds=READ_SECONDS, SecretId=name)
    except aws.AWSError as error:
        raise SecretError(str(error)) from error
    try:
        held = json.loads(answer.get("SecretString") or "")
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise SecretError(f"Secret {name} is not a JSON object with DB_HOST, DB_USER, DB_PASSWORD and DB_NAME.")
    named = {ALIASES.get(key, key): str(value) for key, value in held.items()}
    return {key: value for key, value in named.items() if key in TAKEN and value}


def read_again(name: str, region: str) -> dict[str, str]:
    """The secret as it is now; empty when it cannot be had, or was read a moment ago."""
    with _lock:
        if time.monotonic() - _read_again_at.get(name, float("-inf")) < COOL_DOWN_SECONDS:
            return {}
        try:
            return read(name, region)
        except SecretError as error:
            log.warning("the database refused the password, and the secret could not be read again: %s", error)
            return {}
        finally:
            _read_again_at[name] = time.monotonic()
