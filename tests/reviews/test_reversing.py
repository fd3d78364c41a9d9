"""Taking hours back at the bureau's desk: found without a number in any address, reversed with reason and clause."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty, NoticeEvent
from accounts.models import Membership, Notice, Organization, Professional, User
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import ClaimState, DeclarationState, EntryKind
from credits.models import Claim, HourEntry, YearAccount
from reviews.models import CreditedHours
from reviews.rules.reversing import reasons_not_to_reverse
from reviews.selectors.registers import reversible_hours
from reviews.services.reversing import reverse_hours
from tests import factories as make
from tests.credits.factories import credit
from tests.reviews.factories import MONDAY, approved, submitted

pytestmark = pytest.mark.django_db
DESK = "/admin/reviews/creditedhours/"
NOW = MONDAY + timedelta(hours=1)
NUMBER = make.id_number(serial=998)


@pytest.fixture
def claim(declarant: Professional, employer_reviewer: User, authority_reviewer: User) -> CreditedHours:
    approved(submitted(declarant), employer_reviewer, authority_reviewer)
    return CreditedHours.objects.get()


def take_back(claim: CreditedHours, by: User, code: str = "borrowed", reason: str = "发证单位回函证实") -> HourEntry:
    return reverse_hours(claim, reason_code=code, reason=reason, by=by, now=NOW)


def test_reversed_with_entry_account_notice_and_state(claim: CreditedHours, city_officer: User) -> None:
    entry = take_back(claim, city_officer)
    assert (entry.kind, entry.hours, entry.clause) == (EntryKind.REVERSAL, -claim.hours, "S4-16")
    assert entry.reason == "冒用他人证书：发证单位回函证实"
    claim.refresh_from_db()
    assert claim.state == ClaimState.WITHDRAWN
    assert claim.declaration is not None
    assert claim.declaration.state == DeclarationState.REVERSED
    assert YearAccount.objects.get().total == 0
    assert Notice.objects.filter(event=NoticeEvent.HOURS_REVERSED, to=claim.declaration.declarant).count() == 1


def test_twice(claim: CreditedHours, city_officer: User) -> None:
    take_back(claim, city_officer)
    with pytest.raises(MovedOn):
        take_back(claim, city_officer)
    assert HourEntry.objects.filter(kind=EntryKind.REVERSAL).count() == 1


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("borrowed", "已核实", []),
        ("", "已核实", ["reason_code"]),
        ("made_up", "", ["reason_code", "reason_blank"]),
        ("false", "字" * 201, ["reason_too_long"]),
        ("false", "空\x00", ["strange_character"]),
    ],
)
def test_reasons(code: str, text: str, expected: list[str]) -> None:
    assert [reason.code for reason in reasons_not_to_reverse(code, text)] == expected


def test_only_in_ones_own_place_and_never_ones_own(
    claim: CreditedHours,
    county_officer: User,
    city_officer: User,
    declarant: Professional,
    employer_reviewer: User,
    authority: Organization,
) -> None:
    elsewhere = make.give(make.user("平顶山经办人"), make.bureau("410400"), Duty.REVERSE_HOURS)
    other_county = make.give(make.user("兰考经办人"), make.bureau("410225"), Duty.REVERSE_HOURS)
    for outsider in (elsewhere, other_county, employer_reviewer):
        assert not reversible_hours(outsider).exists()
        with pytest.raises(Refused):
            take_back(claim, outsider)
    other_trade = make.give(make.user("卫健委经办人"), make.authority("开封市卫健委"), Duty.REVERSE_HOURS)
    assert not reversible_hours(other_trade).exists()
    own_trade = make.give(make.user("教体局经办人"), authority, Duty.REVERSE_HOURS)
    assert reversible_hours(own_trade).get() == claim
    make.give(declarant.user, make.bureau("410203"), Duty.REVERSE_HOURS)
    with pytest.raises(Refused):
        take_back(claim, declarant.user)
    assert reversible_hours(county_officer).get() == claim
    assert reversible_hours(city_officer).get() == claim


@pytest.mark.usefixtures("morning")
class TestDesk:
    @pytest.fixture
    def morning(self) -> object:
        with time_machine.travel(NOW, tick=False):
            yield

    @staticmethod
    def act(claim: CreditedHours) -> str:
        return reverse("admin:reviews_creditedhours_reverse", args=[claim.ref])

    def test_doors(
        self, client: Client, claim: CreditedHours, declarant: Professional, employer_reviewer: User
    ) -> None:
        for address in (DESK, self.act(claim)):
            client.logout()
            assert client.get(address).status_code == 302
            for user in (declarant.user, employer_reviewer):
                client.force_login(user)
                assert client.get(address).status_code in (302, 403)
        elsewhere = make.give(make.user("平顶山经办人"), make.bureau("410400"), Duty.REVERSE_HOURS)
        client.force_login(elsewhere)
        assert client.get(self.act(claim)).status_code == 404
        assert client.post(self.act(claim), {"reason_code": "false", "reason": "x"}).status_code == 404
        assert Claim.objects.get().state == ClaimState.LIVE

    def test_found_by_name_by_title_and_by_person(
        self, client: Client, claim: CreditedHours, city_officer: User, declarant: Professional
    ) -> None:
        client.force_login(city_officer)
        assert claim.title in client.get(DESK).content.decode()
        assert claim.title in client.get(DESK, {"name": "申报"}).content.decode()
        assert claim.title in client.get(DESK, {"title": "新课标"}).content.decode()
        assert claim.title in client.get(DESK, {"person": str(declarant.ref)}).content.decode()
        for nothing in ({"name": "教师"}, {"title": "没有"}, {"person": "没有"}, {"name": "%"}):
            assert claim.title not in client.get(DESK, nothing).content.decode()

    def test_a_number_goes_by_post_and_never_into_an_address(self, client: Client, city_officer: User) -> None:
        person = make.professional("被查找人", number=NUMBER)
        credit(person, "8", title="按号码找到的")
        client.force_login(city_officer)
        find = reverse("admin:reviews_creditedhours_find")
        found = client.post(find, {"id_number": NUMBER})
        assert found["Location"] == f"{DESK}?person={person.ref}"
        assert NUMBER not in found["Location"]
        assert "按号码找到的" in client.get(found["Location"]).content.decode()
        for unknown in (make.id_number(), "", "x" * 100):
            assert client.post(find, {"id_number": unknown})["Location"] == DESK
        assert client.get(find).status_code == 405

    def test_reversed_by_the_page(self, client: Client, claim: CreditedHours, city_officer: User) -> None:
        client.force_login(city_officer)
        page = client.get(self.act(claim)).content.decode()
        assert "撤销这 24 学时" in page
        bad = client.post(self.act(claim), {"reason_code": "", "reason": ""})
        assert bad.status_code == 422
        assert Claim.objects.get().state == ClaimState.LIVE
        good = client.post(self.act(claim), {"reason_code": "composed", "reason": "经鉴定为合成"})
        assert good.status_code == 302
        assert Claim.objects.get().state == ClaimState.WITHDRAWN
        again = client.post(self.act(claim), {"reason_code": "composed", "reason": "经鉴定为合成"})
        assert again.status_code == 409
        assert "已撤销" in client.get(self.act(claim)).content.decode()

    def test_a_long_list_pages(
        self, client: Client, declarant: Professional, city_officer: User, django_assert_max_num_queries: object
    ) -> None:
        for number in range(27):
            credit(declarant, "0.5", title=f"课{number}")
        client.force_login(city_officer)
        with django_assert_max_num_queries(11):
            page = client.get(DESK)
        assert len(page.context["page"].items) == 25
        rest = client.get(DESK, {"after": page.context["page"].next_cursor})
        assert len(rest.context["page"].items) == 2

    def test_a_duty_that_ended_ends_the_desk(self, client: Client, claim: CreditedHours, city_officer: User) -> None:
        Membership.objects.filter(user=city_officer).update(ended_at=NOW)
        client.force_login(city_officer)
        assert client.get(DESK).status_code in (302, 403)
