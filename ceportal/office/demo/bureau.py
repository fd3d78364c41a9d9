"""What the bureaus of the demo keep of their own: letters, lists of honours, a file that is taken over, officers."""

from datetime import date, timedelta
from decimal import Decimal

from accounts.enums import Duty
from accounts.models import Area, Organization, Professional, User
from accounts.rules.staffing import StaffLine
from accounts.selectors.duties import holders_of
from accounts.services import staffing
from accounts.services.mandates import give_mandate
from ceportal.kernel.rules.id_number import check_digit, uscc_check_character
from ceportal.kernel.rules.sheets import Cell
from ceportal.office.demo.cast import BUSY, CITY, COUNTY, PROFESSIONAL
from ceportal.office.demo.stage import Stage
from ceportal.office.enums import Grade, LetterKind, LetterStep, RollKind, TakenKind
from ceportal.office.models import Officer
from ceportal.office.rules import letters
from ceportal.office.rules import taking_over as rules
from ceportal.office.selectors.addressees import Meant
from ceportal.office.selectors.letters import returned
from ceportal.office.services.evaluating import evaluate_unit
from ceportal.office.services.funding import record_funding
from ceportal.office.services.letters import note_receipt, send_letter
from ceportal.office.services.officers import hold_training, name_officer, note_attendance, say_headcount
from ceportal.office.services.rolls import add_name, publish_roll, write_roll
from ceportal.office.services.taking_over import keep_file, submit
from credits.enums import DeclarationState
from credits.models import Declaration
from reviews.models import Steering

_OLD_SYSTEM = "兰考县原继续教育台账（示例）"


def keep_the_office(stage: Stage) -> None:
    """Each page of the office has something finished on it, and something that waits for a visitor."""
    city, county = (Organization.objects.get(area_id=code, is_bureau=True) for code in (CITY, COUNTY))
    first, second = _overseers(city)
    _write_letters(stage, county, _overseers(county)[0])
    _publish_lists(stage, city, first, second)
    _take_over(stage, city, first)
    _keep_officers(stage, city, first)
    _tell_of_the_school(stage, city, first)
    _invite(stage)
    _let_the_city_issue(stage, city)
    facts = {"organiser": "某某教师进修学校（示例）", "people": 11, "payers": 12, "found_at": stage.at(stage.ago(3))}
    Steering.objects.get_or_create(
        organization=stage.units[0], year=stage.today.year, organiser_key="某某教师进修学校示例", defaults=facts
    )


def _tell_of_the_school(stage: Stage, city: Organization, officer: User) -> None:
    """What it set aside for training its people, and how the city found its last year."""
    school, now = stage.units[0], stage.at(stage.ago(12), 10)
    said = {
        "payroll": Decimal(4_200_000), "rate": "1.5", "set_aside": Decimal(63_000), "spent": Decimal(41_500),
        "carried_in": Decimal(0),
    }  # fmt: skip
    for year in (stage.today.year - 1, stage.today.year):
        record_funding(school, year, said, by=stage.reviewers[0], now=now)
    found = {"plan": Grade.GOOD, "work": Grade.GOOD, "content": Grade.FAIR, "effect": Grade.POOR}
    words = "按计划组织培训；达标的人不多，请分析原因，今年及早安排。"
    evaluate_unit(school, city, found | {"words": words}, year=stage.today.year - 1, by=officer, now=now)


def _let_the_city_issue(stage: Stage, city: Organization) -> None:
    bureau = Organization.objects.get(area__parent__isnull=True, is_bureau=True)
    by, day = holders_of(bureau, Duty.REGULATE).earliest("pk"), stage.ago(10)
    reason = f"示例：豫人社示例〔{stage.today.year}〕12号"
    give_mandate(city, since=day, until=None, reason=reason, by=by, now=stage.at(day, 10))


def _overseers(office: Organization) -> list[User]:
    return list(holders_of(office, Duty.OVERSEE).order_by("pk"))


def _write_letters(stage: Stage, county: Organization, officer: User) -> None:
    """About 张三's return, opened by them; a circular to the school that nobody has opened yet."""
    person = Professional.objects.get(user=stage.users[PROFESSIONAL.phone])
    asked = Declaration.objects.filter(professional=person, state=DeclarationState.RETURNED).first()
    matter = returned(officer, asked.ref) if asked else None
    if matter:
        sent = stage.at(stage.ago(6), 9)
        title = letters.title_for(matter.kind)
        letter = send_letter(
            county, matter.kind, matter.to, title=title, body=matter.body, by=officer, now=sent, about=matter.key
        )
        note_receipt(letter, LetterStep.OPENED, by=person.user, now=sent + timedelta(hours=10))
    body = (
        f"{stage.today.year} 年以来，我局对全县继续教育工作进行了检查。多数单位按期审核，个别单位有学时超期未审。\n"
        "请于本月底前审完全部超期学时，并在平台上登记本单位的继续教育专职人员。"
    )
    send_letter(
        county, LetterKind.CIRCULAR, Meant(unit=stage.units[0]), title="关于继续教育审核情况的通报", body=body,
        by=officer, now=stage.at(stage.ago(2), 15),
    )  # fmt: skip


