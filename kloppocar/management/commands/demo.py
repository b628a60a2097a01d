"""manage.py demo: load the demo data once, and say what there is to try."""

import json
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from collectibles.codes import format_code
from kloppocar import demo
from users import local_issuer
from users.models import User


class Command(BaseCommand):
    help = "Load the demo data (local only; a second run changes nothing) and print people, codes and a first request."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("Demo data is for ENV=local only.")
        if not demo.is_loaded():
            if User.objects.filter(username__in=[*demo.PEOPLE, "staff"]).exists():
                raise CommandError("This database has people of its own with demo names; demo data needs an empty one.")
            demo.load()
            demo.play()
        summary = self.summary()
        self.stdout.write(json.dumps(summary) if options["json"] else self.page(summary))

    def summary(self) -> dict[str, Any]:
        words = [word for word, *_ in demo.CAMPAIGNS]
        token = local_issuer.access_token(sub="demo-alice", username="alice", ttl=24 * 3600)
        return {
            "people": demo.PEOPLE,
            "staff": {"username": "staff", "password": demo.STAFF_PASSWORD},
            "codes": {word: [format_code(code) for code in demo.codes_of(word)] for word in words},
            "token": token,
        }

    def page(self, summary: dict[str, Any]) -> str:
        base = f"http://localhost:{os.environ.get('PORT') or 8000}"
        code = summary["codes"]["open"][0]
        lines = [
            f"Pages     {base}/  {base}/api/docs/  {base}/api/v1/  {base}/admin/",
            f"People    {', '.join(summary['people'])} (a token: .venv/bin/python manage.py token alice)",
            f"Staff     {summary['staff']['username']}, password {summary['staff']['password']}",
            *(f"Codes     {word:9} {'  '.join(codes)}" for word, codes in summary["codes"].items()),
            "Redeem one as alice:",
            "",
            f"curl -X POST {base}/api/v1/redemptions/ \\",
            f"  -H 'Authorization: Bearer {summary['token']}' \\",
            f"  -H 'Content-Type: application/json' -d '{{\"code\": \"{code}\"}}'",
            "",
        ]
        return "\n".join(lines)
