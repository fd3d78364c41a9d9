"""Who is in charge where, and who is recognised to teach: what the documents name is there after a first start."""

import pytest

from accounts.enums import UnitNature
from accounts.models import Area, Organization
from accounts.selectors.duties import bureau_of, second_reviewer_of
from bases.enums import RecognitionKind, RecognitionStatus
from bases.models import Recognition
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.mark.clause("S4-01")
@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("410173", "航空港区党工委组织人事部"),
        ("410471", "平顶山市高新区人力资源管理局"),
        ("410472", "平顶山市城乡一体化示范区组织人力资源社会保障局"),
        ("419001", "济源示范区人力资源和社会保障局"),
    ],
)
def test_a_bureau_may_be_called_otherwise(code: str, name: str) -> None:
    bureau = bureau_of(Area.objects.get(code=code))
    assert bureau is not None
    assert (bureau.name, bureau.is_bureau) == (name, True)


@pytest.mark.clause("S4-01")
def test_the_addressees_directly_below_the_province_report_to_it() -> None:
    province = Organization.objects.get(area="410000", is_bureau=True)
    assert {bureau_of(Area.objects.get(code=code)).supervisor for code in ("410173", "419001")} == {province}


@pytest.mark.clause("S1-02")
def test_a_bureau_is_in_charge_of_every_place_and_authorities_of_their_trades() -> None:
    assert [area.name for area in Area.objects.all() if bureau_of(area) is None] == []
    authorities = Organization.objects.filter(is_authority=True, is_bureau=False)
    assert authorities.exists()
    assert authorities.filter(supervisor__isnull=True, area__kind="county").count() == 0


@pytest.mark.clause("S1-03", "S1-13", "A11")
def test_a_private_company_has_its_places_bureau_as_second_reviewer() -> None:
    company = make.employer("洛阳民营科技公司", at=Area.objects.get(code="410302"), nature=UnitNature.PRIVATE)
    second = second_reviewer_of(company)
    assert second == bureau_of(company.area)
    assert second.area_id == "410302"


@pytest.mark.clause("S1-02")
def test_a_unit_of_a_trade_has_its_authority_as_second_reviewer() -> None:
    authority = Organization.objects.filter(is_authority=True, is_bureau=False, area="410200").first()
    school = make.employer("开封市第八中学", at=Area.objects.get(code="410203"), supervisor=authority)
    assert second_reviewer_of(school) == authority


@pytest.mark.clause("S4-14", "A27")
def test_the_48_bases_of_2025_stand_in_their_order() -> None:
    bases = Recognition.objects.filter(kind=RecognitionKind.PROVINCIAL_BASE, year=2025).order_by("sequence")
    names = list(bases.values_list("organization__name", flat=True))
    assert list(bases.values_list("sequence", flat=True)) == list(range(1, 49))
    assert (names[0], names[13], names[47]) == ("河南大学", "开封大学", "河南省工业和信息化人才交流中心")
    assert set(bases.values_list("status", flat=True)) == {RecognitionStatus.VERIFIED}
    assert not bases.filter(clause="").exists()


@pytest.mark.clause("A26", "A27")
def test_a_list_holds_for_its_year_and_what_is_carried_over_says_so() -> None:
    next_year = Recognition.objects.filter(kind=RecognitionKind.PROVINCIAL_BASE, year=2026)
    assert next_year.count() == 48
    assert set(next_year.values_list("status", flat=True)) == {RecognitionStatus.ASSUMED}


@pytest.mark.clause("S3-11")
def test_seven_platforms_teach_the_public_subject_for_nothing() -> None:
    free = Recognition.objects.filter(kind=RecognitionKind.PLATFORM, year=2023, area="410000", is_free=True)
    assert free.count() == 7
    assert all(platform.subjects == ["public"] and platform.url for platform in free)


@pytest.mark.clause("S3-11")
def test_pingdingshan_lists_three_platforms_and_five_bases() -> None:
    platforms = Recognition.objects.filter(kind=RecognitionKind.PLATFORM, year=2023, area="410400")
    assert platforms.count() == 3
    assert all(platform.subjects == ["professional"] and platform.phones for platform in platforms)
    bases = Recognition.objects.filter(year=2023, document__contains="附件3").exclude(kind=RecognitionKind.PLATFORM)
    assert sorted(bases.values_list("kind", flat=True)) == ["municipal_base"] * 4 + ["provincial_base"]


def test_kaifengs_bases_and_platforms_of_2021_are_there() -> None:
    of_kaifeng = Recognition.objects.filter(year=2021, area="410200")
    assert of_kaifeng.filter(kind=RecognitionKind.MUNICIPAL_BASE).count() == 2
    assert of_kaifeng.filter(kind=RecognitionKind.PLATFORM).count() == 3


@pytest.mark.clause("S0-04")
def test_nobody_is_bound_to_a_single_institution() -> None:
    """Several are recognised for each subject; neither a person nor an employer can be tied to one of them."""
    for subject in ("public", "professional"):
        offered = [row.organization_id for row in Recognition.objects.filter(year=2025) if subject in row.subjects]
        assert len(set(offered)) > 1
    bound = [key.name for key in Organization._meta.get_fields() if key.related_model is Recognition]
    assert bound == []
