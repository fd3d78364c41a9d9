"""Reference data: what the documents name is there, under their names, once, and keeps its ids."""

import pytest
from django.core.management import call_command

from accounts.enums import AreaKind, Level
from accounts.models import Area, Organization, TitleSeries
from accounts.rules.naming import full_place
from accounts.selectors.duties import below, bureau_of
from bases.models import Recognition

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def ids():
    return {
        model: set(model.objects.values_list("pk", "ref" if hasattr(model, "ref") else "pk"))
        for model in (Organization, Recognition, Area, TitleSeries)
    }


def test_loading_again_keeps_every_id():
    before = ids()
    call_command("load_reference", verbosity=0)
    assert ids() == before


def test_what_a_bureau_put_right_stays():
    Organization.objects.filter(name="河南省教育厅").update(contact_phone="0371-1")
    call_command("load_reference", verbosity=0)
    assert Organization.objects.get(name="河南省教育厅").contact_phone == "0371-1"


def test_places_of_henan():
    assert Area.objects.filter(parent="410000").count() == 19
    assert set(Area.objects.filter(parent="410000", code__in=["419001", "410173"]).values_list("name", flat=True)) == {
        "济源示范区",
        "航空港区",
    }
    counties = Area.objects.filter(kind=AreaKind.COUNTY).count()
    assert counties == 156, "157 counties of GB/T 2260, of which 济源 stands as a city"
    assert Area.objects.filter(kind=AreaKind.ZONE).count() == 23
    assert Area.objects.get(code="410225").path == "410000/410200/410225/"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("410000", "河南省人力资源和社会保障厅"),
        ("410200", "开封市人力资源和社会保障局"),
        ("410225", "兰考县人力资源和社会保障局"),
        ("410203", "开封市顺河回族区人力资源和社会保障局"),
        ("410173", "航空港区党工委组织人事部"),
        ("410472", "平顶山市城乡一体化示范区组织人力资源社会保障局"),
        ("410471", "平顶山市高新区人力资源管理局"),
        ("419001", "济源示范区人力资源和社会保障局"),
    ],
)
def test_every_place_has_its_bureau_by_its_own_name(code, name):
    assert bureau_of(Area.objects.get(code=code)).name == name


def test_each_bureau_stands_under_the_one_above():
    bureaus = Organization.objects.filter(is_bureau=True).select_related("area", "supervisor")
    assert bureaus.count() == Area.objects.count()
    for bureau in bureaus:
        above = bureau.supervisor.area_id if bureau.supervisor else None
        assert above == bureau.area.parent_id


def test_a_county_authority_stands_under_the_city_and_that_under_the_province():
    county = Organization.objects.get(name="兰考县教育局")
    assert county.level == Level.COUNTY
    assert county.supervisor.name == "开封市教育局"
    assert county.supervisor.supervisor.name == "河南省教育厅"
    assert "22" in county.trades.values_list("code", flat=True)
    assert not Organization.objects.filter(is_authority=True, supervisor=None).exclude(level=Level.PROVINCE).exists()


def test_there_are_48_provincial_bases_in_2025_and_2026_is_only_assumed():
    rows = Recognition.objects.filter(kind="provincial_base")
    assert rows.filter(year=2025, status="verified", clause="S4-14").count() == 48
    assert sorted(rows.filter(year=2025).values_list("sequence", flat=True)) == list(range(1, 49))
    assert set(rows.filter(year=2026).values_list("status", flat=True)) == {"assumed"}


def test_pingdingshan_2023_and_kaifeng_2021():
    pds = Recognition.objects.filter(year=2023)
    assert pds.exclude(kind="platform").count() == 5
    assert pds.filter(kind="platform", subjects=["public"]).count() == 7
    assert pds.filter(kind="platform", area="410400").count() == 3
    kaifeng = Recognition.objects.filter(year=2021, **below(Area.objects.get(code="410200")))
    assert (kaifeng.filter(kind="municipal_base").count(), kaifeng.filter(kind="platform").count()) == (2, 3)
    assert not Recognition.objects.filter(url__contains=" ").exists()


def test_one_institution_is_one_unit_however_often_it_is_listed():
    gaohui = Organization.objects.get(name="河南高辉教育科技有限公司")
    assert gaohui.is_base
    assert gaohui.is_platform
    assert Recognition.objects.filter(organization=gaohui, year=2023).count() == 2


def test_title_series_have_other_and_none():
    assert set(TitleSeries.objects.filter(name__in=["其他", "无"]).values_list("name", flat=True)) == {"其他", "无"}


@pytest.mark.parametrize(
    ("place", "kind", "above", "full"),
    [
        ("鼓楼区", AreaKind.COUNTY, "开封市", "开封市鼓楼区"),
        ("兰考县", AreaKind.COUNTY, "开封市", "兰考县"),
        ("汝州市", AreaKind.COUNTY, "平顶山市", "汝州市"),
        ("洛阳高新技术产业开发区", AreaKind.ZONE, "洛阳市", "洛阳高新技术产业开发区"),
        ("航空港区", AreaKind.CITY, "河南省", "航空港区"),
    ],
)
def test_full_names_of_places(place, kind, above, full):
    assert full_place(place, kind, above) == full
