"""One town for all questions of the matrix: a person, their employer, authority and bureaus, the things that are
theirs, and beside each role the same role elsewhere. Built once, through services; every request is undone.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image

from accounts.enums import Duty, IdKind, Move, TitleLevel, UnitNature
from accounts.models import Notice, Organization, PersonRegistration, Professional, UnitRegistration, User
from accounts.selectors.people import employer_of
from accounts.services.people import register_person
from accounts.services.requests import hand_in
from accounts.services.units import register_unit
from ceportal.kernel.services.files import store
from ceportal.kernel.services.receiving import announce
from certificates.models import Certificate
from certificates.services.bundles import ask_for_bundle, work_on_bundles
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sharing import share
from certificates.services.sheets import make_sheets
from certificates.services.suspicions import report
from credits.enums import STAGE_RECOMMEND, Payer, Subject
from credits.models import Activity, BackYear, BackYearRequest, Claim, Declaration, Evidence
from credits.rules.rosters import RosterLine
from credits.selectors.requests import bureau_to_ask
from credits.services.declaring import (
    add_evidence,
    save_draft,
    start_declaration,
    submit_declaration,
    withdraw_declaration,
)
from credits.services.following import follow_approvals
from credits.services.roster_checks import keep_rows
from credits.services.roster_jobs import work_on_rosters
from credits.services.rosters import confirm_roster
from reviews.services.decisions import decide
from reviews.services.filing import file_month
from reviews.services.openings import record_opening
from tests import factories as make
from tests.credits import rosters as make_roster
from tests.matrix import asked, machine_things, rule_things, spot_check_things, statistics_things, teaching_things
from tests.people import BUREAU_DUTIES, EMPLOYER_DUTIES

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
ROSTERS_DONE = ("roster", "edit_roster", "undo_roster", "drop_roster")
ROSTER_PAGES = (*ROSTERS_DONE, "roster_template", "roster_file", "roster_problems", "roster_progress", "confirm_roster")
APPEAL_PAGES = ("new_appeal", "appeal", "decide_appeal", "withdraw_appeal", "appeal_document")
EXCEPTION_PAGES = ("exception", "edit_exception", "withdraw_exception", "rule_exception", "exception_document")
# Parameters of which the address itself lets only known values in.
CHOOSE = {"app_label", "act", "kind"}


@dataclass
class Town:
    """`people` by the role the table names; the things belong to `declarant`."""

    # Names and titles that only those may read whom they concern.
    secrets: tuple[str, ...] = ("申报人甲", "新来的教师", "单位待审的培训", "主管部门待审的培训", "专业研修九期")
    people: dict[str, User | None] = field(default_factory=dict)
    cookies: dict[str, SimpleCookie] = field(default_factory=dict)
    draft: Any = None
    submitted: Any = None
    passed_on: Any = None
    approved: Any = None
    withdrawn: Any = None
    registration: Any = None
    unit_registration: Any = None
    certificate: Any = None
    suspicion: Any = None
    bundle: Any = None
    link: Any = None
    filing: Any = None
    inspection: Any = None
    signal: Any = None
    claim: Any = None
    roster: Any = None
    checked: Any = None
    done: Any = None
    notice: Any = None
    upload: Any = None
    pending_unit: Any = None
    foreign_person: Any = None
    exception: Any = None
    rule_set: Any = None
    rule_draft: Any = None
    rule_run: Any = None
    exemption: Any = None
    outside: Any = None
    stationing: Any = None
    hand_over: Any = None
    unit_change: Any = None
    key: Any = None
    held: Any = None
    invitation: Any = None
    transfer: Any = None
    title_change: Any = None
    correction: Any = None
    merge: Any = None


Given = Callable[[Town], Mapping[str, Any]]


def absent(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The same kind of parameters, of something that is not there; what only chooses (a year) stays."""
    return {name: _absent(name, value) for name, value in parameters.items()}


def _absent(name: str, value: Any) -> Any:
    if name in CHOOSE:
        return value
    if isinstance(value, uuid.UUID):
        return uuid.uuid5(uuid.NAMESPACE_URL, name)
    return value if isinstance(value, int) else "x" * len(value)


