"""A Secrets Manager secret that holds the database's address and password: read once when an instance starts, and again
only when the database refuses the password."""

import json
import logging
import os
import time
from threading import Lock
from typing import Any

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
            text = text_of(name, region)
    except aws.AWSError as error:
        raise SecretError(str(error)) from error
    try:
        held = json.loads(text)
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise SecretError(f"Secret {name} is not a JSON object with DB_HOST, DB_USER, DB_PASSWORD and DB_NAME.")
    named = {ALIASES.get(key, key): str(value) for key, value in held.items()}
    return {key: value for key, value in named.items() if key in TAKEN and value}


def text_of(name: str, region: str) -> str:
    """GetSecretValue by a request of our own, which botocore signs and sends. A client would read what AWS describes of
    itself first, and every cold start would wait for that: three times the CPU, and twice the memory.
    """
    from botocore import auth, awsrequest, exceptions, httpsession, session, utils

    credentials = session.get_session().get_credentials()
    if credentials is None:
        raise exceptions.NoCredentialsError
    url = endpoint(region)
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "secretsmanager.GetSecretValue"}
    request = awsrequest.AWSRequest("POST", url, headers, json.dumps({"SecretId": name}))
    auth.SigV4Auth(credentials, "secretsmanager", region).add_auth(request)
    timeout = aws.CONNECT_SECONDS, READ_SECONDS
    http = httpsession.URLLib3Session(proxies=utils.get_environ_proxies(url), timeout=timeout)
    for is_last in (False, True):
        try:
            answer = http.send(request.prepare())
        except (exceptions.HTTPClientError, exceptions.ConnectionError):
            if is_last:
                raise
        else:
            if is_last or answer.status_code < 500:
                break
    return said(answer)


def endpoint(region: str) -> str:
    """Where a client would ask: an address of AWS's, unless the environment names another, as for a VPC's endpoint."""
    named = os.environ.get("AWS_ENDPOINT_URL_SECRETS_MANAGER") or os.environ.get("AWS_ENDPOINT_URL")
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return named or f"https://secretsmanager.{region}.{domain}/"


def said(answer: Any) -> str:
    """The secret's text, empty where there is none; or the error that a client would raise."""
    from botocore.exceptions import ClientError

    try:
        held = json.loads(answer.content)
    except ValueError:
        held = None
    held = held if isinstance(held, dict) else {}
    if answer.status_code == 200:
        return held.get("SecretString") or ""
    code = held.get("__type", "").rpartition("#")[2] or str(answer.status_code)
    error = {"Code": code, "Message": held.get("message") or held.get("Message", "")}
    raise ClientError({"Error": error}, "GetSecretValue")


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
