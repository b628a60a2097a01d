"""manage.py demo: load the demo data once, and say what there is to try."""

import json
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from collectibles.codes import format_code
from collectibles.models import Grant
from kloppocar import demo, triggers
from kloppocar.api.links import link_of_code
from kloppocar.demo.campaigns import CAMPAIGNS, code_of, codes_of
from users import local_issuer
from users.models import User

DAY = 24 * 3600
SHOWN = 3  # codes of a kind on the console


class Command(BaseCommand):
    help = "Load the demo data (local only; a second run changes nothing) and print people, codes and a first request."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError("Demo data is for ENV=local only.")
        if not demo.is_loaded():
            refuse_what_would_clash()
            demo.load()
        demo.play()
        told = summary()
        self.stdout.write(json.dumps(told) if options["json"] else page(told))


def refuse_what_would_clash() -> None:
    if User.objects.filter(username__in=[*demo.PEOPLE, demo.STAFF]).exists():
        raise CommandError(
            "This database has other people with the demo's names; demo data wants an empty one "
            f"({connection.settings_dict['NAME']})."
        )
    if missing := triggers.out_of_step(connection):
        raise CommandError(f"Run manage.py apply_triggers first: {', '.join(missing)} would count nothing.")


def summary() -> dict[str, Any]:
    base = f"http://localhost:{os.environ.get('PORT') or 8000}"
    token = local_issuer.access_token(sub=demo.sub_of("alice"), username="alice", ttl=DAY) if has_issuer() else None
    code = format_code(unused_code())
    return {
        "url": f"{base}/",
        "people": demo.PEOPLE,
        "staff": {"username": demo.STAFF, "password": demo.STAFF_PASSWORD},
        "codes": {campaign.word: [format_code(code) for code in codes_of(campaign)] for campaign in CAMPAIGNS},
        "token": token,
        "code": code,
        "landing": link_of_code(code, base),
        "curl": (
            f'curl -X POST {base}/api/v1/redemptions/ -H "Authorization: Bearer {token or "TOKEN"}" '
            f'-H "Content-Type: application/json" -d \'{{"code": "{code}"}}\''
        ),
    }


def has_issuer() -> bool:
    """Where a user pool is configured, tokens come from there."""
    return bool(settings.LOCAL_ISSUER)


def unused_code() -> str:
    """An open code that alice has not redeemed yet; the first one when she has them all."""
    had = set(Grant.objects.filter(user__cognito_sub=demo.sub_of("alice")).values_list("code__code", flat=True))
    return next((code for code in codes_of(CAMPAIGNS[0]) if code not in had), code_of(CAMPAIGNS[0].word))


def page(told: dict[str, Any]) -> str:
    base = told["url"].rstrip("/")
    return "\n".join(
        [
            f"Pages   {base}/  {base}/api/docs/  {base}/api/v1/  {base}/admin/",
            f"People  {', '.join(told['people'])} (a token: .venv/bin/python manage.py token alice)",
            f"Staff   {told['staff']['username']}, password {told['staff']['password']} (admin, browsable API)",
            f"Codes   each with a page, like {told['landing']}",
            *(codes_line(campaign.word, campaign.says, told["codes"][campaign.word]) for campaign in CAMPAIGNS),
            "",
            "Redeem one as alice (the same call again is refused: already_redeemed):",
            "",
            told["curl"],
            "",
        ]
    )


def codes_line(word: str, says: str, codes: list[str]) -> str:
    return f"  {word:8}  {'  '.join(codes[:SHOWN]):44}  {says}"
