"""All the portal holds of one person, for that person: one structure for the page, the file for people and that for
programs (个人信息保护法 45). Numbers masked, as on every page.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Consent, Employment, KnownDevice, Notice, Professional, SignedIn, User
from accounts.selectors.safety import mail_of
from ceportal.office.selectors.who_looked import looks_at
from certificates.models import Certificate
from credits.models import Declaration, HourEntry, YearAccount

Section = dict[str, Any]


def own_data(user: User, *, now: datetime) -> list[Section]:
    """Sections of `title` and `rows`; a row is a label → text table."""
    person = Professional.objects.select_related("area", "title_series").filter(user=user).first()
    sections = [_section("账号", [_account(user)]), _section("告知同意", _consents(user))]
    if person is not None:
        sections += _professional(person)
    sections += [
        _section("消息", ({"时间": _at(row.created_at), "内容": row.text} for row in Notice.objects.filter(to=user))),
        _section("登录和设备", _devices(user)),
    ]
    return sections


def _section(title: str, rows: Iterable[dict[str, str]]) -> Section:
    return {"title": title, "rows": list(rows)}


def _account(user: User) -> dict[str, str]:
    mail = mail_of(user)
    return {
        "姓名": user.name,
        "手机号码": user.phone_mask,
        "邮箱": mail.mask if mail else "",
        "建立": _at(user.joined_at),
    }


def _consents(user: User) -> Iterable[dict[str, str]]:
    return ({"版本": row.version, "时间": _at(row.given_at)} for row in Consent.objects.filter(user=user))


def _professional(person: Professional) -> list[Section]:
    jobs = Employment.objects.filter(professional=person).select_related("organization").order_by("started_on")
    years = YearAccount.objects.filter(professional=person).order_by("year")
    entries = HourEntry.objects.filter(professional=person).order_by("id")
    declared = Declaration.objects.filter(professional=person).order_by("id")
    issued = Certificate.objects.filter(professional=person).order_by("id")
    return [
        _section("专业技术人员", [_facts(person)]),
        _section("任职", map(_job, jobs)),
        _section("年度学时", map(_year, years)),
        _section("学时明细", map(_entry, entries)),
        _section("申报", map(_declaration, declared)),
        _section("证书", ({"年度": f"{c.year}", "编号": c.number, "状态": c.get_state_display()} for c in issued)),
        _section(
            "谁看过我的资料",
            ({"时间": _at(x.at), "谁": x.who, "看了什么": x.what, "为什么": x.why} for x in looks_at(person)),
        ),
    ]


def _job(job: Employment) -> dict[str, str]:
    return {"单位": job.organization.name, "自": _day(job.started_on), "至": _day(job.ended_on)}


def _year(account: YearAccount) -> dict[str, str]:
    said = {"专业": f"{account.professional_hours}", "公需": f"{account.public}"}
    return {"年度": f"{account.year}", **said, "达标": "是" if account.is_met else "否"}


def _facts(person: Professional) -> dict[str, str]:
    return {
        "姓名": person.name,
        person.get_id_kind_display(): person.id_mask,
        "工作地": person.area.name,
        "职称": f"{person.title_series or '无'} {person.get_title_level_display()}",
        "注册核准": _at(person.approved_at),
    }


def _entry(entry: HourEntry) -> dict[str, str]:
    return {
        "登记": _at(entry.recorded_at),
        "年度": f"{entry.year}",
        "科目": entry.get_subject_display(),
        "内容": entry.title,
        "学时": f"{entry.hours}",
        "说明": entry.reason,
    }


def _declaration(row: Declaration) -> dict[str, str]:
    return {"内容": row.title, "自": _day(row.started_on), "至": _day(row.ended_on), "状态": row.get_state_display()}


def _devices(user: User) -> Iterable[dict[str, str]]:
    for device in KnownDevice.objects.filter(user=user):
        yield {"设备": device.label, "首次": _at(device.first_seen_at), "最近": _at(device.last_seen_at)}
    for session in SignedIn.objects.filter(user=user):
        yield {"登录": session.label, "地址": session.address, "最近": _at(session.seen_at)}


def _at(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


def _day(day: object) -> str:
    return str(day) if day else ""
