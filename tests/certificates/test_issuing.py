"""From a changed account to a certificate: each transition, twice, and what must not happen."""

import pytest

from accounts.enums import NoticeEvent, TitleLevel
from accounts.models import Notice, Professional
from ceportal.kernel.models import AuditEvent
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.rules.snapshots import digest
from certificates.selectors import is_under_review
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sheets import make_sheets
from credits.enums import ClaimState
from credits.models import ChangedAccount, Claim, YearAccount
from credits.services.accounts import judge_again
from tests.certificates import factories as make

pytestmark = pytest.mark.django_db


def states(person: Professional) -> list[str]:
    return list(Certificate.objects.filter(professional=person).order_by("edition").values_list("state", flat=True))


def test_a_met_year_is_promised_once(declarant: Professional) -> None:
    make.meet(declarant)
    assert settle_changed_accounts(now=make.NOW) == 1
    assert settle_changed_accounts(now=make.NOW) == 0
    certificate = Certificate.objects.get(professional=declarant)
    assert certificate.state == CertificateState.INTENDED
    assert certificate.number.startswith("410200-2026-0000001-")
    assert len(certificate.token) == 27
    assert certificate.snapshot_digest == digest(certificate.snapshot)
    assert certificate.account_version == YearAccount.objects.get(professional=declarant).version
    assert AuditEvent.objects.filter(action="certificate.promise", subject_ref=certificate.ref).count() == 1


def test_the_content_is_all_that_is_printed(declarant: Professional) -> None:
    certificate = make.promised(declarant)
    content = certificate.snapshot
    assert content["person"] == {"name": declarant.name, "id_mask": declarant.id_mask}
    assert content["employer"] == "开封市第一实验中学"
    assert content["title"] == {"series": "中小学教师", "level": "中级"}
    assert content["hours"] == {"total": "90", "public": "30", "professional": "60"}
    assert [(line["label"], line["have"], line["need"]) for line in content["thresholds"]] == [
        ("年度合计", "90", "90"),
        ("公需科目", "30", "30"),
        ("专业科目", "60", "60"),
    ]
    assert [item["hours"] for item in content["items"]] == ["30", "40", "20"]
    assert {item["result"] for item in content["items"]} == {"合格"}
    assert content["is_sample"]
    assert "尚未配置" in content["authority"]
    assert content["verify_url"].endswith(f"/v/{certificate.token}/")


def test_a_year_that_is_not_met_has_no_certificate(declarant: Professional) -> None:
    make.rule_set()
    make.credit(declarant, "89")
    assert settle_changed_accounts(now=make.NOW) == 1
    assert not Certificate.objects.exists()
    assert not ChangedAccount.objects.exists()


def test_hours_earned_afterwards_leave_it_as_it_is(declarant: Professional) -> None:
    """A14: a certificate is not changed behind its holder's back."""
    before = make.issued(declarant)
    make.credit(declarant, "8")
    assert is_under_review(before)
    settle_changed_accounts(now=make.later(1))
    after = Certificate.objects.get(professional=declarant)
    assert (after.snapshot, after.pdf_digest, after.state) == (before.snapshot, before.pdf_digest, before.state)
    assert not is_under_review(after)


def test_reversed_hours_revoke_it_when_the_year_is_no_longer_met(declarant: Professional) -> None:
    entries = make.meet(declarant)
    settle_changed_accounts(now=make.NOW)
    make_sheets(now=make.NOW)
    make.take_back(entries[1], reason="审核员写下的原话")
    assert is_under_review(Certificate.objects.get(professional=declarant))
    settle_changed_accounts(now=make.later(2))
    settle_changed_accounts(now=make.later(3))
    certificate = Certificate.objects.get(professional=declarant)
    assert certificate.state == CertificateState.REVOKED
    assert certificate.ended_at == make.later(2)
    assert "1 项学习记录（共 40 学时）" in certificate.ended_because
    assert "审核员" not in certificate.ended_because
    told = Notice.objects.get(to=declarant.user, event=NoticeEvent.CERTIFICATE_REVOKED)
    assert certificate.number in told.text
    assert AuditEvent.objects.filter(action="certificate.revoke").count() == 1


def test_reversed_hours_supersede_it_while_the_year_is_still_met(declarant: Professional) -> None:
    entries = make.meet(declarant, spare="20")
    settle_changed_accounts(now=make.NOW)
    make_sheets(now=make.NOW)
    make.take_back(entries[3])
    settle_changed_accounts(now=make.later(2))
    assert states(declarant) == [CertificateState.SUPERSEDED, CertificateState.INTENDED]
    make_sheets(now=make.later(2))
    old, new = Certificate.objects.filter(professional=declarant).order_by("edition")
    assert new.supersedes == old
    assert old.successor == new
    assert (old.edition, new.edition) == (1, 2)
    assert old.number != new.number
    assert old.token != new.token
    assert "已换发新证书" in old.ended_because
    assert len(old.snapshot["items"]) == 4
    assert len(new.snapshot["items"]) == 3


