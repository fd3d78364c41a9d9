#!/bin/sh
# Makes the secrets docker-compose.yml asks for, each once. Keep a copy elsewhere: without sealing_key and index_key
# the ID numbers in a backup cannot be read.
set -eu

folder=$(dirname "$0")/secrets
mkdir -p "$folder"
umask 037
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
for name in secret_key sealing_key index_key database_password; do
    [ -e "$folder/$name" ] || random > "$folder/$name"
done
printf 'postgresql://portal:%s@postgres:5432/portal' "$(cat "$folder/database_password")" > "$folder/database_url"
# What signs certificates. A licensed authority's key and certificate (PEM, one file) take its place.
[ -e "$folder/signing_key" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj "/CN=ceportal" -keyout - 2>/dev/null > "$folder/signing_key"
# The image's user reads them as this group.
chown 0:10001 "$folder"/* 2>/dev/null || echo "Run as root, or let group 10001 read $folder." >&2
