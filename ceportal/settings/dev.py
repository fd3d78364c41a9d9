"""`make run` and everyday work: everything in DATA_DIR, keys made at first start, demo on."""

from ceportal import env
from ceportal.settings.base import *  # noqa: F403
from ceportal.settings.logs import LOGGING

DEMO = env.flag("CEPORTAL_DEMO", default=True)
SECRET_KEY = env.secret("secret_key", make=True)
SEALING_KEY = env.secret("sealing_key", make=True)
INDEX_KEY = env.secret("index_key", make=True)
SEALING_KEY_FILE, INDEX_KEY_FILE = env.secret_file("sealing_key"), env.secret_file("index_key")
SIGNING_KEY_MAY_BE_MADE = True
# The demo's people sign in with the password alone; anybody may set a second factor up and see it asked for.
SECOND_FACTOR = env.one_of("SECOND_FACTOR", "offered", "required")
PRIVACY_NOTICE = env.one_of("PRIVACY_NOTICE", "offered", "required")
PASSWORD_MAX_DAYS = env.number("PASSWORD_MAX_DAYS", 0)
LINK_CHECK_HOURS = env.number("LINK_CHECK_HOURS", 0)
LOG_FORMAT = env.one_of("LOG_FORMAT", "line", "json")
LOGGING["handlers"]["stderr"]["formatter"] = LOG_FORMAT  # type: ignore[index]
