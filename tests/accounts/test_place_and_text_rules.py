"""How offices of a place are called, and when a text message may reach a phone."""

from datetime import UTC, date, datetime

import pytest

from accounts.enums import AreaKind
from accounts.rules.naming import authority_name, bureau_name, full_place, is_code
from accounts.rules.texting import TEXT_LIMIT, Hours, first_day, is_quiet, waits_since, wording


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("410203", True), ("990000", True), ("010000", False), ("41020", False), ("4102030", False),
     ("４１０２０３", False), ("410203\n", False), ("", False)],
)  # fmt: skip
def test_the_shape_of_a_places_code(text: str, is_one: bool) -> None:
    assert is_code(text) is is_one


@pytest.mark.parametrize(
    ("place", "kind", "above", "name"),
    [
        ("开封市", AreaKind.CITY, "河南省", "开封市"),
        ("鼓楼区", AreaKind.COUNTY, "开封市", "开封市鼓楼区"),
        ("兰考县", AreaKind.COUNTY, "开封市", "兰考县"),
        ("禹州市", AreaKind.COUNTY, "许昌市", "禹州市"),
        ("郑州航空港经济综合实验区", AreaKind.ZONE, "郑州市", "郑州航空港经济综合实验区"),
        ("济源示范区", AreaKind.CITY, "河南省", "济源示范区"),
    ],
)
def test_districts_are_named_with_their_city(place: str, kind: AreaKind, above: str, name: str) -> None:
    assert full_place(place, kind, above) == name
    assert bureau_name(place, kind, above) == f"{name}人力资源和社会保障局"
    assert authority_name("教育体育局", place, kind, above) == f"{name}教育体育局"


@pytest.mark.parametrize(
    ("hour", "minute", "quiet", "day"),
    [
        (7, 59, True, 20),
        (8, 0, False, 20),
        (20, 59, False, 20),
        (21, 0, True, 21),
        (23, 59, True, 21),
        (0, 0, True, 20),
    ],
)
def test_people_rest_from_nine_to_eight(hour: int, minute: int, quiet: bool, day: int) -> None:
    local = datetime(2026, 11, 20, hour, minute, tzinfo=UTC)
    assert is_quiet(local, Hours(8, 21)) is quiet
    assert first_day(local, Hours(8, 21)) == date(2026, 11, day)
    assert not is_quiet(local, Hours(0, 24))
    assert first_day(local, Hours(0, 24)) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("made", "now", "since"),
    [
        ((19, 22), (20, 7), None),
        ((19, 22), (20, 9), (20, 8)),
        ((20, 10), (20, 12), (20, 10)),
        ((20, 10), (20, 21), None),
    ],
)
def test_what_was_made_at_night_waits_from_eight(
    made: tuple[int, int], now: tuple[int, int], since: tuple[int, int] | None
) -> None:
    day, hour = now
    local = datetime(2026, 11, day, hour, 30, tzinfo=UTC)
    assert waits_since(datetime(2026, 11, *made, tzinfo=UTC), local, Hours(8, 21)) == (
        datetime(2026, 11, *since, tzinfo=UTC) if since else None
    )


def test_one_matter_is_told_in_its_own_words_and_several_as_their_number() -> None:
    assert wording(count=1, label="待办", first="请审核张三的申报。") == "请审核张三的申报。"
    assert wording(count=2, label="待办", first="第一项。") == "您有 2 项待办，最早一项：第一项。其余请登录查看。"
    long = wording(count=12, label="待办", first="长" * 400)
    assert len(long) == TEXT_LIMIT
    assert long.endswith("长其余请登录查看。")
