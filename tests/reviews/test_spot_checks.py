"""A spot check from its publication to the revoked hours, and who may do what of it."""

import hashlib
import json
import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from bases.selectors.credit_record import credit_record
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.selectors.calendar import calendar_version
from ceportal.kernel.services.calendar import import_notice
from credits.enums import ClaimState
from credits.models import Claim, Conversion, Declaration, RuleSet, UnitStandard
from reviews.enums import CampaignState, Finding, InspectionState, Measure
from reviews.models import Campaign, Inspection, InspectionStep, Opening, Sanction
from reviews.rules.drawing import frame_digest
from reviews.selectors.spot_checks import asked_of, ballots, may_inspect, published
from reviews.services.inspecting import (
    answer,
    ask_for_evidence,
    assign,
    find,
    intend,
    lapse_inspections,
)
from reviews.services.inspection_clock import remind_asked, remind_inspectors
from reviews.services.reminding import redate
from reviews.services.spot_checks import draw_campaign, publish_campaign
from tests import factories as make
from tests.credits import factories as rules
from tests.reviews.factories import MONDAY, approved, kept_file, look_into, submitted

NOW = MONDAY + timedelta(days=4)
DESK = "/admin/reviews/campaign/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def inspector(city_bureau: Organization, city_officer: User) -> User:
    return make.give(make.user("核查人"), city_bureau, Duty.REVERSE_HOURS)


@pytest.fixture
def campaign(
    city_bureau: Organization, city_officer: User, inspector: User, declarant: Professional, employer_reviewer: User,
    authority_reviewer: User,
) -> Campaign:  # fmt: skip
    for _ in range(3):
        approved(submitted(declarant), employer_reviewer, authority_reviewer)
    return publish_campaign(
        city_bureau, name="三季度抽查", decided_from=date(2026, 11, 16), decided_until=date(2026, 11, 20), rate=50,
        number=None, by=city_officer, now=NOW,
    )  # fmt: skip


def drawn(campaign: Campaign, by: User) -> Inspection:
    draw_campaign(campaign, by=by, now=NOW)
    return Inspection.objects.filter(campaign=campaign).first() or pytest.fail("nothing drawn")


def drawn_by_hand(data: dict[str, Any]) -> list[str]:
    """As the public page tells a stranger to, without a line of ours; for a rate."""
    parts = [json.dumps(data["terms"], separators=(",", ":"), ensure_ascii=False, sort_keys=True)]
    parts += [json.dumps(line, separators=(",", ":"), ensure_ascii=False) for line in data["frame"]]
    lines = "".join(f"{part}\n" for part in parts)
    assert hashlib.sha256(lines.encode()).hexdigest() == data["frame_digest"]
    assert hashlib.sha256(data["seed"].encode()).hexdigest() == data["seed_digest"]
    lots: dict[str, list[tuple[str, str]]] = {}
    for ref, reviewer, tickets in data["frame"]:
        words = [f"{data['seed']}|{ref}|{ticket}" for ticket in range(1, tickets + 1)]
        lots.setdefault(reviewer, []).append((min(hashlib.sha256(each.encode()).hexdigest() for each in words), ref))
    asked = {reviewer: math.ceil(len(items) * data["rate"] / 100) for reviewer, items in lots.items()}
    return [ref for reviewer in sorted(lots) for _, ref in sorted(lots[reviewer])[: asked[reviewer]]]


def refreshed(inspection: Inspection) -> Inspection:
    return Inspection.objects.select_related("campaign__bureau", "declaration", "inspector").get(pk=inspection.pk)


