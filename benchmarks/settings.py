"""The portal's settings on PostgreSQL, with Viewflow beside it to measure against."""

import os
import tempfile

os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/placet_bench")
os.environ.setdefault("PLACET_VAR_DIR", tempfile.mkdtemp(prefix="placet-bench-"))
os.environ.setdefault("SECRET_KEY", "a key that guards nothing but a benchmark")
os.environ.setdefault("PLACET_HTTPS", "off")
os.environ.setdefault("LOG_LEVEL", "ERROR")
# Nobody listens: the benchmark measures steps, not messages.
os.environ.setdefault("CELERY_BROKER_URL", "memory://localhost/")

from portal.settings import *  # noqa: F403
from portal.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "viewflow", "viewflow.workflow", "benchmarks"]
