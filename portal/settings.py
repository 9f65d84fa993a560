"""Every setting of Placet, read from the environment.

Without any variable set this is the *embedded* mode: SQLite, one process, brokers in memory.
``DATABASE_URL`` or ``REDIS_URL`` or ``CELERY_BROKER_URL`` switch to the *services* mode.
``deploy/.env.example`` explains each variable.
"""

from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from kombu import Exchange, Queue

from portal import console
from portal.log import logging_config
from portal.secret import secret_key

# Lets annotations name what Django's classes hold, such as Field[str, str], at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

SERVICES = any(name in env for name in ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"))
VAR_DIR = Path(env.str("PLACET_VAR_DIR", default=str(BASE_DIR / "var"))).absolute()
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- Safety -------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret_key(env.str("SECRET_KEY", default=""), services=SERVICES, directory=VAR_DIR)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# The scheme comes from the ASGI server, which trusts a proxy by its address (FORWARDED_ALLOW_IPS);
# a header that anybody can send decides nothing here.
HTTPS = env.bool("PLACET_HTTPS", default=SERVICES) and not DEBUG
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "portal.problems.csrf_failure"
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT = 25 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Service tasks reach public addresses only, and these networks. The demo's order service is local.
EGRESS_ALLOWED_NETWORKS = env.list(
    "EGRESS_ALLOWED_NETWORKS", default=[] if SERVICES else ["127.0.0.0/8", "::1/128"]
)

# --- Application --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "tasks",
    "processes",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.guardian",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "knox",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "portal.log.RequestStory",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.policy.LooserPolicyForVendorPages",
    "django.middleware.gzip.GZipMiddleware",
    "portal.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    # The innermost ones are synchronous, so that under ASGI the whole chain runs in one thread and
    # not with a hop to another thread per middleware.
    "portal.problems.RefusalsBecomePages",
    "portal.idempotency.IdempotentPosts",
]

ROOT_URLCONF = "portal.urls"
ASGI_APPLICATION = "portal.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.shell.shell",
            ],
        },
    }
]

# The sign-in page names the demo people and their password.
PLACET_DEMO = env.bool("PLACET_DEMO", default=False)

# The engine asks people through this class; it knows nothing else of them.
TASK_DESK = "tasks.services.rounds.Desk"

# --- People -------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "inbox"
ANONYMOUS_USER_NAME = None

# A name is locked per address, so that nobody locks a colleague out from elsewhere.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_IPWARE_META_PRECEDENCE_ORDER = ["REMOTE_ADDR"]
AXES_LOCKOUT_CALLABLE = "portal.problems.locked_out"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

# --- Database -----------------------------------------------------------------------------------

if "DATABASE_URL" in env:
    DATABASES = {"default": env.db("DATABASE_URL")}
else:
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / "placet.sqlite3")}
    }

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A deferred transaction that turns into a writer fails at once, whatever the timeout.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL",
    }
else:
    # Under ASGI every request has a new thread, so only a pool keeps connections.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": env.int("PLACET_DB_POOL", default=16), "timeout": 10},
        "prepare_threshold": 2,
        "server_side_binding": True,
        "options": "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s",
    }

# --- Messages: all of them are hints, the rows are the truth --------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "memory://localhost/")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "placet"
# What is due never queues up behind calls to slow systems: workers take turns between queues.
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), routing_key=name) for name in ("placet", "placet.due")
]
DUE = (
    *("processes.sweep", "processes.fire", "processes.begin", "processes.deliver"),
    *("tasks.sweep", "tasks.tell"),
)
CELERY_TASK_ROUTES = {name: {"queue": "placet.due"} for name in DUE}
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
# Sending happens after the commit, in a person's request: a dead broker must not hold it up.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
# Celery closes the database connection around every job unless this is set.
CELERY_DB_REUSE_MAX = 1_000
if CELERY_BROKER_URL.startswith("memory:"):
    # Kombu polls memory once a second otherwise.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.02}
elif CELERY_BROKER_URL.startswith(("redis:", "rediss:")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}

SWEEP_SECONDS = env.float("PLACET_SWEEP_SECONDS", default=5.0 if SERVICES else 2.0)
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = SWEEP_SECONDS
CELERY_BEAT_SCHEDULE = {
    "Fire due timers and rescue jobs": {"task": "processes.sweep", "schedule": SWEEP_SECONDS},
    "Remind and escalate": {"task": "tasks.sweep", "schedule": SWEEP_SECONDS},
    "Hand over work of who has left": {
        "task": "tasks.hand_over",
        "schedule": timedelta(minutes=1),
    },
    "Count votes again": {"task": "tasks.recount", "schedule": timedelta(minutes=1)},
    "Tell people": {"task": "tasks.tell", "schedule": SWEEP_SECONDS},
    "Check attachments": {"task": "tasks.scan", "schedule": timedelta(minutes=1)},
    "Clear up after tasks": {"task": "tasks.clear_up", "schedule": timedelta(hours=1)},
    "Forget old answers and tokens": {"task": "portal.forget", "schedule": timedelta(hours=1)},
}

