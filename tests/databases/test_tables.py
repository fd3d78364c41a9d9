"""The tables of this run: asked for first, so that they are kept when several processes need them."""

import pytest

from ceportal.kernel.models import AuditEvent


@pytest.mark.django_db
def test_they_are_there_and_empty() -> None:
    assert not AuditEvent.objects.exists()
