"""What is logged, and how it is written."""

from ceportal import env

# "json": one object a line, without personal values; "line" for eyes (dev).
LOG_FORMAT = env.one_of("LOG_FORMAT", "json", "line")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "ceportal.kernel.web.logs.RequestId"},
        "expected_refusals": {"()": "ceportal.kernel.web.logs.ExpectedRefusals"},
        "database_away": {"()": "ceportal.kernel.web.logs.DatabaseAway"},
    },
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {"()": "ceportal.kernel.web.logs.JsonLines"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request_id"]},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Without Django's own handler that mails errors, and with them whatever was typed, to the administrators.
        "django": {"handlers": [], "level": "INFO"},
        "django.request": {"filters": ["expected_refusals", "database_away"]},
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
        "pyhanko": {"level": "WARNING"},
    },
}