def test_reversing_what_is_not_printed_leaves_it_as_it_is(declarant: Professional) -> None:
    make.issued(declarant)
    extra = make.credit(declarant, "8")
    settle_changed_accounts(now=make.later(1))
    make.take_back(extra)
    settle_changed_accounts(now=make.later(2))
    assert states(declarant) == [CertificateState.ISSUED]


def test_one_that_was_never_published_ends_without_a_word_to_the_person(declarant: Professional) -> None:
    entries = make.meet(declarant)
    settle_changed_accounts(now=make.NOW)
    make.take_back(entries[0])
    settle_changed_accounts(now=make.later(2))
    assert states(declarant) == [CertificateState.REVOKED]
    assert make_sheets(now=make.later(2)) == 0
    assert not Notice.objects.filter(event=NoticeEvent.CERTIFICATE_REVOKED).exists()


def test_after_a_revocation_the_year_can_be_met_anew(declarant: Professional) -> None:
    entries = make.meet(declarant)
    settle_changed_accounts(now=make.NOW)
    make.take_back(entries[0])
    settle_changed_accounts(now=make.later(2))
    make.credit(declarant, "30", subject="public")
    settle_changed_accounts(now=make.later(3))
    assert states(declarant) == [CertificateState.REVOKED, CertificateState.INTENDED]
    new = Certificate.objects.get(professional=declarant, edition=2)
    assert new.supersedes is not None


def test_a_requirement_that_rises_above_the_hours_revokes_it(declarant: Professional) -> None:
    """A19: a higher level may ask for more."""
    make.rule_set("henan-senior", figures={"total": "120"}, levels=[TitleLevel.DEPUTY_SENIOR], clause="试验")
    make.issued(declarant)
    declarant.title_level = TitleLevel.DEPUTY_SENIOR
    declarant.save()
    judge_again(declarant, 2026, now=make.later(1))
    settle_changed_accounts(now=make.later(2))
    certificate = Certificate.objects.get(professional=declarant)
    assert certificate.state == CertificateState.REVOKED
    assert "要求发生变化" in certificate.ended_because


def test_while_printed_hours_are_held_nothing_is_decided_and_it_is_under_review(declarant: Professional) -> None:
    certificate = make.issued(declarant)
    claim = Claim.objects.filter(professional=declarant).latest("id")
    Claim.objects.filter(pk=claim.pk).update(state=ClaimState.HELD)
    account = YearAccount.objects.get(professional=declarant)
    YearAccount.objects.filter(pk=account.pk).update(version=account.version + 1, is_met=False, met_at=None)
    ChangedAccount.objects.create(account=account, version=account.version + 1, changed_at=make.later(1))
    settle_changed_accounts(now=make.later(1))
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.ISSUED
    assert is_under_review(certificate)


def test_a_change_after_the_clock_read_its_list_is_left_for_the_next_round(declarant: Professional) -> None:
    """The mark is taken by version: what changed since is not lost."""
    make.meet(declarant)
    ChangedAccount.objects.update(version=99)
    assert settle_changed_accounts(now=make.NOW) == 1
    make.credit(declarant, "8")
    assert ChangedAccount.objects.count() == 1


def test_numbers_are_counted_by_city_and_year(declarant: Professional, lone_declarant: Professional) -> None:
    make.meet(declarant)
    make.meet(lone_declarant)
    settle_changed_accounts(now=make.NOW)
    numbers = sorted(Certificate.objects.values_list("number", flat=True))
    assert [number[:19] for number in numbers] == ["410200-2026-0000001", "410200-2026-0000002"]


def promoted(person: Professional, level: TitleLevel) -> None:
    person.title_level = level
    person.save()
    judge_again(person, 2026, now=make.NOW)
    settle_changed_accounts(now=make.NOW)


@pytest.mark.clause("A19")
def test_what_another_level_asks_is_printed_anew(declarant: Professional) -> None:
    lower = {"total": "74", "public": "22", "professional": "52"}
    make.rule_set("henan-2026-junior", levels=[TitleLevel.ASSISTANT.value], figures=lower)
    make.promised(declarant)
    promoted(declarant, TitleLevel.ASSISTANT)
    assert states(declarant) == [CertificateState.SUPERSEDED, CertificateState.INTENDED]
    first, second = Certificate.objects.order_by("edition")
    assert "职称级别" in first.ended_because
    assert (second.snapshot["title"]["level"], second.snapshot["thresholds"][0]["need"]) == ("助理级", "74")


@pytest.mark.clause("A19")
def test_a_promotion_that_asks_the_same_leaves_it_as_it_is(declarant: Professional) -> None:
    make.promised(declarant)
    promoted(declarant, TitleLevel.DEPUTY_SENIOR)
    assert states(declarant) == [CertificateState.INTENDED]
    assert not is_under_review(Certificate.objects.get())
