"""Deleting people from Cognito's user pool, as often as it takes."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from kloppocar import aws
from users.models import PoolRemoval

log = logging.getLogger(__name__)

READ_SECONDS = 2.0
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
AT_ONCE = 20


def remove_due() -> int:
    """Try again what could not be done at once; how many were removed."""
    due = PoolRemoval.objects.filter(next_try_at__lte=timezone.now()).select_related("user")[:AT_ONCE]
    return sum(map(remove_from_pool, list(due)))


def remove_from_pool(removal: PoolRemoval) -> bool:
    """Whether the pool knows this person no more; else there will be another try, later each time."""
    if not is_mine(removal):
        return False
    try:
        with aws.asking("The user pool"):
            pool = aws.client("cognito-idp", settings.AWS_REGION, read_seconds=READ_SECONDS)
            delete(pool, removal.user.cognito_sub or "")
    except aws.AWSError as error:
        fields = {"user_id": removal.user_id, "tries": removal.tries, "reason": error.code or type(error).__name__}
        log.warning("an erased person is still in the user pool", extra={"fields": fields})
        return False
    removal.delete()
    return True


def is_mine(removal: PoolRemoval) -> bool:
    """Of two who see the same row, one goes on; the next try is planned before this one is made."""
    pause = min(FIRST_PAUSE * 2 ** min(removal.tries, 10), LONGEST_PAUSE)
    seen = PoolRemoval.objects.filter(pk=removal.pk, tries=removal.tries)
    return bool(seen.update(tries=F("tries") + 1, next_try_at=timezone.now() + pause))


def delete(pool: Any, sub: str) -> None:
    """By the name that the pool knows them by, which for those who came from elsewhere is not the subject."""
    pool_id = settings.COGNITO_USER_POOL_ID
    found = pool.list_users(UserPoolId=pool_id, Filter=f'sub = "{sub}"', Limit=1)["Users"]
    for user in found:
        try:
            pool.admin_delete_user(UserPoolId=pool_id, Username=user["Username"])
        except pool.exceptions.UserNotFoundException:
            return
