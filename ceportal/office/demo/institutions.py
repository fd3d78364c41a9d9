"""Institutions in the demo: courses and textbooks, teachers, a class and a seminar, applications for recognition."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.enums import Duty
from accounts.models import Area, Organization, TitleSeries, User
from accounts.selectors.duties import holders_of
from accounts.web.machines import Caller
from bases.enums import RecognitionKind, SeminarFunding, SeminarLevel
from bases.models import TrainingClass
from bases.rules.classes import DISCLOSED, ClassPlan
from bases.rules.courses import CourseLine
from bases.rules.directory import DISCLOSED as OF_INSTITUTION
from bases.rules.teachers import SeminarPlan
from bases.selectors.courses import Wanted, public_courses
from bases.services.classes import open_class, plan, start_class
from bases.services.consenting import ask_for_consent
from bases.services.courses import file_courses, mark_course
from bases.services.disclosing import disclose
from bases.services.filing import Said, send_courses
from bases.services.recognising import apply, approve
from bases.services.seminars import close_seminar, hold_as, plan_seminar
from bases.services.teachers import keep_teacher, name_teacher
from bases.services.textbooks import name_textbook
from ceportal.kernel.services.files import store
from ceportal.office.demo import papers
from ceportal.office.demo.cast import PLATFORM, PROVINCE
from ceportal.office.demo.stage import Stage

_BASE, _OF_TEACHERS, _A_DAY = "开封大学", "22", Decimal(8)
_LECTURER = "李示例，示例大学教授，从事数字技术和知识更新的教学与研究。"
_TEACHERS = (
    ("李示例", "河南示例大学", "教授", "公共政策、应急管理", False),
    ("王示例", "开封示例医院", "主任医师", "急诊急救、院感防控", False),
    ("赵示例", _BASE, "副教授", "信息技术、人工智能应用", True),
)


def fill_the_shelves(stage: Stage) -> None:
    """Four courses of the demo's platform, one of them in its second version; two that wait; two textbooks."""
    officer, when = _officer(PROVINCE), stage.at(stage.ago(60))
    platform, area, year = Organization.objects.get(name=PLATFORM), Area.objects.get(pk=PROVINCE), stage.today.year
    first = CourseLine(
        f"GX-{year}-014", "数字技术与知识更新（在线课程）", "public", Decimal(4), _LECTURER, "press", "示例文号 1 号"
    )
    lines = [
        first,
        replace(first, code=f"GX-{year}-015", title="应急管理与公共安全", hours=Decimal(6)),
        replace(first, code=f"ZY-{year}-001", title="新课标与课堂评价", subject="professional", approval="authority"),
        replace(first, code=f"ZY-{year}-002", title="护理安全新进展", subject="professional", approval="institution"),
    ]
    file_courses(platform, lines, area=area, year=year, by=officer, now=when)
    changed = [replace(lines[1], lecturer=f"{_LECTURER}补充了案例。", hours=Decimal(8))]
    file_courses(platform, changed, area=area, year=year, by=officer, now=stage.at(stage.ago(10)))
    _send(stage, platform, lines[2:], year)
    marks = {"GX": (True, True, False), "ZY": (False, True, True)}
    for row in public_courses(Wanted(year=year), on=stage.today).filter(organization=platform):
        selected, shared, model = marks[row.code[:2]]
        mark_course(row, is_selected=selected, is_shared=shared, is_model=model, by=officer, now=stage.now)
    for title, subject, audience in (
        ("知识产权基础读本（示例）", "public", "全体专业技术人员"),
        ("课程标准与教学案例（示例）", "professional", "中小学教师"),
    ):
        name_textbook(
            area=area, title=title, author="示例编写组", publisher="示例出版社", subject=subject, audience=audience,
            is_selected=subject == "public", by=officer, now=when,
        )  # fmt: skip


def _send(stage: Stage, platform: Organization, lines: Sequence[CourseLine], year: int) -> None:
    """As its machine does: one course anew and longer, one that nobody knows."""
    known, other = ({name: str(value) for name, value in asdict(line).items()} for line in lines)
    where = {"area": PROVINCE, "year": Decimal(year)}
    posted = [known | where | {"hours": "6.0"}, other | where | {"code": f"ZY-{year}-003", "title": "静脉治疗护理规范"}]
    send_courses(posted, Said(platform, Caller(platform.name), "0" * 64), now=stage.at(stage.ago(1)))


