#!/bin/sh
# Installs the system packages that `make run` (or, with "test", the suite) needs and this machine lacks: by apt when
# root or sudo without a password allows it; otherwise says the one command to run and stops.
# With "compiler": what moves the clock for `make test-later`.
# Usage: deploy/system-packages.sh run|test|compiler
set -eu

installed() { dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }
have() { command -v "$1" >/dev/null 2>&1; }
missing=""
need() { missing="$missing $1"; }

if ! have dpkg-query || ! have apt-get; then
    echo "This is not Debian or Ubuntu: Python 3.11+ with venv, Pango with HarfBuzz's subset library" >&2
    echo "and, for the tests, PostgreSQL 15+, Redis 7+, Chromium, Poppler and SoftHSM 2 must be here already." >&2
    exit 0
fi

# What every start needs: a virtual environment, and what lays out certificates.
python3 -c 'import ensurepip, venv' 2>/dev/null || need python3-venv
for package in libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; do
    installed "$package" || need "$package"
done
# Characters of rare names (CJK extensions B and later).
installed fonts-hanazono || need fonts-hanazono
# Chinese in a PDF whose own fonts are not in it: reviewers look at pictures of it.
installed fonts-noto-cjk || installed fonts-wqy-zenhei || installed fonts-wqy-microhei || need fonts-noto-cjk

if [ "${1:-run}" = test ]; then
    have git || need git
    have curl || need curl
    have redis-server || have valkey-server || need redis-server
    have pdftoppm || need poppler-utils
    have softhsm2-util || need softhsm2
    have nginx || [ -x /usr/sbin/nginx ] || need nginx-light
    have strace || need strace
    have chromium || have chromium-browser || have google-chrome || need chromium
    have initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need postgresql
fi

if [ "${1:-run}" = compiler ]; then
    have cc || { need gcc; need libc6-dev; }
fi

[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root="env"
elif have sudo && sudo -n true 2>/dev/null; then
    as_root="sudo -n env"
else
    echo "Some system packages are missing. Run this once, then make again:" >&2
    echo "    sudo apt-get update && sudo apt-get install --yes --no-install-recommends$missing" >&2
    exit 1
fi

echo "Installing system packages:$missing"
# The servers are for the tests, which start their own: apt is told not to start any.
policy=${POLICY:-/usr/sbin/policy-rc.d}
if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    trap 'exit 1' INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
fi
apt="$as_root DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -q"
$apt update
# shellcheck disable=SC2086  # a list of words on purpose
$apt install --yes --no-install-recommends $missing
