"""Settings, all from the environment (django-environ); none is needed for `manage.py up`."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import environ
from django.conf import global_settings
from django.urls import reverse_lazy
from kombu import Exchange, Queue

from bounceadmin import data_dir
from bounceadmin.look import UNFOLD  # noqa: F401
from bounceadmin.queues import QUEUES, ROUTES
from bounceadmin.schedule import ARCHIVING, SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# Where the embedded default keeps its database and its generated secret key.
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data")))
SECRET_KEY = data_dir.prepare(DATA_DIR, env.str("SECRET_KEY", default=""))
# Former keys: what they sealed or signed is still read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "bounceadmin.errors.csrf_failure"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "bounceadmin.apps.BounceadminAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    # The page that describes the API, with its scripts from here rather than another host.
    "ninja",
    "lists",
    "lists.outgoing",
    "bounces",
    "diagnostics",
    "bounceadmin.api",
    # Last, so that its roles find the permissions of all others.
    "bounceadmin.apps.BounceadminConfig",
]

MIDDLEWARE = [
    # First: probes and metrics are asked for by IP address and over plain HTTP.
    "bounceadmin.operating.endpoints.OperatingMiddleware",
    # Before all that may answer below /api/ with a page for people.
    "bounceadmin.api.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Before all that only pages need.
    "bounceadmin.machines.MachinesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "bounceadmin.middleware.PreferencesMiddleware",
    "bounceadmin.logins.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "bounceadmin.urls"
WSGI_APPLICATION = "bounceadmin.wsgi.application"
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
            ],
        },
    }
]

# --- database ---------------------------------------------------------------------------------
DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'bounceadmin.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets the web read while the worker writes; IMMEDIATE takes the write lock at BEGIN, so
    # that two writers wait for each other rather than fail half way. FULL has a commit on the disk
    # when it returns: sources delete what is stored, so a power cut must not take it back.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# So many connections to PostgreSQL are shared by the threads of a web process (gunicorn.conf.py).
WEB_CONNECTIONS = env.int("WEB_CONNECTIONS", default=10)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- work -------------------------------------------------------------------------------------
# The database holds what is pending; the broker only wakes workers. `memory://` is the broker of
# `manage.py up`: web, worker and scheduler in one process.
CELERY_BROKER_URL = env.str(
    "CELERY_BROKER_URL", default=env.str("REDIS_URL", default="memory://localhost/")
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# How often a worker's children are asked for a sign of life.
CELERY_WORKER_PULSE_SECONDS = env.float("WORKER_PULSE_SECONDS", default=10.0)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A lost broker must not make a writer wait: the sweep finds what it could not announce.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_timeout": 5, "socket_connect_timeout": 2}
    if CELERY_BROKER_URL.startswith("redis")
    else {"polling_interval": 0.2}
)
CELERY_TIMEZONE = "UTC"
CELERY_TASK_QUEUES = [
    Queue(queue.name, Exchange(queue.name), routing_key=queue.name) for queue in QUEUES
]
CELERY_TASK_ROUTES = {task: {"queue": queue.name} for task, queue in ROUTES.items()}
# Any number of them may run: one announces.
CELERY_BEAT_SCHEDULER = "bounceadmin.operating.one_beat:OneBeat"
CELERY_BEAT_SCHEDULE = dict(SCHEDULE)

# --- API --------------------------------------------------------------------------------------
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=600)
# Ten thousand addresses, as JSON.
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
# Limits are counted here for all processes together: in Redis where there is one. One process
# needs none.
CACHE_URL = env.str(
    "CACHE_URL", default=CELERY_BROKER_URL if CELERY_BROKER_URL.startswith("redis") else ""
)
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": CACHE_URL,
            "KEY_PREFIX": "bounceadmin",
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1},
        }
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- outgoing webhooks ------------------------------------------------------------------------
# They go to public addresses only, and to these networks, such as 10.1.0.0/16.
WEBHOOK_ALLOWED_NETWORKS = env.list("WEBHOOK_ALLOWED_NETWORKS", default=[])

# --- bounces ----------------------------------------------------------------------------------
# A longer message is cut here: a bounce says what it has to say at its beginning.
MAX_MESSAGE_BYTES = env.int("MAX_MESSAGE_BYTES", default=10 * 1024 * 1024)
# A webhook's request; the largest are SendGrid's batches. Never more than MAX_MESSAGE_BYTES.
WEBHOOK_MAX_BYTES = env.int("WEBHOOK_MAX_BYTES", default=5 * 1024 * 1024)
PIPELINE_BATCH_SIZE = env.int("PIPELINE_BATCH_SIZE", default=2000)
# What nothing proves to be about our mail, of one sender in an hour; more is held back.
STORM_CAP_PER_HOUR = env.int("STORM_CAP_PER_HOUR", default=500)
# A run at a mailbox ends after so long and goes on in the next one, so that workers stay free.
MAILBOX_RUN_SECONDS = env.int("MAILBOX_RUN_SECONDS", default=45)
# Maildirs are read below these folders only, whatever is set up in the admin.
MAILDIR_ROOTS = env.list("MAILDIR_ROOTS", default=[])
# A worker that has not finished what it claimed after this long is taken for dead.
PIPELINE_CLAIM_SECONDS = env.int("PIPELINE_CLAIM_SECONDS", default=300)
# How long it is remembered which mails were counted as sent or delivered; older events of mail
# services are not counted.
RECEIPT_RETENTION_DAYS = env.int("RECEIPT_RETENTION_DAYS", default=60)
# More bounces a day to one signed return path are not believed, unless their mails are known.
RETURN_PATH_DAILY_LIMIT = env.int("RETURN_PATH_DAILY_LIMIT", default=10)
# Names of mail hosts of yours: their `Received` and `Authentication-Results` are believed where
# they stand above everything that came with the message.
TRUSTED_AUTHSERV_IDS = env.list("TRUSTED_AUTHSERV_IDS", default=[])
RAW_MESSAGE_RETENTION_DAYS = env.int("RAW_MESSAGE_RETENTION_DAYS", default=30)
# A bucket (S3 API) that the text of processed messages moves to; without one it stays in the
# database. Keys come from where Amazon's library looks for them: AWS_ACCESS_KEY_ID and
# AWS_SECRET_ACCESS_KEY, or the machine's role.
RAW_BUCKET = env.str("RAW_BUCKET", default="")
RAW_BUCKET_FOLDER = env.str("RAW_BUCKET_FOLDER", default="bounceadmin")
# Who else than Amazon keeps it: https://s3.example.com
RAW_BUCKET_ENDPOINT = env.str("RAW_BUCKET_ENDPOINT", default="")
RAW_BUCKET_REGION = env.str("RAW_BUCKET_REGION", default="")
# AES256 or aws:kms, where the bucket does not encrypt by itself.
RAW_BUCKET_ENCRYPTION = env.str("RAW_BUCKET_ENCRYPTION", default="")
STORAGES = global_settings.STORAGES
if RAW_BUCKET:
    STORAGES = {
        **STORAGES,
        "raw_messages": {
            "BACKEND": "bounces.raw_bucket.RawBucket",
            "OPTIONS": {
                "bucket_name": RAW_BUCKET,
                "location": RAW_BUCKET_FOLDER,
                "endpoint_url": RAW_BUCKET_ENDPOINT or None,
                "region_name": RAW_BUCKET_REGION or None,
                "object_parameters": (
                    {"ServerSideEncryption": RAW_BUCKET_ENCRYPTION} if RAW_BUCKET_ENCRYPTION else {}
                ),
            },
        },
    }
    CELERY_BEAT_SCHEDULE |= ARCHIVING
# Days until an event's address makes room for a keyed hash; 0 keeps addresses.
EVENT_RETENTION_DAYS = env.int("EVENT_RETENTION_DAYS", default=365)
# Whole months before this one whose events are kept; 0 keeps all, as numbers about nobody.
EVENT_DROP_MONTHS = env.int("EVENT_DROP_MONTHS", default=0)
# RFC 5321 2.4 lets a domain tell `Ann` from `ann`; hardly any does. False compares exactly.
FOLD_LOCAL_PART = env.bool("FOLD_LOCAL_PART", default=True)
# Keys that sign return paths, newest first; old ones go on being read. Default: from SECRET_KEY.
VERP_KEYS = env.list("VERP_KEYS", default=[])

# --- lists ------------------------------------------------------------------------------------
# Days whose counts by recipient domain and by reason are kept, but never fewer than health is asked
# for (366); what each campaign has come to, and its days as a whole, stay. 0 keeps all.
DAY_COUNT_RETENTION_DAYS = env.int("DAY_COUNT_RETENTION_DAYS", default=400)
# The largest file of suppressions that may be imported through a page.
MAX_IMPORT_BYTES = env.int("MAX_IMPORT_BYTES", default=512 * 1024 * 1024)

# --- alerts -----------------------------------------------------------------------------------
# smtp://user:password@mail.example.com:587?tls=True; without it alerts are only shown, and nobody
# is mailed a link to set a new password.
EMAIL_IS_SET_UP = bool(env.str("EMAIL_URL", default=""))
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="bounceadmin@localhost")
# Where people reach this site, for links in mails: https://bounces.example.com
SITE_URL = env.str("SITE_URL", default="")
# Mail goes out and nothing comes back for so long: say so. 0 never says it.
ALERT_SILENCE_HOURS = env.int("ALERT_SILENCE_HOURS", default=48)

# --- diagnostics ------------------------------------------------------------------------------
# Name servers to ask, as `192.0.2.53` or `192.0.2.53#5353`; none: those of the system.
DIAGNOSTICS_RESOLVERS = env.list("DIAGNOSTICS_RESOLVERS", default=[])
# Seconds and questions that one diagnosis may spend on the DNS.
DIAGNOSTICS_SECONDS = env.int("DIAGNOSTICS_SECONDS", default=40)
DIAGNOSTICS_QUESTIONS = env.int("DIAGNOSTICS_QUESTIONS", default=600)
# Every list is checked again after so many hours; 0 leaves it to people.
DIAGNOSTICS_EVERY_HOURS = env.int("DIAGNOSTICS_EVERY_HOURS", default=0)
# Days until a diagnosis is deleted; the newest result of each question and subject stays. 0: never.
DIAGNOSTICS_RETENTION_DAYS = env.int("DIAGNOSTICS_RETENTION_DAYS", default=400)
# Internal networks, such as 10.1.0.0/16, that people with the permission may have connected to.
DIAGNOSTICS_ALLOWED_NETWORKS = env.list("DIAGNOSTICS_ALLOWED_NETWORKS", default=[])
# The name to greet mail hosts with; this host's own where empty.
DIAGNOSTICS_HELO = env.str("DIAGNOSTICS_HELO", default="")
DIAGNOSTICS_SMTP_PORT = env.int("DIAGNOSTICS_SMTP_PORT", default=25)
# The relay that round trips are sent with, the one that campaigns are sent with.
PROBE_RELAY_HOST = env.str("PROBE_RELAY_HOST", default="")
PROBE_RELAY_PORT = env.int("PROBE_RELAY_PORT", default=25)
PROBE_RELAY_TLS = env.str("PROBE_RELAY_TLS", default="none")  # none, starttls or tls
PROBE_RELAY_USER = env.str("PROBE_RELAY_USER", default="")
PROBE_RELAY_PASSWORD = env.str("PROBE_RELAY_PASSWORD", default="")
# Probes go to nobody here. RFC 2606 lets no name below `invalid` exist.
PROBE_RECIPIENT_DOMAIN = env.str("PROBE_RECIPIENT_DOMAIN", default="probe.invalid")

# --- web --------------------------------------------------------------------------------------
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Who fails so often from one address waits. A name alone locks nobody out: others could do that.
AXES_FAILURE_LIMIT = env.int("LOGIN_TRIES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_LOCK_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "bounceadmin.logins.locking.locked"
AXES_CLIENT_IP_CALLABLE = "bounceadmin.operating.access.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Who logged in when and from where is personal data that nobody asked for.
AXES_DISABLE_ACCESS_LOG = True
# We show its rows in the look of the site.
AXES_ENABLE_ADMIN = False
# Roles that must have a second factor; `superuser` and `everyone` may be named too.
SECOND_FACTOR_FOR = env.list("SECOND_FACTOR_FOR", default=[])
# A link to set a new password holds once, and for an hour.
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", "English"), ("ja", "日本語")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
FORMAT_MODULE_PATH = ["bounceadmin.formats"]
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Where `manage.py collectstatic` was run, as for the image, files are there compressed and under
# names that browsers may keep for ever. Without it they are served straight from the apps, so that
# one command needs no other before it.
STATIC_ROOT = env.str("STATIC_ROOT", default="")
WHITENOISE_USE_FINDERS = not STATIC_ROOT
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
if STATIC_ROOT:
    STORAGES = {
        **STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
# Nothing from elsewhere, and no script or stylesheet within a page. Alpine.js, which unfold is made
# with, compiles the attributes of our own templates ('unsafe-eval') and sets styles of elements;
# that no address or message gets into such attributes, Django's escaping sees to.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
# Behind TLS (production) set HTTPS=true; `up` on a laptop speaks plain HTTP.
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# A proxy of ours writes X-Forwarded-Proto and appends the client to X-Forwarded-For.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None

# --- operating --------------------------------------------------------------------------------
# Who may read /metrics: who shows the token, or asks from one of the networks. Nobody by default.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_NETWORKS = env.list("METRICS_NETWORKS", default=[])

# `line` is for people, `json` for what gathers logs. Addresses are masked unless asked for.
LOG_FORMAT = env.str("LOG_FORMAT", default="line")
LOG_PERSONAL_DATA = env.bool("LOG_PERSONAL_DATA", default=False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "bounceadmin.operating.logs.LineFormatter"},
        "json": {"()": "bounceadmin.operating.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        # Django's own handlers would write in a form of their own.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # These write down whole conversations, passwords and tokens among them.
        "imapclient": {"level": "WARNING"},
        "mail.log": {"level": "WARNING"},
    },
}

# Python's warnings are log lines too.
logging.captureWarnings(True)

# Errors are reported to Sentry where its DSN is given.
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="production")
