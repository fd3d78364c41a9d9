"""受委托证书管理发放: a place's bureau or an authority of the province issues for it, for a time (S1-13, S1-10)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.enums import Duty, Level
from accounts.models import Mandate, Notice, Organization, Professional, User
from accounts.selectors.mandates import mandate_over
from accounts.services.mandates import give_mandate
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from certificates.documents.sheet import sheet_html
from certificates.models import Suspicion
from tests import factories as make
from tests.certificates import factories as certificates
from tests.certificates.factories import NOW

pytestmark = pytest.mark.django_db
DESK = "/admin/accounts/mandate/"
REGISTER = "/admin/certificates/certificate/"
REPORTS = "/admin/certificates/suspicion/"
PROVINCE = "河南省人力资源和社会保障厅"
TODAY = timezone.localdate(NOW)


@pytest.fixture
def regulator(province_bureau: Organization) -> User:
    return make.give(make.user("省厅规则经办人"), province_bureau, Duty.REGULATE)


@pytest.fixture
def provincial(province_bureau: Organization) -> Organization:
    return make.organization("河南省教育厅", at=make.area("410000"), is_authority=True, level=Level.PROVINCE)


@pytest.fixture
def keeper(provincial: Organization) -> User:
    return make.give(make.user("教育厅经办人"), provincial, Duty.OVERSEE)


def post(client: Client, user: User, address: str, **said: Any) -> Any:
    client.force_login(user)
    return client.post(address, said)


def text(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    return client.get(address, follow=True).content.decode()


@pytest.mark.clause("S1-13", "S1-10")
def test_a_city_issues_for_the_province_until_it_is_ended(
    client: Client, settings: Any, regulator: User, city_officer: User, city_bureau: Organization,
    declarant: Professional, lone_declarant: Professional, other_declarant: Professional,
) -> None:  # fmt: skip
    """By the pages: given, told, printed on what is issued from then on, ended; what was issued stays as it was."""
    settings.CERTIFICATE_AUTHORITY = PROVINCE
    with time_machine.travel(NOW, tick=False):
        before = certificates.promised(declarant)
        assert "没有委托" in text(client, regulator, DESK)
        assert city_bureau.name in text(client, regulator, f"{DESK}new/")
        said = {"organization": city_bureau.ref, "since": str(TODAY), "until": "", "reason": "豫人社〔2026〕1号"}
        assert post(client, regulator, f"{DESK}new/", **said | {"reason": ""}).status_code == 422
        strange = post(client, regulator, f"{DESK}new/", **said | {"organization": "3"})
        assert "请从列表中选择受委托部门" in strange.content.decode()
        assert post(client, regulator, f"{DESK}new/", **said).status_code == 302
        assert post(client, regulator, f"{DESK}new/", **said).status_code == 422, "one at a time"
        mandate = Mandate.objects.get()
        assert Notice.objects.filter(to=city_officer, text__contains="委托").count() == 1
        during = certificates.issued(lone_declarant)
        end = f"{DESK}{mandate.ref}/end/"
        assert post(client, city_officer, end, reason="自己终止").status_code == 403
        assert post(client, regulator, end, reason="").status_code == 422
        assert post(client, regulator, end, reason="委托期满收回").status_code == 302
        assert post(client, regulator, end, reason="再终止").status_code == 302, "said to be ended, changed nothing"
        after = certificates.promised(other_declarant)
    stands = [(one.snapshot["authority"], one.snapshot.get("mandated_by")) for one in (before, during, after)]
    assert stands == [(PROVINCE, None), (city_bureau.name, PROVINCE), (PROVINCE, None)]
    before.refresh_from_db()
    assert before.snapshot["authority"] == PROVINCE
    assert f"受{PROVINCE}委托发放" in sheet_html(during.snapshot)
    assert f"受{PROVINCE}委托发放" in client.get(f"/v/{during.token}/").content.decode()
    mandate.refresh_from_db()
    assert mandate.ended_because == "委托期满收回"
    actions = AuditEvent.objects.filter(subject_ref=mandate.ref).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["mandate.grant", "mandate.end"]


@pytest.mark.clause("S1-13", "S3-10")
def test_an_authority_keeps_the_certificates_of_its_own_units_and_no_others(
    client: Client, provincial: Organization, keeper: User, regulator: User, declarant: Professional,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    """Register and reports, while it lasts; those of its units go to it before the place's bureau."""
    own = make.professional("厅属教师", works_at=make.employer("省属大学", supervisor=provincial))
    mine, foreign = certificates.issued(own), certificates.issued(declarant)
    client.force_login(keeper)
    assert client.get(REGISTER).status_code == client.get(REPORTS).status_code == 403
    given = give_mandate(provincial, since=TODAY, until=TODAY + timedelta(days=1), reason="试点", by=regulator, now=NOW)
    with time_machine.travel(NOW, tick=False):
        for one in (mine, foreign):
            client.logout()
            client.post("/verify/report/", {"number": one.number, "says": "照片换过"})
        told = Notice.objects.filter(to=keeper, key__startswith="suspicion:")
        assert told.count() == 1
        shown, reported = text(client, keeper, REGISTER), text(client, keeper, REPORTS)
        assert (mine.number in shown, foreign.number in shown) == (True, False)
        assert (mine.number in reported, foreign.number in reported) == (True, False)
        other, item = (
            f"{REPORTS}{Suspicion.objects.get(certificate=one).ref}/" for one in (foreign, mine)
        )  # fmt: skip
        assert post(client, keeper, other, finding="sound", because="看过").status_code == 404
        assert post(client, keeper, item, finding="sound", because="看过").status_code == 302
        assert given.reason in text(client, keeper, DESK)
        assert client.get(f"{DESK}new/").status_code == 403
        with django_assert_max_num_queries(16):
            client.get(REGISTER)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        client.force_login(keeper)
        assert client.get(REGISTER).status_code == 403
        assert "已到期" in text(client, keeper, f"{DESK}{given.ref}/")


def test_the_authority_before_the_place_and_the_nearest_place_before_the_wider(
    provincial: Organization, regulator: User, city_bureau: Organization, county_bureau: Organization,
    province_bureau: Organization,
) -> None:  # fmt: skip
    by: dict[str, Any] = {"since": TODAY, "until": None, "reason": "委托", "by": regulator, "now": NOW}
    own, other = make.employer(supervisor=provincial), make.employer()
    for unit in (city_bureau, county_bureau, provincial):
        give_mandate(unit, **by)

    def at(place: str, unit: Organization | None) -> str | None:
        found = mandate_over(make.area(place), unit, today=TODAY)
        return found.organization.name if found else None

    assert at("410203", own) == at("410402", own) == provincial.name
    assert (at("410203", other), at("410225", None)) == (county_bureau.name, city_bureau.name)
    assert at("410402", other) is None
    for unit in (province_bureau, make.authority()):
        with pytest.raises(Refused, match="只能委托"):
            give_mandate(unit, **by)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a_mandate_says_why", {"reason": ""}),
        ("a_mandate_ends_after_it_begins", {"until": TODAY - timedelta(days=1)}),
        ("an_ended_mandate_says_who_when_and_why", {"ended_at": NOW}),
    ],
)
def test_the_database_says_so_too(
    name: str, changes: dict[str, Any], city_bureau: Organization, regulator: User
) -> None:
    made = Mandate.objects.create(organization=city_bureau, since=TODAY, reason="委托", made_by=regulator, made_at=NOW)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Mandate.objects.filter(pk=made.pk).update(**changes)
