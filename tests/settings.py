"""The portal's settings with what only tests need; the environment chooses the services."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_var = Path(tempfile.mkdtemp(prefix="placet-tests-"))
atexit.register(shutil.rmtree, _var, ignore_errors=True)

os.environ["PLACET_VAR_DIR"] = str(_var)
os.environ.setdefault("SECRET_KEY", "a key that is only good enough for tests, and long")
os.environ.setdefault("PLACET_HTTPS", "off")
os.environ.setdefault("LOG_LEVEL", "WARNING")

# Each test process keeps its jobs to itself; the tests of real workers start their own portal.
if "REDIS_URL" in os.environ:
    os.environ["CELERY_BROKER_URL"] = "memory://localhost/"

from portal.settings import *  # noqa: E402, F403
from portal.settings import CACHES, DATABASES  # noqa: E402

# Threads and processes of one test share the file; memory cannot be shared with IMMEDIATE.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(_var / "test.sqlite3")}

# Test processes may share one Redis, but not what they keep in it.
CACHES["default"]["KEY_PREFIX"] = f"tests-{os.getpid()}"

# Hashing slowly would only make the tests slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# `client.login` has no request to count; the tests of the lock-out turn this on.
AXES_ENABLED = False
