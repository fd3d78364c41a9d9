"""What is asked of a person, a unit and a duty before anybody is troubled with it."""

from datetime import date, timedelta

import pytest

from accounts.enums import Duty, IdKind, OrganizationKind, TitleLevel
from accounts.rules.duties import DUTIES, OF_A_NEW_UNIT, reasons_not_to_grant
from accounts.rules.registration import (
    PersonFacts,
    UnitFacts,
    reasons_not_to_accept_any_number,
    reasons_not_to_accept_number,
    reasons_not_to_refuse,
    reasons_not_to_register,
    reasons_not_to_register_unit,
)
from tests import factories as make

TODAY = date(2026, 11, 20)
GOOD = make.id_number(serial=121)


def codes(reasons):
    return [reason.code for reason in reasons]


def person(**changes):
    facts = {"id_kind": IdKind.RESIDENT, "id_number": GOOD, "name": "测试人"}
    return codes(reasons_not_to_register(PersonFacts(**(facts | changes)), today=TODAY))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (GOOD[:17] + ("0" if GOOD[17] != "0" else "1"), "id_check"),  # C57
        ("41020319850230123" + "X", "id_birth"),  # C58
        ("000000198503121234", "id_shape"),  # C59
        ("410203850312123", "id_old"),  # C61
        ("４１０２０３１９８５０３１２１２３Ｘ", "id_shape"),  # C62
        (GOOD + "\n", "id_shape"),  # C63
        (GOOD[:10] + "\u200b" + GOOD[10:], "id_shape"),
        ("", "id_shape"),
        ("41020319850312123", "id_shape"),
    ],
)
def test_numbers_that_are_no_residents_number(number, code):
    assert person(id_number=number) == [code]


@pytest.mark.parametrize("place", ["412701", "419001", "410173", "411281", "410881", "110101"])
def test_an_abolished_or_young_place_is_never_an_error(place):
    assert person(id_number=make.id_number(place, serial=7)) == []


def test_a_birth_date_after_today_is_none():
    assert person(id_number=make.id_number(born_on=date(2026, 11, 21), serial=1)) == ["id_birth"]
    assert person(id_number=make.id_number(born_on=date(2026, 11, 20), serial=1)) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "blank"),
        (" ", "blank"),
        ("张" * 51, "too_long"),
        ("张" * 100_000, "too_long"),
        ("张\x00三", "strange_character"),
        ("张\u202e三", "strange_character"),
        ("张\ue000三", "strange_character"),
    ],
)
def test_names_that_cannot_stand(name, code):
    assert person(name=name) == [code]


@pytest.mark.parametrize("name", ["张" * 50, "<script>", "' OR 1=1--", "{{7*7}}", "阿依古丽·买买提", "O'Neil"])
def test_names_that_look_odd_are_names(name):
    assert person(name=name) == []


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (IdKind.HMT_PERMIT, "H12345678", None),
        (IdKind.HMT_PERMIT, "M1234567801", None),
        (IdKind.HMT_PERMIT, "12345678", None),
        (IdKind.HMT_PERMIT, make.id_number("810000", serial=3), None),
        (IdKind.HMT_PERMIT, make.id_number("820000", serial=3), None),
        (IdKind.HMT_PERMIT, make.id_number("830000", serial=3), None),
        (IdKind.HMT_PERMIT, make.id_number("810000", serial=3)[:17] + "A", "id_permit"),
        (IdKind.HMT_PERMIT, "810000198502300011", "id_birth"),
        (IdKind.HMT_PERMIT, GOOD, "id_permit"),
        (IdKind.HMT_PERMIT, "X12345678", "id_permit"),
        (IdKind.HMT_PERMIT, "H123456780", "id_permit"),
        (IdKind.HMT_PERMIT, "H12345678\n", "id_permit"),
        (IdKind.HMT_PERMIT, "Ｈ12345678", "id_permit"),
        (IdKind.FOREIGN_PERMIT, "CAN110278012201", None),
        (IdKind.FOREIGN_PERMIT, "can110278012201", "id_permit"),
        (IdKind.FOREIGN_PERMIT, "911124198108030024", None),
        (IdKind.FOREIGN_PERMIT, make.id_number("911124", serial=3)[:17], "id_permit"),
        (IdKind.FOREIGN_PERMIT, "911124198108030020", "id_check"),
        (IdKind.FOREIGN_PERMIT, "CAN11027801220", "id_permit"),
        (IdKind.FOREIGN_PERMIT, GOOD, "id_permit"),
        (IdKind.RESIDENT, make.id_number("830000", serial=3), "id_other_kind"),
        (IdKind.RESIDENT, make.id_number("911124", serial=3), "id_other_kind"),
        (IdKind.RESIDENT, make.id_number("412701", serial=3), None),
    ],
)
def test_each_kind_has_its_numbers(kind, number, code):
    found = reasons_not_to_accept_number(kind, number, today=TODAY)
    assert [reason.code for reason in found] == ([code] if code else [])
    assert kind == IdKind.RESIDENT or not any("身份证号码最后" in reason.message for reason in found)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (GOOD, None),
        ("H12345678", None),
        ("911124198108030024", None),
        ("911124198108030020", "id_check"),
        ("830000198502300011", "id_birth"),
        ("12", "id_shape"),
    ],
)
def test_a_number_of_no_said_kind_is_judged_as_what_it_looks_like(number, code):
    found = reasons_not_to_accept_any_number(number, today=TODAY)
    assert [reason.code for reason in found] == ([code] if code else [])


