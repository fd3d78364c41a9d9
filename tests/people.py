"""A small town of named people, one for each role: each test asks for those it needs.

`employer` stands under `authority`; `lone_employer` has none, so the county bureau reviews after it (A11). `stranger`
reviews at another employer of the same place. Everybody signs in with `tests.factories.PASSWORD`.
"""

import pytest

from accounts.enums import Duty, UnitNature
from accounts.models import Area, Organization, Professional, User
from ceportal.kernel.web.limits import forget_all
from tests import factories as make

BUREAU_DUTIES = (
    Duty.APPROVE_PEOPLE,
    Duty.APPROVE_UNITS,
    Duty.REVIEW_HOURS,
    Duty.REVERSE_HOURS,
    Duty.OVERSEE,
)
EMPLOYER_DUTIES = (Duty.MANAGE_UNIT, Duty.APPROVE_PEOPLE, Duty.REVIEW_HOURS)


@pytest.fixture
def city(db: None) -> Area:
    return make.area("410200")


@pytest.fixture
def county(city: Area) -> Area:
    return make.area("410203")


@pytest.fixture
def province_bureau(db: None) -> Organization:
    return make.bureau("410000")


@pytest.fixture
def city_bureau(db: None) -> Organization:
    return make.bureau("410200")


@pytest.fixture
def county_bureau(db: None) -> Organization:
    return make.bureau("410203")


@pytest.fixture
def authority(city_bureau: Organization) -> Organization:
    return make.authority("开封市教育体育局", "410200", make.title_series())


@pytest.fixture
def employer(authority: Organization, county: Area) -> Organization:
    return make.employer("开封市第一实验中学", supervisor=authority, at=county)


@pytest.fixture
def lone_employer(county_bureau: Organization, county: Area) -> Organization:
    return make.employer("开封宋韵文化有限公司", at=county, nature=UnitNature.PRIVATE)


@pytest.fixture
def other_employer(authority: Organization, county: Area) -> Organization:
    return make.employer("开封市第二实验中学", supervisor=authority, at=county)


@pytest.fixture
def declarant(employer: Organization) -> Professional:
    """Declares hours; works at `employer`."""
    return make.professional("申报教师", works_at=employer)


@pytest.fixture
def lone_declarant(lone_employer: Organization) -> Professional:
    """Declares hours; works where no industry authority is in charge."""
    return make.professional("申报工程师", works_at=lone_employer)


@pytest.fixture
def employer_reviewer(employer: Organization) -> User:
    """Reviews hours and approves people at `employer`."""
    return make.give(make.user("单位审核员"), employer, *EMPLOYER_DUTIES)


@pytest.fixture
def lone_reviewer(lone_employer: Organization) -> User:
    return make.give(make.user("企业审核员"), lone_employer, *EMPLOYER_DUTIES)


@pytest.fixture
def authority_reviewer(authority: Organization) -> User:
    return make.give(make.user("主管部门审核员"), authority, Duty.REVIEW_HOURS, Duty.APPROVE_UNITS, Duty.OVERSEE)


@pytest.fixture
def stranger(other_employer: Organization) -> User:
    """The same role at another employer: whatever is here is not theirs."""
    return make.give(make.user("外单位审核员"), other_employer, *EMPLOYER_DUTIES)


@pytest.fixture
def other_declarant(other_employer: Organization) -> Professional:
    return make.professional("外单位教师", works_at=other_employer)


@pytest.fixture
def county_officer(county_bureau: Organization) -> User:
    return make.give(make.user("区人社经办人"), county_bureau, *BUREAU_DUTIES)


@pytest.fixture
def city_officer(city_bureau: Organization) -> User:
    """Files the month at the city bureau."""
    return make.give(make.user("市人社经办人"), city_bureau, Duty.FILE_MONTHS, *BUREAU_DUTIES)


@pytest.fixture
def province_officer(province_bureau: Organization) -> User:
    return make.give(make.user("省厅经办人"), province_bureau, *BUREAU_DUTIES)


@pytest.fixture
def granter(county_bureau: Organization) -> User:
    """Decides on exemptions and the like where the town's people work."""
    return make.give(make.user("区减免经办人"), county_bureau, Duty.GRANT_EXCEPTIONS)


@pytest.fixture
def operator(province_bureau: Organization) -> User:
    return make.give(make.user("系统运维员"), province_bureau, Duty.OPERATE)


@pytest.fixture
def base(db: None) -> Organization:
    return make.organization("开封大学", at=make.area("410200"), is_base=True, is_employer=True)


@pytest.fixture
def base_teacher(base: Organization) -> User:
    return make.give(make.user("基地办班人"), base, Duty.TEACH)


@pytest.fixture
def platform(db: None) -> Organization:
    return make.organization("河南省继续教育学会", at=make.area("410000"), is_platform=True, nature=UnitNature.SOCIAL)


@pytest.fixture
def platform_manager(platform: Organization) -> User:
    return make.give(make.user("平台接口管理员"), platform, Duty.MANAGE_CLIENTS)


@pytest.fixture(autouse=True)
def tries_are_forgotten() -> None:
    """Each test begins with no failed sign-in counted."""
    forget_all()
