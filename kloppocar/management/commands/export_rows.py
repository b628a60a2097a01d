"""manage.py export_rows: every row of a resource as CSV or JSON."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from kloppocar.exchange.export import FORMATS, Export
from kloppocar.exchange.registry import RESOURCES


class Command(BaseCommand):
    help = "Write every row of a resource to a file, for import_rows to take back. docs/exchange.md says more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("resource", choices=RESOURCES)
        parser.add_argument("file", help="- for standard output")
        parser.add_argument("--format", choices=FORMATS, help="default: by the file's name, else csv")
        parser.add_argument("--json", action="store_true", help="say for machines how it went")

    def handle(self, *args: Any, **options: Any) -> None:
        path, export = options["file"], Export(RESOURCES[options["resource"]])
        form = options["format"] or ("json" if path.endswith(".json") else "csv")
        with tqdm(total=len(export), unit="row", disable=None, leave=False) as bar:
            parts = export.written(form, bar.update)
            try:
                sys.stdout.buffer.writelines(parts) if path == "-" else write(Path(path), parts)
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror}.", returncode=2) from None
        if path != "-":
            said = {"resource": options["resource"], "file": path, "format": form, "rows": export.number}
            words = f"{export.number} rows of {options['resource']} in {path}"
            self.stdout.write(json.dumps(said) if options["json"] else words)


def write(path: Path, parts: Iterator[bytes]) -> None:
    """Beside the file first: an export that breaks off leaves what was there."""
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb") as file:
            file.writelines(parts)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
