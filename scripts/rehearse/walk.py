"""What the function must do on an ordinary day, in order: each step ends with an error or a remark."""

import datetime
import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from scripts.package.greeting import GreetingServer

from . import expect
from .database import SecureMariaDB
from .events import Request, scheduled, sign_up_confirmed
from .function import Client, People, short
from .report import Report
from .runtime import HERE, Function, python_library, runtime_folder
from .unpack import check_libraries

SCRIPTS_AND_STYLES = re.compile(rb'(?:src|href)="([^"]+\.(?:js|css))"')


@dataclass
class Stage:
    """All that the steps share."""

    report: Report
    client: Client
    database: SecureMariaDB
    people: People
    rule: str
    code: str = ""

    @property
    def function(self) -> Function:
        return self.client.function


def walk(stage: Stage) -> None:
    step = stage.report.step
    step("cold start: event manage migrate", lambda: stage.client.manage("migrate --noinput --verbosity 0"))
    step("event manage apply_triggers", lambda: stage.client.manage("apply_triggers"))
    step("GET /health/ready/", lambda: remark(stage.client.get("/health/ready/")))
    step("TLS to the database, its own libraries", lambda: own_libraries(stage))
    step("Cognito: sign-up confirmed", lambda: sign_up(stage))
    step("Cognito: new password confirmed", lambda: new_password(stage))
    step("schedule: daily housekeeping", lambda: housekeeping(stage))
    for version, name in ((1, "REST API"), (2, "HTTP API")):
        step(f"{name}: 401 without a token", partial(unknown_person, stage, version))
        step(f"{name}: 200 with an RS256 token", partial(known_person, stage, version))
    step("staff write a campaign and a code", lambda: campaign(stage))
    step("REST API: a redemption", lambda: redeem(stage))
    step("HTTP API: a redemption", lambda: redeem_again(stage))
    step("browsable page", lambda: browsable(stage))
    step("static files of the admin", lambda: page_with_files(stage, "/admin/login/"))
    step("static files of the documentation", lambda: page_with_files(stage, "/api/docs/"))
    step("a font, as bytes", lambda: font(stage))
    step("404", lambda: nothing_there(stage))
    step("an unknown event", lambda: unknown_event(stage))
    step("nothing imported but the zip and the runtime", lambda: own_modules(stage))


def remark(_: Any) -> str:
    return ""


def own_libraries(stage: Stage) -> str:
    (row,) = stage.database.ask(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE user = %s AND id <> CONNECTION_ID()",
        stage.database.user,
    )
    expect(row[0], "the function holds no connection; the server takes none without TLS")
    return check_driver(stage.function)


def check_driver(function: Function) -> str:
    return check_libraries(function.loaded_files(), function.task, {"MySQLdb/_mysql.", "mysqlclient.libs/"})


def sign_up(stage: Stage) -> None:
    people = stage.people
    event = sign_up_confirmed(people.issuer.pool, people.issuer.client, people.newcomer, people.email, people.device)
    answer = stage.function.invoke(event)
    expect(answer.value == event, f"Cognito did not get its event back: {short(answer)}")
    rows = stage.database.ask("SELECT email FROM users_user WHERE cognito_sub = %s", people.newcomer)
    expect(rows == [(people.email,)], "no user was made")
    (devices,) = stage.database.ask("SELECT COUNT(*) FROM users_pushdevice WHERE token = %s", people.device)
    expect(devices == (1,), "their phone was not registered")


def new_password(stage: Stage) -> None:
    people = stage.people
    event = sign_up_confirmed(people.issuer.pool, people.issuer.client, people.second, people.second_email, "none")
    event["triggerSource"] = "PostConfirmation_ConfirmForgotPassword"
    answer = stage.function.invoke(event)
    expect(answer.value == event, f"Cognito did not get its event back: {short(answer)}")
    rows = stage.database.ask("SELECT id FROM users_user WHERE cognito_sub = %s", people.second)
    expect(not rows, "a new password has made a user")


def housekeeping(stage: Stage) -> str:
    """Through the name of the very rule that Zappa has made."""
    old = datetime.datetime(2020, 1, 1)  # noqa: DTZ001 - as the column holds it
    stage.database.ask("INSERT INTO django_session VALUES ('rehearsal', '', %s)", old)
    answer = stage.function.invoke(scheduled(stage.rule))
    expect(answer.error is None, f"it failed: {short(answer)}")
    rows = stage.database.ask("SELECT session_key FROM django_session WHERE session_key = 'rehearsal'")
    expect(not rows, "an old session is still there")
    return stage.rule.rpartition("/")[2]


def unknown_person(stage: Stage, version: int) -> None:
    reply = stage.client.get("/api/v1/users/me/", status=401, version=version)
    expect(reply.headers["www-authenticate"] == "Bearer", "the answer does not ask for a token")
    token = stage.people.newcomers_token()
    reply = stage.client.get("/api/v1/users/me/", status=401, version=version, token=f"{token[:-4]}AAAA")
    expect("invalid_token" in reply.headers["www-authenticate"], "a forged token is not called one")


def known_person(stage: Stage, version: int) -> None:
    token = stage.people.newcomers_token()
    reply = stage.client.get("/api/v1/users/me/?omit=score", version=version, token=token)
    expect("score" not in reply.json(), "the query did not arrive")
    expect(reply.headers["cache-control"] == "private, no-store", "a personal answer may be kept by others")
    stage.people.secrets.append(token)


