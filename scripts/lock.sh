#!/usr/bin/env bash
# Write requirements.lock: everything that requirements.txt needs in turn, for every Python and machine that we run on,
# each file by its hash. It is what the Lambda zip and the container are installed from.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    .venv/bin/python -m venv "$tools"
    "$tools"/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
    uv=$tools/bin/uv
fi
pins=$(mktemp)
grep -v '^-r' requirements-dev.txt >"$pins" # one .venv holds both
"$uv" pip compile requirements.txt --constraint "$pins" --output-file requirements.lock "$@" \
    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --no-annotate --no-header --quiet >/dev/null
rm "$pins"
{
    echo "# Written by make lock from requirements.txt, never by hand: the whole of what runs, each file by its hash."
    cat requirements.lock
} >requirements.lock.new
mv requirements.lock.new requirements.lock
