"""What happens in the demo, acted out through the same services that people's clicks call, at moments in the past."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings

from accounts.enums import Duty, IdKind, Move
from accounts.fields import phone_indexes
from accounts.models import Area, Organization, PersonRegistration, Professional, TitleSeries, User
from accounts.services.accounts import make_user
from accounts.services.memberships import grant
from accounts.services.people import approve_person, register_person
from accounts.services.units import approve_unit, register_unit
from bases.enums import RecognitionKind, RecognitionStatus
from bases.models import Recognition
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.services.files import store
from ceportal.office.demo import papers
from ceportal.office.demo.bureau import keep_the_office
from ceportal.office.demo.cast import (
    APPLICANT,
    BUSY,
    CITY,
    CLERKS,
    COUNTY,
    FRESH,
    PLATFORM,
    PROFESSIONAL,
    PROVINCE,
    SANDBOX_PLACES,
    TRIED_ON,
    UNITS,
    Clerk,
    Person,
    Unit,
)
from ceportal.office.demo.classes import hold_a_class, run_a_training
from ceportal.office.demo.doors import post_hours, upload_roster
from ceportal.office.demo.example_bases import assess_examples
from ceportal.office.demo.institutions import ask_to_be_recognised, fill_the_shelves, teach
from ceportal.office.demo.plans import HELD, file_plans
from ceportal.office.demo.stage import Stage
from ceportal.office.demo.teaching import assess_bases, complain_of_them
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sheets import make_sheets
from credits.enums import Payer, Subject
from credits.models import Activity, Declaration
from credits.services.declaring import add_evidence, save_draft, start_declaration, submit_declaration
from credits.services.exceptions import ask_for_back_years
from reviews.services.decisions import decide
from reviews.services.filing import file_month
from reviews.services.openings import record_opening

_PER_DAY = Decimal(8)


@dataclass(frozen=True)
class Training:
    """Something learnt: `days_ago` it ended, after `days` days."""

    title: str
    subject: Subject
    hours: int
    days: int
    days_ago: int
    organiser: str = "开封大学"
    activity: str = "training"


_DEMO = "演示数据"


def play(stage: Stage, tell: Callable[[str], None]) -> None:
    """Everything, in order. Each act needs those before it."""
    long_ago = stage.at(date(stage.today.year - 1, 3, 2))
    _platform(stage)
    for clerk in CLERKS:
        _appoint(stage, clerk, long_ago)
    for unit in UNITS:
        _register_unit(stage, unit, long_ago)
    tell("units")
    for person in (PROFESSIONAL, *FRESH, *BUSY):
        _join(stage, person, long_ago)
    _apply(stage, APPLICANT, stage.at(stage.ago(2)))
    tell("people")
    _last_year(stage)
    tell("last year")
    _this_year(stage)
    tell("this year")


def _platform(stage: Stage) -> None:
    area = Area.objects.get(pk=PROVINCE)
    Organization.objects.create(
        name="示例学习平台", name_key=comparable("示例学习平台"), area=area, is_platform=True, registered_at=stage.now
    )
    recognise_platform(stage.today)


def recognise_platform(today: date) -> None:
    """The demo's platform on this year's list; in a sandbox not everywhere, so that something is held."""
    platform = Organization.objects.get(name=PLATFORM)
    places = SANDBOX_PLACES if settings.SANDBOX else (PROVINCE,)
    lines = Recognition.objects.filter(organization=platform, year=today.year, document=_DEMO)
    lines.exclude(area__in=places).delete()
    for place in places:
        facts = {
            "subjects": [Subject.PUBLIC, Subject.PROFESSIONAL], "is_free": True, "clause": "S4-09",
            "status": RecognitionStatus.ASSUMED,
        }  # fmt: skip
        Recognition.objects.get_or_create(
            organization=platform, kind=RecognitionKind.PLATFORM, year=today.year, area_id=place,
            site_name=PLATFORM, document=_DEMO, defaults=facts,
        )  # fmt: skip


def join_sandbox(stage: Stage) -> None:
    """Those on whom the interface is tried, where they are not there yet: at the first unit, confirmed by it."""
    stage.units = [Organization.objects.get(name=UNITS[0].name)]
    stage.reviewers = {0: _holder(stage.units[0], Duty.MANAGE_UNIT)}
    for person in TRIED_ON:
        if not User.objects.filter(phone_index__in=phone_indexes(person.phone)).exists():
            _join(stage, person, stage.at(date(stage.today.year - 1, 3, 2)))


def _appoint(stage: Stage, clerk: Clerk, when: datetime) -> None:
    user = make_user(name=clerk.name, phone=clerk.phone, password=stage.password, now=when)
    grant(user, Organization.objects.get(name=clerk.organization), clerk.duties, by=None, now=when)
    stage.users[clerk.phone] = user


def _register_unit(stage: Stage, unit: Unit, when: datetime) -> None:
    area = Area.objects.get(pk=unit.area)
    supervisor = Organization.objects.get(name=unit.supervisor) if unit.supervisor else None
    registration = register_unit(
        uscc=unit.uscc, name=unit.name, nature=unit.nature, area=area, supervisor=supervisor,
        contact_name="人事科", contact_phone=f"0371-2200{unit.serial:04d}", applicant_name=unit.admin,
        applicant_phone=unit.phone,
        password=stage.password, now=when,
    )  # fmt: skip
    approve_unit(registration, by=_holder(registration.waiting_on, Duty.APPROVE_UNITS), now=when)
    organization = registration.organization
    organization.refresh_from_db()
    stage.reviewers[len(stage.units)] = registration.declarant
    stage.units.append(organization)
    stage.users[unit.phone] = registration.declarant


def _apply(stage: Stage, person: Person, when: datetime) -> PersonRegistration:
    unit = stage.units[person.unit]
    registration = register_person(
        id_number=person.id_number, name=person.name, phone=person.phone, password=stage.password, organization=unit,
        area=unit.area, title_series=TitleSeries.objects.get(pk=person.series), title_level=person.level,
        id_kind=IdKind.RESIDENT, now=when,
    )  # fmt: skip
    stage.users[person.phone] = registration.declarant
    return registration


def _join(stage: Stage, person: Person, when: datetime) -> None:
    approve_person(_apply(stage, person, when), by=stage.reviewers[person.unit], now=when)


def _last_year(stage: Stage) -> None:
    """周九 met last year's thresholds, has the certificate, and the city filed the months of it."""
    year = stage.today.year - 1
    met = (
        Training("数字素养与网络安全公需科目培训", Subject.PUBLIC, 32, 4, 0),
        Training("新课程教学能力提升研修", Subject.PROFESSIONAL, 40, 5, 0),
        Training("学科前沿与教学创新研修", Subject.PROFESSIONAL, 24, 3, 0),
    )
    for number, training in enumerate(met):
        ended = date(year, 11, 28 - 7 * number)
        declaration = _submit(stage, BUSY[0], training, ended, stage.at(ended + timedelta(days=1)))
        _approve(declaration, stage.at(ended + timedelta(days=2)))
    issued = stage.at(date(year, 12, 3))
    settle_changed_accounts(now=issued)
    make_sheets(now=issued)
    city = Organization.objects.get(area_id=CITY, is_bureau=True)
    for month in (11, 12):
        last_day = date(year, month, 30 if month == 11 else 31)
        file_month(city.area, last_day, by=_holder(city, Duty.FILE_MONTHS), now=stage.at(last_day, hour=16))