def objects() -> dict[str, Given]:
    """What to ask for at each address that takes a parameter, by the key of its line in the table."""
    return {
        "accounts:review_person": lambda town: {"ref": town.registration.ref},
        "accounts:review_unit": lambda town: {"ref": town.unit_registration.ref},
        "credits:declaration": lambda town: {"ref": town.submitted.ref},
        "credits:declaration@draft": lambda town: {"ref": town.draft.ref},
        "credits:edit_declaration": lambda town: {"ref": town.draft.ref},
        "credits:edit_declaration@submitted": lambda town: {"ref": town.submitted.ref},
        "credits:autosave@submitted": lambda town: {"ref": town.submitted.ref},
        "credits:remove_evidence@submitted": lambda town: {"ref": _evidence(town.submitted).ref},
        "credits:withdraw@approved": lambda town: {"ref": town.approved.ref},
        "credits:declare_again": lambda town: {"ref": town.withdrawn.ref},
        "credits:autosave": lambda town: {"ref": town.draft.ref},
        "credits:add_evidence": lambda town: {"ref": town.draft.ref},
        "credits:remove_evidence": lambda town: {"ref": _evidence(town.draft).ref},
        **asked.addresses(),
        "credits:evidence_file": lambda town: {"ref": _evidence(town.submitted).ref},
        "credits:submit": lambda town: {"ref": town.draft.ref},
        "credits:withdraw": lambda town: {"ref": town.submitted.ref},
        **{f"credits:{name}": lambda town: {"ref": town.roster.ref} for name in ROSTER_PAGES},
        **{f"credits:{name}@checked": lambda town: {"ref": town.checked.ref} for name in ("roster", "confirm_roster")},
        **{f"credits:{name}@done": lambda town: {"ref": town.done.ref} for name in ROSTERS_DONE},
        **{f"accounts:{name}": lambda town: {"ref": town.submitted.organization.ref} for name in ("invite", "relieve")},
        "credits:standards_of": lambda town: {"ref": town.submitted.organization.ref},
        "credits:edit_standard": lambda town: {"ref": town.submitted.organization.ref, "activity": "degree"},
        "reviews:review": lambda town: {"ref": town.submitted.ref},
        "reviews:review@passed_on": lambda town: {"ref": town.passed_on.ref},
        "reviews:review@draft": lambda town: {"ref": town.draft.ref},
        "reviews:not_opened": lambda town: {"ref": town.submitted.ref},
        **{f"reviews:{name}": lambda town: {"ref": town.submitted.ref} for name in APPEAL_PAGES},
        "reviews:keep": lambda town: {"ref": town.submitted.ref},
        "reviews:keep@passed_on": lambda town: {"ref": town.passed_on.ref},
        "reviews:evidence_page": lambda town: {**_file(town.submitted), "page": 1},
        "reviews:evidence_file": lambda town: _file(town.submitted),
        "reviews:evidence_file@passed_on": lambda town: _file(town.passed_on),
        "reviews:decide": lambda town: {"ref": town.submitted.ref},
        "reviews:decide@passed_on": lambda town: {"ref": town.passed_on.ref},
        **{f"certificates:{name}": lambda town: {"ref": town.certificate.ref} for name in ("pdf", "renew", "share")},
        "certificates:end_link": lambda town: {"ref": town.link.ref},
        **{f"certificates:{name}": lambda town: {"token": town.link.token} for name in ("shared", "shared_file")},
        "certificates_api:certificate": lambda town: {"token": town.certificate.token},
        "certificates:verify": lambda town: {"token": town.certificate.token},
        "certificates:verify_other": lambda town: {"token": town.certificate.token},
        **{f"certificates:{name}": lambda town: {"ref": town.bundle.ref} for name in ("bundle", "bundle_file")},
        "admin:certificates_suspicion_item": lambda town: {"ref": town.suspicion.ref},
        "admin:view_on_site": lambda town: {"content_type_id": 1, "object_id": 1},
        "admin:app_list": lambda town: {"app_label": "reviews"},
        "admin:reviews_filing_confirm": lambda town: {"area": "410200", "year": 2026, "month": 10},
        "admin:reviews_filing_list": lambda town: {"ref": town.filing.ref},
        **{f"credits:{name}": lambda town: {"ref": town.exception.ref} for name in EXCEPTION_PAGES},
        "credits:ask_exception": lambda town: {"person": town.exception.professional.ref},
        "admin:kernel_calendarnotice_year": lambda town: {"year": 2026},
        **rule_things.given(),
        **machine_things.given(),
        **teaching_things.given(),
        "office:filing_list": lambda town: {"ref": town.filing.ref},
        "office:filing_form": lambda town: {"ref": town.filing.ref},
        **(spot_check_things.given() | statistics_things.given()),
        "admin:reviews_filing_csv": lambda town: {"ref": town.filing.ref},
        "admin:reviews_creditedhours_reverse": lambda town: {"ref": town.claim.ref},
        "kernel:upload": lambda town: {"ref": town.upload.ref},
        "no_such_address": lambda town: {"rest": "v1/nothing"},
        "credits_api:batch": lambda town: {"batch_id": str(town.claim.ref)},
        "credits_api:statement": lambda _: {"day": TODAY.isoformat()},
        "credits_api:record": lambda town: {"record_id": town.claim.external_id},
        "credits_api:corrections": lambda town: {"record_id": town.claim.external_id},
        "office:my_year_of": lambda town: {"year": TODAY.year},
        "credits:why": lambda town: {"year": TODAY.year},
        "credits_api:own_explanation": lambda town: {"year": str(TODAY.year)},
        "credits:year_rules": lambda town: {"year": TODAY.year},
    }


