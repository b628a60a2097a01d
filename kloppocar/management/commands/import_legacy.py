"""manage.py import_legacy: bring the old backend's data into ours, after saying what would become of it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from kloppocar import patience
from kloppocar.legacy.findings import MENDED, NOTED, REFUSED, SKIPPED, Report

LONGEST = 600  # seconds for one statement: the invariants look at every row


class Command(BaseCommand):
    help = (
        "Import the old backend's MySQL database at URL. First says what would come and what would not, then writes; "
        "safe to stop and to repeat. Exit 1 when rows are refused or an invariant is broken, 2 when it cannot begin."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "url", metavar="URL", help="mysql://user:password@host:3306/name, perhaps ?ssl_ca=/a/bundle"
        )
        parser.add_argument("--check", action="store_true", help="write nothing: only say what would be done")
        parser.add_argument("--go-on", action="store_true", help="import in spite of refused rows, without them")
        parser.add_argument("--only", metavar="TABLE", nargs="+", default=[], help="these old tables alone")
        parser.add_argument("--report", metavar="FILE", type=Path, help="every finding as a line of CSV")
        parser.add_argument("--language", default="en", help="of texts that are no JSON yet (en)")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        from kloppocar.legacy.source import SourceError

        if options["language"] not in settings.CONTENT_LANGUAGES:
            raise CommandError(f"--language must be one of {', '.join(settings.CONTENT_LANGUAGES)}.", returncode=2)
        report = self.opened(options["report"])
        try:
            with patience.of(connection, seconds=LONGEST):
                self.run(report, options)
        except SourceError as error:
            raise CommandError(str(error), returncode=2) from error
        except DatabaseError as error:
            raise CommandError(f"The database says: {error.args[-1]}. Run it again: it goes on there.") from error
        finally:
            report.close()

    def opened(self, path: Path | None) -> Report:
        try:
            return Report(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.", returncode=2) from error

    def run(self, report: Report, options: dict[str, Any]) -> None:
        from kloppocar.legacy import run
        from kloppocar.legacy.source import Source

        tables = run.chosen(options["only"])
        url = sys.stdin.readline().strip() if options["url"] == "-" else options["url"]
        source = Source(url)
        try:
            run.refuse_what_is_not_in_step(source)
            context, planned = run.prepare(source, options["language"])
            run.check(context, report, self.show)
            stopped = run.is_refused(report) and not options["go_on"]
            broken: dict[str, list[int]] = {}
            if not options["check"] and not stopped:
                run.write(context, planned, tables, report, self.show)
                broken = run.finish()
        finally:
            source.close()
        self.tell(report, options, broken, wrote=not options["check"] and not stopped)
        self.judge(report, broken, stopped=stopped)

    def show(self, title: str, total: int, work: Iterator[int]) -> None:
        """A bar on a terminal, nothing elsewhere."""
        from tqdm import tqdm

        with tqdm(total=total, desc=title, unit=" rows", leave=False, disable=not sys.stderr.isatty()) as bar:
            for done in work:
                bar.update(done)

    def tell(self, report: Report, options: dict[str, Any], broken: dict[str, list[int]], *, wrote: bool) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json() | {"wrote": wrote, "broken": broken}))
            return
        for line in report.lines():
            self.stdout.write(line)
        numbers = ", ".join(f"{report.number_of(each)} {each}" for each in (NOTED, MENDED, SKIPPED, REFUSED))
        written = sum(counts.written for counts in report.counts.values())
        done = f"{written} rows written, missions counted" if wrote else "nothing was written"
        self.stdout.write(f"Findings: {numbers}; {done}")

    def judge(self, report: Report, broken: dict[str, list[int]], *, stopped: bool) -> None:
        if stopped:
            number = report.number_of(REFUSED)
            raise CommandError(f"Refused: {number}. Mend these rows there, or --go-on without them.")
        if broken:
            names = ", ".join(f"{name} ({len(ids)})" for name, ids in broken.items())
            raise CommandError(f"Written, but this does not hold: {names}.")