def _this_year(stage: Stage) -> None:
    """张三 is on the way: counted hours, one under review, one returned. Others keep the desks busy."""
    counted = (
        Training("绿色低碳与应急管理公需科目培训", Subject.PUBLIC, 24, 3, 60),
        Training("省级骨干教师专业研修班", Subject.PROFESSIONAL, 40, 5, 45, "河南大学"),
    )
    for training in counted:
        _count(stage, PROFESSIONAL, training)
    post_hours(stage)
    upload_roster(stage)
    _wait(stage, PROFESSIONAL, Training("县域教研活动周", Subject.PROFESSIONAL, 8, 1, 2, "兰考县教育局"))
    returned = _wait(
        stage, PROFESSIONAL, Training("全省基础教育学术年会", Subject.PROFESSIONAL, 12, 2, 9, "河南省教育厅")
    )
    reviewer = stage.reviewers[PROFESSIONAL.unit]
    _look(returned, reviewer, stage.at(stage.ago(7)))
    decide(
        returned, version=returned.version, move=Move.RETURN, reason_code="evidence_missing",
        reason="缺少单位证明，请补充后重新提交。", by=reviewer, now=stage.at(stage.ago(7), 15),
    )  # fmt: skip
    _wait(stage, BUSY[0], Training("中学物理实验教学研讨", Subject.PROFESSIONAL, 16, 2, 4, "河南大学"))
    second = _wait(stage, BUSY[0], Training("教师职业道德与法治专题", Subject.PUBLIC, 8, 1, 6))
    _approve_stage(second, stage.at(stage.ago(4)))
    _wait(stage, BUSY[1], Training("急诊急救技能培训", Subject.PROFESSIONAL, 16, 2, 16, "河南省人民医院"))
    _count(stage, BUSY[1], Training("医院感染防控公需科目培训", Subject.PUBLIC, 16, 2, 30, "河南省人民医院"))
    _count(stage, BUSY[2], Training("智能制造新技术研修", Subject.PROFESSIONAL, 24, 3, 25, "洛阳理工学院"))
    _ask_for_last_year(stage, FRESH[4])
    county = Organization.objects.get(area_id=COUNTY, is_bureau=True)
    file_plans(stage, county, _holder(county, Duty.OVERSEE))
    complain_of_them(stage)
    assess_bases(stage)
    fill_the_shelves(stage)
    assess_examples(stage)
    teach(stage)
    hold_a_class(stage)
    run_a_training(stage, HELD)
    ask_to_be_recognised(stage)
    keep_the_office(stage)


