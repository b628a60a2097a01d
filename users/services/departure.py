"""What of a person who has left lies outside the database: files, and the user pool's own user; both are deleted."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from kloppocar import aws
from kloppocar.storage import storage
from users.models import Departure, User

from .picture import keys_of

log = logging.getLogger(__name__)

READ_SECONDS = 2.0
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
AT_ONCE = 20


def plan(user: User, picture: str) -> None:
    """Write down what is left to do, in the transaction that empties the row."""
    files = keys_of(picture)
    if files or settings.COGNITO_USER_POOL_ID:
        Departure.objects.create(user=user, files=files)


def complete_due() -> int:
    """Try again what could not be done at once; how many were completed."""
    due = Departure.objects.filter(next_try_at__lte=timezone.now()).select_related("user")[:AT_ONCE]
    return sum(map(complete, list(due)))


def complete(departure: Departure) -> bool:
    """Whether nothing is left; else there will be another try, later each time."""
    if not is_mine(departure):
        return False
    try:
        if departure.files:
            with aws.asking("The media bucket"):
                storage().delete(*departure.files)
        if settings.COGNITO_USER_POOL_ID:
            delete_from_pool(departure.user.cognito_sub or "")
    except aws.AWSError as error:
        fields = {"user_id": departure.user_id, "tries": departure.tries, "reason": error.code}
        log.warning("of an erased person something is left outside the database", extra={"fields": fields})
        return False
    departure.delete()
    return True


def is_mine(departure: Departure) -> bool:
    """Of two who see the same row, one goes on; the next try is planned before this one is made."""
    pause = min(FIRST_PAUSE * 2 ** min(departure.tries, 10), LONGEST_PAUSE)
    seen = Departure.objects.filter(pk=departure.pk, tries=departure.tries)
    return bool(seen.update(tries=F("tries") + 1, next_try_at=timezone.now() + pause))


def delete_from_pool(sub: str) -> None:
    """By the name that the pool knows them by, which for those who came from elsewhere is not the subject."""
    with aws.asking("The user pool"):
        pool: Any = aws.client("cognito-idp", settings.AWS_REGION, read_seconds=READ_SECONDS)
        pool_id = settings.COGNITO_USER_POOL_ID
        for user in pool.list_users(UserPoolId=pool_id, Filter=f'sub = "{sub}"', Limit=1)["Users"]:
            try:
                pool.admin_delete_user(UserPoolId=pool_id, Username=user["Username"])
            except pool.exceptions.UserNotFoundException:
                return
