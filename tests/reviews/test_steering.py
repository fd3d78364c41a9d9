"""The clock looks where people went who paid themselves; a person of the bureau decides what it means (S4-18)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.enums import Duty
from accounts.models import Notice, Organization, User
from bases.selectors.credit_record import credit_record
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import DeclarationState, Payer
from credits.models import Declaration
from reviews.models import Steering
from reviews.services.steering import judge_steering, look_for_steering
from tests import factories as make
from tests.credits import rosters as make_rosters
from tests.reviews.factories import MONDAY, draft

pytestmark = pytest.mark.django_db
DESK = "/admin/reviews/steering/"


def paid(unit: Organization, many: int, organiser: str, **changes: object) -> None:
    for number in range(many):
        person = make.professional(f"教师{number}", works_at=unit)
        made = draft(person, files=0, organiser=organiser, payer=Payer.PERSON)
        facts = {"state": DeclarationState.APPROVED, "submitted_at": MONDAY} | changes
        Declaration.objects.filter(pk=made.pk).update(**facts)


@pytest.mark.clause("S4-18", "S0-04")
def test_a_unit_whose_people_nearly_all_pay_at_one_place_is_shown_to_the_bureau_once(
    client: Client, employer: Organization, other_employer: Organization, county_officer: User, city_officer: User,
) -> None:  # fmt: skip
    paid(employer, 10, "某某教育咨询公司")
    paid(other_employer, 5, "某某教育咨询公司")
    paid(other_employer, 5, "某某教育咨询公司", payer=Payer.UNIT)
    for moment in (MONDAY, MONDAY, MONDAY + timedelta(days=1)):
        look_for_steering(now=moment)
    institution = make.organization("某某教育咨询公司", is_platform=True)
    make_rosters.recognise(institution)
    sign = Steering.objects.get()
    assert (sign.organization, sign.people, sign.payers, sign.organiser) == (employer, 10, 10, "某某教育咨询公司")
    told = Notice.objects.get(text__contains="自费学习")
    assert (told.to, employer.name in told.text) == (county_officer, False)
    paid(employer, 1, "某某教育咨询公司 ")
    look_for_steering(now=MONDAY + timedelta(days=2))
    assert Steering.objects.get().people == 11
    elsewhere = make.give(make.user("外市经办人"), make.bureau("410400"), Duty.REVERSE_HOURS)
    page = f"{DESK}{sign.ref}/"
    client.force_login(elsewhere)
    assert (employer.name in client.get(DESK).content.decode(), client.get(page).status_code) == (False, 404)
    with pytest.raises(Refused, match="不由您处理"):
        judge_steering(sign, verdict="confirmed", reason="核实", by=elsewhere, now=MONDAY)
    client.force_login(city_officer)
    assert employer.name in client.get(DESK).content.decode()
    assert "有 11 人自己出钱学习，其中 11 人" in client.get(page).content.decode()
    assert client.post(page, {"verdict": "confirmed", "reason": " "}).status_code == 422
    assert client.post(page, {"verdict": "confirmed", "reason": "单位发文指定，已责令改正。"}).status_code == 302
    assert "已责令改正" in client.get(page).content.decode()
    noted = [(each.title, each.is_public, each.words) for each in credit_record(employer, everything=True)]
    public = "2026 年度 11 名自费学习的人员中 11 人在同一家机构学习，经核实属于强制指定。"
    assert noted == [("强制自费学习人员到指定机构", True, public)]
    (theirs,) = credit_record(institution, everything=True)
    assert (theirs.title, employer.name in theirs.words) == ("有单位强制指定到本机构学习", True)
    assert credit_record(institution) == []
    with pytest.raises(MovedOn):
        judge_steering(sign, verdict="dismissed", reason="核实", by=county_officer, now=MONDAY)
    paid(employer, 1, "某某教育咨询公司")
    look_for_steering(now=MONDAY + timedelta(days=3))
    sign.refresh_from_db()
    assert (sign.people, sign.verdict) == (11, "confirmed")


def test_the_database_holds_a_sign_to_sense(employer: Organization) -> None:
    facts = {"organization": employer, "year": 2026, "organiser_key": "甲", "organiser": "甲", "found_at": MONDAY}
    with pytest.raises(IntegrityError, match="a_part_is_no_more_than_the_whole"), transaction.atomic():
        Steering.objects.create(people=11, payers=10, **facts)
    with pytest.raises(IntegrityError, match="says_who_when_and_why"), transaction.atomic():
        Steering.objects.create(people=10, payers=10, verdict="confirmed", **facts)
