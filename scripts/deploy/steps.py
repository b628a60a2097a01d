"""The steps, each of which may be run again: done work is quick, half-done work is finished."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from . import DeployError, rehearsed_settings
from .smoke import smoke
from .target import Target

ROOT = Path(__file__).resolve().parents[2]
LAMBDA_ENVIRONMENT = ROOT / ".venv-lambda"


class Step(NamedTuple):
    name: str
    does: str
    run: Callable[[Target], str]


def package(target: Target) -> str:
    run_here([sys.executable, "-m", "scripts.package", "--stage", target.stage])
    return ""


def doctor_here(target: Target) -> str:
    return rehearsed_settings.check(target)


def deploy_or_update(target: Target) -> str:
    """Zappa's own, from the environment that `make package` leaves."""
    if target.exists() and not target.has_stack():
        target.forget_half()
    zappa("update" if target.exists() else "deploy", target.stage)
    return f"version {target.versions()[0]}" if target.versions() else ""


def migrate(target: Target) -> str:
    target.manage("migrate --noinput -v1")
    return ""


def apply_triggers(target: Target) -> str:
    target.manage("apply_triggers")
    return ""


def attach_cognito(target: Target) -> str:
    return run_here([sys.executable, "manage.py", "attach_cognito", target.stage])


def smoke_test(target: Target) -> str:
    url = os.environ.get("URL") or target.url()
    if trouble := smoke(url):
        raise DeployError("\n".join([f"{url} is not well:", *(f"    {sentence}" for sentence in trouble)]))
    target.note_good()
    return url


def doctor_there(target: Target) -> str:
    return target.manage("doctor")


STEPS = [
    Step("package", "build .venv-lambda/ and the zip, and check it", package),
    Step("doctor", "start with the stage's settings here, and look at them", doctor_here),
    Step("zappa", "deploy, or update what is there", deploy_or_update),
    Step("migrate", "on the stage", migrate),
    Step("apply_triggers", "on the stage", apply_triggers),
    Step("attach_cognito", "have Cognito call the function", attach_cognito),
    Step("smoke test", "ask the deployed address; the previous version comes back if it is not well", smoke_test),
    Step("doctor there", "on the stage", doctor_there),
]
CODE_IS_LIVE = {"zappa", "migrate", "apply_triggers", "smoke test"}  # when these fail, the previous code comes back


def roll_back(target: Target, good: int | None) -> str:
    """The version that was good before this run, made the newest again."""
    versions = target.versions()
    if good is not None and versions[:1] == [good]:
        return f"Version {good} is still what is live: mend it and run this again."
    if good is None or good not in versions:
        return "There is no earlier version to go back to: mend it and run this again."
    zappa("rollback", target.stage, "-n", str(versions.index(good)))
    if trouble := smoke(os.environ.get("URL") or target.url()):
        return f"Version {good} is back, but not well either: {trouble[0]}"
    target.note_good()
    return f"Version {good} is back and well. Migrations stay: they must suit both versions."


def zappa(command: str, stage: str, *arguments: str) -> None:
    """In the environment that Zappa packs, whose callbacks refuse a wrong one."""
    program = LAMBDA_ENVIRONMENT / "bin" / "zappa"
    if not program.exists():
        raise DeployError(f"There is no {LAMBDA_ENVIRONMENT.name}: run `make package`.")
    variables = os.environ | {"VIRTUAL_ENV": str(LAMBDA_ENVIRONMENT)}
    variables["PATH"] = f"{program.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    run_here([str(program.parent / "python"), str(program), command, stage, *arguments], variables)


def run_here(command: list[str], variables: dict[str, str] | None = None) -> str:
    """A program's output; its last words when it fails."""
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode or "Traceback" in done.stderr:
        words = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise DeployError(f"{' '.join(command[1:4])} failed:\n" + "\n".join(f"    {line}" for line in words[-12:]))
    return done.stdout
