"""What every way of running the portal shares. Each value a deployment may change is read from the environment."""

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from dj_database_url import DBConfig

from ceportal import env
from ceportal.settings.clock import CLOCK_JOBS, InAnyOrder
from ceportal.settings.logs import LOG_FORMAT, LOGGING  # noqa: F401
from ceportal.settings.mail import *  # noqa: F403

BASE_DIR = env.ROOT
DATA_DIR = env.data_dir()

DEBUG = False
TESTING = False
# Demo accounts, `tick --now` and the like exist only where this is on.
DEMO = env.flag("CEPORTAL_DEMO", default=False)
# A place to try the interface: every key is in force at once, seeded people bring about every outcome (docs/api).
SANDBOX = env.flag("CEPORTAL_SANDBOX", default=False)

ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")
# The address in QR codes and letters, without a trailing slash.
PUBLIC_URL = env.text("PUBLIC_URL", f"http://127.0.0.1:{env.number('PORT', 8000)}")

INSTALLED_APPS = [
    "ceportal.kernel",
    "accounts",
    "bases",
    "credits",
    "reviews",
    "certificates",
    "ceportal.office.apps.OfficeConfig",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "ceportal.office.apps.BureauAdminConfig",
    "rest_framework",
    "oauth2_provider",
    "import_export",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ceportal.kernel.middleware.BrowserRules",
    "csp.middleware.CSPMiddleware",
    "ceportal.kernel.middleware.StaticFiles",
    "ceportal.kernel.middleware.RequestFacts",
    "ceportal.kernel.middleware.UnderMaintenance",
    "ceportal.kernel.middleware.CountedAnswers",
    "ceportal.kernel.middleware.WaitedTooLong",
    "ceportal.kernel.middleware.KnownMethods",
    "ceportal.kernel.middleware.ReadableForms",
    "accounts.middleware.Sessions",
    "ceportal.kernel.middleware.CommonRules",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLimits",
    "accounts.middleware.AskedToAgree",
    "ceportal.kernel.middleware.PersonalPages",
    "ceportal.kernel.middleware.DesksAtTheirPlace",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ceportal.kernel.middleware.RefusedAnswers",
]

ROOT_URLCONF = "ceportal.urls"
WSGI_APPLICATION = "ceportal.wsgi.application"

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
                "ceportal.office.context_processors.navigation",
            ],
        },
    }
]
FORM_RENDERER = "ceportal.kernel.forms.FieldRenderer"


# What is asked of PostgreSQL, and how soon each side knows that the other is gone: a lost machine in 25 seconds, a
# client that was killed in five (`kernel/selectors/silence.py` bounds what is silent otherwise).
_OF_A_LINE = {
    "options": "-c cursor_tuple_fraction=1 -c client_connection_check_interval=5s",
    "connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}  # fmt: skip


def database(url: str) -> DBConfig:
    """SQLite gets WAL, IMMEDIATE and a long wait (reliability F2, R4); PostgreSQL keeps its connections.

    Cursors are read to their end, so PostgreSQL plans for all of their rows, not for the first tenth as it comes: the
    216 choices of a form took 30 ms among 29,600 units, 13.5 ms so (decision 71).
    """
    config = dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)
    if config["ENGINE"].endswith("sqlite3"):
        config["CONN_MAX_AGE"] = 0
        config["CONN_HEALTH_CHECKS"] = False
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    else:
        config["OPTIONS"] = {**_OF_A_LINE, **config.get("OPTIONS", {})}
        config["DISABLE_SERVER_SIDE_CURSORS"] = env.flag("DISABLE_SERVER_SIDE_CURSORS", default=False)
    return config


DATABASES = {"default": database(env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'portal.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.IdNumberOrPhone"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "office:home"
LOGOUT_REDIRECT_URL = "office:front"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Beside what the policy asks (accounts.rules.passwords): djbh3 is GB/T 22239 level 3, nist is SP 800-63B-4.
PASSWORD_POLICY = env.one_of("PASSWORD_POLICY", "djbh3", "nist")
# Days after which the password of somebody with a duty runs out (djbh3 alone); 0: never.
PASSWORD_MAX_DAYS = env.number("PASSWORD_MAX_DAYS", 90)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ["name"]}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]  # fmt: skip
# Whether those who act for others must have a second factor, or may (everybody may).
SECOND_FACTOR = env.one_of("SECOND_FACTOR", "required", "offered")
# Whether everybody agrees to the notice of how data are handled before anything else, or may.
PRIVACY_NOTICE = env.one_of("PRIVACY_NOTICE", "required", "offered")
# Years after which who has left may be named no more (ceportal.office.services.erasing). To be settled by a lawyer.
RETENTION_YEARS = env.number("RETENTION_YEARS", 3)
# Days after which what waits where nobody can act is shown to the offices above as stuck.
STUCK_DAYS = env.number("STUCK_DAYS", 7)
# Days for which a device is remembered that was not seen again.
DEVICE_DAYS = env.number("DEVICE_DAYS", 180)
# Minutes without a click after which a session ends, for those on duty and the others; hours after which any does.
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 30)
SESSION_IDLE_MINUTES_ON_DUTY = env.number("SESSION_IDLE_MINUTES_ON_DUTY", 15)
SESSION_HOURS = env.number("SESSION_HOURS", 8)
# Another provider of identities, by OpenID Connect; off while the issuer is empty (accounts.services.outside).
OIDC_ISSUER = env.text("OIDC_ISSUER", "")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET", "")
OIDC_LABEL = env.text("OIDC_LABEL", "统一身份认证")
OIDC_SCOPES = env.text("OIDC_SCOPES", "openid")
# The claim that bears the ID number, by which an account is found the first time; empty: linked accounts alone.
OIDC_NUMBER_CLAIM = env.text("OIDC_NUMBER_CLAIM", "")
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "ceportal_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "ceportal.office.views.errors.csrf_failure"

