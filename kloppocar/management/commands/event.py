"""A Lambda event by hand, through the very handler that Lambda calls."""

import contextlib
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kloppocar import handler, stage


class Command(BaseCommand):
    help = "Hand a Lambda event (JSON) to the very handler that Lambda calls, and print its answer as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the event; - reads it from the standard input")
        parser.add_argument("--stage", default="dev", help="stage of zappa_settings.json (default: dev)")
        parser.add_argument("--json", action="store_true", help="the answer on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        event = read_event(options["file"])
        with contextlib.redirect_stdout(sys.stderr):  # Zappa prints
            prepare(options["stage"])
            answer = run(event)
        self.stdout.write(json.dumps(answer, indent=None if options["json"] else 2))


def prepare(name: str) -> None:
    """Make Zappa's handler the one of that stage, as the first call to a fresh Lambda does; one stage a process."""
    sys.modules["zappa_settings"] = packaged_settings(name)
    handler.zappa_handler().LambdaHandler()


def run(event: dict[str, Any]) -> Any:
    """What the Lambda would answer."""
    try:
        return handler.lambda_handler(event, None)
    except Exception as error:
        raise CommandError(f"The handler failed: {type(error).__name__}: {error}") from error


def packaged_settings(name: str) -> ModuleType:
    """The module that Zappa writes into the zip, so that the map from trigger to function is the deployed one.

    Without the stage's environment variables, which it would set: the database is the one configured here.
    """
    try:
        source = stage.packed_source(name)
    except stage.StageError as error:
        raise CommandError(str(error)) from error
    module = ModuleType("zappa_settings")
    exec(compile(source, "zappa_settings.py", "exec"), vars(module))  # noqa: S102 - as importing the packed file would
    vars(module)["ENVIRONMENT_VARIABLES"] = {}
    return module


def read_event(name: str) -> dict[str, Any]:
    try:
        text = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {os.strerror(error.errno or 0)}.", returncode=2) from error
    try:
        event = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name} is not JSON: {error}.", returncode=2) from error
    if not handler.is_known(event):
        raise CommandError(f"{name} is no event that we answer ({handler.outline(event)}).", returncode=2)
    return event
