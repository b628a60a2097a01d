"""The way to AWS: clients with short time-outs, and botocore's errors as one sentence each.

boto3 is slow to import and not installed everywhere, hence only when something is really asked.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CONNECT_SECONDS, READ_SECONDS, TRIES = 2, 5, 2


class AWSError(Exception):
    """One sentence: what was asked, and why there is no answer. `code` is AWS's own, or empty."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


def client(service: str, region: str, *, read_seconds: float = READ_SECONDS, tries: int = TRIES, **options: Any) -> Any:
    """A client of `service`, with more of botocore's options; AWS_ENDPOINT_URL leads it to an emulator."""
    with asking(f"AWS ({service})"):
        import boto3
        from botocore.config import Config

        retries = {"total_max_attempts": tries, "mode": "standard"}
        config = Config(connect_timeout=CONNECT_SECONDS, read_timeout=read_seconds, retries=retries, **options)
        return boto3.client(service, region_name=region, config=config)


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Around a call: `what` is its subject, and begins the sentence when it fails."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
    except ImportError as error:
        raise AWSError(f"{what} cannot be asked: boto3 is not installed.") from error
    try:
        yield
    except ClientError as error:
        code, words = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
        raise AWSError(f"{what}: AWS says {code}: {words}", code) from error
    except NoCredentialsError as error:
        wanted = "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        raise AWSError(f"{what} cannot be asked without credentials: {wanted}.") from error
    except BotoCoreError as error:
        raise AWSError(f"{what} cannot be asked: {error}") from error


def one_call(service: str, operation: str, region: str, *, read_seconds: float, **arguments: str) -> dict[str, Any]:
    """What a client's only call answers, where a cold start waits for it: a client first reads what AWS describes of
    itself, for three times the CPU and twice the memory.

    For services that take JSON; `operation` is what they call X-Amz-Target. Credentials, signature and connection are
    botocore's all the same. Raises its errors, so it is called within `asking`.
    """
    from botocore import auth, awsrequest, exceptions, httpsession, session, utils

    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    url = os.environ.get("AWS_ENDPOINT_URL") or f"https://{service}.{region}.{domain}/"
    credentials = session.get_session().get_credentials()
    if credentials is None:
        raise exceptions.NoCredentialsError
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": operation}
    request = awsrequest.AWSRequest("POST", url, headers, json.dumps(arguments))
    auth.SigV4Auth(credentials, service, region).add_auth(request)
    timeout = CONNECT_SECONDS, read_seconds
    http = httpsession.URLLib3Session(proxies=utils.get_environ_proxies(url), timeout=timeout)
    for last in (False, True):
        try:
            answer = http.send(request.prepare())
        except (exceptions.HTTPClientError, exceptions.ConnectionError):
            if last:
                raise
        else:
            if last or answer.status_code < 500:
                break
    return told(answer, operation)


def told(answer: Any, operation: str) -> dict[str, Any]:
    """The object in an answer of AWS, or the error that a client would raise."""
    from botocore.exceptions import ClientError

    try:
        held = json.loads(answer.content)
    except ValueError:
        held = {}
    if not isinstance(held, dict):
        held = {}
    if answer.status_code == 200:
        return held
    code = held.get("__type", "").rpartition("#")[2] or str(answer.status_code)
    raise ClientError({"Error": {"Code": code, "Message": held.get("message") or held.get("Message", "")}}, operation)
