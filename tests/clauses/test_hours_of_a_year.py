"""What a year asks, place by place and year by year, through the loaded regulation and the ledger itself."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.enums import TitleLevel
from accounts.models import Professional
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.selectors.calendar import due_after
from credits.enums import Door, PublicKind, Subject
from credits.models import YearAccount
from credits.rules.requirements import Standing, is_met
from credits.selectors.accounts import account_of, standing_of
from credits.selectors.regulation import requirements
from credits.services.ledger import Origin, credit_claim
from tests import factories as people
from tests.credits import factories as make
from tests.credits.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regulation")]


def learned(person: Professional, year: int, public: str, professional: str, compulsory: str = "0") -> YearAccount:
    """A person's year with these hours in it, entered when the year was running."""
    days = {"started_on": date(year, 5, 10), "ended_on": date(year, 5, 30)}
    then = NOW.replace(year=year)
    for subject, kind, hours in (
        (Subject.PUBLIC, PublicKind.COMPULSORY, Decimal(compulsory)),
        (Subject.PUBLIC, PublicKind.ELECTIVE, Decimal(public) - Decimal(compulsory)),
        (Subject.PROFESSIONAL, "", Decimal(professional)),
    ):
        if hours:
            make.credit(person, hours, subject=subject, public_kind=kind, now=then, **days)
    return YearAccount.objects.get(professional=person, year=year)


def person(level: str = TitleLevel.MIDDLE, place: str = "410105") -> Professional:
    employer = people.employer(at=people.area(place))
    return people.professional(works_at=employer, title_level=level)


BOUNDARY = [
    ("30", "60", True),
    ("29.5", "60.5", False),
    ("30.5", "59.5", False),
    ("90", "0", False),
    ("0", "90", False),
]


@pytest.mark.clause("S0-11")
@pytest.mark.parametrize(("public", "professional", "met"), BOUNDARY)
def test_s0_11_ninety_thirty_sixty(public: str, professional: str, met: bool) -> None:
    account = learned(person(), 2023, public, professional)
    assert (account.is_met, account.rule_set) == (met, "henan-2023")


@pytest.mark.clause("S4-02")
@pytest.mark.parametrize(("public", "professional", "met"), BOUNDARY)
def test_s4_02_ninety_thirty_sixty(public: str, professional: str, met: bool) -> None:
    account = learned(person(), 2025, public, professional)
    assert (account.is_met, account.rule_set) == (met, "henan-2025")


@pytest.mark.clause("S3-02")
@pytest.mark.parametrize(("public", "professional", "met"), BOUNDARY)
def test_s3_02_pingdingshan_asks_the_same_by_its_own_notice(public: str, professional: str, met: bool) -> None:
    account = learned(person(place="410402"), 2023, public, professional)
    assert (account.is_met, account.rule_set) == (met, "pingdingshan-2023")


@pytest.mark.clause("S1-06")
@pytest.mark.parametrize(
    ("level", "public", "professional", "met"),
    [
        (TitleLevel.FULL_SENIOR, "26", "60", True),
        (TitleLevel.DEPUTY_SENIOR, "26", "59.5", False),
        (TitleLevel.MIDDLE, "25.5", "60.5", False),
        (TitleLevel.MIDDLE, "22", "52", False),
        (TitleLevel.ASSISTANT, "22", "52", True),
        (TitleLevel.CLERK, "22", "51.5", False),
        (TitleLevel.CLERK, "21.5", "52.5", False),
    ],
)
def test_s1_06_eighty_six_for_the_higher_and_seventy_four_for_the_junior_levels(
    level: str, public: str, professional: str, met: bool
) -> None:
    assert learned(person(level), 2013, public, professional).is_met is met


@pytest.mark.clause("S2-02", "S2-01", "A28")
@pytest.mark.parametrize(
    ("public", "compulsory", "professional", "met"),
    [("30", "24", "60", True), ("30", "23.5", "60", False), ("36", "20", "60", False), ("24", "24", "66", False)],
)
def test_s2_02_kaifeng_asks_twenty_four_compulsory_hours_within_the_thirty(
    public: str, compulsory: str, professional: str, met: bool
) -> None:
    in_kaifeng = learned(person(place="410203"), 2021, public, professional, compulsory)
    assert (in_kaifeng.is_met, in_kaifeng.rule_set) == (met, "kaifeng-2021")


@pytest.mark.clause("A28")
def test_a28_elsewhere_and_in_other_years_nothing_compulsory_is_asked() -> None:
    assert learned(person(place="410105"), 2021, "30", "60").is_met
    assert learned(person(place="410203"), 2022, "30", "60").is_met


@pytest.mark.clause("S0-13", "S4-12")
def test_s0_13_s4_12_what_is_left_over_is_not_carried_into_the_next_year() -> None:
    somebody = person()
    assert learned(somebody, 2025, "60", "120").is_met
    learned(somebody, 2026, "0.5", "0.5")
    account = account_of(somebody, 2026)
    assert (standing_of(account).total, account.is_met) == (1, False)


@pytest.mark.clause("A1")
def test_a1_more_public_hours_never_replace_professional_ones() -> None:
    account = learned(person(), 2025, "200", "59.5")
    assert (account.total, account.is_met) == (Decimal("259.5"), False)


@pytest.mark.clause("A2")
def test_a2_two_thirds_are_of_the_ninety_asked_for() -> None:
    assert learned(person(), 2025, "50", "60").is_met
    order_25 = requirements("CN", 2025, "中级")
    assert order_25.professional.value == 60
    assert is_met(order_25, Standing(Decimal(50), Decimal(0), Decimal(60)))


