"""The site as in production, on the database that ``BENCH_DATABASE`` names."""

import os
import tempfile
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

ROOT_URLCONF = "tests.bench.urls"
VAR_DIR = Path(tempfile.gettempdir()) / "platform-bench"  # made papers, if any
WHITENOISE_ROOT = VAR_DIR / "root"  # a static file beside the published one
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False

if name := os.environ.get("BENCH_DATABASE"):
    for alias in DATABASES.values():
        alias["NAME"] = name

# Where nothing may be lost, the database waits for its disk as in production.
if os.environ.get("BENCH_DURABLE"):
    for alias in DATABASES.values():
        options = alias["OPTIONS"]["options"]
        alias["OPTIONS"]["options"] = options.replace(
            "synchronous_commit=off", "synchronous_commit=on"
        )