def teach(stage: Stage) -> None:
    """The demo's base discloses, keeps teachers, opens a class, and holds a seminar; one of the last year is closed."""
    base, by, when = Organization.objects.get(name=_BASE), _teacher(), stage.at(stage.ago(15))
    disclose(base, {name: f"{label}（示例）" for name, (label, _) in OF_INSTITUTION.items()}, by=by, now=when)
    kept = [
        keep_teacher(
            base,
            {"name": name, "institution": place, "title": title, "fields": fields, "trade": None,
             "is_full_time": is_full_time, "is_shared": True, "has_agreed": True},
            by=by, now=when,
        )
        for name, place, title, fields, is_full_time in _TEACHERS
    ]  # fmt: skip
    plain = _class(stage, base, by, "应急管理公需科目面授班（下一期）", "KF-01", kind="public", hours=Decimal(12))
    advanced = _class(stage, base, by, "数字教育高级研修班", "KF-GY", kind="advanced", hours=Decimal(40))
    for held, teaches in ((plain, "应急管理案例"), (advanced, "人工智能与课堂")):
        for teacher in kept[:2]:
            name_teacher(held, teacher, teaches, by=by, now=when)
    _ask_for_consent(stage, base, by)
    officer, bureau = _officer(PROVINCE), Organization.objects.get(area_id=PROVINCE, is_bureau=True)
    project = SeminarPlan(
        level=SeminarLevel.PROVINCIAL, year=stage.today.year, title="数字教育高级研修项目（示例）",
        funding=SeminarFunding.FISCAL, quota=60, hours=Decimal(40), months="年底，6 天", document="示例文号 66 号",
    )  # fmt: skip
    hold_as(plan_seminar(bureau, base, project, trade=None, by=officer, now=when), advanced, by=by, now=when)
    done = replace(
        project, title="中原文化遗产保护高级研修项目（示例）", level=SeminarLevel.NATIONAL, months="5 月，6 天",
        funding=SeminarFunding.SHARED,
    )  # fmt: skip
    seminar = plan_seminar(bureau, base, done, trade=None, by=officer, now=when)
    paper = store(papers.document("结项报告", base.name, done.title), owner=by, now=stage.now)
    words = "6 天，专家 8 人授课，现场教学 2 次；学员评价良好，经费按预算执行。"
    close_seminar(seminar, summary=words, people=58, paper=paper, by=by, now=stage.now)


def ask_to_be_recognised(stage: Stage) -> None:
    """A hospital was agreed to by its authority and waits with the bureau; the base's own platform waits too."""
    said: dict[str, Any] = {
        "kind": RecognitionKind.MUNICIPAL_BASE, "year": stage.today.year, "subjects": ["professional"], "trade": "",
        "site_name": "", "url": "",
    }  # fmt: skip
    when = stage.at(stage.ago(2))
    hospital, by = stage.units[1], stage.reviewers[1]
    paper = store(papers.document("认定申请表", hospital.name, "示例"), owner=by, now=when)
    reason = "有专职教师 15 人、技能培训中心 800 平方米，近三年办班 12 期。"
    asked = apply(hospital, said, reason=reason, document=paper, by=by, now=when)
    if asked.waiting_on and (decider := holders_of(asked.waiting_on, Duty.REVIEW_HOURS).order_by("pk").first()):
        approve(asked, seen_round=asked.round, reason="具备条件，同意推荐", by=decider, now=stage.at(stage.ago(1)))
    base, teacher = Organization.objects.get(name=_BASE), _teacher()
    own = said | {
        "kind": RecognitionKind.PLATFORM, "subjects": ["public"], "site_name": "开封大学网络学院（示例）",
        "url": "https://xuexi.example.cn/",
    }  # fmt: skip
    paper = store(papers.document("平台备案表", base.name, "示例"), owner=teacher, now=when)
    apply(base, own, reason="课件均经省级出版行政部门审核。", document=paper, by=teacher, now=when)


def _ask_for_consent(stage: Stage, base: Organization, by: User) -> None:
    """A class of the professional subject waits with the city's education authority (S4-05)."""
    authority = Organization.objects.filter(name="开封市教育局", is_authority=True).first()
    held = _class(stage, base, by, "中学物理实验教学培训班", "KF-ZY", kind="post", hours=Decimal(8), is_open=False)
    if authority is not None:
        paper = store(papers.document("办班方案", base.name, held.title), owner=by, now=stage.now)
        ask_for_consent(
            held, authority, reason="本年度教师专业培训，附课程表和师资。", document=paper, by=by, now=stage.now
        )


def _class(
    stage: Stage, base: Organization, by: User, title: str, code: str, *, kind: str, hours: Decimal,
    is_open: bool = True,
) -> TrainingClass:  # fmt: skip
    """Open; late in the year it is on paper for the next one. What is not opened is of the professional subject."""
    first = stage.today + timedelta(days=10)
    day = first + timedelta(days=int((hours - 1) // _A_DAY))
    subject = "public" if is_open else "professional"
    item = plan(
        base, year=day.year, title=title, subject=subject, months=f"{day.month} 月", hours=hours, people=60, by=by,
        now=stage.now,
    )  # fmt: skip
    told = {name: f"{label}（示例）" for name, (label, _) in DISCLOSED.items()} | {"fees": "免费"}
    content = ClassPlan(title, code, subject, first, day, hours, 60, told)
    flags = {"is_free": True, "is_urgent": kind == "advanced", "is_for_public_benefit": kind == "public"}
    trade = None if kind == "public" else TitleSeries.objects.get(pk=_OF_TEACHERS)
    said = {"kind": kind, "form": "face", "public_kind": "", "trade": trade, **flags}
    made = start_class(item, content, said, by=by, now=stage.now)
    return open_class(made, by=by, now=stage.now) if is_open and day.year == stage.today.year else made


def _officer(area: str) -> User:
    bureau = Organization.objects.get(area_id=area, is_bureau=True)
    return holders_of(bureau, Duty.REGULATE).order_by("pk").first() or User.objects.earliest("pk")


def _teacher() -> User:
    base = Organization.objects.get(name=_BASE)
    return holders_of(base, Duty.TEACH).order_by("pk").first() or User.objects.earliest("pk")
