"""The trail: who, what, when, from where; in the transaction of the change."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from accounts.models import User
from ceportal.kernel.models import AuditEvent, StoredFile
from ceportal.kernel.rules.circumstances import Circumstances, acting_as, circumstances
from ceportal.kernel.services.trail import CLOCK_LABEL, record

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def subject() -> StoredFile:
    return StoredFile.objects.create(
        digest="a" * 64, shown_digest="a" * 64, size=1, shown_size=1, content_type="image/png", name="x", stored_at=NOW
    )


@pytest.mark.asvs("v5.0.0-16.2.1")
def test_an_event_says_who_did_what_to_what_from_where(employer_reviewer: User) -> None:
    file = subject()
    token = circumstances.set(Circumstances(address="192.0.2.1", request_id="r-1"))
    try:
        event = record("file.store", file, by=employer_reviewer, now=NOW, before={"a": 1}, after={"a": 2})
    finally:
        circumstances.reset(token)
    event.refresh_from_db()
    assert (event.actor_id, event.actor_label) == (employer_reviewer.pk, employer_reviewer.name)
    assert (event.action, event.subject_kind, event.subject_ref) == ("file.store", "kernel.storedfile", file.ref)
    assert (event.before, event.after, event.at) == ({"a": 1}, {"a": 2}, NOW)
    assert (event.address, event.request_id) == ("192.0.2.1", "r-1")
    assert event.role == "核准人员注册、管理单位信息、审核学时（开封市第一实验中学）"
    with acting_as("审核学时（别处）"):
        assert record("file.store", subject(), by=employer_reviewer, now=NOW).role == "审核学时（别处）"
        assert record("file.store", subject(), by=None, now=NOW).role == ""


def test_the_clock_acts_by_its_name() -> None:
    event = record("file.store", subject(), by=None, now=NOW)
    assert (event.actor_id, event.actor_label, event.address, event.before) == (None, CLOCK_LABEL, "", {})


@pytest.mark.asvs("v5.0.0-2.3.3")
@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_event() -> None:
    file = subject()
    with transaction.atomic():
        record("file.store", file, by=None, now=NOW)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()
