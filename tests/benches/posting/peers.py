"""How the same is done by the book of the framework: a serializer and `save()` an item, and many with `bulk_create`.

Behind the same door (token, limits, strict JSON) they write the same rows with the same keys. They ask less than the
portal does: no recognition, no day too full, no verdict.
"""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from accounts.fields import id_index
from accounts.models import Professional
from ceportal.kernel.rules.id_number import reasons_not_to_accept_id
from ceportal.kernel.services.trail import record as leave_trail
from ceportal.kernel.web.problems import json_answer
from credits.api.views import HoursView
from credits.enums import ClaimState, EntryKind
from credits.models import ChangedAccount, Claim, HourBatch, HourEntry, YearAccount
from credits.rules.activity_key import activity_key
from credits.services.batches import KEPT_FOR


class RecordSerializer(serializers.Serializer[Any]):
    record_id = serializers.RegexField(r"^[A-Za-z0-9._:-]{1,64}\Z")
    id_number = serializers.CharField(max_length=18)
    name = serializers.CharField(max_length=50)
    subject = serializers.ChoiceField(["public", "professional"])
    title = serializers.CharField(max_length=120)
    hours = serializers.DecimalField(max_digits=3, decimal_places=1, min_value=Decimal("0.5"), max_value=Decimal(90))
    started_on = serializers.DateField()
    completed_on = serializers.DateField()

    def validate_id_number(self, value: str) -> str:
        if reasons_not_to_accept_id(value, today=timezone.localdate()):
            raise serializers.ValidationError("number")
        return value

    def create(self, validated_data: dict[str, Any]) -> HourEntry:
        """In a transaction of its own, as an item that must not cost its neighbours theirs."""
        view, now = self.context["view"], timezone.now()
        with transaction.atomic():
            people = Professional.objects.select_related("area").filter(approved_at__isnull=False)
            person = people.get(id_index=id_index(validated_data["id_number"]))
            job = person.employments.filter(is_principal=True, ended_on__isnull=True).first()
            account, _ = YearAccount.objects.select_for_update().get_or_create(
                professional=person,
                year=validated_data["completed_on"].year,
                defaults=_account_of(person, job.organization_id if job else None, now),
            )
            claim = Claim(**_claim(validated_data, person.pk, view.speaker.source, now))
            claim.save()
            entry = HourEntry(**_entry(claim, person.area_id, account.organization_id, view.speaker.label, now))
            entry.save()
            _add(account, claim)
            account.version += 1
            account.changed_at = now
            account.save()
            ChangedAccount.objects.update_or_create(
                account=account, defaults={"version": account.version, "changed_at": now}
            )
        return entry


class ItemByItem(HoursView):
    scopes: ClassVar = {"POST": "hours:write"}

    def post(self, request: Request) -> HttpResponse:
        envelope, raw = self.body(request)
        entries = []
        for each in envelope["records"]:
            serializer = RecordSerializer(data=each, context={"view": self})
            serializer.is_valid(raise_exception=True)
            entries.append(serializer.save())
        return json_answer(_kept(self, envelope["records"], entries, raw))


class ManyAndBulk(HoursView):
    scopes: ClassVar = {"POST": "hours:write"}

    def post(self, request: Request) -> HttpResponse:
        envelope, raw = self.body(request)
        serializer = RecordSerializer(data=envelope["records"], many=True)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            entries = _credit_many(serializer.validated_data, self)
            return json_answer(_kept(self, envelope["records"], entries, raw))