# How often open pages are checked: whose session or right has ended hears nothing after that.
LIVE_CHECK_SECONDS = env.float("PLACET_LIVE_CHECK_SECONDS", default=2.0)

if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            # Redis publishes across its numbered databases; the prefix keeps portals apart.
            "CONFIG": {
                "hosts": [REDIS_URL],
                "prefix": f"placet{urlsplit(REDIS_URL).path.strip('/')}.",
            },
        }
    }
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "portal.channel_layer.ThreadSafeLayer"}}
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Embedded, mails become files that a person can look at.
EMAIL_CONFIG = env.email(
    "EMAIL_URL", default="consolemail://" if SERVICES else f"filemail:///{VAR_DIR / 'mail'}"
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Placet <placet@localhost>")
REPLY_TO = env.str("PLACET_REPLY_TO", default="")
# Links in messages begin with this.
BASE_URL = env.str(
    "PLACET_BASE_URL", default=next(iter(CSRF_TRUSTED_ORIGINS), "http://localhost:8000")
).rstrip("/")
NEWS_KEPT = timedelta(days=env.int("PLACET_NEWS_DAYS", default=90))
# Push services write here when our notifications give them trouble.
PUSH_CONTACT = env.str("PLACET_PUSH_CONTACT", default=parseaddr(DEFAULT_FROM_EMAIL)[1])

# --- REST ---------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.rest.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.rest.RightDeclared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.rest.JSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_PAGINATION_CLASS": "portal.rest.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "portal.openapi.Schema",
    "EXCEPTION_HANDLER": "portal.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=90), "AUTH_HEADER_PREFIX": "Token"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Placet",
    "DESCRIPTION": "Start processes, read their history, and decide tasks.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "TAGS": [
        {"name": "auth", "description": "Getting a token, and giving it back."},
        {"name": "processes", "description": "What can be started, and starting it."},
        {"name": "instances", "description": "Where things stand, and what happened."},
        {"name": "tasks", "description": "What people are asked, and answering."},
        {"name": "absences", "description": "Who is away, and who stands in meanwhile."},
        {"name": "organization", "description": "Units and people, and the work of who leaves."},
        {"name": "notifications", "description": "How you are told of what is new."},
        {"name": "messages", "description": "Telling instances what has happened elsewhere."},
        {"name": "jobs", "description": "Doing the work of a process outside of Placet."},
        {"name": "operating", "description": "For those who keep processes running."},
    ],
    "ENUM_NAME_OVERRIDES": {
        "InstanceStatus": "processes.models.Instance.Status",
        "IncidentStatus": "processes.models.Incident.Status",
        "TaskStatus": "tasks.models.Task.Status",
        "TaskKind": "tasks.models.Task.Kind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Pages --------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]

NODE_MODULES = BASE_DIR / "node_modules"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [
    (f"vendor/{name}", NODE_MODULES / path)
    for name, path in {
        "tabler/css": "@tabler/core/dist/css",
        "htmx": "htmx.org/dist",
        "bpmn-js": "bpmn-js/dist",
    }.items()
    # Commands that serve no page work before `npm ci` has run.
    if (NODE_MODULES / path).is_dir()
]
# Collected files have names that carry their hash; without collecting, the finders serve.
COLLECTED = env.bool("PLACET_COLLECTED_STATIC", default=False)
WHITENOISE_USE_FINDERS = not COLLECTED
STORAGES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "portal.static_files.CollectedFiles"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"
# Files that people lay beside tasks. No address leads to the folder.
STORAGES["attachments"] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {
        "location": MEDIA_ROOT / "attachments",
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    },
}
ATTACHMENT_BYTES = env.int("PLACET_ATTACHMENT_BYTES", default=10_000_000)
ATTACHMENT_BYTES_OF_A_TASK = env.int("PLACET_ATTACHMENT_BYTES_OF_A_TASK", default=50_000_000)
ATTACHMENT_TYPES = env.list(
    "PLACET_ATTACHMENT_TYPES",
    default=[
        *("pdf", "png", "jpg", "jpeg", "gif", "webp", "txt", "csv", "md"),
        *("docx", "xlsx", "pptx", "odt", "ods", "odp"),
    ],
)
# A dotted path of a function, or a command, that looks at each file; empty for none.
SCANNER = env.str("PLACET_SCANNER", default="")
MEDIA_URL = "media/"

UNFOLD = console.UNFOLD

# --- Watching -----------------------------------------------------------------------------------

LOGGING = logging_config(
    level=env.str("LOG_LEVEL", default="INFO"),
    json_lines=env.str("LOG_FORMAT", default="json" if SERVICES else "console") == "json",
)
METRICS_TOKEN = env.str("PLACET_METRICS_TOKEN", default="")
PROMETHEUS_EXPORT_MIGRATIONS = False
