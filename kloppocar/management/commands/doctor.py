"""manage.py doctor: one screen that says what is well, and what to do about the rest."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kloppocar import doctor


class Command(BaseCommand):
    help = "Check settings, database, sign-in, package and storage, here or on a stage. Exit 1 when something is red."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", nargs="+", choices=list(doctor.CHECKS), help="these subjects alone")
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = []
        for line in doctor.examine(options["only"] or list(doctor.CHECKS)):
            lines.append(line)
            if not options["json"]:
                self.show(line)
        reds = [line for line in lines if line.colour == doctor.RED]
        if options["json"]:
            self.stdout.write(json.dumps({"ok": not reds, "checks": [asdict(line) for line in lines]}))
        if reds:
            names = ", ".join(f"{line.subject}: {line.name}" for line in reds)
            raise CommandError(f"{len(reds)} red: {names}.")

    def show(self, line: doctor.Line) -> None:
        paint: dict[str, Callable[[str], str]] = {
            doctor.GREEN: self.style.SUCCESS,
            doctor.YELLOW: self.style.WARNING,
            doctor.RED: self.style.ERROR,
        }
        colour = paint[line.colour](f"{line.colour:6}")
        self.stdout.write(f"{colour}  {line.subject:8}  {line.name:18}  {line.says}")
        if line.to_do:
            self.stdout.write(f"{'':38}-> {line.to_do}")
