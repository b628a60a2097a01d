"""Push messages through SNS, in batches of devices that a cursor in the database hands out.

At most once: the cursor moves before a batch is sent, so that whoever dies half-way loses that batch's pushes (the
inbox has the message anyway) and nobody's phone rings twice. Two who work at once take different batches. When SNS
cannot be reached at all the batch is handed back, and the next event goes on there.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from kloppocar import aws
from users import sns
from users.models import Audience, Notification, NotificationReceipt, PushDevice, PushRun, UserStatus

log = logging.getLogger(__name__)

BATCH, THREADS = 100, 10
SECONDS, BATCHES = 10.0, 200  # of one invocation
STALE = timedelta(hours=24)  # nobody wants yesterday's push


def send_pushes(*, seconds: float = SECONDS, batches: int = BATCHES, now: datetime | None = None) -> Counter[str]:
    """Go on with every push that is not finished, oldest message first, until time or batches are used up."""
    deadline, total, now = time.monotonic() + seconds, Counter[str](), now or timezone.now()
    unfinished = Notification.objects.filter(push=True, published_at__isnull=False, push_run__finished_at__isnull=True)
    for message in unfinished.order_by("published_at", "id"):
        run, _ = PushRun.objects.get_or_create(notification=message)
        if reason := why_not(message, now):
            PushRun.objects.filter(pk=run.pk).update(finished_at=now)
            log.info("a push was skipped: %s", reason, extra={"fields": {"notification_id": message.pk}})
            continue
        with aws.asking("SNS"):
            send = sns.sender(message, deadline)
        while batches > 0 and time.monotonic() < deadline and (batch := take(message, run)):
            batches -= 1
            done = send_batch(send, batch)
            total += done
            if done and set(done) == {"unreachable"}:
                return total
    return total


def why_not(message: Notification, now: datetime) -> str:
    if not settings.SNS_PLATFORM_APPLICATION_ARN:
        return "SNS_PLATFORM_APPLICATION_ARN is not set"
    if message.published_at and message.published_at < now - STALE:
        return "it is too old"
    return ""


@dataclass(frozen=True)
class Batch:
    """Devices between two places of the cursor."""

    run: PushRun
    devices: list[PushDevice]
    before: int
    after: int


def take(message: Notification, run: PushRun) -> Batch | None:
    """The next batch, which is then nobody else's; None at the end."""
    while True:
        run.refresh_from_db()
        devices, last = next_batch(message, run.cursor)
        if last is None and finish(message, run):
            return None
        if last and PushRun.objects.filter(pk=run.pk, cursor=run.cursor).update(cursor=last):
            return Batch(run, devices, before=run.cursor, after=last)


def next_batch(message: Notification, cursor: int) -> tuple[list[PushDevice], int | None]:
    allowed = Q(user__push_enabled=True, user__is_active=True) & ~Q(user__status=UserStatus.DELETED)
    devices = PushDevice.objects.filter(allowed).select_related("user").order_by("id")
    if message.audience == Audience.SELECTED:
        rows = NotificationReceipt.objects.filter(notification=message, pk__gt=cursor).order_by("pk")
        receipts = list(rows.values_list("pk", "user")[:BATCH])
        people = [user for _, user in receipts]
        return list(devices.filter(user__in=people)), receipts[-1][0] if receipts else None
    if not message.is_welcome:
        devices = devices.filter(user__created_at__lte=message.published_at)
    batch = list(devices.filter(pk__gt=cursor)[:BATCH])
    return batch, batch[-1].pk if batch else None


@transaction.atomic
def finish(message: Notification, run: PushRun) -> bool:
    """Under the lock under which recipients are added: whether there are really no more of them."""
    Notification.objects.select_for_update().filter(pk=message.pk).first()
    if next_batch(message, run.cursor)[1] is not None:
        return False
    return bool(PushRun.objects.filter(pk=run.pk, cursor=run.cursor).update(finished_at=timezone.now()))


def send_batch(send: Callable[[PushDevice], sns.Result], batch: Batch) -> Counter[str]:
    """Send to all of them, a few at a time; then write down what became of each."""
    with ThreadPoolExecutor(THREADS) as threads:
        results = list(threads.map(send, batch.devices))
    done = Counter(result.what for result in results)
    if done and set(done) == {"unreachable"}:
        PushRun.objects.filter(pk=batch.run.pk, cursor=batch.after).update(cursor=batch.before)
        log.warning("SNS cannot be reached: the next event tries again", extra={"fields": {"devices": len(results)}})
        return done
    remember_endpoints(batch.devices, results)
    dead = [device.pk for device, result in zip(batch.devices, results, strict=True) if result.what == "dropped"]
    PushDevice.objects.filter(pk__in=dead).delete()
    PushRun.objects.filter(pk=batch.run.pk).update(
        sent=F("sent") + done["sent"],
        dropped=F("dropped") + done["dropped"],
        failed=F("failed") + done["failed"] + done["unreachable"],
    )
    return done


def remember_endpoints(devices: list[PushDevice], results: list[sns.Result]) -> None:
    changed = []
    for device, result in zip(devices, results, strict=True):
        if device.endpoint_arn != result.arn:
            device.endpoint_arn = result.arn
            changed.append(device)
    PushDevice.objects.bulk_update(changed, ["endpoint_arn"])
