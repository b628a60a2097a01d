#!/usr/bin/env bash
# Prepare .venv/ with everything a developer needs. Quick when the requirements have not changed.
set -euo pipefail
cd "$(dirname "$0")/.."
log=.venv/setup.log
stamp=.venv/setup.stamp

say() { echo "setup: $*"; }
fail() {
    say "$*" >&2
    exit 1
}
reason() { grep -i error $log | tail -1 | grep . || tail -1 $log; }

works() { # PYTHON: 3.11 or later, and not a version manager's shim that leads nowhere
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local candidate bare=
    local candidates=(python3 python3.{14,13,12,11} /usr/bin/python3 "$HOME"/.pyenv/versions/3.1[1-4]*/bin/python3)
    for candidate in ${PYTHON3:-"${candidates[@]}"}; do
        works "$candidate" || continue
        "$candidate" -c 'import ensurepip, venv' 2>/dev/null && echo "$candidate" && return
        bare=$candidate
    done
    [ -z "$bare" ] || fail "$bare lacks its venv module; install it with: apt-get install python3-venv"
    fail "no working Python 3.11 or later was found; PYTHON3=/path/to/python3 names one."
}

install() { # with uv where there is one, else (or where it fails) with pip
    local uv
    uv=$(command -v uv || ls .venv/bin/uv 2>/dev/null) &&
        "$uv" pip install --python .venv/bin/python "$@" >>$log 2>&1 ||
        .venv/bin/python -m pip install --disable-pip-version-check --no-input "$@" >>$log 2>&1
}

driver_works() { .venv/bin/python -c 'import MySQLdb' 2>/dev/null; }

install_driver() { # mysqlclient has no Linux wheel, so it is built here
    if scripts/system_packages.sh build; then
        say "building the MySQL driver"
        install "$(grep -o '^mysqlclient==[^ ]*' requirements.txt)" && driver_works && return
        say "mysqlclient could not be built: $(reason)"
    fi
    say "without mysqlclient SQLite works, but MySQL and MariaDB do not."
}

state=$(cat requirements.txt requirements.lock requirements-dev.txt scripts/setup.sh | sha256sum)
if works .venv/bin/python && [ "$(cat $stamp 2>/dev/null)" = "$state" ]; then
    driver_works || install_driver
    exit 0
fi

if ! works .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    say "making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv >/dev/null || fail "$python could not make .venv."
fi

say "installing requirements-dev.txt (a minute, the first time)"
: >$log
grep -hv -e '^-r' -e '^mysqlclient==' -e '^axe-' requirements.txt requirements-dev.txt >.venv/requirements.txt
# The same versions as on Lambda; by hash only what runs is installed, as a whole.
grep -o '^[A-Za-z0-9._-]*==[^\\]*' requirements.lock >.venv/constraints.txt
install -r .venv/requirements.txt -c .venv/constraints.txt &&
    install --no-deps "$(grep -o '^axe-[^ ]*' requirements-dev.txt)" ||
    fail "installing failed: $(reason) (more in $log)"
driver_works || install_driver
echo "$state" >$stamp
