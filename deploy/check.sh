#!/bin/bash
# `make check`: each guard by name; all of them run, two at a time, and the end says which did not hold.
set -uo pipefail

export PATH="$PWD/.venv/bin:$PATH"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
touch "$scratch/failed"

guard() {
    local name=$1 output
    shift
    output=$(mktemp "$scratch/output.XXXX")
    if "$@" >"$output" 2>&1; then
        echo "ok      $name"
    else
        printf 'FAILED  %s\n%s\n' "$name" "$(cat "$output")"
        echo "$name" >>"$scratch/failed"
    fi
}

empty_start() {
    DATA_DIR=$scratch/data python manage.py migrate --verbosity 0 &&
        DATA_DIR=$scratch/data python manage.py prepare
}

# Made-up values of the right shape: what is checked is that production settings ask for everything and warn of nothing.
production() {
    env DATA_DIR="$scratch/production" DJANGO_SETTINGS_MODULE=ceportal.settings.production \
        CEPORTAL_SECRET_KEY="$(printf 'a1b2c3d4e5%.0s' {1..7})" CEPORTAL_SEALING_KEY="$(printf '0%.0s' {1..64})" \
        CEPORTAL_INDEX_KEY="$(printf '1%.0s' {1..64})" ALLOWED_HOSTS=portal.example PUBLIC_URL=https://portal.example \
        DATABASE_URL=postgresql://portal@127.0.0.1/portal REDIS_URL=redis://127.0.0.1:6379/0 "$@"
}

templates() {
    djlint --check templates && djlint --lint templates
}

rules() {
    guard "branches of the rules" python -m tests.house.branches
    guard "production settings" production python manage.py check --deploy --fail-level WARNING
}

code() {
    guard "format" ruff format --check .
    guard "lint" ruff check .
    guard "import contracts" lint-imports
    guard "types" mypy .
    guard "templates" templates
    guard "migrations" env DATA_DIR="$scratch/migrations" python manage.py makemigrations --check --dry-run
    guard "old code beside new tables" env DATA_DIR="$scratch/migrations" python -m tests.house.migrations
    guard "empty database" empty_start
}

rules &
lane=$!
code
# A lane that was killed has not said what it found.
wait "$lane" || echo "branches of the rules, or production settings: broken off" >>"$scratch/failed"

if [[ -s $scratch/failed ]]; then
    printf '\nThese do not hold: %s\n' "$(paste --serial --delimiters=, "$scratch/failed")"
    exit 1
fi
