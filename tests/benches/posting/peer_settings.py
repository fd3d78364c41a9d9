"""The portal's own settings with the peers' two addresses beside it."""

from ceportal.settings.dev import *  # noqa: F403

ROOT_URLCONF = "tests.benches.posting.peer_urls"
