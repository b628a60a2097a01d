"""Deploy a stage: what `make deploy STAGE=dev` does.

    python -m scripts.deploy STAGE [--plan]

Says who you are, where, and what would be done, and asks; YES=1 answers for you. Then packages, deploys or updates,
migrates, applies the triggers, attaches Cognito, and tests the deployed address (URL= names another one). When the new
code fails there, the version before comes back. Run it again after an interruption: every step may be repeated.
"""

import argparse
import os
import sys
import time

from kloppocar.aws import AWSError
from scripts.mariadb import heed_signals

from . import DeployError
from .steps import CODE_IS_LIVE, STEPS, Step, roll_back
from .target import Target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", metavar="STAGE", help="a stage of zappa_settings.json")
    parser.add_argument("--plan", action="store_true", help="say what would be done, and do nothing")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kloppocar.settings")
    heed_signals()
    try:
        target = Target(options.stage)
        print("\n".join(plan(target)), flush=True)
        if options.plan:
            return 0
        ask(target)
        return deploy(target)
    except (DeployError, AWSError) as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("deploy: interrupted; run the same command again to go on", file=sys.stderr)
        return 130


def plan(target: Target) -> list[str]:
    """Who, where, what is there, and what will be done."""
    versions = target.versions()
    if not target.exists():
        there = "nothing yet: a first deployment"
    elif not target.has_stack():
        there = "a first deployment that was interrupted: the function goes, and all begins anew"
    else:
        there = f"version {versions[0]}" if versions else "a function without versions"
    facts = {
        "stage": target.stage,
        "account": f"{target.identity.account} as {target.identity.name}",
        "region": target.region,
        "function": f"{target.function} ({there})",
    }
    width = max(len(step.name) for step in STEPS)
    steps = [f"  {number}. {step.name:{width}}  {step.does}" for number, step in enumerate(STEPS, 1)]
    return [*(f"{name:8}  {value}" for name, value in facts.items()), "", *steps, ""]


def ask(target: Target) -> None:
    """A person's yes; without a person, YES=1."""
    if os.environ.get("YES") == "1":
        return
    if not sys.stdin.isatty():
        raise DeployError("Nobody is there to ask. YES=1 deploys without a question.")
    if input(f"Deploy to {target.stage} in account {target.identity.account}? [y/N] ").strip().lower() not in {
        "y",
        "yes",
    }:
        raise DeployError("Nothing was done.")


def deploy(target: Target) -> int:
    """Every step in order; the exit code."""
    good = (target.last_good() or next(iter(target.versions()), None)) if target.exists() else None
    for number, step in enumerate(STEPS, 1):
        started = time.monotonic()
        print(f"deploy: {number}/{len(STEPS)} {step.name}", flush=True)
        try:
            words = step.run(target)
        except (DeployError, AWSError) as error:
            return failed(target, step, error, good)
        for line in words.strip().splitlines():
            print(f"    {line}")
        print(f"    done in {time.monotonic() - started:.1f} s", flush=True)
    print(f"deploy: {target.stage} is live")
    return 0


def failed(target: Target, step: Step, error: Exception, good: int | None) -> int:
    print(f"deploy: {step.name} FAILED: {error}", file=sys.stderr)
    if step.name in CODE_IS_LIVE:
        try:
            print(f"deploy: {roll_back(target, good)}", file=sys.stderr)
        except (DeployError, AWSError) as trouble:
            print(f"deploy: going back FAILED: {trouble}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
