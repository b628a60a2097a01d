"""manage.py codes: make a campaign's codes, and take them away as a table or as sheets to print."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from collectibles.models import Distribution
from collectibles.printing.drawing import drawn
from collectibles.printing.layouts import LAYOUTS
from collectibles.printing.selection import Selection, batch_of
from collectibles.printing.sheet import sheet_of
from collectibles.printing.table import table
from collectibles.services import make_codes
from kloppocar.api.errors import Refusal
from kloppocar.api.links import NoPublicAddress, public_address
from kloppocar.api.localized import MAIN_LANGUAGE, speak

ALL = 10_000_000  # codes of one table: a file has no gateway in its way
SHEET = 20_000  # codes of one sheet, 8 MB


class Command(BaseCommand):
    help = "Make codes of a campaign, all or none; write them as CSV or as QR codes. docs/campaigns.md says more."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="make|csv|sheet")
        make = commands.add_parser("make", help="make codes")
        make.add_argument("campaign", type=int, help="its number")
        make.add_argument("count", type=int, help="how many, 1 to 100000")
        make.add_argument("--max-uses", type=int, default=1, help="people a code is for; 0: without limit (1)")
        make.add_argument("--note", default="", help="what they are for")
        make.add_argument("--key", help="of two calls with the same key one makes codes")
        for name, says in (("csv", "write codes as a table"), ("sheet", "write codes as a PDF to print")):
            command = commands.add_parser(name, help=says)
            command.add_argument("campaign", type=int, help="its number")
            command.add_argument("file", help="- for standard output")
            command.add_argument("--batch", type=int, help="only this batch")
        command.add_argument("--layout", choices=LAYOUTS, default="a4", help="; ".join(map(described, LAYOUTS.items())))
        command.add_argument("--part", type=int, help=f"of more than {SHEET} codes")
        command.add_argument("--lang", default=MAIN_LANGUAGE, help="of the campaign's name (en)")
        for command in commands.choices.values():
            command.add_argument("--json", action="store_true", help="say for machines how it went")

    def handle(self, *args: Any, **options: Any) -> None:
        speak(MAIN_LANGUAGE)
        try:
            self.work(options)
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"The database cannot be reached: {error.args[-1]}", returncode=2) from None

    def work(self, options: dict[str, Any]) -> None:
        campaign = Distribution.objects.filter(pk=options["campaign"]).first()
        if campaign is None:
            raise CommandError(f"There is no campaign {options['campaign']}.", returncode=2)
        work = {"make": self.make, "csv": self.write_table, "sheet": self.write_sheet}[options["what"]]
        try:
            said, words = work(campaign, options)
        except Refusal as refusal:
            raise CommandError(str(refusal.detail), returncode=1) from None
        except NoPublicAddress as error:
            raise CommandError(str(error), returncode=2) from None
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}.", returncode=2) from None
        if options.get("file") != "-":
            self.stdout.write(json.dumps(said) if options["json"] else words)

    def make(self, campaign: Distribution, options: dict[str, Any]) -> tuple[dict, str]:
        if not 0 <= options["max_uses"] <= 1_000_000 or len(options["note"]) > 100:
            raise CommandError("--max-uses is from 0 to 1000000, --note at most 100 characters.", returncode=2)
        with progress(options["count"]) as told:
            made = make_codes(
                campaign=campaign,
                count=options["count"],
                max_uses=options["max_uses"] or None,
                note=options["note"],
                idempotency_key=options["key"],
                progress=told,
            )
        batch = made.batch
        said = {"campaign": campaign.pk, "batch": batch.pk, "created": batch.count, "replay": made.is_replay}
        verb = "were made before, with this key" if made.is_replay else "made"
        return said, f"{batch.count} codes of {campaign} {verb}: batch {batch.pk}"

    def write_table(self, campaign: Distribution, options: dict[str, Any]) -> tuple[dict, str]:
        selection = Selection(campaign, batch_of(campaign, options["batch"]))
        count = write(options["file"], table(selection, public_address(), most=ALL))
        said = {"campaign": campaign.pk, "batch": options["batch"], "file": options["file"], "bytes": count}
        return said, f"Codes of {campaign} in {options['file']}"

    def write_sheet(self, campaign: Distribution, options: dict[str, Any]) -> tuple[dict, str]:
        selection = Selection(campaign, batch_of(campaign, options["batch"]), options["part"])
        sheet = sheet_of(selection, LAYOUTS[options["layout"]], public_address(), options["lang"], most=SHEET)
        with progress(len(sheet.codes)) as told:
            count = write(options["file"], [drawn(sheet, told)])
        said = {"campaign": campaign.pk, "batch": options["batch"], "file": options["file"], "bytes": count}
        said |= {"codes": len(sheet.codes), "pages": sheet.pages, "layout": options["layout"]}
        return said, f"{len(sheet.codes)} codes of {campaign} on {sheet.pages} pages in {options['file']}"


def described(item: tuple[str, Any]) -> str:
    return f"{item[0]}: {item[1].says}"


def write(path: str, parts: Iterable[bytes]) -> int:
    """Beside the file first: what breaks off leaves what was there. How many bytes there were."""
    if path == "-":
        return sum(map(sys.stdout.buffer.write, parts))
    target = Path(path)
    unfinished = target.with_name(target.name + ".part")
    try:
        with unfinished.open("wb") as file:
            count = sum(map(file.write, parts))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


@contextmanager
def progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar that hears how far it is; nobody looks at one on Lambda, where it is not packed."""
    if not find_spec("tqdm"):
        yield lambda done: None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit="code", disable=None, leave=False, file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.n) and None