def _evidence(declaration: Declaration) -> Evidence:
    return declaration.evidence.get()


def _file(declaration: Declaration) -> dict[str, Any]:
    return {"ref": declaration.ref, "evidence": _evidence(declaration).ref}


def build() -> Town:
    for command in ("load_reference", "load_regulation"):
        call_command(command, verbosity=0)
    town = Town()
    units = _units()
    _hire(town, units)
    person = Professional.objects.get(user=town.people["declarant"])
    town.draft = draft(person, "尚在填写的培训", day=date(2026, 11, 2))
    town.submitted = submitted(person, "单位待审的培训", day=date(2026, 11, 3))
    town.passed_on = submitted(person, "主管部门待审的培训", day=date(2026, 11, 4))
    approve(town.passed_on, town.people["employer"])
    town.approved = submitted(person, "专业研修九期", day=date(2026, 3, 2), days=8, hours="60")
    public = submitted(person, "公需研修", day=date(2026, 4, 1), days=4, hours="30", subject=Subject.PUBLIC)
    for role in ("employer", "authority"):
        for declaration in (town.approved, public):
            approve(declaration, town.people[role])
    town.withdrawn = submitted(person, "又撤回的培训", day=date(2026, 11, 5))
    withdraw_declaration(town.withdrawn, by=person.user, now=NOW)
    for job in (follow_approvals, settle_changed_accounts, make_sheets):
        job(now=NOW)
    town.certificate = Certificate.objects.get(professional=person)
    town.suspicion = report(number=town.certificate.number, says="照片像是改过的", now=NOW)
    town.link = share(town.certificate, days=7, by=person.user, now=NOW)
    town.bundle = ask_for_bundle(Certificate.objects.all(), by=town.people["employer"], now=NOW)
    work_on_bundles(now=NOW)
    town.claim = Claim.objects.filter(professional=person).first()
    town.inspection = spot_check_things.build(town.approved, units["city"], town.people["city"], now=NOW)
    town.signal = spot_check_things.sign(town.approved, now=NOW)
    town.filing = file_month(make.area("410200"), date(2026, 9, 30), by=town.people["city"], now=NOW)
    _rosters(town, units["base"])
    document = store(picture(), owner=town.people["base"], now=NOW)
    teaching_things.begin(units["base"], town.people["base"], units["authority"], document, now=NOW)
    teaching_things.file_plans(units, town.people, document, now=NOW)
    town.exception = _asked_exception(person)
    town.registration = _register(town, units["employer"])
    town.unit_registration = _register_unit(town, units["authority"])
    town.pending_unit = town.unit_registration.organization
    town.upload = announce(name="证书.png", content_type="image/png", size=100, owner=person.user, now=NOW)
    town.notice = Notice.objects.filter(to=person.user).latest("id")
    asked.ask(town, person, units, now=NOW)
    town.foreign_person = Professional.objects.get(user=town.people["foreign_declarant"])
    machine_things.begin(town, person, units["platform"], now=NOW)
    rule_things.begin(town, town.people["city"], now=NOW)
    statistics_things.begin(units["city"], town.people["city"], now=NOW)
    return town


