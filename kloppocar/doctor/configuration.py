"""Settings: what may not be in production, and what is easily forgotten there."""

import secrets as random
from datetime import UTC, datetime

from django.conf import settings
from django.core import checks
from django.core.cache import cache

from kloppocar import secret

from .finding import Finding, green, red, yellow


def debug() -> Finding:
    """Debug pages show settings and source; a log at DEBUG holds whole events, tokens included."""
    if settings.LOCAL:
        return green(f"local: debug is {'on' if settings.DEBUG else 'off'}")
    if settings.DEBUG:
        return red("debug is on", "Set DEBUG=off.")
    if settings.LOG_LEVEL == "DEBUG":
        return red("the log level is DEBUG: libraries log tokens and passwords", "Set LOG_LEVEL=INFO.")
    return green("debug is off")


def system_checks() -> Finding:
    """Django's own checks, outside local those for deployment too."""
    messages = checks.run_checks(include_deployment_checks=not settings.LOCAL)
    serious = [message for message in messages if not message.is_silenced() and message.level >= checks.WARNING]
    if not serious:
        return green("Django finds nothing")
    words = "; ".join(f"{message.id}: {message.msg.splitlines()[0][:100]}" for message in serious[:3])
    finding = red if any(message.level >= checks.ERROR for message in serious) else yellow
    return finding(words, "`manage.py check --deploy` says all of it.")


def hosts() -> Finding:
    """The Host header goes into links and cookies."""
    if "*" in settings.ALLOWED_HOSTS and not settings.LOCAL:
        return red("any host is answered for", "Set ALLOWED_HOSTS to the names of this stage.")
    return green(", ".join(settings.ALLOWED_HOSTS))


def public_address() -> Finding:
    """What printed QR codes lead to: once they hang in the world, nobody can correct them."""
    if settings.PUBLIC_URL:
        return green(f"QR codes lead to {settings.PUBLIC_URL}")
    return yellow(
        "QR codes lead to whatever address they were asked for at", "Set PUBLIC_URL before anything is printed."
    )


def old_clients() -> Finding:
    """The old app's routes are a promise with an end; whoever forgets it keeps them for ever."""
    last_day = settings.LEGACY_SUNSET
    if not settings.LEGACY_BRIDGE:
        return green("the old app's routes are off")
    if last_day is None:
        return yellow("the old app's routes answer without an end", "Set LEGACY_SUNSET to their last day.")
    if datetime.now(UTC).date() > last_day:
        return yellow(f"the old app's routes should be off since {last_day}", "Set LEGACY_BRIDGE=off.")
    return green(f"the old app's routes answer until {last_day}")


def cross_origin() -> Finding:
    """Which web pages of other origins may read answers; apps on a phone need none."""
    origins = settings.CORS_ALLOWED_ORIGINS
    if getattr(settings, "CORS_ALLOW_ALL_ORIGINS", False) or "*" in origins:
        return red("pages of every origin may read answers", "Set CORS_ALLOWED_ORIGINS to your own origins.")
    if settings.LOCAL:
        return green("localhost" if not origins else ", ".join(origins))
    if plain := [origin for origin in origins if not origin.startswith("https://")]:
        return red(f"{plain[0]} is not encrypted", "Name only https:// origins in CORS_ALLOWED_ORIGINS.")
    return green(", ".join(origins) or "no web page of another origin")


def shared_cache() -> Finding:
    """Throttles count in the cache; in local memory each process counts for itself."""
    backend = settings.CACHES["default"]["BACKEND"]
    key = f"doctor-{random.token_hex(8)}"
    try:
        cache.set(key, "well", 10)
        found = cache.get(key)
        cache.delete(key)
    except Exception as error:  # noqa: BLE001 - every cache has errors of its own
        return red(f"the cache fails: {type(error).__name__}", "Look at CACHE_URL; `createcachetable` makes its table.")
    if found != "well":
        return red("the cache forgets at once", "Look at CACHE_URL and at what it names.")
    if "locmem" not in backend.lower():
        return green(f"shared: {backend.rpartition('.')[2]}")
    if settings.LOCAL:
        return green("local memory, each process for itself")
    return yellow("local memory: each process throttles for itself", "Set CACHE_URL to redis:// or dbcache://.")


def database_secret() -> Finding:
    """Secrets Manager is asked again when a password was rotated, so it has to stay within reach."""
    if not settings.DB_SECRET:
        return green("none: the environment names the database")
    try:
        held = secret.read(settings.DB_SECRET, settings.AWS_REGION)
    except secret.SecretError as error:
        return red(str(error), "Let the role read the secret, and give the function a way to Secrets Manager.")
    return green(f"{settings.DB_SECRET} holds {', '.join(sorted(held))}")
