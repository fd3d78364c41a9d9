#!/bin/sh
# Makes .venv with the newest Python from 3.11 on, and lets every Python started from it keep bytecode inside .venv.
set -eu

new_enough() { "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if [ ! -x .venv/bin/python ] || ! new_enough .venv/bin/python; then
    for python in python3 python3.13 python3.12 python3.11; do
        if command -v "$python" >/dev/null 2>&1 && new_enough "$python"; then
            rm -rf .venv
            "$python" -m venv .venv
            break
        fi
    done
fi
if [ ! -x .venv/bin/python ]; then
    echo "Python 3.11 or newer with its venv module is needed (Debian: python3 python3-venv)." >&2
    exit 1
fi
packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# Also where PYTHONDONTWRITEBYTECODE is set, to keep sources clean: without bytecode each start compiles Django anew. What
# is isolated (`python -I -B`, a child with limits) goes on writing nothing.
# Started by way of a link, Python would look for packages, and for itself, through it, in whatever release it leads to
# by then: they are those of the release that was started (docs/operations/upgrade.md).
cat > "$packages/bytecode.pth" <<'END'
import os, sys; sys.path[:] = [os.path.realpath(path) if path.startswith(sys.prefix) else path for path in sys.path]
import os, sys; sys.executable = os.path.join(os.path.realpath(os.path.dirname(sys.executable)), os.path.basename(sys.executable))
import sys; sys.pycache_prefix = sys.pycache_prefix or sys.prefix + "/bytecode"; sys.dont_write_bytecode = sys.flags.isolated == 1
END