def _rosters(town: Town, base: Organization) -> None:
    """One begun, one read, one credited."""
    make_roster.recognise(base)
    teacher = town.people["base"]
    assert teacher is not None
    town.roster, town.checked, town.done = (
        make_roster.roster(base, teacher, title=f"面授班{n}", class_code=n) for n in "一二三"
    )
    for roster in (town.checked, town.done):
        line = RosterLine(2, make.id_number(), "名单上的人", roster.hours, was_passed=True)
        keep_rows(roster, [[line]], remarks=[], by=teacher, now=NOW)
    confirm_roster(town.done, version=town.done.version, by=teacher, now=NOW)
    work_on_rosters(now=NOW)


def _asked_exception(person: Professional) -> BackYearRequest:
    """Their place knows no exception (S2-08): the row alone, waiting with the bureau of the place."""
    made = BackYearRequest.objects.create(
        professional=person, declarant=person.user, asked_by=person.user, organization=employer_of(person),
        reason="长期援疆", document=store(picture(), owner=person.user, now=NOW), made_at=NOW,
    )  # fmt: skip
    BackYear.objects.create(request=made, year=2024)
    to = bureau_to_ask(person, person.user)
    hand_in(made, to=to, duty=Duty.GRANT_EXCEPTIONS, stage=STAGE_RECOMMEND, by=person.user, now=NOW)
    return made


def _units() -> dict[str, Organization]:
    """Here: 开封 and its district. Elsewhere: 平顶山 and its district."""
    county, elsewhere = make.area("410203"), make.area("410402")
    here = make.authority("开封市教育体育局（矩阵）", "410200")
    there = make.authority("平顶山市教育体育局（矩阵）", "410400")
    return {
        "authority": here,
        "foreign_authority": there,
        "employer": make.employer("开封市第一实验中学", supervisor=here, at=county),
        "neighbour": make.employer("开封市第二实验中学", supervisor=here, at=county),
        "foreign_employer": make.employer("平顶山市第九中学", supervisor=there, at=elsewhere),
        "county": make.bureau("410203"),
        "foreign_county": make.bureau("410402"),
        "city": make.bureau("410200"),
        "foreign_city": make.bureau("410400"),
        "province": make.bureau("410000"),
        "platform": make.organization("河南学习平台", at=make.area("410000"), is_platform=True),
        "base": make.organization("开封大学（矩阵）", at=make.area("410200"), is_base=True),
        "foreign_base": make.organization("平顶山学院（矩阵）", at=make.area("410400"), is_base=True),
    }


