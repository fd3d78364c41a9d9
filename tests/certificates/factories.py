"""Years that are met, and certificates brought to a state by the services themselves."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Professional
from certificates.models import Certificate
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sheets import make_sheets
from credits.enums import Subject
from credits.models import Claim, HourEntry, RuleSet
from credits.services.ledger import reverse_claim
from tests.credits.factories import NOW, credit, rule_set

__all__ = ["NOW", "content", "credit", "issued", "issued_now", "later", "meet", "promised", "rule_set", "take_back"]


def meet(person: Professional, *, spare: str = "") -> list[HourEntry]:
    """Exactly what Henan asks in 2026: 30 public and 60 professional hours; with `spare`, so much more."""
    if not RuleSet.objects.filter(code="henan-2026").exists():
        rule_set()
    entries = [
        credit(person, "30", subject=Subject.PUBLIC, title="公需科目网络学习"),
        credit(person, "40", title="数字素养提升培训"),
        credit(person, "20", title="单元整体教学研修"),
    ]
    return [*entries, credit(person, spare, title="学术会议")] if spare else entries


def promised(person: Professional, *, now: datetime = NOW) -> Certificate:
    """A certificate whose sheet is still to be made."""
    meet(person)
    settle_changed_accounts(now=now)
    return Certificate.objects.get(professional=person)


def issued(person: Professional, *, now: datetime = NOW) -> Certificate:
    certificate = promised(person, now=now)
    make_sheets(now=now)
    certificate.refresh_from_db()
    return certificate


def issued_now(person: Professional, *, now: datetime = NOW) -> Certificate:
    """The certificate of a person whose year is met already."""
    settle_changed_accounts(now=now)
    make_sheets(now=now)
    return Certificate.objects.get(professional=person, issued_at__isnull=False)


def take_back(entry: HourEntry, *, reason: str = "抽查发现材料不实") -> None:
    reverse_claim(Claim.objects.get(pk=entry.claim_id), reason=reason, by=None, now=later(1))


def later(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


def content(items: int = 3, *, name: str = "王建华", **changes: Any) -> dict[str, Any]:
    """What a certificate says, made up: for drawing sheets without a database."""
    titles = (
        "中小学教师数字素养提升专题培训",
        "教育教学研究方法与论文写作",
        "绿色低碳与可持续发展",
        "网络安全与个人信息保护",
        "学校突发事件应急管理",
        "校本教研：单元整体教学设计",
        "科学精神培育",
        "河南省普通高中新课程新教材实施国家级示范区建设经验交流会暨课堂教学改革研讨会（第三期）",
    )
    kinds = ("网络学习", "集中培训", "学术会议", "单位内部培训")
    source = "关于做好2025年全省专业技术人员继续教育工作的通知 二（一）"
    thresholds = [
        {"kind": kind, "label": label, "have": have, "need": need, "source": source}
        for kind, label, have, need in (
            ("total", "年度合计", "92.5", "90"),
            ("public", "公需科目", "30", "30"),
            ("professional", "专业科目", "62.5", "60"),
        )
    ]
    made: dict[str, Any] = {
        "schema": 1,
        "number": "410200-2025-0000123-7",
        "edition": 1,
        "licence_id": "",
        "year": 2025,
        "person": {"name": name, "id_mask": "410203********123X"},
        "employer": "开封市第一实验中学",
        "area": "顺河回族区",
        "title": {"series": "中小学教师", "level": "副高级"},
        "name": "河南省专业技术人员继续教育证书",
        "unit": "学时",
        "rule_set": {"code": "henan-2025", "name": "河南 2025", "document": "通知"},
        "hours": {"total": "92.5", "public": "30", "professional": "62.5"},
        "thresholds": thresholds,
        "items": [
            {
                "ref": f"00000000-0000-0000-0000-{place:012d}",
                "title": titles[place % 8],
                "kind": kinds[place % 4],
                "subject": "公需" if place % 3 == 1 else "专业",
                "since": f"2025-{place % 9 + 1:02d}-10",
                "until": f"{place % 9 + 1:02d}-{10 + place % 4}" if place % 4 else "",
                "result": "合格",
                "hours": ("8", "4.5", "12", "2")[place % 4],
            }
            for place in range(items)
        ],
        "authority": "（签发机关尚未配置）",
        "supervised_by": "",
        "is_sample": True,
        "issued_on": "2025-11-20",
        "issued_on_text": "2025年11月20日",
        "verify_url": "http://127.0.0.1:8000/v/abcdefghijklmnopqrstuvwxyzA/",
        "lookup_url": "http://127.0.0.1:8000/verify/",
    }
    return made | changes
