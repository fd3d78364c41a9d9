"""The catalogue of ways to learn: every way the documents name is in it, with what it converts to and who says so."""

import copy
from typing import Any

import pytest

from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from credits.enums import Basis
from credits.models import Activity, Conversion
from credits.rules.conversion_file import (
    conversion_in,
    reasons_not_to_ask,
    reasons_not_to_convert,
    reasons_not_to_stand_together,
    rows_in,
)
from credits.services.catalogue import load_activities, load_conversions
from credits.services.regulation import CATALOGUE, CONVERSIONS
from tests.credits.conversions import load_catalogue, read
from tests.credits.factories import NOW

# What each document calls a way of learning, and where it stands in the catalogue.
WAYS = {
    "S1-05": {
        "集中培训": "training", "自修": "self_study", "学历教育": "degree", "案例教学": "employer_training",
        "学术研讨": "conference", "技术考察": "visit", "咨询服务": "consulting", "进修": "further_study",
        "援藏援疆援外": "aid_or_grassroots_post", "支教支农支医": "aid_or_grassroots_post",
        "科技特派员": "aid_or_grassroots_post", "专家下基层": "grassroots_service", "出国（境）培训": "abroad",
        "远程教育": "online",
    },
    "S2-05": {
        "主管单位批准的专业培训": "authority_training", "基地专业课": "base_training", "学术会议": "conference",
        "学术论文": "paper",
    },
    "S3-03": {"面授培训": "training", "研修班": "training", "学术讲座": "lecture", "新技术推广": "new_technology"},
    "S4-07": {
        "研修培训": "training", "实践操作": "practice", "服务基层": "grassroots_service", "在线学习": "online",
        "有考核的自学": "self_study",
    },
    "佐证材料清单": {
        "基地培训": "base_training", "培训研修": "training", "学历": "degree", "学术会议": "conference_with_paper",
        "课题": "project", "著作": "book", "论文": "paper", "专利": "patent", "获奖": "award",
        "资格考试": "qualification_exam", "调研报告": "survey_report", "援派挂职": "aid_or_grassroots_post",
        "服务基层": "grassroots_service", "主管部门培训": "authority_training",
    },
}  # fmt: skip
NAMES = {"degree": "学历（学位）教育", "paper": "论文"}


def entry(**changes: Any) -> dict[str, Any]:
    said = {"code": "x", "activity": "degree", "area": "410000", "years": [2020, None], "per": "course", "amount": 15,
            "unit": "学时", "source": "来源", "clause": "条款", "status": "verified"}  # fmt: skip
    return {name: value for name, value in (said | changes).items() if value != "absent"}


def codes(*entries: dict[str, Any]) -> list[str]:
    return [reason.code for reason in reasons_not_to_convert(entries, NAMES)]


def test_an_entry_that_is_whole_stands() -> None:
    assert codes(entry()) == []
    row = conversion_in(entry(), "学历（学位）教育")
    assert (row.name, row.year_to, row.amount) == ("学历（学位）教育", None, 15)
    assert codes(entry(per="reviewer", amount="absent"), entry(code="y", by_rank=[64, 56], amount="absent")) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit": "absent"}, "no_unit"),
        ({"unit": "小时"}, "choice"),
        ({"clause": ""}, "clause"),
        ({"source": "absent"}, "clause"),
        ({"activity": "sleep"}, "activity"),
        ({"per": "week"}, "choice"),
        ({"status": "sure"}, "choice"),
        ({"level": "world"}, "choice"),
        ({"years": [2021, 2020]}, "years"),
        ({"years": 2021}, "years"),
        ({"years": ["2021", None]}, "years"),
        ({"area": ""}, "years"),
        ({"amount": 0}, "amount"),
        ({"amount": "0.3"}, "amount"),
        ({"amount": "many"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "absent"}, "amount"),
        ({"per": "reviewer"}, "amount"),
        ({"cap": -30}, "amount"),
        ({"colour": "red"}, "shape"),
    ],
)
def test_what_is_not_whole_is_refused(changes: dict[str, Any], code: str) -> None:
    assert codes(entry(**changes)) == [code]


def test_a_code_names_one_row() -> None:
    assert codes(entry(), entry(level="national")) == ["twice"]


