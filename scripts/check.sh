#!/usr/bin/env bash
# Everything `make check` looks at before the suite: format, lint, types, migrations, Django's own checks.
set -euo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
failed=0

step() { # NAME COMMAND...: silent when all is well
    local output name=$1
    shift
    if output=$("$@" 2>&1); then
        echo "check: $name"
    else
        printf '%s\n' "$output"
        echo "check: $name FAILED"
        failed=1
    fi
}

loudly() { # NAME COMMAND...: also passes on what it could not do
    local output name=$1
    shift
    if output=$("$@" 2>&1); then
        printf '%s\n' "$output" | grep -E '[A-Z]{3,} [A-Z]{3,}' | sed 's/^/check: /' || echo "check: $name"
    else
        printf '%s\n' "$output"
        echo "check: $name FAILED"
        failed=1
    fi
}

has_mariadb() { $python -c 'import MySQLdb; from scripts.mariadb import program; program("mariadbd")' 2>/dev/null; }
locally() { env ENV=local DATABASE_URL=sqlite://:memory: "$@"; }
on_mariadb() { env ENV=local $python scripts/mariadb.py -- "$@"; }
as_deployed() { # what a stage's environment looks like; nothing is connected to
    env ENV=production DEBUG=false SECRET_KEY="$($python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
        DATABASE_URL=mysql://user:password@db.invalid/kloppocar DB_SSL=off ALLOWED_HOSTS=api.example.org \
        COGNITO_USER_POOL_ID=eu-central-1_example COGNITO_CLIENT_IDS=example "$@"
}

step "format" $python -m ruff format --check .
step "lint" $python -m ruff check .
if [ -x .venv/bin/hadolint ]; then
    step "Dockerfile" .venv/bin/hadolint Dockerfile
else
    echo "check: THE DOCKERFILE WAS NOT LINTED: HADOLINT IS NOT TO BE HAD FOR THIS MACHINE"
fi
loudly "no secrets in the history" $python -m scripts.secrets_scan
loudly "no known holes" $python -m scripts.audit
step "types" $python -m mypy
step "migrations are up to date" locally $python manage.py makemigrations --check --dry-run
step "system checks on SQLite" locally $python manage.py check --database default --fail-level WARNING
if has_mariadb || [ "${CI:-}" = true ]; then
    step "system checks on MariaDB" on_mariadb $python manage.py check --database default --fail-level WARNING
    step "system checks as deployed" as_deployed $python manage.py check --deploy --fail-level WARNING
else
    echo "check: SYSTEM CHECKS ON MARIADB AND AS DEPLOYED DID NOT RUN: MYSQLCLIENT OR MARIADBD IS MISSING"
fi
exit $failed