def _ask_for_last_year(stage: Stage, person: Person) -> None:
    """孙八 was away and asks to declare last year: it waits with the bureau of the place (S0-14)."""
    user, when, year = stage.users[person.phone], stage.at(stage.ago(1)), stage.ago(1).year - 1
    paper = papers.document("派出通知", f"派 {person.name} 同志参加援疆技术支援", f"{year} 年 3 月至 12 月")
    document = store(paper, owner=user, now=when)
    reason = f"{year} 年 3 月至 12 月参加援疆技术支援，期间无法登录平台申报学时。"
    professional = Professional.objects.get(user=user)
    ask_for_back_years(professional, [year], reason=reason, document=document, by=user, now=when)


def _count(stage: Stage, person: Person, training: Training) -> None:
    ended = stage.ago(training.days_ago)
    declaration = _submit(stage, person, training, ended, stage.at(ended + timedelta(days=1)))
    _approve(declaration, stage.at(ended + timedelta(days=3)))


def _wait(stage: Stage, person: Person, training: Training) -> Declaration:
    ended = stage.ago(training.days_ago)
    return _submit(stage, person, training, ended, stage.at(ended + timedelta(days=1)))


def _submit(stage: Stage, person: Person, training: Training, ended: date, when: datetime) -> Declaration:
    """Declare `training` with two sheets of evidence. Early in a year a training is shorter than planned."""
    user = stage.users[person.phone]
    professional = Professional.objects.get(user=user)
    started = max(ended - timedelta(days=training.days - 1), date(ended.year, 1, 1))
    hours = min(Decimal(training.hours), _PER_DAY * ((ended - started).days + 1))
    activity = Activity.objects.get(pk=training.activity)
    declaration = start_declaration(professional=professional, by=user, now=when, activity=activity)
    save_draft(
        declaration, by=user, now=when,
        changes={
            "subject": training.subject, "title": training.title, "organiser": training.organiser,
            "started_on": started, "ended_on": ended, "hours_claimed": hours, "was_passed": True,
            "payer": Payer.UNIT,
        },
    )  # fmt: skip
    span = f"{started.isoformat()} 至 {ended.isoformat()}"
    notice = papers.document("培训通知", training.title, f"主办：{training.organiser}", span)
    proof = papers.picture(
        "结业证书", f"{person.name} 同志：", f"参加“{training.title}”", span, f"共 {hours} 学时，考核合格。"
    )
    for label, paper in zip(("培训通知", "结业证书"), (notice, proof), strict=True):
        stored = store(paper, owner=user, now=when)
        add_evidence(declaration, stored=stored, label=label, by=user, now=when)
    return submit_declaration(declaration, by=user, now=when)


def _approve(declaration: Declaration, when: datetime) -> None:
    """Both stages, each by who holds the duty, each having opened everything."""
    _approve_stage(declaration, when)
    _approve_stage(declaration, when + timedelta(hours=3) if when.hour < 20 else when)


def _approve_stage(declaration: Declaration, when: datetime) -> None:
    declaration.refresh_from_db()
    reviewer = _holder(declaration.waiting_on, Duty.REVIEW_HOURS)
    _look(declaration, reviewer, when)
    decide(
        declaration, version=declaration.version, move=Move.APPROVE, hours=declaration.hours_claimed,
        by=reviewer, now=when,
    )  # fmt: skip


def _look(declaration: Declaration, reviewer: User, when: datetime) -> None:
    opened = when - timedelta(minutes=10)
    record_opening(declaration, reviewer=reviewer, now=opened)
    for evidence in declaration.evidence.select_related("file"):
        record_opening(declaration, reviewer=reviewer, file_digest=evidence.file.digest, now=opened)


def _holder(organization: Organization | None, duty: Duty) -> User:
    if organization is None:
        raise LookupError("the matter waits with nobody")
    held = organization.memberships.filter(duty=duty, ended_at__isnull=True).select_related("user").first()
    if held is None:
        raise LookupError(f"nobody holds {duty} at {organization}")
    return held.user
