"""manage.py import_rows: rows of a CSV or JSON file into the database, by the API's own rules."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from tqdm import tqdm

from kloppocar.api.errors import Refusal
from kloppocar.exchange.export import FORMATS
from kloppocar.exchange.registry import OPERATOR, RESOURCES
from kloppocar.exchange.report import Report
from kloppocar.exchange.source import Source
from kloppocar.exchange.taking import Taking
from users.models import User

SHOWN = 20
GOES_ON = "What is written is whole; take the same file again, and it goes on where it stopped."


class Command(BaseCommand):
    help = (
        "Take rows back that export_rows wrote, changed or new (without id). Checked whole first: while any row is"
        " refused nothing is written. Exit 1 when a row was not taken, 2 when the file cannot be read."
        " docs/exchange.md says more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("resource", choices=RESOURCES)
        parser.add_argument("file")
        parser.add_argument("--format", choices=FORMATS, help="default: by the file's name, else csv")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--force", action="store_true", help="overwrite rows that were changed since the export")
        parser.add_argument("--again", action="store_true", help="make rows that this very file has made before")
        parser.add_argument("--by", metavar="USERNAME", help="whose writes these are, in the admin's history")
        parser.add_argument("--report", metavar="FILE", help="what became of each row, as CSV")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        report = Report()
        try:
            with report_file(options["report"]) as file:
                report = Report(file)
                self.take(report, options)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.", returncode=2) from None
        except Refusal as refusal:
            raise CommandError(str(refusal.detail), returncode=2) from None
        except KeyboardInterrupt:
            raise CommandError(f"Interrupted. {GOES_ON}", returncode=130) from None
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"The database fails: {error}. {GOES_ON}") from None
        self.show(report, options)

    def take(self, report: Report, options: dict[str, Any]) -> None:
        path, dry_run = options["file"], options["dry_run"]
        form = options["format"] or ("json" if path.endswith(".json") else "csv")
        user = staff_named(options["by"]) if options["by"] else OPERATOR
        taking = Taking(RESOURCES[options["resource"]], user, force=options["force"], again=options["again"])
        with Path(path).open("rb") as stream:
            source = Source(stream, taking.columns, form, needs_version=not options["force"])
            with tqdm(total=source.size, unit="B", unit_scale=True, disable=None, leave=False) as bar:
                taking.take(source, report, dry_run=dry_run, progress=lambda place: advance(bar, place))

    def show(self, report: Report, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict()))
        else:
            self.stdout.write(report.words())
            for entry in report.problems[:SHOWN]:
                self.stdout.write(f"  line {entry.line}, {entry.outcome}: {entry.sentences}")
            self.say_rest(report)
        if not report.is_sound:
            raise CommandError(verdict(report))

    def say_rest(self, report: Report) -> None:
        rest = report.left_alone - SHOWN
        if rest > 0:
            self.stdout.write(f"  ... and {rest:,} more: --report FILE holds every row")
        if report.is_dry and report.is_sound:
            self.stdout.write("Dry run: nothing was written.")


def staff_named(name: str) -> User:
    user = User.objects.filter(username_key=name.lower(), is_staff=True, is_active=True).first()
    if user is None:
        raise CommandError(f"{name} is nobody of the staff.", returncode=2)
    return user


def verdict(report: Report) -> str:
    if report.refused:
        return f"{report.refused:,} rows are refused. Nothing was written."
    return f"{report.left_alone:,} rows have moved on and stay as they are (--force overwrites them)."


def advance(bar: tqdm, place: int) -> None:
    """The file is gone through twice."""
    if place < bar.n:
        bar.reset()
    bar.update(place - bar.n)


@contextmanager
def report_file(path: str | None) -> Iterator[TextIO | None]:
    with Path(path).open("w", encoding="utf-8-sig", newline="") if path else nullcontext() as file:
        yield file