def _hire(town: Town, units: Mapping[str, Organization]) -> None:
    authority = (Duty.REVIEW_HOURS, Duty.APPROVE_UNITS, Duty.OVERSEE)
    duties = {
        "employer": EMPLOYER_DUTIES,
        "neighbour": EMPLOYER_DUTIES,
        "foreign_employer": EMPLOYER_DUTIES,
        "authority": authority,
        "foreign_authority": authority,
        "county": (*BUREAU_DUTIES, Duty.GRANT_EXCEPTIONS),
        "foreign_county": BUREAU_DUTIES,
        "city": (*BUREAU_DUTIES, Duty.FILE_MONTHS, Duty.GRANT_EXCEPTIONS, Duty.REGULATE),
        "foreign_city": (*BUREAU_DUTIES, Duty.FILE_MONTHS, Duty.REGULATE),
        "province": (*BUREAU_DUTIES, Duty.GRANT_EXCEPTIONS, Duty.REGULATE, Duty.MANAGE_CLIENTS),
        "platform": (Duty.MANAGE_CLIENTS,),
        "base": (Duty.TEACH,),
        "foreign_base": (Duty.TEACH,),
    }
    town.people = {"anonymous": None, "nobody": make.user("没有职责的人")}
    for role, held in duties.items():
        town.people[role] = make.give(make.user(f"{role} 经办人"), units[role], *held)
    town.people["operator"] = make.give(make.user("系统运维员"), units["province"], Duty.OPERATE)
    for role, unit in (("declarant", "employer"), ("colleague", "employer"), ("foreign_declarant", "foreign_employer")):
        name = "申报人甲" if role == "declarant" else f"{role} 教师"
        town.people[role] = make.professional(name, works_at=units[unit]).user


def _register(town: Town, employer: Organization) -> PersonRegistration:
    series = make.title_series()
    registration = register_person(
        id_number=make.id_number(), name="新来的教师", phone=make.phone(), password=make.PASSWORD,
        organization=employer, area=employer.area, title_series=series, title_level=TitleLevel.MIDDLE,
        id_kind=IdKind.RESIDENT, now=NOW,
    )  # fmt: skip
    town.people["registrant"] = registration.declarant
    return registration


def _register_unit(town: Town, supervisor: Organization) -> UnitRegistration:
    registration = register_unit(
        name="开封市第三实验中学", uscc=make.uscc(), area=make.area("410203"), nature=UnitNature.INSTITUTION,
        supervisor=supervisor, contact_name="人事科", contact_phone="0371-22000001",
        applicant_name="单位申请人", applicant_phone=make.phone(), password=make.PASSWORD, now=NOW,
    )  # fmt: skip
    town.people["unit_registrant"] = registration.declarant
    return registration


def draft(
    person: Professional,
    title: str,
    *,
    day: date,
    days: int = 1,
    hours: str = "8",
    subject: Subject = Subject.PROFESSIONAL,
) -> Declaration:
    """A complete draft with one picture as evidence."""
    declaration = start_declaration(professional=person, by=person.user, now=NOW)
    activity = Activity.objects.filter(is_attended=True).first()
    changes = {
        "activity": activity, "subject": subject, "title": title, "organiser": "开封市教育体育局",
        "started_on": day, "ended_on": day.replace(day=day.day + days - 1), "hours_claimed": Decimal(hours),
        "was_passed": True, "payer": Payer.UNIT,
    }  # fmt: skip
    declaration = save_draft(declaration, changes=changes, by=person.user, now=NOW)
    stored = store(picture(), owner=person.user, now=NOW)
    label = activity.evidence[0] if activity and activity.evidence else "结业证书"
    add_evidence(declaration, stored=stored, label=label, by=person.user, now=NOW)
    return Declaration.objects.get(pk=declaration.pk)


def submitted(person: Professional, title: str, **said: Any) -> Declaration:
    return submit_declaration(draft(person, title, **said), by=person.user, now=NOW)


def approve(declaration: Declaration, reviewer: User | None) -> None:
    """Look at the page and every file, then approve what was claimed."""
    assert reviewer is not None
    declaration.refresh_from_db()
    record_opening(declaration, reviewer=reviewer, now=NOW - timedelta(hours=1))
    for evidence in declaration.evidence.select_related("file"):
        record_opening(declaration, reviewer=reviewer, file_digest=evidence.file.digest, now=NOW - timedelta(hours=1))
    decide(
        declaration, version=declaration.version, move=Move.APPROVE, hours=declaration.hours_claimed, by=reviewer,
        now=NOW,
    )  # fmt: skip


def picture() -> SimpleUploadedFile:
    """A small honest photograph."""
    content = BytesIO()
    Image.new("RGB", (320, 200), (240, 240, 235)).save(content, "PNG")
    return SimpleUploadedFile("结业证书.png", content.getvalue(), "image/png")
