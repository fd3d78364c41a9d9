#!/bin/sh
# What the timers of deploy/systemd do, for docker-compose.yml (TZ says whose half past three): new files every minute,
# a whole backup a night, read through on Sundays. One that failed is tried again the next minute; 运行状态 rings when
# none is younger than 26 hours.
set -u

made_lately() { [ -n "$(find "$BACKUP_DIR" -mindepth 2 -maxdepth 2 -name whole -mmin -1200)" ]; }

while sleep "${BACKUP_PAUSE:-60}"; do
    if [ "$(date +%H%M)" -ge 0330 ] && ! made_lately; then
        python manage.py backup --keep 14 || continue
        [ "$(date +%u)" -ne 7 ] || python manage.py check_backups
    else
        python manage.py backup --files
    fi
done
