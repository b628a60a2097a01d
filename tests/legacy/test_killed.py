"""Killed with -9 at any moment and run again, an import comes to what one clean run comes to."""

import json
import os
import random
import re
import signal
import subprocess
import sys
from collections import Counter

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectibles.invariants import violations
from kloppocar.models import LegacyId
from tests.legacy.conftest import run_import, start_again
from tests.legacy.test_size import crowd
from tests.triggers.test_killed import address

APPS = ["users", "communities", "catalog", "collectibles", "kloppocar"]
APPLIED = {"AppliedObject"}
# Numbered by the database as they come: which of them is which is said by what they hold.
NUMBERED = {
    "Adoption", "PushDevice", "ReservedNumber", "Transfer", "CopyEvent", "ChallengeContribution", "ChallengeTally",
    "DistributionCollectible", "MissionCollectible", "MissionProgress", "LegacyId", "LegacyTable",
}  # fmt: skip


@pytest.fixture
def killable(real_db, old_tables):
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.legacy.killable"],
        env=os.environ | {"DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "kloppocar.settings"},
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def order(**what):
        process.stdin.write(json.dumps({"url": old_tables.url, **what}) + "\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    yield order
    process.stdin.close()
    process.wait(timeout=60)
    process.stdout.close()


def result(since):
    """Every row as what it holds; what was stamped during the test has no time."""
    found = {}
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            if model.__name__ not in APPLIED:
                found[model.__name__] = Counter(held(model, row, since) for row in model.objects.values())
    return found


def held(model, row, since):
    hidden = {"id", "transfer_id"} if model.__name__ in NUMBERED else set()
    row = {name: "now" if hasattr(value, "tzinfo") and value >= since else value for name, value in row.items()}
    return json.dumps({name: value for name, value in row.items() if name not in hidden}, default=str, sort_keys=True)


def after_writes(queries):
    """The numbers of the statements before which something has just been written and perhaps not committed."""
    run = [query["sql"] for query in queries if query["sql"] not in {"BEGIN", "COMMIT", "ROLLBACK"}]
    return [place + 2 for place, sql in enumerate(run) if re.match(r"(\d+ times: )?(INSERT|UPDATE)", sql)]


@pytest.mark.parametrize(
    ("kills", "people"), [(12, 12), pytest.param(60, 600, marks=pytest.mark.deep)], ids=["few", "many"]
)
def test_killed_anywhere_and_run_again_it_is_as_if_nothing_had_happened(killable, old_tables, kills, people):
    since = timezone.now()
    old_tables.empty()
    crowd(old_tables, people=people, copies=3 * people)
    with CaptureQueriesContext(connection) as queries:
        assert run_import(old_tables.url, "--json", "--go-on")[0] == 0
    clean, moments = result(since), after_writes(queries)

    rng, in_the_middle = random.Random(kills), 0
    for round_ in range(kills):
        if round_ % 3 == 0:
            start_again()
        before = LegacyId.objects.count()
        code = killable(kill_at=moments[(round_ * len(moments) + rng.randrange(len(moments))) // kills])
        assert code in {0, -signal.SIGKILL}
        in_the_middle += LegacyId.objects.count() > before and code != 0

    assert killable() == 0
    assert violations() == {}
    assert result(since) == clean
    assert in_the_middle >= kills // 4
