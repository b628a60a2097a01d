"""One push to one device, through SNS; no database."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from kloppocar import aws
from kloppocar.api.localized import resolve
from users.models import Notification, PushDevice

READ_SECONDS = 2.0
LONGEST_BODY = 200  # the whole text is in the inbox
FORGOTTEN = {"NotFound", "InvalidParameter"}  # what is said of an endpoint that somebody has deleted
NOT_NOW = {"", "Throttled", "Throttling", "ThrottlingException", "InternalError", "ServiceUnavailable"}
NOT_ALLOWED = {"AuthorizationError", "AccessDenied", "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken"}


class DeviceGone(Exception):
    """Apple or Google no longer know the device, or its token never was one."""


@dataclass(frozen=True)
class Result:
    """What became of a push: sent, dropped (the device is gone), failed, or unreachable (SNS was not asked)."""

    what: str
    arn: str


def sender(message: Notification, deadline: float) -> Callable[[PushDevice], Result]:
    """A function that sends `message` to one device and never raises; several threads may call it."""
    application = settings.SNS_PLATFORM_APPLICATION_ARN
    client = aws.client("sns", settings.AWS_REGION, read_seconds=READ_SECONDS)
    payload = cache(lambda language: payload_of(message, language))

    def send(device: PushDevice) -> Result:
        arn = device.endpoint_arn if belongs_to(application, device.endpoint_arn) else ""
        if time.monotonic() > deadline:
            return Result("unreachable", arn)
        try:
            arn = arn or make_endpoint(client, application, device.token)
            return Result("sent", publish(client, application, device, arn, payload(device.user.language)))
        except DeviceGone:
            return Result("dropped", arn)
        except aws.AWSError as error:
            return Result("unreachable" if error.code in NOT_NOW | NOT_ALLOWED else "failed", arn)

    return send


def belongs_to(application: str, endpoint: str) -> bool:
    return endpoint.startswith(application.replace(":app/", ":endpoint/") + "/")


def make_endpoint(client: Any, application: str, token: str) -> str:
    """SNS's address of a device; the one that it has, when it knows the token already."""
    try:
        with aws.asking("SNS"):
            made = client.create_platform_endpoint(PlatformApplicationArn=application, Token=token)
            return made["EndpointArn"]
    except aws.AWSError as error:
        if known := re.search(r"Endpoint (arn:\S+) already exists", str(error)):
            return known[1]
        if error.code == "InvalidParameter":
            raise DeviceGone from error
        raise


def publish(client: Any, application: str, device: PushDevice, arn: str, payload: str) -> str:
    """The address that the message went to: a new one when SNS had forgotten the old."""
    try:
        with aws.asking("SNS"):
            client.publish(TargetArn=arn, Message=payload, MessageStructure="json")
        return arn
    except aws.AWSError as error:
        if error.code == "EndpointDisabled":
            raise DeviceGone from error
        if error.code not in FORGOTTEN or arn != device.endpoint_arn:
            raise
    arn = make_endpoint(client, application, device.token)
    with aws.asking("SNS"):
        client.publish(TargetArn=arn, Message=payload, MessageStructure="json")
    return arn


def payload_of(message: Notification, language: str) -> str:
    """What SNS hands on to Google and Apple, in this language."""
    title, body = resolve(message.header, language), shortened(resolve(message.body, language))
    data = {"notification": str(message.pk), "link": message.link}
    apple = json.dumps({"aps": {"alert": {"title": title, "body": body}, "sound": "default"}, **data})
    google = json.dumps({"notification": {"title": title, "body": body}, "data": data})
    return json.dumps({"default": title, "GCM": google, "APNS": apple, "APNS_SANDBOX": apple})


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_BODY else text[: LONGEST_BODY - 1].rstrip() + "…"
