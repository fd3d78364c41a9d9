"""Who plays in the demo: made-up units and people in three cities. Numbers are valid in shape and belong to nobody.

Names are the placeholders every Chinese reader knows (张三, 李四 …); units carry 示例 in their names.
"""

from dataclasses import dataclass
from datetime import date

from accounts.enums import Duty, TitleLevel, UnitNature
from ceportal.kernel.rules.id_number import check_digit, uscc_check_character

CITY = "410200"
COUNTY = "410225"
PROVINCE = "410000"
PLATFORM = "示例学习平台"
# Where the demo platform is recognised in a sandbox: whoever works elsewhere brings about `held`.
SANDBOX_PLACES = (CITY, "410100")


@dataclass(frozen=True)
class Clerk:
    """Somebody who acts for a unit of the reference data, found by its name."""

    role: str
    name: str
    phone: str
    organization: str
    duties: tuple[Duty, ...]


@dataclass(frozen=True)
class Unit:
    """An employer that registers itself; `supervisor` is an authority's name, empty for the place's bureau."""

    name: str
    area: str
    nature: UnitNature
    supervisor: str
    admin: str
    phone: str
    serial: int

    @property
    def uscc(self) -> str:
        first = f"1241{self.area}MB{self.serial:05d}"[:17]
        return first + uscc_check_character(first)


@dataclass(frozen=True)
class Person:
    """A professional of one of the units (by index), with a made-up resident's number."""

    name: str
    phone: str
    unit: int
    born_on: date
    serial: int
    series: str
    level: TitleLevel

    @property
    def id_number(self) -> str:
        first = f"{UNITS[self.unit].area}{self.born_on:%Y%m%d}{self.serial:03d}"
        return first + check_digit(first)


_BUREAU = (
    Duty.MANAGE_UNIT,
    Duty.APPROVE_PEOPLE,
    Duty.APPROVE_UNITS,
    Duty.REVIEW_HOURS,
    Duty.OVERSEE,
    Duty.GRANT_EXCEPTIONS,
)
_TWO_PEOPLE = (Duty.REGULATE, Duty.GRANT_EXCEPTIONS, Duty.OVERSEE)
_CITY_BUREAU = (*_BUREAU, Duty.FILE_MONTHS, Duty.REVERSE_HOURS, Duty.REGULATE, Duty.MANAGE_CLIENTS)
_AUTHORITY = (Duty.REVIEW_HOURS, Duty.APPROVE_UNITS, Duty.OVERSEE)

# The first clerk of a role is the one `demo.json` names for it.
CLERKS = (
    Clerk("authority", "陈甲", "13900000003", "兰考县教育局", _AUTHORITY),
    Clerk("county_bureau", "陈乙", "13900000004", "兰考县人力资源和社会保障局", _BUREAU),
    Clerk("city_bureau", "陈丙", "13900000005", "开封市人力资源和社会保障局", _CITY_BUREAU),
    Clerk("province_bureau", "陈丁", "13900000006", "河南省人力资源和社会保障厅", _CITY_BUREAU),
    Clerk("operator", "陈戊", "13900000009", "河南省人力资源和社会保障厅", (Duty.OPERATE,)),
    Clerk("base", "陈己", "13900000008", "开封大学", (Duty.TEACH, Duty.MANAGE_UNIT)),
    Clerk("platform", "陈庚", "13900000007", PLATFORM, (Duty.MANAGE_CLIENTS, Duty.MANAGE_UNIT)),
    Clerk("authority", "陈辛", "13900000013", "郑州市金水区卫生健康委员会", _AUTHORITY),
    Clerk("authority", "卫甲", "13900000023", "开封市教育局", _AUTHORITY),
    Clerk("city_bureau", "陈癸", "13900000015", "开封市人力资源和社会保障局", _TWO_PEOPLE),
    Clerk("province_bureau", "褚甲", "13900000016", "河南省人力资源和社会保障厅", _TWO_PEOPLE),
    Clerk("county_bureau", "陈壬", "13900000014", "洛阳市涧西区人力资源和社会保障局", _BUREAU),
)

UNITS = (
    Unit("兰考县示例中学", COUNTY, UnitNature.INSTITUTION, "兰考县教育局", "林甲", "13900000002", 10001),
    Unit(
        "郑州市金水区示例医院", "410105", UnitNature.INSTITUTION, "郑州市金水区卫生健康委员会",
        "林乙", "13900000012", 10002,
    ),
    Unit("洛阳示例精工有限公司", "410305", UnitNature.PRIVATE, "", "林丙", "13900000022", 10003),
)  # fmt: skip

PROFESSIONAL = Person("张三", "13900000001", 0, date(1985, 3, 12), 101, "22", TitleLevel.MIDDLE)
# Registered and approved, with no hours of this year: theirs is whatever a visitor wants to try.
FRESH = (
    Person("李四", "13900000101", 0, date(1990, 5, 6), 112, "22", TitleLevel.ASSISTANT),
    Person("王五", "13900000102", 0, date(1978, 11, 23), 123, "22", TitleLevel.DEPUTY_SENIOR),
    Person("赵六", "13900000103", 1, date(1982, 7, 1), 134, "04", TitleLevel.MIDDLE),
    Person("钱七", "13900000104", 1, date(1993, 2, 14), 145, "04", TitleLevel.ASSISTANT),
    Person("孙八", "13900000105", 2, date(1988, 9, 30), 156, "05", TitleLevel.MIDDLE),
)
# With a history: a met year, things under review, something overdue.
BUSY = (
    Person("周九", "13900000106", 0, date(1980, 1, 18), 167, "22", TitleLevel.FULL_SENIOR),
    Person("吴十", "13900000107", 1, date(1975, 12, 5), 178, "04", TitleLevel.DEPUTY_SENIOR),
    Person("郑十一", "13900000108", 2, date(1991, 4, 9), 189, "05", TitleLevel.ASSISTANT),
)
# Has applied at the first unit and waits for approval.
APPLICANT = Person("冯十二", "13900000109", 0, date(1995, 8, 20), 190, "22", TitleLevel.NONE)
# In a sandbox alone: what is reported of them arrived before, the same or otherwise, or stands in a filed month.
TRIED_ON = (
    Person("蒋十三", "13900000111", 0, date(1986, 2, 20), 211, "22", TitleLevel.MIDDLE),
    Person("沈十四", "13900000112", 0, date(1987, 4, 10), 223, "22", TitleLevel.MIDDLE),
    Person("韩十五", "13900000113", 0, date(1989, 8, 15), 235, "22", TitleLevel.MIDDLE),
)