def test_two_rows_for_one_case_cannot_both_hold() -> None:
    first, second = entry(years=[2018, 2020]), entry(code="y", years=[2020, None])
    rows = [conversion_in(each, "名称") for each in (first, second)]
    assert [reason.code for reason in reasons_not_to_stand_together(rows)] == ["overlap"]
    apart = [conversion_in(each, "名称") for each in (first, second | {"years": [2021, None]})]
    assert list(reasons_not_to_stand_together(apart)) == []
    assert list(reasons_not_to_stand_together(apart[::-1])) == []
    other = [conversion_in(each, "名称") for each in (first, second | {"level": "national"})]
    assert list(reasons_not_to_stand_together(other)) == []


def test_an_activity_asks_only_what_is_known() -> None:
    assert list(reasons_not_to_ask({"code": "x", "asks": ["rank"], "leaves_out": ["payer"], "artefact": "paper"})) == []
    wrong = {"code": "x", "asks": ["shoe"], "leaves_out": ["title"], "artefact": "statue"}
    assert [reason.code for reason in reasons_not_to_ask(wrong)] == ["shape", "shape"]


def test_a_group_says_once_what_its_rows_have_in_common() -> None:
    group = {"area": "CN", "unit": "学分", "rows": [{"code": "a"}, {"code": "b", "unit": "学时"}]}
    assert rows_in([group]) == [
        {"area": "CN", "unit": "学分", "code": "a"},
        {"area": "CN", "unit": "学时", "code": "b"},
    ]


@pytest.mark.parametrize("document", WAYS)
def test_every_way_the_documents_name_is_offered_and_converts_somehow(document: str) -> None:
    offered = {way["code"]: way for way in read(CATALOGUE)}
    rows = rows_in(read(CONVERSIONS))
    for way in WAYS[document].values():
        assert way in offered
        everywhere = [row for row in rows if row["activity"] == way and row["area"] == "*"]
        assert [row["per"] in {"organiser", "reviewer"} for row in everywhere] == [True], way


def test_no_candidate_is_told_as_verified_and_every_credit_is_of_accountants() -> None:
    rows = rows_in(read(CONVERSIONS))
    assert {row["status"] for row in rows if row["area"] == "410000"} == {"candidate"}
    assert {row["status"] for row in rows if row["area"] == "*"} == {"assumed"}
    assert {row.get("trade") for row in rows if row["unit"] == "学分"} == {"会计"}
    assert {row["clause"] for row in rows if row["status"] == "verified"} == {"财会〔2018〕10号"}


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_keeps_ids() -> None:
    load_catalogue()
    before = list(Conversion.objects.order_by("pk").values()), AuditEvent.objects.count()
    assert load_activities(read(CATALOGUE)) == load_conversions(read(CONVERSIONS), now=NOW) == 0
    assert (list(Conversion.objects.order_by("pk").values()), AuditEvent.objects.count()) == before


@pytest.mark.django_db
def test_a_changed_amount_is_written_to_its_row_and_into_the_trail() -> None:
    load_catalogue()
    row = Conversion.objects.get(code="henan-degree")
    groups = copy.deepcopy(read(CONVERSIONS))
    next(each for group in groups for each in group["rows"] if each["code"] == "henan-degree")["amount"] = 20
    assert load_conversions(groups, now=NOW) == 1
    assert Conversion.objects.get(pk=row.pk).amount == 20
    event = AuditEvent.objects.filter(action="conversion.load").latest("id")
    assert (event.before["amounts"], event.after["amounts"], event.subject_ref) == (["15"], ["20"], row.ref)


@pytest.mark.django_db
def test_a_conversion_without_its_unit_is_refused_and_nothing_is_written() -> None:
    load_activities(read(CATALOGUE))
    groups = copy.deepcopy(read(CONVERSIONS))
    del groups[0]["unit"]
    with pytest.raises(Refused) as refused:
        load_conversions(groups, now=NOW)
    assert {reason.code for reason in refused.value} == {"no_unit"}
    assert not Conversion.objects.exists()


@pytest.mark.django_db
def test_a_row_that_is_gone_from_the_file_stays_for_what_it_decided() -> None:
    load_catalogue()
    load_conversions(read(CONVERSIONS)[1:], now=NOW)
    assert Conversion.objects.filter(basis=Basis.ORGANISER).count() == len(read(CONVERSIONS)[0]["rows"])
    assert Activity.objects.count() == len(read(CATALOGUE))
