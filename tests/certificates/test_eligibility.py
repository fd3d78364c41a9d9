"""Who has met which years, as a page and a table, and the certificates in one file (S3-09, S2-10)."""

import csv
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from accounts.models import Professional, User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import AuditEvent, Job
from ceportal.kernel.rules.refusal import Refused
from certificates.models import Certificate
from certificates.rules.eligibility import (
    MOST_FILES,
    MOST_PEOPLE,
    Asked,
    all_met,
    count_in,
    reasons_not_to_bundle,
    reasons_not_to_export,
    told,
)
from certificates.rules.numbers import certificate_number
from certificates.services import shelf
from certificates.services.bundles import ask_for_bundle, place_of, work_on_bundles
from tests import factories
from tests.certificates import factories as make
from tests.certificates.factories import NOW

LIST, TABLE, BUNDLE = "/eligibility/", "/eligibility/table/", "/eligibility/bundle/"
NUMBERS = "/eligibility/numbers/"


def test_years_are_counted_back_and_strange_counts_are_one() -> None:
    assert Asked(until=2026, count=3).years == [2024, 2025, 2026]
    assert [count_in(text) for text in ("1", "5", "6", "0", "", "x", "²", "01")] == [1, 5, 1, 1, 1, 1, 1, 1]
    assert [told(True, ""), told(False, "exempt"), told(False, "")] == ["达标", "另有安排", "未达标"]
    assert [all_met([]), all_met([True]), all_met([True, False])] == [False, True, False]


def test_lists_and_bundles_have_an_end() -> None:
    assert [reason.code for reason in reasons_not_to_export(MOST_PEOPLE + 1)] == ["too_many_people"]
    assert not list(reasons_not_to_export(MOST_PEOPLE))
    codes = [[reason.code for reason in reasons_not_to_bundle(files)] for files in (0, 1, MOST_FILES, MOST_FILES + 1)]
    assert codes == [["no_certificates"], [], [], ["too_many_files"]]


@pytest.fixture
def own_data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def met(declarant: Professional, other_declarant: Professional, own_data: Path) -> Certificate:
    """One of the two has met 2026."""
    make.credit(other_declarant, "8")
    return make.issued(declarant)


@pytest.fixture
def city(client: Client, city_officer: User) -> Any:
    with time_machine.travel(NOW, tick=False):
        client.force_login(city_officer)
        yield client


@pytest.mark.django_db
@pytest.mark.clause("S3-09", "S2-10")
def test_it_says_who_met_the_year_and_who_did_not(
    city: Client, met: Certificate, declarant: Professional, other_declarant: Professional
) -> None:
    def named(**asked: str) -> tuple[bool, bool]:
        text = city.get(LIST, asked).content.decode()
        return declarant.name in text, other_declarant.name in text

    assert named() == (True, True)
    assert met.number in city.get(LIST).content.decode()
    assert named(show="met") == (True, False)
    assert named(show="missed") == (False, True)
    assert named(show="met", last="2") == (False, False)
    assert named(name=declarant.name) == (True, False)
    assert named(unit="没有的单位") == (False, False)
    assert met.number not in city.get(LIST, {"year": "2025"}).content.decode()


@pytest.mark.django_db
def test_it_reaches_as_far_as_the_reader_does(
    client: Client, met: Certificate, declarant: Professional, employer_reviewer: User
) -> None:
    elsewhere = factories.give(factories.user(), factories.bureau("410402"), "oversee")
    with time_machine.travel(NOW, tick=False):
        client.force_login(elsewhere)
        assert declarant.name not in client.get(LIST).content.decode()
        assert client.post(BUNDLE, {"year": "2026"}).status_code == 409
        client.force_login(declarant.user)
        assert client.get(LIST).status_code == 403


@pytest.mark.django_db
def test_the_table_is_the_list_as_text(
    city: Client, met: Certificate, declarant: Professional, other_declarant: Professional, city_officer: User
) -> None:
    declarant.name = "=1+1"
    declarant.save()
    answer = city.get(TABLE, {"year": "2026", "last": "2"})
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.content)).active]
    by_name = {row[0]: row for row in rows[1:]}
    assert rows[0][4:] == ["2025 年度", "2026 年度", "2025 年度证书编号", "2026 年度证书编号", "各年度都达标"]
    assert by_name["=1+1"][4:] == ["未达标", "达标", "—", met.number, "否"]
    assert by_name[other_declarant.name][5] == "未达标"
    assert AuditEvent.objects.get(action="eligibility.export").after == {"people": len(rows) - 1}


