"""manage.py stress_redemptions: prove on this server that nothing is oversold, granted twice or lost."""

import json
import signal
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from tqdm import tqdm

from kloppocar import triggers
from kloppocar.stress.report import Report
from kloppocar.stress.run import run
from kloppocar.stress.scenarios import SCENARIOS
from kloppocar.stress.scratch import ScratchError, scratch_database


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return parse


@contextmanager
def told_to_stop() -> Iterator[None]:
    """Tidy up on SIGTERM as on Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Command(BaseCommand):
    help = (
        "Let many people redeem at once, from real processes, and count what happened. Works in a scratch database"
        " beside the configured one and drops it. Exit 1 on any violation."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scenario", choices=SCENARIOS, default="stock", help="default: stock")
        parser.add_argument("--users", type=whole_number(2, 100_000), default=500, help="people (500)")
        parser.add_argument("--supply", type=whole_number(1, 100_000), default=50, help="copies there are (50)")
        parser.add_argument("--processes", type=whole_number(1, 64), default=8, help="at once (8)")
        parser.add_argument(
            "--in-place",
            action="store_true",
            help="use the configured database itself; leaves a marked, inactive campaign and its people behind",
        )
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with told_to_stop(), nullcontext() if options["in_place"] else scratch_database(connection):
                report = self.run(options)
        except ScratchError as error:
            raise CommandError(f"{error} Let the database's user create databases, or use --in-place.") from error
        except BrokenProcessPool as error:
            raise CommandError("A process died before its calls were answered: out of memory, or killed.") from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted, and tidied up.", returncode=130) from error
        self.show(report, options)

    def run(self, options: dict[str, Any]) -> Report:
        if not triggers.is_used(connection):
            raise CommandError("Run manage.py migrate and manage.py apply_triggers first.")
        if missing := triggers.out_of_step(connection):
            raise CommandError(f"Run manage.py apply_triggers first: {', '.join(missing)}.")
        asked = {name: options[name] for name in ("users", "supply", "processes")}
        database = str(connection.settings_dict["NAME"])
        where = {"server": connection.display_name, "database": database, "in_place": options["in_place"]}
        with tqdm(desc=options["scenario"], unit="call", file=sys.stderr, leave=False) as bar:

            def progress(made: int, of: int) -> None:
                bar.total = of
                bar.update(made)

            report = run(options["scenario"], **asked, progress=progress, in_place=options["in_place"])
        report.about = {"scenario": options["scenario"], **where, **asked}
        return report

    def show(self, report: Report, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict()))
        else:
            about = report.about
            self.stdout.write(
                f"{about['scenario']}: {about['users']} people, {report.calls} calls, {about['processes']} processes,"
                f" {about['server']} {about['database']}"
            )
            self.stdout.write(report.table())
        if report.violations:
            raise CommandError("\n".join([f"{len(report.violations)} violations:", *report.violations]))
        if not options["json"]:
            self.stdout.write("No violation.")