def test_taken_numbers_closed_units_and_titles_that_do_not_go_together():
    assert person(id_is_taken=True) == ["id_taken"]
    assert person(unit_accepts=False) == ["unit_closed"]
    assert person(title_series="99", title_level=TitleLevel.MIDDLE) == ["title_mismatch"]
    assert person(title_series="22", title_level=TitleLevel.NONE) == []


@pytest.mark.clause("A30")
@pytest.mark.parametrize(
    ("level", "day", "reasons"),
    [
        (TitleLevel.MIDDLE, TODAY, []),
        (TitleLevel.MIDDLE, TODAY + timedelta(days=1), ["title_day"]),
        (TitleLevel.MIDDLE, date(1950, 1, 1), []),
        (TitleLevel.MIDDLE, date(1949, 12, 31), ["title_day"]),
        (TitleLevel.NONE, TODAY, ["title_day"]),
    ],
)
def test_the_day_of_a_title_is_one_that_can_be(level, day, reasons):
    assert person(title_series="22", title_level=level, title_since=day) == reasons


def unit(**changes):
    facts = {
        "name": "测试单位",
        "uscc": "91110000600037341L",
        "contact_name": "人事科",
        "contact_phone": "0371-23456789",
    }
    return codes(reasons_not_to_register_unit(UnitFacts(**(facts | changes))))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"uscc": "91110000600037341M"}, ["uscc_check"]),
        ({"uscc": "9111000060003734IL"}, ["uscc_shape"]),
        ({"uscc": "91110000600037341L\n"}, ["uscc_shape"]),
        ({"uscc": ""}, ["uscc_shape"]),
        ({"uscc_is_taken": True}, ["uscc_taken"]),
        ({"name_is_taken": True}, ["unit_name_taken"]),
        ({"supervisor_fits": False}, ["supervisor_elsewhere"]),
        ({"name": "单" * 101}, ["too_long"]),
        ({"contact_name": ""}, ["blank"]),
        ({"contact_phone": "打电话"}, ["office_phone_shape"]),
        ({"contact_phone": "13800000000"}, []),
        ({"contact_phone": "138-0000 0000"}, []),
        ({"contact_phone": "0371-23456789-8001"}, []),
        ({"contact_phone": "1" * 31}, ["office_phone_shape"]),
        ({"contact_phone": "410203199001011234"}, ["office_phone_shape"]),
        ({"contact_phone": "0371-23456789 13800000000"}, ["office_phone_shape"]),
    ],
)
def test_units(changes, expected):
    assert unit(**changes) == expected


def test_no_silent_refusal():
    assert codes(reasons_not_to_refuse(" \n")) == ["reason_missing"]
    assert codes(reasons_not_to_refuse("字" * 301)) == ["reason_too_long"]
    assert codes(reasons_not_to_refuse("不是本单位人员")) == []


def test_every_duty_says_what_it_lets_and_where():
    assert set(DUTIES) == set(Duty)
    assert all(rule.lets and rule.held_at for rule in DUTIES.values())


@pytest.mark.parametrize("duty", Duty)
@pytest.mark.parametrize("kind", OrganizationKind)
def test_a_duty_is_held_where_the_table_says(duty, kind):
    assert codes(reasons_not_to_grant(duty, [kind], "某单位")) == (
        [] if kind in DUTIES[duty].held_at else ["duty_not_of_this_unit"]
    )


def test_the_first_administrator_can_do_what_an_employer_must():
    assert not [r for duty in OF_A_NEW_UNIT for r in reasons_not_to_grant(duty, [OrganizationKind.EMPLOYER], "某单位")]
