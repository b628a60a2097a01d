"""manage.py apply_triggers: put the SQL objects of sql/ into the database, or say how they differ."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from kloppocar import patience, triggers
from kloppocar.models import AppliedObject

DONE = {"create": "created", "replace": "replaced", "drifted": "mended", "unchanged": "unchanged"}
LONGEST = 60  # seconds for one statement: longer than any lock is waited for
CHANGED = {"created", "replaced", "mended", "dropped"}


class Command(BaseCommand):
    help = "Apply what differs between sql/ and the database. Exit 1 when --check finds a difference or a file fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 on a difference")
        parser.add_argument("--plan", action="store_true", help="change nothing; print what would be done")
        parser.add_argument("--only", metavar="NAME", help="this object alone")
        parser.add_argument(
            "--prune", metavar="NAME", nargs="+", default=[], help="drop these orphaned objects of ours"
        )
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="the database's alias")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] not in connections:
            raise CommandError(f"No database is called {options['database']}.", returncode=2)
        connection = connections[options["database"]]
        try:
            if options["check"] or options["plan"]:
                self.show(self.steps(connection, options), options)
                return
            with patience.of(connection, seconds=LONGEST), triggers.alone(connection):
                report, failures = self.apply(connection, options)
        except triggers.TriggerError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(no_answer(error)) from error
        self.report(report, options)
        if failures:
            raise CommandError("\n".join(failures))

    def steps(self, connection: Any, options: dict[str, Any]) -> list[triggers.Step]:
        steps = triggers.plan(connection)
        unknown = {options["only"], *options["prune"]} - {step.name for step in steps} - {None}
        if unknown:
            known = ", ".join(step.name for step in steps)
            raise CommandError(f"Not known: {', '.join(sorted(unknown))}. There are: {known}.", returncode=2)
        kept = set(options["prune"]) - {step.name for step in steps if step.state == "orphaned"}
        if kept:
            raise CommandError(f"Not orphaned, for sql/ has a file: {', '.join(sorted(kept))}.", returncode=2)
        return [step for step in steps if options["only"] in {None, step.name}]

    def show(self, steps: list[triggers.Step], options: dict[str, Any]) -> None:
        differing = [step for step in steps if step.state != "unchanged"]
        if options["json"]:
            self.stdout.write(json.dumps([{"name": step.name, "state": step.state} for step in steps]))
        else:
            for step in differing:
                self.stdout.write(f"{step.state:10} {step.name}")
            self.stdout.write(f"{len(differing)} of {len(steps)} differ" if differing else "All in step")
        if options["check"] and differing:
            names = ", ".join(step.name for step in differing)
            orphans = " ".join(step.name for step in differing if step.state == "orphaned")
            how = f"apply_triggers --prune {orphans}" if orphans else "apply_triggers"
            raise CommandError(f"The database and sql/ differ: {names}. `manage.py {how}` mends it.")

    def apply(self, connection: Any, options: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
        """Every file that can be applied is, also after one that fails: a line about each, and what failed."""
        report, failures = [], []
        for step in self.steps(connection, options):
            line: dict[str, Any] = {"name": step.name, "done": DONE.get(step.state, step.state), "ms": 0.0}
            try:
                if step.state == "orphaned" and step.name in options["prune"]:
                    triggers.drop(connection, step)
                    line["done"] = "dropped"
                elif step.state in {"create", "replace", "drifted"}:
                    line["ms"] = round(triggers.apply_step(connection, step), 1)
            except triggers.TriggerError as error:
                line |= {"done": "failed", "why": str(error)}
                failures.append(str(error))
            report.append(line)
        return report, failures

    def report(self, report: list[dict[str, Any]], options: dict[str, Any]) -> None:
        """A line a file; only the last one when nothing was to be done."""
        if options["json"]:
            self.stdout.write(json.dumps(report))
            return
        changed = sum(line["done"] in CHANGED for line in report)
        quiet = all(line["done"] == "unchanged" for line in report) and options["verbosity"] < 2
        for line in [] if quiet else report:
            self.stdout.write(f"{line['done']:10} {line['name']} ({line['ms']} ms)")
        self.stdout.write("Triggers: all in step" if quiet else f"Triggers: {changed} of {len(report)} changed")


def no_answer(error: DatabaseError) -> str:
    if AppliedObject._meta.db_table in str(error):
        return "The tables are not there yet: run `manage.py migrate` first."
    return f"The database says: {error.args[-1]}."
