"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ceportal.settings.dev")
application = get_wsgi_application()
# Every page, and what draws PDFs, is there before a worker is forked (`preload_app`), in place of three seconds within
# its first request.
get_resolver().url_patterns  # noqa: B018
from certificates.documents import typesetting as _  # noqa: E402, F401