OAUTH2_PROVIDER_APPLICATION_MODEL = "accounts.ApiClient"
OAUTH2_PROVIDER: dict[str, Any] = {
    "OAUTH2_VALIDATOR_CLASS": "accounts.oauth.ClientValidator",
    "SCOPES_BACKEND_CLASS": "accounts.oauth.ClientScopes",
    "SCOPES": {
        "hours:write": "报送学时",
        "hours:read": "查询本平台学时",
        "identity:check": "核对身份",
        "courses:file": "报送课程备案",
        "eligibility:read": "查询达标情况",
        "openid": "只用于这个平台的编号",
        "profile": "姓名",
    },
    # The signed-in entry to platforms (S0-07, accounts.views.entry).
    "OIDC_ENABLED": True,
    "OIDC_SERVER_CLASS": "accounts.oauth.EntryServer",
    "OIDC_ISS_ENDPOINT": PUBLIC_URL,
    "OIDC_RSA_PRIVATE_KEY": env.rsa_key("entry_key", "entry.pem"),
    "OIDC_SUBJECT_TYPES_SUPPORTED": ["pairwise"],
    "OIDC_RESPONSE_TYPES_SUPPORTED": ["code"],
    "ID_TOKEN_EXPIRE_SECONDS": 600,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    # Client credentials and codes alone are used; every other grant is at its strictest all the same.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "PKCE_REQUIRED": True,
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    # What a call takes stands in the description; OPTIONS is no method here.
    "DEFAULT_METADATA_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "EXCEPTION_HANDLER": "ceportal.kernel.web.problems.answer_exception",
}
# What one client may ask and report; docs/api tells platforms.
API_REQUEST_RATE = env.text("API_REQUEST_RATE", "600/minute")
API_RECORD_RATE = env.text("API_RECORD_RATE", "100000/minute")
# People that one client may ask about by number and name.
API_CHECK_RATE = env.text("API_CHECK_RATE", "6000/hour")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# Files and certificates: below DATA_DIR, or in a bucket of an S3-compatible store (docs/operations/install.md).
FILES_BUCKET = env.text("FILES_BUCKET", "")
FILES_ENDPOINT, FILES_REGION = env.text("FILES_ENDPOINT", ""), env.text("FILES_REGION", "us-east-1")
# How the store at FILES_ENDPOINT is asked for the bucket: endpoint/BUCKET, or BUCKET.endpoint.
FILES_ADDRESSING = env.one_of("FILES_ADDRESSING", "path", "virtual")
FILES_ACCESS_KEY, FILES_SECRET_KEY = env.text("FILES_ACCESS_KEY", ""), env.text("FILES_SECRET_KEY", "")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# W019: the review desk shows evidence in a frame of the portal's own.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "frame-src": [SELF],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
    }
}

# Uploads (inputs.md D): one evidence file at most 20 MB, a request a little more.
EVIDENCE_MAX_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = ["ceportal.kernel.web.uploads.BoundedUploads"]
# A file that arrives in pieces: the largest piece, how many one account may have begun, hours they are kept.
UPLOAD_PIECE_BYTES = 512 * 1024
UPLOADS_AT_ONCE = 10
UPLOAD_HOURS = env.number("UPLOAD_HOURS", 24)
# Files one account may send.
UPLOAD_RATE = env.text("UPLOAD_RATE", "300/hour")
# The virus scanner: the path of clamd's socket, or host:port; empty: none. Then files are shown once they are checked.
CLAMD_SOCKET = env.text("CLAMD_SOCKET", "")

# Trusted proxies in front of the portal: which entry of X-Forwarded-For is the client's own.
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
# While the broker does not answer, tries are counted in the database, for all processes alike.
LIMITS_WITHOUT_BROKER = "database"

# The bureaus' desks: the path they stand at, and the networks they are for (empty: everywhere).
ADMIN_PATH = env.text("ADMIN_PATH", "admin").strip("/") + "/"
ADMIN_ADDRESSES = env.names("ADMIN_ADDRESSES")

