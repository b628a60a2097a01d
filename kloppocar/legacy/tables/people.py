"""*User*: people, their devices, and who waits for a first verified e-mail."""

import re
import unicodedata
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from kloppocar.legacy.table import Context, Table
from kloppocar.legacy.values import Row, https
from users.cognito import SUB_SHAPE
from users.models import Adoption, PushDevice, User, UserStatus
from users.names import is_offensive, is_reserved
from users.services.sign_up import usable_email

KNOWN_TYPES = {None, "", "unregistered", "username", "email", "admin", "onboarding"}
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", " ": "_"})
is_username = re.compile(r"[A-Za-z0-9_.-]{3,30}").fullmatch
is_uuid = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
LOST_WITH_A_ROW = ("email", "username", "authData", "pushToken", "profileImg", "score")
# We do not say of which platform a token of theirs is: the app tells at its next start.
PLATFORM_OF_OLD_TOKENS = "android"


def person(row: Row, context: Context) -> list[Any]:
    """Whose account was closed comes without anything personal; the subject stays, so that its tokens are refused."""
    sub = subject(row)
    if sub is not None and merged(row, context, sub):
        return []
    if not row.flag("active", usual=True):
        context.scratch.claim("gone", row.new_id, row.old_id)
        return [closed(row, sub)]
    user = User(id=row.new_id, cognito_sub=sub, password=unusable(row), **row.times, **profile(row))
    user.username = username(row, context)
    user.email = email(row)
    user.score = row.number("score")
    user.status = status(row, user)
    return [user, *waiting(row, context, user), *device(row, context)]


def unusable(row: Row) -> str:
    """No password ever matches it."""
    return f"{UNUSABLE_PASSWORD_PREFIX}imported-{row.old_id}"


def closed(row: Row, sub: str | None) -> User:
    user = User(id=row.new_id, cognito_sub=sub, password=unusable(row), status=UserStatus.DELETED, is_active=False)
    user.push_enabled, user.score = False, row.number("score")
    user.created_at, user.updated_at = row.times.values()
    return user


def subject(row: Row) -> str | None:
    """The newest handler keeps it in two places, older ones an access token in one of them."""
    named, token = row.text("cognitoUsername"), row.text("authToken")
    if named and SUB_SHAPE.fullmatch(named):
        return named
    if is_uuid(token):
        return token
    if named:
        row.note("bad_sub", "cognitoUsername")
    return None


def standing(row: Row) -> tuple[str | None, int]:
    """The subject, and what of its rows is the person: an open account before a closed one, then one with a name."""
    return subject(row), 2 * row.flag("active", usual=True) + (usable_name(row) is not None)


def merged(row: Row, context: Context, sub: str) -> bool:
    """Whether this subject is somebody else: an account made here, or another row that stands for both."""
    if ("gone", sub) in context.found:
        context.scratch.claim("gone", context.found["gone", sub], row.old_id)
    other = context.scratch.one("SELECT person FROM people WHERE id = ?", row.old_id)
    there = context.found.get(("sub", sub), context.shifts.get(row.table, 0) + other)
    if there == row.new_id:
        return False
    row.note("already_signed_up" if other == row.old_id else "duplicate_sub", "cognitoUsername")
    first = context.source.by_key("User", "userId", [other])[other] if other != row.old_id else {}
    for column in LOST_WITH_A_ROW:
        if row[column] and row[column] != first.get(column):
            row.note("lost_with_a_row", column)
    row.new_id, row.merged = there, True
    return True


def profile(row: Row) -> dict[str, Any]:
    said = row.object("authData")
    country = str(said.get("country") or "").strip().upper()
    if country and not re.fullmatch("[A-Z]{2}", country):
        row.note("bad_country", "authData", country)
        country = ""
    picture = row.text("profileImg")
    usable = https(picture, longest=500) or ""
    if usable != picture:
        row.note("bad_media", "profileImg", picture)
    return {
        "country": country,
        "newsletter": str(said.get("newsletter")) == "1",
        "push_enabled": str(said.get("pushEnabled")) != "0",
        "picture": usable,
    }


def email(row: Row) -> str | None:
    found = usable_email(row.text("email"))
    if found is None and row["email"]:
        row.note("bad_email", "email")
    return found


