#!/bin/sh
# Writes requirements.lock and requirements-dev.lock afresh from pyproject.toml. Needs uv.
# Arguments go to uv:  tools/lock.sh --upgrade  takes the newest releases,
# tools/lock.sh --upgrade-package NAME  only that one; without them, pins that still fit stay.
set -eu
cd "$(dirname "$0")/.."

lock() { # output, further arguments…
    output=$1
    shift
    # --no-emit-*: a lock names no registry, so it serves behind any mirror.
    uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --quiet --output-file "$output" "$@"
}

# The runtime pins bind the dev lock, or `./run test` would change what `./run demo` runs on.
lock requirements.lock "$@"
lock requirements-dev.lock --extra dev --constraint requirements.lock "$@"
