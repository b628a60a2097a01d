"""Signing in: the keys of the tokens, the clock that judges them, and the trigger that makes people."""

import os
import time
from datetime import UTC

from django.conf import settings
from django.db import connection

from kloppocar import aws
from kloppocar.user_pool import TRIGGER, Attachment, function_name
from users import key_set
from users.cognito import LEEWAY_SECONDS

from .database import ask
from .finding import Finding, green, red, yellow


def keys() -> Finding:
    """The issuer's public keys: pinned, or fetched from where they are published."""
    if settings.LOCAL_ISSUER:
        return green("the local issuer's")
    pinned = settings.COGNITO_JWKS
    try:
        found = key_set.parse_key_set(pinned or key_set.fetch(settings.COGNITO_JWKS_URL))
    except key_set.KeySetError as error:
        if pinned:
            return red(f"COGNITO_JWKS: {error}", "Copy the pool's key set anew.")
        return red(
            f"{settings.COGNITO_JWKS_URL}: {error}",
            "Give the function a way to the internet (NAT), or pin the key set in COGNITO_JWKS.",
        )
    return green(f"{len(found)} {'pinned' if pinned else 'fetched'}")


def clock() -> Finding:
    """Tokens name moments: a clock that is off refuses good ones or takes old ones."""
    if connection.vendor == "sqlite":
        return green("this machine's own; nobody to compare it with")
    before = time.time()
    theirs = ask("SELECT UTC_TIMESTAMP(6)").replace(tzinfo=UTC).timestamp()
    off = theirs - (before + time.time()) / 2
    words = f"{abs(off):.1f} s {'behind' if off > 0 else 'before'} the database's"
    if abs(off) > LEEWAY_SECONDS:
        return red(words, "Set both clocks by NTP: tokens are refused or taken too long.")
    if abs(off) > 2:
        return yellow(words, "Set both clocks by NTP.")
    return green("agrees with the database's")


def trigger() -> Finding:
    """Cognito calls this very function when a sign-up is confirmed, and may."""
    if settings.LOCAL_ISSUER:
        return green("none needed locally")
    by_hand = "`manage.py attach_cognito STAGE --check` finds out from where you deploy."
    function, pool = os.environ.get("AWS_LAMBDA_FUNCTION_NAME"), settings.COGNITO_USER_POOL_ID
    if not function or not pool:
        return yellow("not on Lambda: whom Cognito calls is not known here", by_hand)
    try:
        return judge(Attachment(pool, function, settings.AWS_REGION))
    except aws.AWSError as error:
        return yellow(str(error), by_hand)


def judge(attachment: Attachment) -> Finding:
    called = (attachment.pool().get("LambdaConfig") or {}).get(TRIGGER, "")
    mend = "`manage.py attach_cognito STAGE`."
    if not called:
        return red(f"{attachment.pool_id} calls nobody: people are made by their first token only", mend)
    if function_name(called) != attachment.function:
        return red(f"{attachment.pool_id} calls {function_name(called)}", mend)
    attachment.alias = called.partition(f"function:{attachment.function}:")[2]
    if any(change.setting == "permission" for change in attachment.differences()):
        return red(f"{attachment.pool_id} may not call {attachment.function}", mend)
    return green(f"{attachment.pool_id} calls {attachment.function}")