def test_digests_before_the_seed_after_and_the_same_again(
    campaign: Campaign, city_officer: User, tmp_path: Path, client: Client
) -> None:
    before = json.loads(client.get(reverse("reviews:published", args=[campaign.ref])).content)
    assert {"seed", "frame", "drawn"}.isdisjoint(before)
    assert (len(campaign.frame), campaign.seed, len(campaign.frame_digest)) == (3, "", 64)
    with pytest.raises(CommandError, match="还没有抽取"):
        call_command("redraw", str(campaign.ref))
    assert len(draw_campaign(campaign, by=city_officer, now=NOW)) == 2
    with pytest.raises(MovedOn):
        draw_campaign(Campaign.objects.get(), by=city_officer, now=NOW)
    after = published(Campaign.objects.get())
    assert {name: after[name] for name in before} == before
    out = StringIO()
    call_command("redraw", str(campaign.ref), stdout=out)
    assert "一致：名册 3 件，抽中 2 件" in out.getvalue()
    file = tmp_path / "published.json"
    file.write_text(json.dumps(after | {"drawn": after["drawn"][::-1]}), encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("redraw", str(file), stdout=out)
    assert "结果不同" in out.getvalue()
    shown = client.get(reverse("reviews:spot_checks")).content.decode()
    assert all(words in shown for words in (after["seed"], "怎样自己重新抽一遍", "manage.py redraw"))
    assert drawn_by_hand(after) == after["drawn"], "the words of that page are enough"
    with pytest.raises(CommandError, match="没有编号"):
        call_command("redraw", "x")


def test_a_frame_or_terms_changed_since_the_publication_are_not_drawn(campaign: Campaign, city_officer: User) -> None:
    """And one of the first version, which published no terms, still is."""
    kept = campaign.terms
    Campaign.objects.update(terms=kept | {"rate": 100}, rate=100)
    with pytest.raises(Refused, match="与公布的摘要不一致"):
        draw_campaign(Campaign.objects.get(), by=city_officer, now=NOW)
    assert Campaign.objects.get().state == CampaignState.PUBLISHED
    Campaign.objects.update(terms={}, rate=50, frame_digest=frame_digest(campaign.frame, {}))
    assert len(draw_campaign(Campaign.objects.get(), by=city_officer, now=NOW)) == 2
    out = StringIO()
    call_command("redraw", str(campaign.ref), stdout=out)
    assert "一致：名册 3 件" in out.getvalue()


def test_hours_near_the_cap_of_their_kind_and_year_weigh_more(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, city_bureau: Organization,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    """By the cap of the kind, a unit's own before it; a kind without one by what the year asks in all (90)."""
    if not RuleSet.objects.exists():
        rules.rule_set()
    one, other = (approved(submitted(declarant), employer_reviewer, authority_reviewer) for _ in range(2))
    day, rows = MONDAY.date(), Declaration.objects.filter(pk__in=[one.pk, other.pk])

    def tickets(hours: str) -> set[int]:
        rows.update(hours_claimed=Decimal(hours), hours_recognised=Decimal(hours))
        with django_assert_max_num_queries(8):
            return {each.tickets for each in ballots(city_bureau, day, day, now=NOW)}

    assert (tickets("35.5"), tickets("36")) == ({1}, {2}), "72 of 90"
    capped = Conversion.objects.create(
        code="c", name="c", activity=one.activity, area_code="*", year_from=2016, basis="organiser", unit="学时",
        yearly_cap=20, source="s", clause="S4-07", status="verified",
    )  # fmt: skip
    rows.update(conversion=capped)
    assert (tickets("7.5"), tickets("8")) == ({1}, {2}), "16 of 20"
    own = UnitStandard.objects.create(
        organization=one.organization, activity=one.activity, number=1, yearly_cap=10, valid_from=day,
        made_by_label="x", made_at=NOW,
    )  # fmt: skip
    rows.update(standard=own)
    assert (tickets("3.5"), tickets("4")) == ({1}, {2}), "8 of 10"


def test_nobody_inspects_their_own_and_only_planners_plan(
    campaign: Campaign, city_officer: User, inspector: User, city_bureau: Organization, authority_reviewer: User,
    employer_reviewer: User,
) -> None:  # fmt: skip
    make.give(authority_reviewer, city_bureau, Duty.REVERSE_HOURS)
    inspection = drawn(campaign, city_officer)
    assert inspection.inspector_id != authority_reviewer.pk
    assert may_inspect(inspector, inspection)
    assert not may_inspect(authority_reviewer, inspection)
    with pytest.raises(Refused, match="参与过"):
        find(inspection, finding=Finding.SOUND, text="属实", by=authority_reviewer, now=NOW)
    with pytest.raises(Refused, match="没有为这个地区组织抽查的职责"):
        publish_campaign(
            city_bureau, name="x", decided_from=NOW.date(), decided_until=NOW.date(), rate=5, number=None,
            by=employer_reviewer, now=NOW,
        )  # fmt: skip
    with pytest.raises(Refused, match="没有可抽的"):
        publish_campaign(
            city_bureau, name="x", decided_from=date(2026, 1, 1), decided_until=date(2026, 1, 2), rate=5, number=None,
            by=city_officer, now=NOW,
        )  # fmt: skip


@pytest.mark.clause("S2-07", "S3-10", "S4-16")
def test_from_more_evidence_over_the_hearing_to_the_revoked_hours(
    client: Client, campaign: Campaign, city_officer: User, inspector: User, declarant: Professional,
    employer_reviewer: User, authority_reviewer: User,
) -> None:  # fmt: skip
    inspection = drawn(campaign, city_officer)
    with pytest.raises(Refused, match="先听取本人"):
        find(inspection, finding=Finding.FALSE, text="假的", by=inspector, now=NOW)
    ask_for_evidence(inspection, of="unit", text="请提供签到表", by=inspector, now=NOW)
    assert list(asked_of(employer_reviewer)) == [inspection]
    with pytest.raises(Refused, match="不由您答复"):
        answer(inspection, text="我来", file=None, by=declarant.user, now=NOW)
    answer(inspection, text="没有签到表", file=None, by=employer_reviewer, now=NOW)
    assert not asked_of(employer_reviewer).exclude(waits_on="").exists()
    intend(inspection, finding=Finding.FALSE, reversal_code="false", text="发证单位称没有办过", by=inspector, now=NOW)
    with pytest.raises(Refused):
        find(inspection, finding=Finding.FALSE, text="假的", by=inspector, now=NOW)
    due = inspection.due_at
    assert due == datetime(2026, 11, 28, tzinfo=NOW.tzinfo)  # five working days after Friday the 20th
    assert lapse_inspections(now=due - timedelta(seconds=1)) == 0
    assert lapse_inspections(now=due) == 1
    assert lapse_inspections(now=due) == 0
    inspection = refreshed(inspection)
    assert (inspection.state, inspection.was_heard, inspection.due_at) == (InspectionState.OPEN, True, None)
    with pytest.raises(Refused, match="先听取本人"):
        find(inspection, finding=Finding.WRONG, text="另一种结论", by=inspector, now=due)
    find(inspection, finding=Finding.FALSE, text="发证单位来函：没有办过", by=inspector, now=due)
    claim = Claim.objects.get(declaration=inspection.declaration)
    assert (claim.state, claim.state_reason) == (ClaimState.WITHDRAWN, "提交虚假申报资料：发证单位来函：没有办过")
    told = {(s.user or s.organization, s.measure) for s in Sanction.objects.all()}
    assert told == {
        (employer_reviewer, Measure.RECORD), (authority_reviewer, Measure.RECORD), (declarant.user, Measure.ANNOUNCE),
        (inspection.declaration.organization, Measure.WARN),
    }  # fmt: skip
    (noted,) = credit_record(inspection.declaration.organization, everything=True)
    assert (noted.title, noted.is_public, "发证单位来函" in noted.words) == ("抽查处理", False, True)
    assert Campaign.objects.get().state == CampaignState.DRAWN
    with pytest.raises(MovedOn):
        find(inspection, finding=Finding.SOUND, text="又改", by=inspector, now=due)
    other = refreshed(Inspection.objects.exclude(pk=inspection.pk).get())
    with pytest.raises(Refused, match="您还有 2 项没有查看——本页内容、结业证书"):
        find(other, finding=Finding.SOUND, text="原件已核", by=inspector, now=due)
    assert not Opening.objects.filter(reviewer=inspector).exists()
    look_into(other, inspector, now=due)
    find(other, finding=Finding.SOUND, text="原件已核", by=inspector, now=due)
    assert not Opening.objects.filter(reviewer=inspector, closed_at__isnull=True).exists()
    assert Campaign.objects.get().state == CampaignState.CLOSED
    client.force_login(city_officer)
    for address in (DESK, reverse("admin:reviews_campaign_show", args=[campaign.ref])):
        page = client.get(address).content.decode()
        assert "通报" in page
        assert declarant.name in page
    moves = list(InspectionStep.objects.filter(inspection=inspection).values_list("move", flat=True))
    assert moves == ["draw", "ask", "answer", "intend", "lapse", "find"]
    assert Notice.objects.filter(to=declarant.user, event="spot_check").count() == 3


def test_the_pages(
    client: Client, campaign: Campaign, city_officer: User, declarant: Professional, inspector: User,
    employer_reviewer: User,
) -> None:  # fmt: skip
    client.force_login(city_officer)
    assert "组织抽查" in client.get(DESK).content.decode()
    refused = client.post(f"{DESK}plan/", {"name": "", "decided_from": "x", "rate": "5"})
    assert refused.status_code == 422
    assert "请填写审核日期从，例如 2026-10-31。" in refused.content.decode()
    page = reverse("admin:reviews_campaign_show", args=[campaign.ref])
    assert "抽取，并公开种子" in client.get(page).content.decode()
    assert client.post(f"{page}draw/").status_code == 302
    item = f"{page}1/"
    assert "材料属实" in client.get(item).content.decode()
    answered = client.post(item, {"act": "intend", "finding": "sound", "reversal_code": "false", "text": "x"})
    assert "结论为属实的，可以直接办结" in answered.content.decode()
    said = {"act": "ask", "of": "person", "text": "请提供结业证书原件"}
    assert client.post(item, said).status_code == 302
    inspection = Inspection.objects.get(position=1)
    own = reverse("reviews:answer", args=[inspection.ref])
    assert client.get(own).status_code == 404
    client.force_login(declarant.user)
    assert "请提供结业证书原件" in client.get(own).content.decode()
    assert inspection.declaration.title in client.get(reverse("reviews:asked")).content.decode()
    assert client.post(own, {"text": ""}).status_code == 422
    assert client.post(own, {"text": "原件已交单位"}).status_code == 302
    assert client.get(DESK).status_code in (302, 403)
    client.force_login(inspector)
    assert "原件已交单位" in client.get(item).content.decode()
    assert client.post(item, said | {"of": "unit", "text": "请单位核对原件"}).status_code == 302
    due = Inspection.objects.get(position=1).due_at
    assert due is not None
    for left, words in ((25, "还剩 1 个工作日"), (1, "今天到期")):
        assert (remind_asked(now=due - timedelta(hours=left)), remind_asked(now=due - timedelta(hours=left))) == (1, 0)
        told = Notice.objects.filter(to=employer_reviewer, event="spot_check").order_by("pk").last()
        assert told is not None
        assert words in told.text
    client.force_login(employer_reviewer)
    assert "请单位核对原件" in client.get(own).content.decode()
    answered = client.post(own, {"text": "原件无误"}, follow=True)
    assert (answered.status_code, "已提交" in answered.content.decode()) == (200, True)


@pytest.mark.clause("S2-07", "A22")
def test_nothing_is_found_sound_that_was_not_opened(
    client: Client, campaign: Campaign, city_officer: User, inspector: User, declarant: Professional
) -> None:
    inspection = drawn(campaign, city_officer)
    declaration = inspection.declaration
    declaration.evidence.all().delete()
    evidence, added = kept_file(declaration), kept_file(declaration, "说明", colour="#883311").file
    ask_for_evidence(inspection, of="person", text="请补充", by=inspector, now=NOW)
    answer(inspection, text="已补", file=added, by=declarant.user, now=NOW)
    declaration.evidence.exclude(pk=evidence.pk).delete()
    page = reverse("admin:reviews_campaign_inspect", args=[campaign.ref, inspection.position])
    sound = {"act": "find", "finding": "sound", "text": "属实"}
    client.force_login(inspector)
    blind = client.post(page, sound)
    assert (blind.status_code, "还不能办结：您还有 3 项没有查看" in blind.content.decode()) == (422, True)
    client.head(page)
    assert not Opening.objects.filter(reviewer=inspector).exists()
    assert "办结前还要打开看过：结业证书、补充材料" in client.get(page).content.decode()
    for file in (evidence.file, added):
        assert client.post(page, sound).status_code == 422
        address = reverse("admin:reviews_campaign_file", args=[campaign.ref, inspection.position, file.ref])
        shown: Any = client.get(address)
        assert b"".join(shown.streaming_content)
    assert client.post(page, sound).status_code == 302
    assert refreshed(inspection).finding == Finding.SOUND


def test_an_inspection_changes_hands_and_its_inspector_is_reminded(
    client: Client, campaign: Campaign, city_officer: User, inspector: User, city_bureau: Organization,
    authority_reviewer: User, employer_reviewer: User,
) -> None:  # fmt: skip
    inspection = drawn(campaign, city_officer)
    second = make.give(make.user("第二核查人"), city_bureau, Duty.REVERSE_HOURS)
    make.give(authority_reviewer, city_bureau, Duty.REVERSE_HOURS)
    with pytest.raises(Refused, match="请从列表中选择"):
        assign(inspection, to=authority_reviewer, by=city_officer, now=NOW)
    with pytest.raises(Refused, match="没有为这个地区"):
        assign(inspection, to=second, by=employer_reviewer, now=NOW)
    page = reverse("admin:reviews_campaign_inspect", args=[campaign.ref, 1])
    client.force_login(city_officer)
    assert "改由别人核查" in client.get(page).content.decode()
    assert client.post(page, {"act": "assign", "to": str(authority_reviewer.ref)}).status_code == 422
    stale = refreshed(inspection)
    assert client.post(page, {"act": "assign", "to": str(second.ref)}).status_code == 302
    inspection = refreshed(inspection)
    assert inspection.inspector == second
    assert f"改为{second.name}" in client.get(page).content.decode()
    with pytest.raises(MovedOn):
        assign(
            stale, to=next(user for user in (inspector, city_officer) if user != stale.inspector), by=second, now=NOW
        )
    InspectionStep.objects.update(at=NOW)
    told = Notice.objects.filter(to=second, text__contains="没有进展")
    assert remind_inspectors(now=NOW + timedelta(days=6)) == 0
    assert remind_inspectors(now=NOW + timedelta(days=7)) >= 1
    assert remind_inspectors(now=NOW + timedelta(days=7)) == 0
    assert told.count() == 1
    assert remind_inspectors(now=NOW + timedelta(days=14)) >= 1
    assert told.count() == 2
    look_into(inspection, second, now=NOW)
    find(inspection, finding=Finding.SOUND, text="原件已核", by=second, now=NOW)
    with pytest.raises(MovedOn):
        assign(inspection, to=inspector, by=city_officer, now=NOW)
    remind_inspectors(now=NOW + timedelta(days=40))
    assert told.count() == 2


def test_a_calendar_published_later_gives_who_is_asked_the_days_it_has(
    campaign: Campaign, city_officer: User, inspector: User, declarant: Professional
) -> None:
    """And takes from nobody a day that was told."""
    inspection = drawn(campaign, city_officer)
    ask_for_evidence(inspection, of="person", text="请提供原件", by=inspector, now=NOW)
    due, zone = refreshed(inspection).due_at, NOW.tzinfo
    assert (due, inspection.due_is_provisional) == (datetime(2026, 11, 28, tzinfo=zone), True)
    thursday = datetime(2026, 11, 26, 9, tzinfo=zone)
    assert remind_asked(now=thursday) == 1
    told = Notice.objects.filter(to=declarant.user, event="spot_check")
    before = told.count()
    import_notice(2026, rest=[date(2026, 11, 24), date(2026, 11, 25)], now=thursday)
    assert (redate(now=thursday), redate(now=thursday)) == (1, 0)
    inspection = refreshed(inspection)
    assert inspection.due_at == datetime(2026, 12, 2, tzinfo=zone)
    assert (inspection.due_is_provisional, inspection.calendar_version) == (False, calendar_version())
    assert inspection.reminded_at_days is None
    assert told.count() == before + 1
    assert "延到 12月1日" in str(told.order_by("pk").last())
    event = AuditEvent.objects.get(action="inspection.redated")
    assert (event.before, event.after) == (
        {"due_at": "2026-11-28T00:00:00+08:00"}, {"due_at": "2026-12-02T00:00:00+08:00"},
    )  # fmt: skip
    assert lapse_inspections(now=due) == 0
    import_notice(2026, rest=[], worked=[date(2026, 11, 21), date(2026, 11, 22)], now=thursday)
    assert redate(now=thursday) == 1
    assert refreshed(inspection).due_at == datetime(2026, 12, 2, tzinfo=zone)
    assert told.count() == before + 1
    assert lapse_inspections(now=datetime(2026, 12, 2, tzinfo=zone)) == 1
