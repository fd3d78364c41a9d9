"""通知公告: written as a draft, published to an audience of a place, read once, withdrawn with a reason."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from ceportal.office.enums import Audience
from ceportal.office.models import Announcement
from ceportal.office.rules.announcing import TITLE_LIMIT
from ceportal.office.services.announcements import publish, write
from tests import factories as make
from tests.credits.drafts import photo
from tests.matrix.desk_things import SAID
from tests.office.factories import NOW

NEW, LIST = "/announcing/new/", "/announcements/"


def said(area: Any, **changes: Any) -> dict[str, Any]:
    return SAID | {"area": area.pk} | changes


def published(unit: Organization, by: User, **changes: Any) -> Announcement:
    made = write(unit, SAID | {"area": unit.area} | changes, by=by, now=NOW)
    publish(made, by=by, now=NOW)
    return made


@pytest.mark.django_db
@pytest.mark.clause("S0-08")
def test_from_a_draft_with_its_file_to_everybody_s_home_and_back(
    client: Client, city_officer: User, declarant: Professional, city_bureau: Organization
) -> None:
    client.force_login(city_officer)
    answer = client.post(NEW, said(city_bureau.area, title="公需课在哪里免费学", kind="free", audience="everybody"))
    made = Announcement.objects.get()
    page = answer["Location"]
    client.post(page, {"act": "attach", "document": photo()})
    stored = made.files.get().file
    file = reverse("office:announcement_file", args=[made.ref, stored.ref])
    assert b"".join(client.get(file))
    reader, anybody = Client(), Client()
    reader.force_login(declarant.user)
    assert reader.get(file).status_code == 404, "a draft is its unit's alone"
    assert "公需课在哪里免费学</a>" not in anybody.get(LIST).content.decode()

    StoredFile.objects.update(state=FileState.QUARANTINED)
    assert "还没有通过病毒检查" in client.post(page, {"act": "publish"}).content.decode()
    StoredFile.objects.update(state=FileState.CLEAN)
    assert client.post(page, {"act": "publish"}).status_code == 302
    assert client.post(page, {"act": "publish"}).status_code == 409

    shown = reverse("office:announcement", args=[made.ref])
    home = reader.get(reverse("office:my_year")).content.decode()
    assert shown in home
    assert "未读" in home
    for _ in range(2):
        assert "请于年底前完成" in reader.get(shown).content.decode()
    assert "未读" not in reader.get(reverse("office:my_year")).content.decode()
    assert "1 人看过" in client.get("/announcing/").content.decode()
    assert "公需课在哪里免费学" in anybody.get(f"{LIST}?kind=free").content.decode()
    assert "公需课在哪里免费学</a>" not in anybody.get(f"{LIST}?kind=guide").content.decode()
    assert b"".join(anybody.get(file))

    assert client.post(page, {"act": "withdraw", "reason": " "}).status_code == 422
    client.post(page, {"act": "withdraw", "reason": "另发新通知"})
    assert {anybody.get(address).status_code for address in (shown, file)} == {404}
    assert "另发新通知" in client.get(page).content.decode()


@pytest.mark.django_db
def test_each_reads_what_is_for_their_place_trade_and_role(
    city_officer: User, city_bureau: Organization, authority: Organization, declarant: Professional,
    employer_reviewer: User, base_teacher: User,
) -> None:  # fmt: skip
    overseer = make.give(make.user("主管部门经办"), authority, Duty.OVERSEE)
    foreign = make.bureau("410400")
    people = published(city_bureau, city_officer, title="给个人")
    staff = published(city_bureau, city_officer, title="给经办", audience=Audience.STAFF)
    elsewhere = published(foreign, make.give(make.user(), foreign, Duty.OVERSEE), title="外地")
    trade = published(authority, overseer, title="给本系统", area=authority.area)
    stranger = make.professional("外系统的人", works_at=make.employer("别的系统的单位", at=city_bureau.area))

    def reads(user: User) -> set[str]:
        client = Client()
        client.force_login(user)
        rows = (people, staff, elsewhere, trade)
        answers = {row.title: client.get(reverse("office:announcement", args=[row.ref])).status_code for row in rows}
        shown = {title for title, status in answers.items() if status == 200}
        page = client.get(LIST).content.decode()
        assert shown == {row.title for row in rows if f">{row.title}</a>" in page}
        return shown

    assert reads(declarant.user) == {"给个人", "给本系统"}
    assert reads(stranger.user) == {"给个人"}
    assert reads(employer_reviewer) == {"给经办"}
    assert reads(base_teacher) == set()


@pytest.mark.django_db
def test_what_is_wrong_stands_beside_its_field_and_a_neighbour_s_place_is_not_offered(
    client: Client, city_officer: User, city_bureau: Organization
) -> None:
    client.force_login(city_officer)
    page = client.post(NEW, said(make.area("410400"), title="长" * (TITLE_LIMIT + 1), body="")).content.decode()
    assert "请从列表中选择" in page
    assert "请填写正文" in page
    answer = client.post(NEW, said(city_bureau.area, title="长" * (TITLE_LIMIT + 1)))
    assert (answer.status_code, Announcement.objects.count()) == (422, 0)
    assert f"标题最多 {TITLE_LIMIT} 个字" in answer.content.decode()
