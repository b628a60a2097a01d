"""One process that makes calls, one after the other, as so many phones would. Django is set up when it starts."""

import signal
import time
from threading import Barrier
from typing import TYPE_CHECKING, Any, NamedTuple

import django

if TYPE_CHECKING:
    from .scenarios import Call

SECONDS_TO_START = 120
PATIENCE = 5  # how often a call is made again when the database was too busy: what a phone does after a 503
PAUSE = 0.2
DONE = {"redeem": "granted", "claim": "granted", "accept": "accepted", "cancel": "withdrawn", "open": "offered"}


class Outcome(NamedTuple):
    """What a call was answered: a word of DONE, a refusal's code, or `error: ...`; and when, on the machine's clock."""

    answer: str
    started: float
    ended: float
    retries: int


def prepare(database: str, all_ready: Barrier) -> None:
    """Connect to `database`, and wait until every process has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    connection.ensure_connection()
    all_ready.wait(SECONDS_TO_START)


def make(calls: list["Call"]) -> list[Outcome]:
    return [outcome_of(call) for call in calls]


def outcome_of(call: "Call") -> Outcome:
    """The call's answer; while the database is too busy, it is made again after a pause."""
    from django.db import OperationalError

    from kloppocar.api.errors import Refusal

    started, answer, retries = time.monotonic(), "", 0
    while not answer:
        try:
            perform(call)
            answer = DONE[call.action]
        except Refusal as refusal:
            answer = refusal.code
        except OperationalError as error:
            answer = f"error: {error}" if retries == PATIENCE else ""
            retries += 1
            time.sleep(0 if answer else PAUSE)
        except Exception as error:  # noqa: BLE001 - the report shows it, and counts it as a violation
            answer = f"error: {type(error).__name__}: {error}"
    return Outcome(answer, started, time.monotonic(), retries)


def perform(call: "Call") -> None:
    from collectibles import services
    from collectibles.models import Copy
    from users.models import User

    user: Any = User(pk=call.user)
    user.acts_as_staff = user.acts_as_administrator = True  # sees the stage, which nobody else does
    what: Any = call.what
    if call.action == "redeem":
        services.redeem(user=user, code=what)
    elif call.action == "claim":
        services.claim_mission(user=user, mission_id=what)
    elif call.action == "accept":
        services.accept(user=user, secret=what)
    elif call.action == "cancel":
        services.cancel(user=user, transfer_id=what)
    else:
        services.open_offer(giver=user, copy=Copy(pk=what))
