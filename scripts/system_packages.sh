#!/usr/bin/env bash
# Install the missing Debian/Ubuntu packages of one purpose, or name them: system_packages.sh build|pictures|mariadb|browser
set -euo pipefail
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
python=${PYTHON3:-.venv/bin/python}

missing=()
need() { # PACKAGE COMMAND...: the package is missing unless the command succeeds
    "${@:2}" >/dev/null 2>&1 || missing+=("$1")
}
python_says() { "$python" -c "import sys, sysconfig; $1"; }
client_library() { pkg-config --exists mysqlclient || pkg-config --exists mariadb || pkg-config --exists libmariadb; }
header() { printf '#include <stdio.h>\n#include <%s>\n' "$1" | gcc -fsyntax-only -xc -; }
python_header() { test -e "$(python_says 'print(sysconfig.get_path("include"))')/Python.h"; }

case $1 in
build)
    need gcc command -v gcc
    need pkg-config command -v pkg-config
    need libmariadb-dev client_library
    need "$(python_says 'print("python%d.%d-dev" % sys.version_info[:2])')" python_header
    ;;
pictures)
    need gcc command -v gcc
    need libjpeg-dev header jpeglib.h
    need zlib1g-dev header zlib.h
    need "$(python_says 'print("python%d.%d-dev" % sys.version_info[:2])')" python_header
    ;;
mariadb)
    need mariadb-server-core command -v mariadbd
    need mariadb-client-core command -v my_print_defaults # mariadb-install-db asks for it
    ;;
bench)
    need wrk command -v wrk
    ;;
browser)
    need chromium command -v chromium
    need chromium-driver command -v chromedriver
    need curl command -v curl # the tour
    ;;
esac
[ ${#missing[@]} -gt 0 ] || exit 0

by_hand="install them with: apt-get install ${missing[*]}"
if ! command -v apt-get >/dev/null; then
    echo "System packages are missing (${missing[*]}) and there is no apt-get: install their like by hand."
    exit 1
elif [ "$(id -u)" = 0 ]; then
    as_root=()
elif sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
else
    echo "System packages are missing (${missing[*]}) and installing needs root: $by_hand"
    exit 1
fi

echo "Installing system packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@" </dev/null >>"$log" 2>&1
}
install() { apt install -y --no-install-recommends "${missing[@]}"; }
# Without package lists, or with old ones, the first try fails at once.
install || { apt update; install; } || {
    echo "System packages could not be installed ($(grep '^E:' "$log" | tail -1)): $by_hand"
    exit 1
}