# Calls that leave this machine: networks that are not public and may be called all the same, such as that of the
# province's identity provider (kernel.services.outgoing).
OUTGOING_NETWORKS = env.names("OUTGOING_NETWORKS")
LINK_CHECK_HOURS = env.number("LINK_CHECK_HOURS", 24)

# The clock (reliability R1, F4 to F7): the database is the queue, the broker only a bell.
CELERY_BROKER_URL = env.text("REDIS_URL", "") or env.broker_here()
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.number("WORKER_PROCESSES", 2)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 1,
}
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Seconds a claimed row stays another worker's; after that anyone may take it up again.
CLAIM_LEASE_SECONDS = env.number("CLAIM_LEASE_SECONDS", 120)
# A job that hangs is killed after so many seconds; its row's lease runs out and has used up a try.
CELERY_TASK_TIME_LIMIT = 600
# Seconds between the clock's rounds.
CLOCK_SECONDS = env.number("CLOCK_SECONDS", 15)
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": InAnyOrder(CLOCK_SECONDS * 6 / 7), "options": {"expires": CLOCK_SECONDS}}
    for name in (*CLOCK_JOBS, "office.heartbeat")
}

# Who runs the portal and answers for its data, and how they are reached: on every page and in the notice of how data
# are handled. The site's numbers of 备案, as they were given.
OPERATED_BY, OPERATED_BY_CONTACT = env.text("OPERATED_BY", ""), env.text("OPERATED_BY_CONTACT", "")
ICP_NUMBER, POLICE_NUMBER = env.text("ICP_NUMBER", ""), env.text("POLICE_NUMBER", "")

# Certificates. Without an authority every sheet bears the mark 示例 and names none (facts b8).
CERTIFICATE_AUTHORITY = env.text("CERTIFICATE_AUTHORITY", "")
# Of the 电子证照标识 (GB/T 36903): the code of this kind of certificate, which nobody has published yet, and the
# issuer's 统一社会信用代码. With both (and an authority) each sheet bears the number of that form too.
CERTIFICATE_TYPE_CODE = env.code("CERTIFICATE_TYPE_CODE", 21)
CERTIFICATE_ISSUER_CODE = env.code("CERTIFICATE_ISSUER_CODE", 18)
# The signing key (PEM, key and certificate); empty: DATA_DIR/keys/signing.pem. Only the demo makes one by itself.
SIGNING_KEY_FILE = env.text("SIGNING_KEY_FILE", "")
SIGNING_KEY_MAY_BE_MADE = False
# A key in hardware (PKCS#11): the module's library, token, label of the key and PIN; SIGNING_KEY_FILE is then its
# certificate alone. A timestamp authority (RFC 3161), whose certificate stands in the same file.
SIGNING_MODULE = env.text("SIGNING_MODULE", "")
SIGNING_MODULE_TOKEN = env.text("SIGNING_MODULE_TOKEN", "ceportal")
SIGNING_MODULE_KEY = env.text("SIGNING_MODULE_KEY", "ceportal")
SIGNING_MODULE_PIN = env.text("SIGNING_MODULE_PIN", "")
TIMESTAMP_URL = env.text("TIMESTAMP_URL", "")
# Transcripts drawn for one person.
TRANSCRIPT_RATE = env.text("TRANSCRIPT_RATE", "20/hour")
# Look-ups of certificates from one address.
VERIFICATION_RATE = env.text("VERIFICATION_RATE", "60/minute")
REPORT_RATE = env.text("REPORT_RATE", "10/hour")
VERIFICATION_LIST_RATE = env.text("VERIFICATION_LIST_RATE", "1000 per hour")

# Who carries texts (accounts.services.gateways): "local" writes them into DATA_DIR/sms, "none" sends none, "http" posts
# each to SMS_GATEWAY_URL, and a dotted path names a class of one's own.
SMS_GATEWAY = env.word_or_path("SMS_GATEWAY", "local", "none", "http")
SMS_GATEWAY_URL, SMS_GATEWAY_TOKEN = env.text("SMS_GATEWAY_URL", ""), env.text("SMS_GATEWAY_TOKEN", "")
# What an answer of 2xx must hold besides, as field=value; empty: nothing.
SMS_GATEWAY_ACCEPTED = env.text("SMS_GATEWAY_ACCEPTED", "")
# The hours of the day between which somebody is texted; what comes at other times waits (accounts.rules.texting).
TEXT_HOURS = env.hours("TEXT_HOURS", "8-21")

# Where backups lie, outside DATA_DIR (manage.py backup, check_backups; docs/operations/backup.md).
BACKUP_DIR = env.text("BACKUP_DIR", "")
# Folders whose disks are watched too, beside that of DATA_DIR, of the backups and of a PostgreSQL on this machine.
DISKS = env.names("DISKS")
# Milliseconds after which a query is noted as slow (kernel.services.slow_queries).
SLOW_QUERY_MS = env.number("SLOW_QUERY_MS", 500)
# Who may read /metrics: networks, or whoever brings the token; neither: nobody.
METRICS_ADDRESSES = env.names("METRICS_ADDRESSES")
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