def _publish_lists(stage: Stage, city: Organization, first: User, second: User) -> None:
    """The commended are published; a list of the sanctioned is a draft that another may publish."""
    when = stage.at(stage.ago(15))
    facts = {"decided_on": stage.ago(15), "words": "经单位推荐、公示无异议。"}
    praised = write_roll(
        city, facts | {
            "kind": RollKind.COMMEND, "title": f"{stage.today.year} 年度继续教育工作先进单位和个人（示例）",
            "document_no": f"汴人社示例〔{stage.today.year}〕3号", "shown_until": None,
        },
        by=first, now=when,
    )  # fmt: skip
    add_name(praised, Meant(unit=stage.units[0]), reason="全员注册，审核没有超期。", by=first, now=when)
    best = Professional.objects.get(user=stage.users[BUSY[0].phone])
    add_name(praised, Meant(person=best), reason="连续两年达标，承担校本培训。", by=first, now=when)
    publish_roll(praised, by=second, now=when + timedelta(hours=5))
    draft = write_roll(
        city, facts | {
            "kind": RollKind.SANCTION, "title": "关于学时弄虚作假情况的通报（示例）", "words": "",
            "document_no": f"汴人社示例〔{stage.today.year}〕9号", "decided_on": stage.ago(1),
            "shown_until": stage.today + timedelta(days=180),
        },
        by=first, now=stage.at(stage.ago(1)),
    )  # fmt: skip
    other = Professional.objects.get(user=stage.users[PROFESSIONAL.phone])
    add_name(
        draft, Meant(person=other), reason="示例：提交的证明材料与事实不符。", by=first, now=stage.at(stage.ago(1))
    )


def _take_over(stage: Stage, city: Organization, by: User) -> None:
    """Units of the county's old register: one is new, one known, one wrong; it waits for the second officer."""
    now = stage.at(stage.ago(1), 14)
    first = f"1241{COUNTY}MB20001"[:17]
    rows = (
        (first + uscc_check_character(first), "兰考县示例文化馆", "事业单位", COUNTY, "", "办公室", "0371-22009001"),
        (stage.units[0].uscc, stage.units[0].name, "事业单位", COUNTY, "", "人事科", "0371-22009002"),
        ("12410225MB0000000X", "代码抄错的单位（示例）", "事业单位", COUNTY, "", "人事科", "0371-22009003"),
    )
    places = {
        code: code for code in Area.objects.filter(path__startswith=city.area.path).values_list("code", flat=True)
    }
    around, columns = rules.Around(stage.today, places), rules.COLUMNS[TakenKind.UNITS]
    lines = [
        rules.read_line(TakenKind.UNITS, number, dict(zip(columns, map(Cell, map(str, row)), strict=True)), around)
        for number, row in enumerate(rows, 2)
    ]
    made = keep_file(TakenKind.UNITS, [lines], bureau=city, source=_OLD_SYSTEM, remarks=[], by=by, now=now)
    submit(made, skips_wrong=True, by=by, now=now)


def _keep_officers(stage: Stage, city: Organization, by: User) -> None:
    unit, manager, now = stage.units[0], stage.reviewers[0], stage.at(stage.ago(25))
    name_officer(unit, name="林甲", office="人事科", phone="0371-22000001", is_full_time=True, by=manager, now=now)
    say_headcount(unit, stage.today.year, 8, by=manager, now=now)
    day = stage.ago(20)
    said = {
        "title": "继续教育管理人员培训班（示例）", "place": "开封市民之家", "content": "政策解读和平台操作",
        "started_on": day, "ended_on": day, "hours": Decimal(8),
    }  # fmt: skip
    training = hold_training(city, said, by=by, now=stage.at(day, 18))
    refs = list(Officer.objects.filter(organization=unit, ended_at__isnull=True).values_list("ref", flat=True))
    note_attendance(training, refs, was_there=True, by=by, now=stage.at(day, 19))


def _invite(stage: Stage) -> None:
    """The school asks three people: one of the hospital, who can answer at once, and two without an account."""
    unit, by, now = stage.units[0], stage.reviewers[0], stage.at(stage.ago(3))
    guest = BUSY[1]
    lines = [StaffLine(2, guest.name, guest.id_number, "校医室", guest.series, guest.level)]
    for number, name in enumerate(("示例教师甲", "示例教师乙"), 3):
        first = f"{COUNTY}{date(1991, 3, number):%Y%m%d}20{number}"
        lines.append(StaffLine(number, name, first + check_digit(first), "教务处"))
    made = staffing.keep_list(unit, [lines], remarks=[], by=by, now=now)
    staffing.send(made, skips_wrong=False, by=by, now=now)
