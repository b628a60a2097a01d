"""The events that Lambda hands to the function, in the shapes that AWS gives them."""

import base64
import json
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from . import REGION, expect

MOST_BYTES = 6 * 1024 * 1024  # of an answer, says Lambda


@dataclass(frozen=True)
class Request:
    """What a client sends; the two gateways wrap it differently."""

    method: str
    path: str
    token: str = ""
    body: Any = None
    accept: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    def all_headers(self) -> dict[str, str]:
        headers = {
            "Accept": self.accept,
            "Host": f"example.execute-api.{REGION}.amazonaws.com",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Port": "443",
            "X-Forwarded-For": "192.0.2.1, 198.51.100.1",
            **dict(self.headers),
        }
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        return headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})


def rest_api(request: Request, stage: str) -> dict[str, Any]:
    """API Gateway's REST API (v1): the path comes without the stage."""
    path, _, query = request.path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    headers = request.all_headers()
    several: dict[str, list[str]] = {}
    for name, value in pairs:
        several.setdefault(name, []).append(value)
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": several or None,
        "pathParameters": {"proxy": path.strip("/")},
        "stageVariables": None,
        "requestContext": {
            "stage": stage,
            "requestId": str(uuid.uuid4()),
            "httpMethod": request.method,
            "path": f"/{stage}{path}",
            "identity": {"sourceIp": "192.0.2.1", "userArn": None},
        },
        "body": in_base64(request.body),
        "isBase64Encoded": request.body is not None,
    }


def http_api(request: Request, stage: str) -> dict[str, Any]:
    """API Gateway's HTTP API (v2): the path comes with the stage, headers in small letters, bodies often in base64."""
    path, _, query = request.path.partition("?")
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": f"/{stage}{path}",
        "rawQueryString": query,
        "headers": {name.lower(): value for name, value in request.all_headers().items()},
        "requestContext": {
            "stage": stage,
            "requestId": str(uuid.uuid4()),
            "http": {
                "method": request.method,
                "path": f"/{stage}{path}",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
            },
        },
        "body": in_base64(request.body),
        "isBase64Encoded": request.body is not None,
    }


def in_base64(body: Any) -> str | None:
    """As both gateways hand bodies on, once binary ones are allowed."""
    return None if body is None else base64.b64encode(json.dumps(body).encode()).decode()


def sign_up_confirmed(pool: str, client: str, sub: str, email: str, device: str) -> dict[str, Any]:
    return {
        "version": "1",
        "region": REGION,
        "userPoolId": pool,
        "userName": sub,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
        "triggerSource": "PostConfirmation_ConfirmSignUp",
        "request": {
            "userAttributes": {
                "sub": sub,
                "email_verified": "true",
                "cognito:user_status": "CONFIRMED",
                "email": email,
            },
            "clientMetadata": {"fcm_device_token": device, "platform": "ios", "push_notifications_enabled": "true"},
        },
        "response": {},
    }


def scheduled(rule_arn: str) -> dict[str, Any]:
    """As the target of Zappa's rule gets it."""
    return {
        "time": "2026-01-01T03:00:00Z",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule_arn.split(":")[4],
        "region": REGION,
        "detail": {},
        "version": "0",
        "resources": [rule_arn],
        "id": str(uuid.uuid4()),
        "kwargs": {},
    }


@dataclass(frozen=True)
class Reply:
    """What the gateway makes of the function's answer; an answer that it would refuse is an error."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, answer: Any) -> "Reply":
        expect(
            isinstance(answer, dict) and isinstance(answer.get("statusCode"), int), f"no answer of a gateway: {answer}"
        )
        expect(len(json.dumps(answer)) < MOST_BYTES, "the answer is larger than Lambda's 6 MB")
        text = answer.get("body") or ""
        expect(isinstance(text, str), "the body is no text")
        body = base64.b64decode(text, validate=True) if answer.get("isBase64Encoded") else text.encode()
        return cls(answer["statusCode"], {name.lower(): value for name, value in answer["headers"].items()}, body)

    def json(self) -> Any:
        return json.loads(self.body)

    def error(self) -> str:
        """The first error's code."""
        return str(self.json()["errors"][0]["code"])
