"""Letters of a bureau under a number: sent, opened, fetched; who did so and when is the proof."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.enums import Duty, NoticeEvent
from accounts.models import Notice, Organization, Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.id_number import reasons_not_to_accept_uscc
from ceportal.kernel.rules.refusal import MovedOn
from ceportal.office.enums import LetterKind, LetterStep
from ceportal.office.models import Letter, LetterReceipt
from ceportal.office.rules import letters as rules
from ceportal.office.selectors.addressees import Meant, whom
from ceportal.office.services import letters as service
from certificates.services.sealing import make_signing_key
from credits.models import Declaration
from reviews.models import CreditedHours
from tests import factories as make
from tests.credits.factories import NOW, credit
from tests.reviews.factories import approved, submitted, turned_down

BODY = "您提交的材料不齐全。\n请在五个工作日内补正。"
pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client: Client, county_officer: User) -> Any:
    with time_machine.travel(NOW, tick=False):
        client.force_login(county_officer)
        yield client


def send(by: User, office: Organization, **to: Any) -> Letter:
    return service.send_letter(
        office, LetterKind.CORRECTION, Meant(**to), title="补正通知书", body=BODY, by=by, now=NOW
    )


def test_a_letter_to_a_unit_is_numbered_told_opened_and_fetched(
    clerk: Client, employer: Organization, employer_reviewer: User, county_officer: User, stranger: User
) -> None:
    make_signing_key(now=NOW)
    page = clerk.get("/letters/new/?kind=circular").content.decode()
    assert "关于继续教育有关情况的通报" in page
    said = {"office": "", "to": employer.name, "title": "关于检查情况的通报", "body": BODY}
    said["office"] = str(Organization.objects.get(is_bureau=True, area="410203").pk)
    assert "没有填写的空" in clerk.post("/letters/new/", said | {"body": rules.BLANK}).content.decode()
    assert "没有找到收件人" in clerk.post("/letters/new/", said | {"to": "没有这个单位"}).content.decode()
    assert clerk.post("/letters/new/?kind=circular", said).status_code == 302
    letter = Letter.objects.get()
    assert letter.number.endswith("继教通〔2026〕1号")
    assert Notice.objects.filter(to=employer_reviewer, event=NoticeEvent.LETTER).count() == 1
    address = f"/letters/{letter.ref}/"
    assert "对方还没有查看" in clerk.get(address).content.decode()
    assert not LetterReceipt.objects.exists()
    clerk.force_login(stranger)
    assert clerk.get(address).status_code == 404
    clerk.force_login(employer_reviewer)
    assert "未读" in clerk.get("/letters/").content.decode()
    assert "请在五个工作日内补正。" in clerk.get(address).content.decode()
    clerk.get(address)
    first = clerk.get(f"{address}pdf/")
    again = clerk.get(f"{address}pdf/")
    assert first.content[:5] == b"%PDF-"
    assert first.content == again.content
    assert dict(LetterReceipt.objects.values_list("step", "times")) == {LetterStep.OPENED: 2, LetterStep.FETCHED: 2}
    clerk.force_login(county_officer)
    text = clerk.get(address).content.decode()
    assert employer_reviewer.name in text
    assert letter.content_digest in text
    assert "已送达" in clerk.get("/letters/?view=sent").content.decode()
    assert clerk.post(address, {"reason": ""}).status_code == 422
    assert clerk.post(address, {"reason": "发错了"}).status_code == 302
    assert clerk.get(f"{address}pdf/").status_code == 409
    with pytest.raises(MovedOn):
        service.withdraw_letter(letter, reason="再收回", by=county_officer, now=NOW)
    told = list(AuditEvent.objects.filter(action__startswith="letter.").values_list("action", flat=True))
    assert sorted(told) == ["letter.fetched", "letter.opened", "letter.send", "letter.withdraw"]


def test_a_return_and_a_reversal_become_letters_with_their_text_filled_in(
    clerk: Client, declarant: Professional, employer_reviewer: User, county_officer: User, county_bureau: Organization,
    stranger: User,
) -> None:  # fmt: skip
    turned_down(submitted(declarant), employer_reviewer)
    asked = Declaration.objects.get()
    address = f"/letters/about/return/{asked.ref}/"
    text = clerk.get(address).content.decode()
    for words in (asked.title, "佐证材料不全：缺少结业证书。", "于2026年11月16日退回", "24学时", "发给 申报教师"):
        assert words in text, words
    assert rules.BLANK not in text
    assert 'name="to"' not in text
    said = {"office": str(county_bureau.pk), "title": "补正通知书", "body": "请补正。"}
    assert clerk.post(address, said | {"body": ""}).status_code == 422
    assert clerk.post(address, said).status_code == 302
    letter = Letter.objects.get()
    assert (letter.to_person, letter.kind, letter.about) == (declarant, LetterKind.CORRECTION, f"return:{asked.ref}")
    assert f'这件事已经发过公文：<a href="/letters/{letter.ref}/"' in clerk.get(address).content.decode()

    entry = credit(declarant, "8", title="虚假的培训")
    claim = CreditedHours.objects.get(pk=entry.claim_id)
    assert clerk.get(f"/letters/about/reversal/{claim.ref}/").status_code == 404
    desk = f"/admin/reviews/creditedhours/{claim.ref}/"
    clerk.post(desk, {"reason_code": "false", "reason": "材料是编造的"})
    link = f"/letters/about/reversal/{claim.ref}/"
    assert link in clerk.get(desk).content.decode()
    text = clerk.get(link).content.decode()
    for words in ("学时撤销决定书", "虚假的培训", "材料是编造的", "8学时", "三十日内", "通知"):
        assert words in text, words
    assert rules.BLANK not in text
    for other in (stranger, employer_reviewer):
        clerk.force_login(other)
        assert clerk.get(link).status_code == 403
    elsewhere = make.give(make.user("平顶山经办人"), make.bureau("410400"), Duty.OVERSEE)
    clerk.force_login(elsewhere)
    assert (clerk.get(link).status_code, clerk.get(address).status_code) == (404, 404)
    clerk.force_login(county_officer)
    Professional.objects.filter(pk=declarant.pk).update(area=make.area("410402"))
    assert clerk.get(link).status_code == 409


def test_an_authority_writes_about_what_it_returned(
    clerk: Client, declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    turned_down(approved(submitted(declarant), employer_reviewer), authority_reviewer)
    clerk.force_login(authority_reviewer)
    link = f"/letters/about/return/{Declaration.objects.get().ref}/"
    assert link in clerk.get("/reviews/done/").content.decode()
    assert "缺少结业证书" in clerk.get(link).content.decode()


def test_whom_a_clerk_means_is_found_within_the_reach_of_the_office_alone(
    county_bureau: Organization, authority: Organization, employer: Organization, lone_employer: Organization
) -> None:
    number, elsewhere = make.id_number(), make.id_number()
    here = make.professional("王五", works_at=employer, number=number)
    make.professional("赵六", works_at=make.employer("平顶山市第九中学", at=make.area("410402")), number=elsewhere)
    assert whom(number, county_bureau) == Meant(person=here)
    assert whom(elsewhere, county_bureau) == Meant()
    assert whom(str(employer.uscc), county_bureau) == Meant(unit=employer)
    assert whom(f" {employer.name} ", authority) == Meant(unit=employer)
    assert whom(lone_employer.name, authority) == Meant()
    assert whom(number, authority) == Meant(person=here)
    assert whom("", county_bureau) == Meant()


def test_a_number_with_the_check_digit_of_a_credit_code_still_means_its_person(
    county_bureau: Organization, employer: Organization
) -> None:
    of_either = (make.id_number(serial=serial) for serial in range(999))
    number = next(each for each in of_either if not reasons_not_to_accept_uscc(each))
    assert whom(number, county_bureau) == Meant()
    person = make.professional("王五", works_at=employer, number=number)
    assert whom(number, county_bureau) == Meant(person=person)


def test_numbers_have_no_gap_and_a_letter_has_one_addressee(
    county_officer: User, county_bureau: Organization, declarant: Professional, employer: Organization
) -> None:
    first, second = (send(county_officer, county_bureau, person=declarant) for _ in range(2))
    assert [first.serial, second.serial] == [1, 2]
    for step in range(2):
        service.note_receipt(first, LetterStep.OPENED, by=declarant.user, now=NOW + timedelta(hours=step))
    receipt = LetterReceipt.objects.get()
    assert (receipt.times, receipt.last_at - receipt.first_at) == (2, timedelta(hours=1))
    with pytest.raises(IntegrityError, match="a_letter_has_one_addressee"), transaction.atomic():
        Letter.objects.filter(pk=first.pk).update(to_unit=employer)
    with pytest.raises(IntegrityError, match="a_withdrawn_letter_says_why"), transaction.atomic():
        Letter.objects.filter(pk=first.pk).update(withdrawn_at=NOW)
