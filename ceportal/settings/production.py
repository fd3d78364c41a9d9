"""Production: nothing is made up. Keys, hosts and addresses come from the environment or the start stops."""

from ceportal import env
from ceportal.settings.base import *  # noqa: F403
from ceportal.settings.base import STORAGES

DEMO = False
SECRET_KEY = env.secret("secret_key", make=False)
SEALING_KEY = env.secret("sealing_key", make=False)
INDEX_KEY = env.secret("index_key", make=False)
SEALING_KEY_FILE, INDEX_KEY_FILE = env.secret_file("sealing_key"), env.secret_file("index_key")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS")
PUBLIC_URL = env.text("PUBLIC_URL")

# TLS ends at nginx, which sets X-Forwarded-Proto itself (deploy/nginx.conf).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# By this beginning browsers keep a neighbouring host from setting our cookies.
SESSION_COOKIE_NAME = "__Host-ceportal_session"
CSRF_COOKIE_NAME = "__Host-ceportal_csrf"
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 1)

# A text that is written into a file reaches nobody.
SMS_GATEWAY = env.word_or_path("SMS_GATEWAY", "none", "http", "local")

# Collected and compressed once, in the image (Dockerfile).
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
