"""How long an import of many rows takes, and that it does not take more memory for more of them."""

import json
import os
import random
import subprocess
import sys
import time

import pytest
from django.conf import settings

from collectibles.invariants import violations
from tests.legacy.conftest import start_again
from tests.legacy.old_backend import SCHEMA, at
from tests.triggers.test_killed import address


def crowd(old, *, people, copies, collectibles=20):
    """People with copies, of which one in ten was handed on, one in twenty has a number that another has, and two in
    three came by a code.
    """
    rng = random.Random(1)
    old.fill()
    for table in ("UserCollectible", "DistributionCodeUser", "DistributionCode"):
        old.run(f"TRUNCATE `{table}`")
    ids = range(10, 10 + people)
    old.many(
        "User", ["userId", "email", "username", "cognitoUsername", "userType", "createdDt"],
        [(pk, f"p{pk}@example.com", f"p{pk}", f"sub-{pk}" if pk % 7 else None, "email", at(0)) for pk in ids],
    )  # fmt: skip
    old.many("CommunityUser", ["communityId", "memberId"], [(1, pk) for pk in ids if pk % 2])
    kinds = range(10, 10 + collectibles)
    old.many(
        "Collectible", ["collectibleId", "collectionId", "categoryId", "projectId", "name", "circulation", "createdDt"],
        [(pk, 1, 1, 1, f"Thing {pk}", copies if pk % 2 else None, at(0)) for pk in kinds],
    )  # fmt: skip
    rows, redemptions = [], []
    for pk in range(1, copies + 1):
        owner, kind, mint = rng.choice(ids), rng.choice(kinds), pk if rng.random() > 0.05 else rng.randint(0, pk)
        previous = rng.choice(ids) if rng.random() < 0.1 else None
        rows.append((pk, owner, kind, mint, previous, at(pk % 5_000 + 30), at(pk % 5_000)))
        if pk % 3:
            redemptions.append((pk, previous or owner, pk, 1, at(pk % 5_000), f'{{"collectibleId": {kind}}}'))
    old.many(
        "UserCollectible",
        ["userCollectibleId", "ownerId", "collectibleId", "mint", "previousOwnerId", "lastTransferredDt", "createdDt"],
        rows,
    )
    old.many("DistributionCode", ["distributionCodeId", "distributionId", "code", "isMultiUse"],
             [(pk, 1, f"OLD-{pk}", 0) for pk in range(1, copies + 1)])  # fmt: skip
    old.many(
        "DistributionCodeUser",
        ["distributionCodeUserId", "userId", "distributionCodeId", "redeemed", "redeemedDate", "collectibleReceived"],
        redemptions,
    )
    old.many("MissionUser", ["userId", "missionId", "progress", "completed"], [(pk, 1, 0, pk % 5 == 0) for pk in ids])
    old.many("NotificationUser", ["notificationId", "userId", "markRead"], [(1, pk, pk % 3 == 0) for pk in ids])


SCRIPT = """
import json, resource, sys
from django.core.management import execute_from_command_line as run
try:
    run(["manage.py", "import_legacy", sys.argv[1]])
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def measured(old):
    """In a process of its own: what it says, seconds by the clock and of its own work, and megabytes at most."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, old.url],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "kloppocar.settings"},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    work, megabytes = json.loads(done.stdout.splitlines()[-1])
    return time.monotonic() - began, work, megabytes


@pytest.mark.deep
def test_a_hundred_thousand_rows_a_minute_and_no_more_memory_for_more(real_db, old_tables):
    """By the import's own work: the server's is half of that, and other work may run beside."""
    memory = {}
    for people, copies in ((500, 2_000), (5_000, 30_000)):
        old_tables.empty()
        crowd(old_tables, people=people, copies=copies)
        rows = sum(old_tables.run(f"SELECT COUNT(*) FROM `{table}`")[0][0] for table in SCHEMA)
        start_again()
        seconds, work, memory[copies] = measured(old_tables)
        sys.stdout.write(f"{rows} rows, {seconds:.0f} s, own work {work:.0f} s, {memory[copies]:.0f} MB\n")

    assert violations() == {}
    assert rows / work * 60 > 100_000
    assert memory[30_000] < memory[2_000] + 40
