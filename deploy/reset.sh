#!/bin/sh
# Removes what a portal has stored in DATA_DIR: only what it makes itself, and not while one is running there.
set -eu

data=${DATA_DIR:-var}
[ -d "$data" ] || exit 0
if [ ! -d "$data/run" ] && [ -n "$(ls -A "$data")" ]; then
    echo "$data does not look like a portal's data; nothing was removed." >&2
    exit 1
fi
if [ -e "$data/run/supervisor.lock" ] && ! flock --nonblock "$data/run/supervisor.lock" true; then
    echo "A portal is running on $data. End it first; nothing was removed." >&2
    exit 1
fi
for made in cache demo.json files keys log mail run static tmp; do
    rm -rf "${data:?}/$made"
done
rm -f "$data"/portal.sqlite3 "$data"/portal.sqlite3-wal "$data"/portal.sqlite3-shm
rmdir "$data" 2>/dev/null || ls -A "$data" | sed "s|^|kept: $data/|"