def _credit_many(posted: list[dict[str, Any]], view: HoursView) -> list[HourEntry]:
    now, source = timezone.now(), view.speaker.source
    indexes = [id_index(each["id_number"]) for each in posted]
    people = {person.id_index: person for person in Professional.objects.filter(id_index__in=indexes)}
    accounts = _accounts(people.values(), posted[0]["completed_on"].year, now)
    claims = [Claim(**_claim(each, people[index].pk, source, now)) for each, index in zip(posted, indexes, strict=True)]
    Claim.objects.bulk_create(claims)
    entries = []
    for claim in claims:
        account = accounts[claim.professional_id or 0]
        entries.append(HourEntry(**_entry(claim, account.area_id, account.organization_id, view.speaker.label, now)))
        _add(account, claim)
    HourEntry.objects.bulk_create(entries)
    _write(accounts.values(), now)
    return entries


def _accounts(people: Iterable[Professional], year: int, now: datetime) -> dict[int, YearAccount]:
    known = {person.pk: person for person in people}
    rows = YearAccount.objects.select_for_update().filter(year=year, professional__in=known)
    accounts = {account.professional_id: account for account in rows.order_by("professional_id")}
    for key in known.keys() - accounts.keys():
        accounts[key] = YearAccount(professional=known[key], year=year, **_account_of(known[key], None, now))
    return accounts


def _write(accounts: Iterable[YearAccount], now: datetime) -> None:
    rows = list(accounts)
    for account in rows:
        account.version += 1
        account.changed_at = now
    columns = ["public", "professional_hours", "version", "changed_at"]
    YearAccount.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["year", "professional"], update_fields=columns
    )
    words = [ChangedAccount(account=account, version=account.version, changed_at=now) for account in rows]
    ChangedAccount.objects.bulk_create(
        words, update_conflicts=True, unique_fields=["account"], update_fields=["version", "changed_at"]
    )


def _add(account: YearAccount, claim: Claim) -> None:
    column = "public" if claim.subject == "public" else "professional_hours"
    setattr(account, column, getattr(account, column) + claim.hours)


def _claim(posted: dict[str, Any], person: int, source: str, now: datetime) -> dict[str, Any]:
    days = posted["started_on"], posted["completed_on"]
    return {
        "door": "platform", "source": source, "external_id": posted["record_id"], "professional_id": person,
        "year": days[1].year, "activity_key": activity_key(posted["title"], *days),
        "content_digest": hashlib.sha256(repr(posted).encode()).hexdigest(), "state": ClaimState.LIVE,
        "subject": posted["subject"], "title": posted["title"], "started_on": days[0], "ended_on": days[1],
        "hours": posted["hours"], "made_at": now,
    }  # fmt: skip


def _entry(claim: Claim, area: str, organization: int | None, label: str, now: datetime) -> dict[str, Any]:
    return {
        "claim": claim, "professional_id": claim.professional_id, "year": claim.year, "kind": EntryKind.CREDIT,
        "subject": claim.subject, "hours": claim.hours, "organization_id": organization, "area_id": area,
        "title": claim.title, "reason": f"{label}报送", "by_label": label, "recorded_at": now,
    }  # fmt: skip


def _account_of(person: Professional, organization: int | None, now: datetime) -> dict[str, Any]:
    return {
        "organization_id": organization, "area_id": person.area_id, "level": person.title_level, "changed_at": now
    }  # fmt: skip


def _kept(view: HoursView, posted: list[dict[str, Any]], entries: list[HourEntry], raw: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(raw).hexdigest()
    items = [
        {"index": index, "record_id": each["record_id"], "outcome": "accepted", "entry_id": str(entry.ref)}
        for index, (each, entry) in enumerate(zip(posted, entries, strict=True))
    ]
    counts = dict(Counter(item["outcome"] for item in items))
    answer = {"batch_id": str(uuid.uuid4()), "received": len(items), "counts": counts, "items": items}
    now = timezone.now()
    batch = HourBatch.objects.create(
        organization=view.organization, client=view.client, received_at=now, received=len(items), digest=digest,
        answer=answer, keep_until=now + KEPT_FOR,
    )  # fmt: skip
    leave_trail("hour_batch.post", batch, by=view.speaker, now=now, after={"counts": counts, "digest": digest})
    return answer
