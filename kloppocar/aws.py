"""The way to AWS: clients with short time-outs, and botocore's errors as one sentence each.

boto3 is slow to import and not installed everywhere, hence only when something is really asked.
"""

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
