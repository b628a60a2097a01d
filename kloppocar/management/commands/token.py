"""A token to try the API with."""

import json
from argparse import ArgumentTypeError
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from users import local_issuer
from users.cognito import SUB_SHAPE
from users.emails import as_stored
from users.key_set import KeySetError
from users.models import User, UserStatus

MONTH = 30 * 24 * 3600


class Command(BaseCommand):
    help = "Print a signed token of a local person: an ID token, or with --access an access token."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("name", nargs="?", metavar="NAME", help="username, subject or e-mail of an existing person")
        who.add_argument("--sub", type=subject, help="any subject: the token's first use makes the person")
        parser.add_argument("--email", help="with --sub: the verified e-mail of the token")
        parser.add_argument("--access", action="store_true", help="an access token instead of an ID token")
        parser.add_argument("--staff", action="store_true", help="in the group admin (people with is_staff always are)")
        parser.add_argument("--ttl", type=seconds, default=24 * 3600, help="seconds that it is valid (default: a day)")
        parser.add_argument("--json", action="store_true", help="an object with token, type, sub, username, expires_at")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_ISSUER:
            raise CommandError("Tokens are signed here only where ENV is local and no user pool is configured.")
        if options["name"] and options["email"]:
            raise CommandError("--email goes with --sub; an existing person has their own.", returncode=2)
        try:
            person = the_person(options["name"]) if options["name"] else User(email=options["email"])
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(
                f"The database cannot say who that is: {error.args[-1]}. Is it there, and has it been migrated? "
                "`manage.py doctor --only database` looks closer."
            ) from error
        sub = person.cognito_sub or options["sub"]
        try:
            token = sign(person, sub, options)
        except (KeySetError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(as_json(token, person, sub, options) if options["json"] else token)


def sign(person: User, sub: str, options: dict[str, Any]) -> str:
    common = {"sub": sub, "username": person.username or "", "ttl": options["ttl"]}
    common["staff"] = options["staff"] or person.is_staff
    if options["access"]:
        return local_issuer.access_token(**common)
    return local_issuer.id_token(**common, email=person.email)


def as_json(token: str, person: User, sub: str, options: dict[str, Any]) -> str:
    expires = datetime.now(UTC) + timedelta(seconds=options["ttl"])
    kind = "access" if options["access"] else "id"
    answer = {"token": token, "type": kind, "sub": sub, "username": person.username}
    return json.dumps({**answer, "expires_at": expires.isoformat(timespec="seconds")})


def the_person(name: str) -> User:
    """By username, subject or e-mail, in that order; nobody's or several people's name is an error."""
    signing_in = User.objects.filter(cognito_sub__isnull=False).exclude(status=UserStatus.DELETED)
    for look_up in ({"username_key": name.lower()}, {"cognito_sub": name}, {"email": as_stored(name)}):
        found = list(signing_in.filter(**look_up)[:2])
        if len(found) == 1:
            return found[0]
    named = signing_in.filter(username__isnull=False).order_by("id")[:20]
    known = ", ".join(str(user) for user in named) or "nobody yet"
    raise CommandError(f"Nobody, or more than one person, is called {name!r}. There are: {known}. New people: --sub.")


def subject(text: str) -> str:
    if not SUB_SHAPE.fullmatch(text):
        raise ArgumentTypeError("a subject is 1 to 64 letters, digits and hyphens")
    return text


def seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MONTH:
        raise ArgumentTypeError(f"a number of seconds from 1 to {MONTH} (30 days)")
    return int(text)
