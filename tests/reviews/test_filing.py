"""The monthly filing: what it holds, that it stays as it was, and who may."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from asn1crypto import cms
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Duty
from accounts.models import Area, Organization, Professional, User
from ceportal.kernel.models import AuditEvent, Job
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.rules.working_days import WorkCalendar
from certificates.documents.signing import examine
from certificates.services.sealing import trusted_certificates
from credits.models import Claim, ClosedMonth, HourEntry
from credits.services.ledger import reverse_claim
from reviews.models import Filing, FilingItem
from reviews.rules.filing import MONTH_OVER, FiledMonth, month_after, oldest_to_file, reasons_not_to_file, seal
from reviews.selectors.filings import (
    changed_since,
    is_intact,
    months_to_file,
    progress_of,
    unfiled,
    waiting_months,
    what_to_file,
)
from reviews.services import filing as filing_services
from reviews.services.filing import ask_to_file, file_month, work_on, work_on_filings
from tests import factories as make
from tests.credits.factories import credit
from tests.reviews.factories import approved, submitted

SHANGHAI = ZoneInfo("Asia/Shanghai")
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI)


class TestRules:
    @staticmethod
    def codes(month: date, today: date, **changes: FiledMonth | date) -> list[str]:
        facts = {"filed": None, "later": None, "earlier": None} | changes
        return [r.code for r in reasons_not_to_file(month, today=today, calendar=WorkCalendar(), **facts)]

    def test_from_the_last_working_day_on(self) -> None:
        # 31 October 2026 is a Saturday: the last working day is Friday the 30th.
        assert self.codes(OCTOBER, date(2026, 10, 29)) == ["month_not_over"]
        assert self.codes(OCTOBER, date(2026, 10, 30)) == []
        assert self.codes(OCTOBER, date(2027, 3, 1)) == []

    def test_once_and_in_order(self) -> None:
        filed = FiledMonth(OCTOBER, "市人社经办人", "2026年10月30日")
        assert self.codes(OCTOBER, date(2026, 11, 2), filed=filed) == ["month_filed"]
        assert self.codes(date(2026, 9, 1), date(2026, 11, 2), later=filed) == ["later_month_filed"]

    def test_only_months_of_the_last_twelve_the_first_open_one_first(self) -> None:
        assert self.codes(OCTOBER, date(2026, 11, 2), earlier=date(2026, 9, 1)) == ["earlier_month_open"]
        assert self.codes(date(2027, 1, 1), date(2026, 11, 20)) == ["month_not_over"]
        assert self.codes(date(2099, 1, 1), date(2026, 11, 20)) == ["month_not_over"]
        assert oldest_to_file(date(2026, 11, 20)) == date(2025, 12, 1)
        assert oldest_to_file(date(2026, 12, 31)) == date(2026, 1, 1)
        assert self.codes(date(2025, 12, 1), date(2026, 11, 20)) == []
        assert self.codes(date(2025, 11, 1), date(2026, 11, 20)) == ["month_too_old"]
        assert self.codes(date(1990, 1, 1), date(2026, 11, 20)) == ["month_too_old"]

    @given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3), max_size=5))
    def test_any_change_of_a_line_changes_the_seal(self, lines: list[dict[str, str]]) -> None:
        whole = seal({"number": "1"}, "", lines)
        assert whole != seal({"number": "2"}, "", lines)
        assert whole != seal({"number": "1"}, "a", lines)
        assert whole != seal({"number": "1"}, "", [*lines, {}])
        if lines and lines != lines[::-1]:
            assert whole != seal({"number": "1"}, "", lines[::-1])

    def test_months_follow_each_other(self) -> None:
        assert month_after(date(2026, 12, 1)) == date(2027, 1, 1)


def _dies(*_: object, **__: object) -> None:
    raise RuntimeError


@pytest.fixture
def october(declarant: Professional) -> list[HourEntry]:
    return [
        credit(declarant, "8", now=at(10, 12)),
        credit(declarant, "12.5", now=at(10, 30, 23), subject="public", title="公需课"),
    ]


@pytest.mark.django_db
class TestFiling:
    def test_a_frozen_numbered_list_with_totals(
        self, october: list[HourEntry], city: Area, city_bureau: Organization, city_officer: User
    ) -> None:
        credit(october[0].professional, "4", now=at(11, 1, 0), title="十一月的")
        filing = file_month(city, date(2026, 10, 15), by=city_officer, now=at(11, 2))
        assert (filing.number, filing.month, filing.bureau) == ("410200-202610", OCTOBER, city_bureau)
        assert (filing.entry_count, filing.person_count) == (2, 1)
        assert (filing.professional_hours, filing.public_hours) == (Decimal("8.0"), Decimal("12.5"))
        items = FilingItem.objects.filter(filing=filing)
        lines = [(item.position, item.entry_id, item.line["hours"]) for item in items]
        assert lines == [(1, october[0].pk, "8.0"), (2, october[1].pk, "12.5")]
        assert ClosedMonth.objects.get().reference == filing.number
        assert AuditEvent.objects.get(action="filing.filed").after["digest"] == filing.digest
        assert is_intact(Filing.objects.get())

    def test_it_leaves_out_neither_stragglers_nor_counts_twice(
        self, october: list[HourEntry], city: Area, city_officer: User
    ) -> None:
        """What is recorded after the filing of its own month goes into the next."""
        file_month(city, OCTOBER, by=city_officer, now=at(10, 30))
        late = credit(october[0].professional, "2", now=at(10, 31), title="十月最后一天")
        december = credit(october[0].professional, "3", now=at(12, 3), title="十二月")
        with pytest.raises(Refused, match="2026年11月还没有备案"):
            file_month(city, date(2026, 12, 1), by=city_officer, now=at(12, 31))
        second = file_month(city, NOVEMBER, by=city_officer, now=at(12, 31))
        third = file_month(city, date(2026, 12, 1), by=city_officer, now=at(12, 31))
        assert [FilingItem.objects.get(filing=each).entry_id for each in (second, third)] == [late.pk, december.pk]
        assert not unfiled(city, date(2026, 12, 1)).exists()

    def test_the_first_open_month_comes_first(
        self, october: list[HourEntry], city: Area, city_officer: User, declarant: Professional
    ) -> None:
        """As the desk says it; months in which nothing waits stand in nobody's way."""
        credit(declarant, "4", now=at(7, 12), title="七月的")
        with pytest.raises(Refused, match="请先备案前面的月份：2026年7月还没有备案"):
            file_month(city, OCTOBER, by=city_officer, now=at(11, 2))
        for month in (date(2026, 12, 1), date(2027, 10, 1), date(2099, 1, 1), date(1990, 1, 1), date(2025, 10, 1)):
            with pytest.raises(Refused):
                file_month(city, month, by=city_officer, now=at(11, 2))
        assert not Filing.objects.exists()
        file_month(city, date(2026, 7, 1), by=city_officer, now=at(11, 2))
        assert file_month(city, OCTOBER, by=city_officer, now=at(11, 2)).entry_count == 2

    def test_the_chain_to_the_month_before(self, october: list[HourEntry], city: Area, city_officer: User) -> None:
        first = file_month(city, OCTOBER, by=city_officer, now=at(10, 30))
        second = file_month(city, NOVEMBER, by=city_officer, now=at(11, 30))
        assert first.previous_digest == ""
        assert second.previous_digest == first.digest
        assert second.entry_count == 0
        assert is_intact(second)

    def test_a_changed_line_or_total_is_found(self, october: list[HourEntry], city: Area, city_officer: User) -> None:
        filing = file_month(city, OCTOBER, by=city_officer, now=at(10, 30))
        item = FilingItem.objects.get(filing=filing, position=1)
        was = dict(item.line)
        FilingItem.objects.filter(pk=item.pk).update(line=was | {"hours": "9.0"})
        assert not is_intact(filing)
        FilingItem.objects.filter(pk=item.pk).update(line=was)
        assert is_intact(filing)
        Filing.objects.filter(pk=filing.pk).update(public_hours=Decimal("13.0"))
        assert not is_intact(Filing.objects.get())

    def test_what_changes_afterwards_needs_a_reversal_and_is_filed_next(
        self, october: list[HourEntry], city: Area, city_officer: User
    ) -> None:
        first = file_month(city, OCTOBER, by=city_officer, now=at(10, 30))
        claim = Claim.objects.get(pk=october[0].claim_id)
        entry = reverse_claim(claim, reason="冒用他人证书：已核实", by=city_officer, now=at(11, 5))
        second = file_month(city, NOVEMBER, by=city_officer, now=at(11, 30))
        assert FilingItem.objects.get(filing=second).entry == entry
        assert second.professional_hours == Decimal("-8.0")
        assert is_intact(first)
        assert is_intact(second)

    def test_what_changed_since_and_who_decided_how_much(
        self, october: list[HourEntry], city: Area, city_officer: User, declarant: Professional,
        employer_reviewer: User, authority_reviewer: User,
    ) -> None:  # fmt: skip
        approved(submitted(declarant, now=at(10, 20)), employer_reviewer, authority_reviewer, now=at(10, 21))
        first = file_month(city, OCTOBER, by=city_officer, now=at(10, 30))
        told = {row["name"]: (row["approved"], row["late"], row["hours"]) for row in first.reviewers}
        assert told == {employer_reviewer.name: (1, 0, "24.0"), authority_reviewer.name: (1, 0, "24.0")}
        assert not changed_since(first).exists()
        reverse_claim(Claim.objects.get(pk=october[0].claim_id), reason="已核实", by=city_officer, now=at(11, 5))
        assert [(entry.hours, entry.number) for entry in changed_since(first)] == [(Decimal("-8.0"), None)]
        second = file_month(city, NOVEMBER, by=city_officer, now=at(11, 30))
        assert [entry.number for entry in changed_since(first)] == [second.number]
        assert not changed_since(second).exists()
        Filing.objects.filter(pk=first.pk).update(reviewers=first.reviewers[:1])
        assert not is_intact(Filing.objects.get(pk=first.pk))

    def test_in_the_background_chunk_by_chunk_whatever_is_killed(
        self, october: list[HourEntry], city: Area, city_officer: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Lines and seal are those of one that went through at once; while it is made, nobody files it again."""
        monkeypatch.setattr(filing_services, "CHUNK", 1)
        filing = ask_to_file(city, OCTOBER, by=city_officer, now=at(11, 2))
        job = progress_of(filing)
        assert job is not None
        assert (job.done, job.total, filing.digest) == (0, 2, "")
        late = credit(october[0].professional, "1", now=at(10, 31), title="提交之后才记的")
        Job.objects.filter(pk=job.pk).update(claimed_until=at(11, 2, 10))
        assert work_on(Job.objects.get(pk=job.pk), now=at(11, 2))
        with pytest.raises(Refused, match="已由"):
            ask_to_file(city, OCTOBER, by=city_officer, now=at(11, 2))
        whole = filing_services._finish
        monkeypatch.setattr(filing_services, "_finish", _dies)
        with pytest.raises(RuntimeError):
            work_on_filings(now=at(11, 3))
        monkeypatch.setattr(filing_services, "_finish", whole)
        assert FilingItem.objects.filter(filing=filing).count() == 2
        assert not ClosedMonth.objects.exists()
        work_on_filings(now=at(11, 4))
        filing.refresh_from_db()
        assert is_intact(filing)
        assert progress_of(filing) is None
        assert (filing.entry_count, filing.person_count, filing.public_hours) == (2, 1, Decimal("12.5"))
        assert list(unfiled(city, NOVEMBER)) == [late]

    def test_a_rule_set_may_open_it_with_the_next_month(self) -> None:
        refusals = list(
            reasons_not_to_file(
                OCTOBER, today=date(2026, 10, 31), calendar=WorkCalendar(), filed=None, later=None, opens=MONTH_OVER
            )
        )
        assert [refusal.message for refusal in refusals] == [
            "2026年10月的备案从次月首日（11月1日）起办理，请到时再来。"
        ]

    def test_the_papers_are_signed(
        self, october: list[HourEntry], city: Area, city_officer: User, client: Client
    ) -> None:
        filing = file_month(city, OCTOBER, by=city_officer, now=at(10, 30))
        client.force_login(city_officer)
        form = client.get(reverse("office:filing_form", args=[filing.ref]))
        assert examine(form.getvalue(), trusted=trusted_certificates()).is_genuine
        packed = client.get(reverse("office:filing_list", args=[filing.ref]))
        with ZipFile(BytesIO(packed.getvalue())) as archive:
            data, envelope = archive.read("list.csv"), cms.ContentInfo.load(archive.read("list.csv.p7s"))
        assert "公需课" in data.decode()
        signed = envelope["content"]["signer_infos"][0]["signed_attrs"]
        digests = [each["values"][0].native for each in signed if each["type"].native == "message_digest"]
        assert digests == [sha256(data).digest()]

    def test_twice_says_who_filed_it(self, october: list[HourEntry], city: Area, city_officer: User) -> None:
        file_month(city, OCTOBER, by=city_officer, now=at(10, 30))
        with pytest.raises(Refused) as refused:
            file_month(city, OCTOBER, by=city_officer, now=at(11, 2))
        assert "2026年10月已由市人社经办人于2026年10月30日备案" in str(refused.value)
        assert Filing.objects.count() == 1

    def test_too_early_says_from_when(self, october: list[HourEntry], city: Area, city_officer: User) -> None:
        with pytest.raises(Refused, match="10月30日"):
            file_month(city, OCTOBER, by=city_officer, now=at(10, 29))
        assert not Filing.objects.exists()

    def test_a_county_does_not_file(self, county: Area, county_bureau: Organization) -> None:
        officer = make.give(make.user("县经办人"), county_bureau, Duty.FILE_MONTHS)
        with pytest.raises(Refused, match="由市级人社部门"):
            file_month(county, OCTOBER, by=officer, now=at(11, 2))

    def test_only_for_ones_own_city(self, city_officer: User, declarant: Professional) -> None:
        make.bureau("410400")
        with pytest.raises(Refused):
            file_month(make.area("410400"), OCTOBER, by=city_officer, now=at(11, 2))
        with pytest.raises(Refused):
            file_month(make.area("410200"), OCTOBER, by=declarant.user, now=at(11, 2))

    def test_the_province_files_its_own_units_only(
        self, october: list[HourEntry], province_bureau: Organization
    ) -> None:
        officer = make.give(make.user("省厅备案人"), province_bureau, Duty.FILE_MONTHS)
        here = make.employer("省直医院", at=make.area("410000"))
        own = credit(make.professional("省直人员", works_at=here), "6", now=at(10, 20))
        filing = file_month(make.area("410000"), OCTOBER, by=officer, now=at(11, 2))
        assert FilingItem.objects.get(filing=filing).entry == own

    def test_what_stands_directly_below_the_province_files_for_itself(self, db: None) -> None:
        officer = make.give(make.user("济源经办人"), make.bureau("419001"), Duty.FILE_MONTHS)
        assert file_month(make.area("419001"), OCTOBER, by=officer, now=at(11, 2)).entry_count == 0

    def test_the_desk_knows_what_is_open(
        self, october: list[HourEntry], city: Area, city_bureau: Organization, city_officer: User
    ) -> None:
        assert months_to_file(city_bureau, today=date(2026, 11, 20)) == [OCTOBER, NOVEMBER]
        opened = what_to_file(city_bureau, OCTOBER)
        assert (opened.entries, opened.people, opened.public_hours) == (2, 1, Decimal("12.5"))
        file_month(city, OCTOBER, by=city_officer, now=at(10, 30))
        assert months_to_file(city_bureau, today=date(2026, 11, 20)) == [NOVEMBER]

    def test_the_desk_leaves_out_empty_months_and_offers_the_first(
        self, october: list[HourEntry], city_bureau: Organization, city_officer: User
    ) -> None:
        credit(october[0].professional, "4", now=at(12, 3), title="十二月的")
        waiting = waiting_months(city_bureau, today=date(2027, 1, 10))
        assert [(is_next, opened.month, opened.entries) for is_next, opened in waiting] == [
            (True, OCTOBER, 2),
            (False, date(2026, 12, 1), 1),
            (False, date(2027, 1, 1), 0),
        ]

    def test_filing_does_not_hold_hours_back(self, october: list[HourEntry], city: Area, city_officer: User) -> None:
        before = list(HourEntry.objects.values())
        file_month(city, OCTOBER, by=city_officer, now=at(10, 30))
        assert list(HourEntry.objects.values()) == before

    def test_the_database_keeps_it_once(self, october: list[HourEntry], city: Area, city_officer: User) -> None:
        filing = file_month(city, OCTOBER, by=city_officer, now=at(10, 30))
        item = FilingItem.objects.filter(filing=filing).first()
        assert item is not None
        kept = {f.attname: getattr(filing, f.attname) for f in Filing._meta.fields if f.attname not in ("id", "ref")}
        with pytest.raises(IntegrityError, match=r"a_month_is_filed_once|UNIQUE"), transaction.atomic():
            Filing.objects.create(**(kept | {"number": "another"}))
        with pytest.raises(IntegrityError, match=r"entry_id|UNIQUE"), transaction.atomic():
            FilingItem.objects.create(filing=filing, entry=item.entry, position=9, line={})
        extra = credit(item.entry.professional, "1", now=at(11, 3), title="另一")
        with pytest.raises(IntegrityError, match=r"a_filing_has_one_item_a_line|UNIQUE"), transaction.atomic():
            FilingItem.objects.create(filing=filing, entry=extra, position=1, line={})
        with pytest.raises(IntegrityError, match="lines_count_from_one"), transaction.atomic():
            FilingItem.objects.create(filing=filing, entry=extra, position=0, line={})

    def test_cost_does_not_grow_with_the_line(
        self, declarant: Professional, city: Area, city_officer: User, django_assert_max_num_queries: object
    ) -> None:
        for number in range(30):
            credit(declarant, "0.5", now=at(10, 5) + timedelta(minutes=number), title=f"课{number}")
        with django_assert_max_num_queries(28):
            filing = ask_to_file(city, OCTOBER, by=city_officer, now=at(10, 30))
        with django_assert_max_num_queries(28):
            work_on_filings(now=at(10, 30))
        filing.refresh_from_db()
        assert (filing.entry_count, is_intact(filing)) == (30, True)
