"""The mail server that letters and codes go through; without one they are written into DATA_DIR/mail."""

from ceportal import env

# "starttls" (the usual one), "tls" from the first byte, or "none", for a server on this machine.
_PORTS = {"starttls": 587, "tls": 465, "none": 25}

_host = env.text("EMAIL_HOST", "")
_carried_by = "smtp.EmailBackend" if _host else "filebased.EmailBackend"
EMAIL_BACKEND = env.text("EMAIL_BACKEND", f"django.core.mail.backends.{_carried_by}")
EMAIL_FILE_PATH = str(env.data_dir() / "mail")
EMAIL_HOST = _host or "127.0.0.1"
EMAIL_SECURITY = env.one_of("EMAIL_SECURITY", *(_PORTS if _host else ("none", "tls", "starttls")))
EMAIL_PORT = env.number("EMAIL_PORT", _PORTS[EMAIL_SECURITY])
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_USER", ""), env.text("EMAIL_HOST_PASSWORD", "")
# Seconds: a server that says nothing must not hold up what else waits to be sent.
EMAIL_TIMEOUT = 10
NOBODYS_ADDRESS = "noreply@localhost"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", NOBODYS_ADDRESS)

if EMAIL_HOST_PASSWORD and EMAIL_SECURITY == "none":
    raise env.MissingSetting("EMAIL_SECURITY=none would send EMAIL_HOST_PASSWORD in the clear: starttls or tls")