def username(row: Row, context: Context) -> str | None:
    """As it was, or without its umlauts and spaces, if it is nobody's and may be chosen."""
    wanted = row.text("username")
    if not wanted:
        return None
    name = wanted if is_username(wanted) else plain(wanted)
    if name != wanted or not is_username(name):
        row.note("bad_username", "username", wanted)
    if not is_username(name):
        return None
    if usable_name(row) is None:
        row.note("reserved_username", "username", wanted)
        return None
    there = context.found.get(("username", name.lower()))
    if context.scratch.claim("username", name.lower(), row.old_id) != row.old_id or there not in (None, row.new_id):
        row.note("duplicate_username", "username", wanted)
        return None
    return name


def usable_name(row: Row) -> str | None:
    """What `username` comes to, whoever else may have it."""
    wanted = row.text("username")
    name = wanted if is_username(wanted) else plain(wanted)
    return name if is_username(name) and not is_reserved(name) and not is_offensive(name) else None


def plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.strip().translate(UMLAUTS))
    return decomposed.encode("ascii", "ignore").decode()


def status(row: Row, user: User) -> str:
    if row["userType"] not in KNOWN_TYPES:
        row.note("unknown_value", "userType", row["userType"])
    if row["userType"] == "admin":
        row.note("was_admin", "userType")
    waits = user.cognito_sub is None or user.username is None
    return UserStatus.ONBOARDING if waits else UserStatus.ACTIVE


def waiting(row: Row, context: Context, user: User) -> list[Adoption]:
    """For whoever first shows this e-mail, verified. Two rows of one e-mail: the older one waits."""
    if user.cognito_sub is not None:
        return []
    if not user.email:
        row.note("nobody_can_sign_in", "email")
        return []
    there = context.found.get(("waiting", user.email))
    if context.scratch.claim("waiting", user.email, row.old_id) != row.old_id or there not in (None, row.new_id):
        row.note("duplicate_email", "email")
        return []
    return [Adoption(user_id=row.new_id, email=user.email, **row.times)]


def device(row: Row, context: Context) -> list[PushDevice]:
    """The last one who had a token has it. While reporting, that may still be the wrong one."""
    token = row.text("pushToken")
    if not token or len(token) > 512:
        return []
    if context.is_reporting:
        if context.scratch.holder("device", token) is not None:
            row.note("device_moved", "pushToken")
        context.scratch.hand_over("device", token, row.old_id)
    is_mine = context.scratch.holder("device", token) == row.old_id and ("device", token) not in context.found
    last_seen = row.time("lastLoggedIn") or row.times["updated_at"]
    new = PushDevice(user_id=row.new_id, token=token, platform=PLATFORM_OF_OLD_TOKENS, last_seen_at=last_seen)
    new.created_at = new.updated_at = row.created
    return [new] if is_mine else []


def who_is_there(rows: list[Row], context: Context) -> dict[tuple[str, str], int]:
    """Accounts, names, waiting e-mails and devices that the new backend has already."""
    subs = [sub for row in rows if (sub := subject(row))]
    names = [name.lower() for row in rows if (name := usable_name(row))]
    emails = [found for row in rows if (found := usable_email(row.text("email")))]
    tokens = [token for row in rows if (token := row.text("pushToken"))]
    by_sub = User.objects.filter(cognito_sub__in=subs).values_list("cognito_sub", "pk")
    gone = by_sub.filter(status=UserStatus.DELETED)
    by_name = User.objects.filter(username_key__in=names).values_list("username_key", "pk")
    by_email = Adoption.objects.filter(email__in=emails).values_list("email", "user")
    by_token = PushDevice.objects.filter(token__in=tokens).values_list("token", "user")
    kinds = {"sub": by_sub, "gone": gone, "username": by_name, "waiting": by_email, "device": by_token}
    return {(kind, key): pk for kind, found in kinds.items() for key, pk in found}


PEOPLE = Table(
    name="User",
    model=User,
    columns="userId email username cognitoUsername authToken authData pushToken userType profileImg score lastLoggedIn "
    "active createdDt updatedDt",
    build=person,
    find=who_is_there,
)
