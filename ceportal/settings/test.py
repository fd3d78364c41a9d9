"""The test suite: known keys, quick password hashes, a broker that no test reaches by accident."""

import tempfile
from pathlib import Path

from ceportal import env
from ceportal.settings.base import *  # noqa: F403
from ceportal.settings.base import DATABASES, STORAGES

TESTING = True
DEMO = True
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
SECRET_KEY = "test-only-" + "s" * 40
SEALING_KEY = "11" * 32
INDEX_KEY = "22" * 32
SEALING_KEY_FILE = INDEX_KEY_FILE = ""
SIGNING_KEY_MAY_BE_MADE = True
VERIFICATION_RATE = VERIFICATION_LIST_RATE = REPORT_RATE = UPLOAD_RATE = "10000/minute"
LIMITS_WITHOUT_BROKER = "memory"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Tests of their own ask for more (tests/accounts/test_second_factor.py, test_passwords.py).
SECOND_FACTOR = "offered"
PRIVACY_NOTICE = "offered"
PASSWORD_MAX_DAYS = LINK_CHECK_HOURS = 0
DATA_DIR = Path(env.text("TEST_DATA_DIR", tempfile.mkdtemp(prefix="ceportal-test-")))
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
STORAGES = STORAGES | {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

# A file, not memory: threads (races, the live server) get connections of their own, as in real life. Nothing of it
# needs to survive a power cut.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
