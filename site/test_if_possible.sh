#!/bin/sh
# Tests the web site where that is possible, and says why it is not possible elsewhere.
# Arguments: make, and a Python to look for Chromium with.
set -u
make=$1
python=$2

skip() {
    echo "The web site is not tested: $1"
    exit 0
}

"$python" site/chromium.py >/dev/null 2>&1 || skip "there is no Chromium or Chrome (see site/chromium.py)."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "$make" --no-print-directory .venv-site/.ready >"$log" 2>&1; then
    skip "its environment could not be installed: $(tail -n 3 "$log")"
fi
exec "$make" --no-print-directory test-site PYTEST_ARGS=