@pytest.mark.clause("A4", "S0-20", "S4-17")
@pytest.mark.parametrize(
    ("declared", "last"),
    [("2025-09-26", "2025-10-10"), ("2025-12-25", "2026-01-04"), ("2026-02-14", "2026-02-28")],
)
def test_a4_the_day_of_declaring_does_not_count_and_the_last_day_counts_whole(declared: str, last: str) -> None:
    noon = datetime.fromisoformat(f"{declared}T04:00:00+00:00")
    end, due, _ = due_after(noon, 5)
    assert due.day == date.fromisoformat(last)
    assert end.astimezone(UTC).isoformat() == f"{last}T16:00:00+00:00"


@pytest.mark.clause("A7", "A9")
def test_a7_a_training_over_the_new_year_counts_in_the_year_it_ended() -> None:
    somebody = person()
    make.credit(somebody, started_on=date(2025, 12, 30), ended_on=date(2026, 1, 3))
    assert account_of(somebody, 2025) is None
    assert account_of(somebody, 2026).professional_hours == 8


@pytest.mark.clause("A13", "A29")
def test_a13_a_training_uploaded_by_a_base_and_declared_again_counts_once() -> None:
    somebody = person()
    credit_claim(make.training(somebody, title="某培训班"), Origin(Door.ROSTER, "roster:a", "1"), by=None, now=NOW)
    again = make.training(somebody, title="某培训班")
    with pytest.raises(Refused, match="基地名单"):
        credit_claim(again, Origin(Door.DECLARATION, "declaration", "2"), by=None, now=NOW)
    assert account_of(somebody, 2026).professional_hours == 8


@pytest.mark.clause("A15")
def test_a15_an_hour_of_learning_has_forty_five_minutes() -> None:
    minutes = requirements("410000", 2013, "中级").figures["minutes"]
    assert (minutes.value, minutes.clause, minutes.status) == (45, "A15", "assumed")
    # The opinion of 2012 says of 86 that they are 64 hours of the clock, of 74 that they are 56.
    assert [round(hours * minutes.value / 60) for hours in (86, 74)] == [64, 56]


@pytest.mark.clause("A16")
@pytest.mark.parametrize("hours", ["0.1", "0.7", "8.25"])
def test_a16_hours_are_in_steps_of_a_half(hours: str) -> None:
    with pytest.raises(Refused):
        make.credit(person(), hours)


@pytest.mark.clause("A17")
def test_a17_eight_hours_a_day_is_our_own_ceiling_and_says_so() -> None:
    ceiling = requirements("410000", 2026, "中级").figures["ceiling_per_day"]
    assert (ceiling.value, ceiling.clause, ceiling.status) == (8, "A17", "assumed")


@pytest.mark.clause("A23")
def test_a23_an_entry_keeps_the_unit_of_its_time() -> None:
    somebody = person()
    before = make.credit(somebody)
    first = before.organization
    second = people.employer(at=people.area("410203"))
    somebody.employments.update(organization=second)
    assert make.credit(somebody).organization == second
    before.refresh_from_db()
    assert before.organization == first


@pytest.mark.clause("A26")
@pytest.mark.parametrize(("year", "rule_set"), [(2018, "henan-2016"), (2024, "henan-2024"), (2026, "henan-2026")])
def test_a26_years_without_a_document_ask_the_same_and_say_they_are_assumed(year: int, rule_set: str) -> None:
    assert learned(person(), year, "30", "60").is_met
    found = requirements("410105", year, "中级")
    assert (found.rule_set, found.public.clause, found.public.status) == (rule_set, "A26", "assumed")


@pytest.mark.clause("A30", "S1-07", "S4-07")
def test_a30_accountants_are_judged_in_credits_one_for_one() -> None:
    accountant = person()
    accountant.title_series = people.title_series("17", "会计人员")
    accountant.save()
    account = learned(accountant, 2025, "30", "60")
    assert (account.is_met, account.rule_set, account.trade) == (True, "henan-accounting-2025", "会计")


@pytest.mark.clause("S1-10", "S4-11")
def test_s4_11_the_certificate_bears_the_name_and_the_supervision_of_the_notice() -> None:
    settings = requirements("410000", 2025, "中级").settings
    assert settings["certificate_name"].value == "河南省专业技术人员继续教育证书"
    assert settings["certificate_supervised_by"].value == "河南省人力资源社会保障厅监制"
    assert {settings[name].clause for name in ("certificate_name", "certificate_supervised_by")} == {"S4-11"}


@pytest.mark.clause("S3-09", "S0-21", "S2-10", "S1-08")
@pytest.mark.parametrize(
    ("place", "year", "clause", "words"),
    [
        ("410400", 2023, "S3-09", "不能评聘"),
        ("410000", 2023, "S0-21", "自行承担"),
        ("410200", 2021, "S2-10", "政府特殊津贴"),
        ("410000", 2013, "S1-08", "必备条件"),
    ],
)
def test_s3_09_what_follows_from_not_meeting_a_year_is_said(place: str, year: int, clause: str, words: str) -> None:
    said = requirements(place, year, "中级").settings["consequences"]
    assert said.clause == clause
    assert words in said.value


def test_the_same_hours_are_judged_differently_by_place_year_and_trade() -> None:
    """26 public and 60 professional hours: enough in 2013 alone; 30 with 20 compulsory not in Kaifeng in 2021."""
    hours = Standing(Decimal(26), Decimal(20), Decimal(60))
    more = Standing(Decimal(30), Decimal(20), Decimal(60))

    def judged(place: str, year: int, standing: Standing) -> bool:
        return is_met(requirements(place, year, "中级"), standing)

    assert [judged("410203", year, hours) for year in (2013, 2021, 2023, 2025)] == [True, False, False, False]
    assert [judged("410203", year, more) for year in (2013, 2021, 2023, 2025)] == [True, False, True, True]
    assert not judged("440100", 2025, more)
