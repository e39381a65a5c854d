#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image. Nothing is downloaded but a Python that is missing.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
source=$root/source
python=${AUTOGRADER_PYTHON:-python3}

if ! command -v "$python" >/dev/null; then
    apt-get update
    apt-get install -y --no-install-recommends python3
fi

# Student code runs as this user, who may read NumPy, and neither the answer key nor this folder
user=${AUTOGRADER_USER:-student}
if [ "$(id -u)" = 0 ]; then
    id "$user" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$user"
fi
"$python" -B "$source/installed.py" "$root/python"
chmod -R o= "$source" "$root/python/grader"
