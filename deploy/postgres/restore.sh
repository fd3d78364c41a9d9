#!/bin/sh
# Lays the newest whole backup where the database of docker-compose.yml keeps its data, and the log after it, as root
# (docs/operations/containers.md). The next start reads the log to its end. Refuses a place that is not empty.
set -eu

data=${PGDATA:-/var/lib/postgresql/data} from=${BACKUP_DIR:-/backup}
if [ -n "$(ls -A "$data")" ]; then
    echo "$data is not empty: nothing was changed." >&2
    exit 1
fi
newest=$(find "$from" -mindepth 2 -maxdepth 2 -name whole | sort | tail -1)
if [ -z "$newest" ]; then
    echo "$from holds no whole backup." >&2
    exit 1
fi
cp -r "${newest%/whole}/base/." "$data"
mkdir -p "$data/restored-log"
[ ! -d "$from/wal" ] || cp -r "$from/wal/." "$data/restored-log"
# The segment that was being written ends in .partial.
echo "restore_command = 'cp restored-log/%f %p || cp restored-log/%f.partial %p'" >> "$data/postgresql.auto.conf"
touch "$data/recovery.signal"
chown -R "${OWNER:-postgres}:" "$data"
chmod 700 "$data"
echo "${newest%/whole}"
