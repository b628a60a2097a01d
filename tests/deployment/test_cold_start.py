"""What a fresh Lambda imports before its first answer: nothing that only others need, and no newcomer unseen."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

# The handler, the application, and the routes, as the first request loads them. The package has no `requests`.
PROGRAM = """
import sys, time
sys.modules["requests"] = None
from zappa.ext.django_zappa import get_django_wsgi
get_django_wsgi("kloppocar.settings")
from django.urls import get_resolver
get_resolver().resolve("/api/v1/collectibles/")
print(time.process_time(), *(name for name, module in sys.modules.items() if module))
"""
PRODUCTION = {
    "ENV": "production",
    "SECRET_KEY": "of no account",
    "ALLOWED_HOSTS": "api.example",
    "DATABASE_URL": "mysql://nobody:nothing@127.0.0.1:9/none",
    "DB_SSL": "off",
    "COGNITO_USER_POOL_ID": "pool",
    "COGNITO_CLIENT_IDS": "app",
}
# Top-level packages on the way in. Each of them costs every cold start.
KNOWN = {
    *("MySQLdb", "asgiref", "corsheaders", "cryptography", "django", "django_filters", "drf_spectacular"),
    *("drf_spectacular_sidecar", "drf_standardized_errors", "environ", "inflection", "jwt", "orjson", "rest_framework"),
    *("sqlparse", "typing_extensions", "uritemplate", "whitenoise", "yaml", "zappa"),
    *("kloppocar", "users", "communities", "catalog", "collectibles"),
}
NOT_PACKED = {"cython_runtime", "pygments", "sitecustomize"}  # a developer's, which the Lambda has not
# Of what is known, what has to wait until somebody asks for it.
LATER = (
    r"drf_spectacular\.(openapi|plumbing|views)|rest_framework\.test|django\.test"
    r"|(users|communities|catalog|collectibles)\.admin"
    r"|collectibles\.(pages|printing\.(drawing|lettering|selection|sheet|table))"
    r"|kloppocar\.(desk\.(site|dashboard|charts)|roles|api\.(admin|actions|history\.admin))"
)
MOST_CPU = 2.5  # seconds, on a machine that does other things; alone it takes a fifth
LINE = re.compile(r"import time: +(\d+) \| +(\d+) \| ( *)(\S+)")


@pytest.fixture(scope="module")
def imported():
    """Each module with the milliseconds that it and what it imports took, and the module that asked for it."""
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LD_LIBRARY_PATH"}}
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", PROGRAM],
        cwd=settings.BASE_DIR, env=environment | PRODUCTION, capture_output=True, text=True, check=True,
    )  # fmt: skip
    modules, above = {}, {}
    for line in reversed(run.stderr.splitlines()):  # a module stands below those that it imported
        if found := LINE.match(line):
            depth, name = len(found[3]), found[4]
            above[depth] = name
            asked_by = next((above[d] for d in sorted(above, reverse=True) if d < depth), "the program")
            modules[name] = (int(found[2]) / 1000, asked_by)
            above = {d: n for d, n in above.items() if d <= depth}
    seconds, *names = run.stdout.split()
    return {name: modules.get(name, (0, "the start")) for name in names}, float(seconds)


def told(modules, names):
    return [f"{name}: {modules[name][0]:.1f} ms, imported by {modules[name][1]}" for name in sorted(names)]


def test_no_newcomer_is_imported_on_the_way_to_the_first_answer(imported):
    modules, _ = imported
    packages = {name for name in modules if not name.startswith("_")}
    third = {name for name in packages if name.partition(".")[0] not in sys.stdlib_module_names}
    newcomers = {name for name in third if name.partition(".")[0] not in KNOWN | NOT_PACKED}

    assert not newcomers, "\n".join(told(modules, newcomers))


def test_what_few_ask_for_is_imported_when_they_do(imported):
    modules, _ = imported

    early = {name for name in modules if re.fullmatch(LATER, name)}

    assert not early, "\n".join(told(modules, early))


def test_the_way_to_the_first_answer_stays_within_its_budget(imported):
    modules, seconds = imported
    dearest = sorted(modules, key=lambda name: -modules[name][0])[:15]

    assert seconds < MOST_CPU, told(modules, dearest)
