"""Budgets: how often somebody may do something, counted in the shared cache; RATES in the settings say how much.

A counter is one key a window, raised by the cache's atomic `incr`. Windows begin at another moment for everybody, so
that not all come back at once. When the cache cannot be reached, requests go on uncounted, and the log says so.
"""

import ipaddress
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, TypeVar
from zlib import crc32

from django.conf import settings
from django.core.cache import caches
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, Throttled
from rest_framework.throttling import BaseThrottle

log = logging.getLogger(__name__)
T = TypeVar("T")
COOL_DOWN = 10.0  # seconds for which a cache that failed is not asked again


class Usage(NamedTuple):
    """How much of one budget is used up, and in how many seconds it begins anew."""

    limit: int
    used: int
    reset: int

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


class Budget(NamedTuple):
    """What one `who` (a person or an address) may spend of the rate called `name`."""

    name: str
    who: str
    cache: str = "default"

    @property
    def key(self) -> str:
        return f"budget:{self.name}:{self.who}:{self.window[0]}"

    @property
    def window(self) -> tuple[int, int]:
        """The number of the present window, and the seconds until the next."""
        seconds = settings.THROTTLE_RATES[self.name][1]
        number, into = divmod(int(time.time()) + crc32(self.who.encode()) % seconds, seconds)
        return number, seconds - into

    def usage(self, used: int) -> Usage:
        return Usage(settings.THROTTLE_RATES[self.name][0], used, self.window[1])

    def spend(self) -> Usage:
        """Count one."""
        return self.usage(ask(self.count_one, 0))

    def give_back(self) -> None:
        """Uncount one that was spent."""
        ask(self.uncount_one, None)

    def uncount_one(self) -> None:
        with suppress(ValueError):  # its window is over
            caches[self.cache].decr(self.key)

    def count_one(self) -> int:
        cache, key = caches[self.cache], self.key
        try:
            return cache.incr(key)
        except ValueError:  # the first of this window
            keep = 2 * settings.THROTTLE_RATES[self.name][1]  # no counter ends before its window
            return 1 if cache.add(key, 1, keep) else cache.incr(key)


def look(*budgets: Budget) -> list[Usage]:
    """What is used of budgets in the same cache, asked at once."""
    keys = [budget.key for budget in budgets]
    found: dict[str, int] = ask(lambda: caches[budgets[0].cache].get_many(keys), {})
    return [budget.usage(found.get(key, 0)) for budget, key in zip(budgets, keys, strict=True)]


class Outage:
    """While the cache is down nobody waits for it: it is asked again after COOL_DOWN."""

    until = 0.0


def ask(question: Callable[[], T], otherwise: T) -> T:
    """What the cache answers, or `otherwise` when it is down."""
    if time.monotonic() < Outage.until:
        return otherwise
    try:
        return question()
    except Exception:  # every backend has errors of its own
        Outage.until = time.monotonic() + COOL_DOWN
        log.exception("the cache is down: requests go on uncounted")
        return otherwise


def client_address(request: Any) -> str:
    """Who is at the other end, as API Gateway saw it; of an IPv6 address the network, which is one customer's.

    Never `X-Forwarded-For`, whose left part anybody can write, and from which Zappa makes REMOTE_ADDR.
    """
    context = (request.META.get("lambda.event") or {}).get("requestContext") or {}
    seen = context.get("identity") or context.get("http") or {}
    text = seen.get("sourceIp") or request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(getattr(address, "ipv4_mapped", None) or address)


# --- What an answer tells of its budgets -------------------------------------------------------------------------


def remember(request: Any, *usages: Usage) -> None:
    request.budgets = [*getattr(request, "budgets", []), *usages]


def headers_of(request: Any) -> dict[str, str]:
    """The tightest of the budgets that a request was counted in."""
    usages = getattr(request, "budgets", [])
    if not usages:
        return {}
    tightest = min(usages, key=lambda usage: usage.left / usage.limit)
    numbers = {"Limit": tightest.limit, "Remaining": tightest.left, "Reset": tightest.reset}
    return {f"RateLimit-{name}": str(number) for name, number in numbers.items()}


# --- General budgets, and those of single routes -----------------------------------------------------------------


class BudgetThrottle(BaseThrottle):
    """Counts every request of a route in the budget `name`: by person, or by address for whoever has not signed in."""

    name = ""
    cache = "default"

    def budget(self, request: Any) -> Budget:
        user = request.user
        who = f"user-{user.pk}" if user.is_authenticated else client_address(request)
        return Budget(self.name, who, self.cache)

    def allow_request(self, request, view):
        if not settings.THROTTLING:
            return True
        usage = self.budget(request).spend()
        remember(request, usage)
        self.reset = usage.reset
        return usage.used <= usage.limit

    def wait(self):
        return self.reset


class GeneralBudget(BudgetThrottle):
    """The generous one, for everything; it is never counted in a database, which it would cost a write a request."""

    cache = "budgets"

    def budget(self, request):
        self.name = "user" if request.user.is_authenticated else "anonymous"
        return super().budget(request)


class UploadBudget(BudgetThrottle):
    """For routes that take files: `throttle_classes = [*api_settings.DEFAULT_THROTTLE_CLASSES, UploadBudget]`."""

    name = "uploads"


# --- Guesses ------------------------------------------------------------------------------------------------------


class Guesses:
    """Wrong guesses of one kind of secret, by person and by address; right ones are never counted.

    A person who guessed too often is refused whatever they send, or they could go on guessing. An address that did
    refuses only whoever guessed wrongly there themselves: a crowd behind one address is not stopped by one of them.
    """

    def __init__(self, kind: str, request: Any) -> None:
        self.kind, self.request = kind, request
        user, address = request.user, client_address(request)
        self.mine = Budget(f"{kind}_guesses", f"user-{user.pk}" if user.is_authenticated else address)
        self.there = Budget(f"{kind}_guesses_of_address", address)

    def refuse_when_spent(self) -> None:
        """Before a secret is looked up."""
        if settings.THROTTLING:
            mine, there = look(self.mine, self.there)
            self.refuse(mine, there, is_spent=mine.left == 0 or (mine.used > 0 and there.left == 0))

    def count_wrong(self) -> None:
        """After a secret was not found; refuses when this guess went beyond what was left."""
        if settings.THROTTLING:
            mine, there = self.mine.spend(), self.there.spend()
            is_spent = mine.used > mine.limit or (mine.used > 1 and there.used > there.limit)
            self.refuse(mine, there, is_spent=is_spent)

    def refuse(self, mine: Usage, there: Usage, *, is_spent: bool) -> None:
        remember(self.request, mine)
        if is_spent:
            wait = mine.reset if mine.left == 0 else there.reset
            raise Throttled(wait, _("Too many wrong guesses."))


@contextmanager
def counting(guesses: Guesses | None) -> Iterator[None]:
    """Count a secret that nobody knows after the transaction inside: a counter in the database outlives its end."""
    try:
        yield
    except APIException as refusal:
        if guesses is not None and refusal.get_codes() == f"unknown_{guesses.kind}":
            guesses.count_wrong()
        raise
