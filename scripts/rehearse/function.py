"""The deployed function as its callers see it: events in, answers out, and what must not stand in its log."""

import re
from dataclasses import dataclass, field
from typing import Any

from . import expect
from .events import Reply, Request, http_api, rest_api
from .identity import Issuer
from .runtime import Answer, Function


@dataclass
class People:
    """Who takes part. Whatever is personal or secret about them is looked for in the log at the end."""

    issuer: Issuer
    newcomer: str = "5d6c0000-0000-4000-8000-0000000e4ea1"
    email: str = "newcomer.rehearsal@example.com"
    device: str = "rehearsal-device-token-APA91b"
    second: str = "5d6c0000-0000-4000-8000-0000000e4ea2"
    second_email: str = "second.rehearsal@example.com"
    staff: str = "5d6c0000-0000-4000-8000-0000000e4ea3"
    secrets: list[str] = field(default_factory=list)

    def newcomers_token(self) -> str:
        return self.issuer.token(self.newcomer, email=self.email)

    def seconds_token(self) -> str:
        return self.issuer.token(self.second, email=self.second_email)

    def staff_token(self) -> str:
        return self.issuer.token(self.staff, staff=True)


@dataclass
class Sent:
    """A request that went in, to be found again in the log."""

    gateway_id: str
    status: int


class Client:
    """Sends requests through either gateway."""

    def __init__(self, function: Function, stage: str, sent: list[Sent]) -> None:
        self.function, self.stage, self.sent = function, stage, sent
        self.milliseconds = 0.0

    def send(self, request: Request, *, version: int = 1) -> Reply:
        event = (rest_api if version == 1 else http_api)(request, self.stage)
        answer = self.function.invoke(event)
        self.milliseconds = answer.milliseconds
        expect(answer.error is None, f"the function failed: {short(answer)}")
        reply = Reply.of(answer.value)
        self.sent.append(Sent(event["requestContext"]["requestId"], reply.status))
        return reply

    def get(self, path: str, *, status: int = 200, version: int = 1, **rest: Any) -> Reply:
        return self.expecting(status, Request("GET", path, **rest), version)

    def post(self, path: str, body: Any, *, status: int = 201, version: int = 1, **rest: Any) -> Reply:
        return self.expecting(status, Request("POST", path, body=body, **rest), version)

    def expecting(self, status: int, request: Request, version: int) -> Reply:
        reply = self.send(request, version=version)
        wrong = f"{request.method} {request.path} answered {reply.status}, not {status}: {reply.body[:300]!r}"
        expect(reply.status == status, wrong)
        return reply

    def manage(self, command: str) -> None:
        answer = self.function.invoke({"manage": command})
        self.milliseconds = answer.milliseconds
        expect(answer.error is None and answer.value == {}, f"manage {command} failed: {short(answer)}")


def short(answer: Answer) -> str:
    error = answer.error or {}
    text = f"{error.get('errorType')}: {error.get('errorMessage')}" if error else repr(answer.value)
    return re.sub(r"\s+", " ", text)[:300]