def campaign(stage: Stage) -> None:
    token = stage.people.staff_token()

    def create(route: str, **fields: Any) -> Any:
        return stage.client.post(f"/api/v1/{route}/", fields, token=token).json()

    english = {"en": "Rehearsal", "de": "Probe"}
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    yesterday, tomorrow = (now - day).isoformat(), (now + day).isoformat()
    community, project = create("communities", title=english)["id"], create("projects", name=english)["id"]
    collection = create("collections", community=community, project=project, name=english)["id"]
    category = create("categories", name=english)["id"]
    described = {"name": english, "status": "available", "circulation": 100, "points": 10, "published_at": yesterday}
    collectible = create("collectibles", collection=collection, category=category, **described)["id"]
    pool = [{"collectible": collectible, "weight": 1}]
    rules = {"kind": "scan", "draw": "from-pool", "starts_at": yesterday, "ends_at": tomorrow, "pool": pool}
    distribution = create("distributions", project=project, name=english, **rules)["id"]
    code = create("codes", distribution=distribution, max_uses=2)
    stage.code = code["printed"]
    stage.people.secrets += [code["printed"], code["code"]]


def redeem(stage: Stage) -> str:
    token = stage.people.newcomers_token()
    granted = stage.client.post("/api/v1/redemptions/", {"code": stage.code}, token=token).json()
    mint = granted["copy"]["mint"]
    expect(1 <= mint <= 100, f"a copy with the number {mint}")
    again = stage.client.post("/api/v1/redemptions/", {"code": stage.code}, status=409, token=token)
    expect(again.error() == "already_redeemed", f"the second time it says {again.error()}")
    rows = stage.database.ask("SELECT COUNT(*) FROM collectibles_copy")
    expect(rows == [(1,)], f"{rows[0][0]} copies in the database")
    return f"copy number {mint}"


def redeem_again(stage: Stage) -> None:
    """Another person, made by their first token; a lost answer is asked for again with the same key."""
    token = stage.people.seconds_token()
    key = (("Idempotency-Key", "rehearsal-1"),)
    first = stage.client.post("/api/v1/redemptions/", {"code": stage.code}, version=2, token=token, headers=key).json()
    again = stage.client.post(
        "/api/v1/redemptions/", {"code": stage.code}, status=200, version=2, token=token, headers=key
    ).json()
    expect(again["copy"]["id"] == first["copy"]["id"], "a retry got another copy")


def browsable(stage: Stage) -> None:
    reply = stage.client.get("/api/v1/ranks/", token=stage.people.staff_token(), accept="text/html")
    expect(b"<html" in reply.body and reply.headers["content-type"].startswith("text/html"), "no page")
    files_of(stage, reply.body)


def page_with_files(stage: Stage, path: str) -> str:
    reply = stage.client.get(path, accept="text/html")
    return f"{files_of(stage, reply.body)} files"


def files_of(stage: Stage, page: bytes) -> int:
    """Fetch every script and style that the page names, below the gateway's stage as a browser would."""
    names = [found.decode() for found in SCRIPTS_AND_STYLES.findall(page)]
    expect(names, "the page names no static file")
    for name in names:
        expect(name.startswith(f"/{stage.client.stage}/static/"), f"{name} is not below the stage, nor our own")
        reply = stage.client.get(name.removeprefix(f"/{stage.client.stage}"), accept="*/*")
        kind = reply.headers["content-type"]
        expect(reply.body and ("javascript" in kind or "css" in kind), f"{name} came as {kind}")
    return len(names)


def font(stage: Stage) -> None:
    reply = stage.client.get("/static/rest_framework/fonts/glyphicons-halflings-regular.woff2", accept="*/*")
    expect(reply.body[:4] == b"wOF2", "it did not survive the gateway")


def nothing_there(stage: Stage) -> None:
    expect(stage.client.get("/api/v1/nothing/", status=404).error() == "not_found", "not in the house's shape")
    stage.client.get("/static/../kloppocar/settings.py", status=404)
    stage.client.get("/wp-login.php", status=404, accept="text/html")


def unknown_event(stage: Stage) -> None:
    """A clear error and nothing done, also for what Zappa's own handler would execute."""
    for event in ({"hello": "world"}, {}, {"raw_command": "raise SystemExit(3)"}, {"command": "os.getcwd"}):
        answer = stage.function.invoke(event)
        error = answer.error or {}
        expect(error.get("errorType") == "UnknownEvent", f"{event} was answered with {short(answer)}")
        expect("Nothing was executed" in error["errorMessage"], "the error does not say so")
    stage.client.send(Request("GET", "/health/live/"))


def own_modules(stage: Stage) -> str:
    """Everything that the day has needed came from the zip, from Lambda's runtime, or from Python's own library."""
    files = stage.function.imported_files({"manage": "check --tag models"})
    places = {"zip": f"{stage.function.task}/", "runtime": f"{runtime_folder()}/", "Python": f"{python_library()}/"}
    foreign = [name for name in files if not name.startswith((*places.values(), str(HERE)))]
    foreign += [name for name in files if "/site-packages/" in name]
    expect(not foreign, f"imported from elsewhere: {', '.join(sorted(foreign)[:3])}")
    return ", ".join(f"{sum(name.startswith(place) for name in files)} {what}" for what, place in places.items())


def offers_mysql8(function_for: Any) -> str:
    """A server that greets like MySQL 8: the client must offer its way of signing in, by the plugin in the zip."""
    with GreetingServer() as server, function_for(f"mysql://someone:no-password@127.0.0.1:{server.port}/x") as function:
        reply = Client(function, "dev", []).get("/api/v1/ranks/", status=503)
        expect(server.offers and all(server.offers), "the driver does not offer caching_sha2_password")
        expect(reply.error() == "database_unavailable", f"the answer is {reply.error()}")
        plugin = {"MySQLdb/plugin/caching_sha2_password"}
        return check_libraries(function.loaded_files(), function.task, plugin)