@pytest.mark.django_db
def test_a_long_list_takes_as_many_queries_as_a_short_one(
    city: Client, met: Certificate, declarant: Professional, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(24):
        factories.professional(works_at=declarant.employments.get().organization)
    city.get(LIST)
    with django_assert_max_num_queries(30):
        assert "下一页" in city.get(LIST, {"last": "5"}).content.decode()


@pytest.mark.django_db
def test_a_province_is_counted_no_further_than_a_file_reaches(
    city: Client, met: Certificate, other_declarant: Professional, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "共 2 人，有效证书 1 份" in city.get(LIST).content.decode()
    monkeypatch.setattr("certificates.rules.eligibility.MOST_PEOPLE", 1)
    with CaptureQueriesContext(connection) as asked:
        text = city.get(LIST).content.decode()
    assert ("超过 1 人" in text, "请先按单位或姓名筛选" in text, "导出名单" in text) == (True, True, False)
    counts = [each["sql"] for each in asked if each["sql"].endswith("LIMIT 2")]
    assert len(counts) == 2, "of the place and of the units, each no further than one more than is told"
    assert city.get(TABLE).status_code == 409


@pytest.mark.django_db
def test_certificates_are_packed_in_the_background_for_who_asked(
    city: Client, client: Client, met: Certificate, city_officer: User, county_officer: User
) -> None:
    place = city.post(BUNDLE, {"year": "2026"})["Location"]
    job = Job.objects.get(kind="bundle.pack")
    assert place == reverse("certificates:bundle", args=[job.ref])
    waiting = city.get(place)
    assert (waiting["Refresh"], "0 / 1" in waiting.content.decode()) == ("3", True)
    assert city.get(f"{place}zip/").status_code == 409
    assert work_on_bundles(now=NOW) == 0
    assert "Refresh" not in city.get(place)
    packed = b"".join(city.get(f"{place}zip/").streaming_content)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == [f"2026/{met.number}.pdf", "index.csv"]
        assert archive.read(f"2026/{met.number}.pdf") == shelf.take(met.pdf_digest)
        lines = list(csv.reader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))
    assert [lines[1][0], lines[1][4]] == [met.number, "有效"]
    assert AuditEvent.objects.filter(action="certificate.bundle", actor_id=city_officer.pk).count() == 1
    city.force_login(county_officer)
    assert (city.get(place).status_code, city.get(f"{place}zip/").status_code) == (404, 404)


@pytest.mark.django_db
@pytest.mark.clause("S3-09")
def test_a_list_of_numbers_is_packed_and_what_is_not_packed_is_told(
    city: Client, client: Client, met: Certificate, lone_declarant: Professional
) -> None:
    """One written twice, one mistyped, one of nobody, one still being made, and one that ended."""
    waiting = make.promised(lone_declarant)
    slip = met.number[:-1] + ("A" if met.number[-1] != "A" else "B")
    nobody = certificate_number(area_code="410200", year=2020, sequence=9)
    text = f"{met.number}\t王建华\r\n\r\n{met.number.lower()}\r\n{slip}\r\n{nobody}\r\n{waiting.number}"
    answer = city.post(NUMBERS, {"numbers": text})
    job = Job.objects.get(kind="bundle.pack")
    assert answer["Location"] == reverse("certificates:bundle", args=[job.ref])
    assert job.params["certificates"] == [met.pk]
    assert [line[:2] for line in job.params["left_out"]] == [[4, ""], [5, nobody], [6, waiting.number]]
    page = city.get(answer["Location"]).content.decode()
    assert "有 3 行没有打包" in page
    assert page.count("没有这份证书，或者持证人不在您可查的名单里") == 2
    work_on_bundles(now=NOW)
    with zipfile.ZipFile(place_of(job)) as archive:
        index = archive.read("index.csv").decode("utf-8-sig")
    assert (index.count("未放入"), met.number in index) == (3, True)
    Certificate.objects.filter(pk=met.pk).update(state="revoked", ended_at=NOW, ended_because="撤销")
    for numbers, said in (
        (met.number, "第 1 行证书已撤销，不再有效"),
        (" \n", "请填写要打包的证书编号"),
        ("1\n" * (MOST_FILES + 1), "请分几次打包"),
        ("9" * (MOST_FILES * 60 + 1), "内容太长"),
    ):
        refused = city.post(NUMBERS, {"numbers": numbers})
        assert (refused.status_code, said in refused.content.decode()) == (400, True)
    elsewhere = factories.give(factories.user(), factories.bureau("410402"), "oversee")
    client.force_login(elsewhere)
    assert "持证人不在您可查的名单里" in client.post(NUMBERS, {"numbers": met.number}).content.decode()


@pytest.mark.django_db
def test_a_bundle_is_whole_or_not_there_and_goes_after_a_day(
    met: Certificate, city_officer: User, own_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused):
        ask_for_bundle(Certificate.objects.none(), by=city_officer, now=NOW)
    job = ask_for_bundle(Certificate.objects.all(), by=city_officer, now=NOW)
    with monkeypatch.context() as broken:
        broken.setattr("certificates.services.bundles.csv_text", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work_on_bundles(now=NOW)
    assert not place_of(job).exists()
    next((own_data / "certificates").rglob("*.pdf")).write_bytes(b"changed")
    later = NOW + timedelta(hours=1)
    work_on_bundles(now=later)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 1)
    with zipfile.ZipFile(place_of(job)) as archive:
        assert archive.namelist() == ["index.csv"], "a damaged sheet is not handed out"
    work_on_bundles(now=later + timedelta(days=2))
    job.refresh_from_db()
    assert (job.state, place_of(job).exists()) == (JobState.CANCELLED, False)
