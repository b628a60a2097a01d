"""The five steps in order: deploy, update, the uploaded zip at work, what goes wrong, undeploy."""

import os
import secrets
import statistics
import subprocess
import time
from pathlib import Path

from scripts.package import report as sizes
from scripts.package.python import find, runtime

from . import expect, faults, logs, unpack, walk
from .aws import EmulatedAWS
from .database import SecureMariaDB
from .deployment import Deployment
from .function import Client, People, Sent
from .identity import Issuer
from .report import Report
from .runtime import Function

COLD_STARTS = 3
WARM_REQUESTS = 50


def rehearse(folder: Path, stage: str, without: str) -> int:
    """All of it; the exit code."""
    began = time.monotonic()
    with (
        (folder / "zappa.log").open("w") as log,
        EmulatedAWS() as aws,
        SecureMariaDB(folder / "tls") as database,
        Issuer(*aws.make_pool()) as issuer,
    ):
        report = Report(log)
        people = People(issuer)
        held = secret_of(database)
        people.secrets += [held["SECRET_KEY"], database.password, people.email, people.second_email, people.device]
        deployment = Deployment(aws, stage, folder, filled_in(issuer, database), log)
        aws.make_bucket(deployment.bucket)
        aws.make_secret(deployment.asked()["aws_environment_variables"]["secret_key"], held)
        if deploy(report, deployment, folder / "uploaded.zip"):
            run(report, deployment, database, people, folder, without)
        report.step("zappa undeploy", lambda: undeploy(deployment))
        log.flush()
        people.secrets += issuer.tokens
        written = [folder / "zappa.log", *folder.glob("function*.log")]
        report.step("no secret in any log", lambda: logs.check_secrets(written, people.secrets))
    print(report.table())
    print(f"{time.monotonic() - began:.0f} s" + (f", without {without}" if without else ""))
    return 1 if report.failed else 0


def filled_in(issuer: Issuer, database: SecureMariaDB) -> dict[str, str]:
    """What an operator writes into the stage."""
    return {
        "COGNITO_USER_POOL_ID": issuer.pool,
        "COGNITO_CLIENT_IDS": issuer.client,
        "COGNITO_JWKS_URL": issuer.url,
        "DB_SSL_CA": str(database.authority),
    }


def secret_of(database: SecureMariaDB) -> dict[str, str]:
    """What they put into Secrets Manager."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(database.port),
        "DB_USER": database.user,
        "DB_PASSWORD": database.password,
        "DB_NAME": "kloppocar",
    }


def deploy(report: Report, deployment: Deployment, target: Path) -> bool:
    """Deploy and update; whether there is a zip to go on with."""
    first: list[bytes] = []

    def deploy_it() -> None:
        deployment.zappa("deploy")
        first.append(deployment.uploaded())

    def update_it() -> str:
        deployment.zappa("update")
        target.write_bytes(deployment.uploaded())
        expect(first and target.read_bytes() == first[0], "the same input gave another zip")
        return "the same bytes again"

    report.step("zappa deploy", deploy_it)
    report.step("zappa update", update_it)
    report.step("function, role, API and schedule as asked", deployment.check)
    report.step("attach_cognito", deployment.attach_cognito)
    return target.exists()


def undeploy(deployment: Deployment) -> None:
    deployment.zappa("undeploy", "--yes")
    deployment.check_gone()


def run(
    report: Report, deployment: Deployment, database: SecureMariaDB, people: People, folder: Path, without: str
) -> None:
    """The uploaded zip at work."""
    zipped, unpacked = sizes.sizes(folder / "uploaded.zip")
    report.note("package", f"{zipped / 1e6:.1f} MB zipped, {unpacked / 1e6:.1f} MB unpacked")
    task = folder / "task"
    unpack.unpack(folder / "uploaded.zip", task, without)
    before = unpack.fingerprint(task)
    found = deployment.configuration()
    deployed = found["Environment"]["Variables"] | {"AWS_ENDPOINT_URL": deployment.aws.endpoint}
    deployed["AWS_LAMBDA_FUNCTION_NAME"] = deployment.name
    snap_start = found["SnapStart"]["ApplyOn"] != "None"
    sent: list[Sent] = []
    log = folder / "function.log"

    def start(**variables: str) -> Function:
        return Function(task, found["Handler"], deployed | variables, log, snap_start=snap_start)

    rule = deployment.rule("kloppocar.events.housekeeping")
    with start() as function:
        stage = walk.Stage(report, Client(function, deployment.stage, sent), database, people, rule)
        walk.walk(stage)
        faults.faults(stage, start)
        report.step("warm: median of a request", lambda: warm(stage))
    report.step("cold start: median of a first request", lambda: cold(start, deployment.stage, sent))
    report.step("one JSON line a request, in its own words", lambda: logs.check_lines(log, sent))
    without_secret = {"secret_key": "", "SECRET_KEY": secrets.token_urlsafe(50), "DB_SSL": "off", "DB_SSL_CA": ""}

    def start_apart(url: str) -> Function:
        variables = deployed | without_secret | {"DATABASE_URL": url}
        return Function(task, found["Handler"], variables, folder / "function-mysql8.log")

    report.step("signs in as MySQL 8 asks for", lambda: walk.offers_mysql8(start_apart))
    report.step("nothing written into the task's folder", lambda: unchanged(task, before))


def unchanged(task: Path, before: str) -> None:
    expect(unpack.fingerprint(task) == before, "something came or changed there, and Lambda's is read-only")


def warm(stage: walk.Stage) -> str:
    took = []
    for _ in range(WARM_REQUESTS):
        stage.client.get("/api/v1/collectibles/")
        took.append(stage.client.milliseconds)
    return f"{statistics.median(took):.1f} ms, {stage.function.resident_megabytes():.0f} MB resident"


def cold(start: faults.Start, stage: str, sent: list[Sent]) -> str:
    """From the process's start to the first answer; the CPU's part of it beyond that of Python itself."""
    wall, cpu, resident = [], [], []
    for _ in range(COLD_STARTS):
        with start() as function:
            client = Client(function, stage, sent)
            client.get("/api/v1/ranks/")
            wall.append(client.milliseconds)
            cpu.append(function.cold_cpu)
            resident.append(function.resident_megabytes())
    beyond = statistics.median(cpu) - bare_python()
    took = f"{statistics.median(wall):.0f} ms, of it {beyond:.0f} ms CPU beyond bare Python"
    return f"{took}, {statistics.median(resident):.0f} MB resident"


def bare_python() -> float:
    """Milliseconds of CPU that an empty program takes."""
    python = find(runtime()[0])
    before = os.times()
    for _ in range(COLD_STARTS):
        subprocess.run([python, "-I", "-S", "-c", ""], check=True)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return spent * 1000 / COLD_STARTS
