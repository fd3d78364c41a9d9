"""Why hours wait at the bureau's desk, in the words of its filter, and what it must say to let them go."""

from collections.abc import Iterator

from ceportal.kernel.rules.refusal import Refusal

REASON_LIMIT = 200
# The codes that stand in `Claim.reasons`, most frequent first.
HELD_FOR = {
    "not_recognised": "报送单位不在认定名单内",
    "over_person_day": "一天的学时过多",
    "sessions_overlap": "学习时段重叠",
    "too_fast": "学习时段太短",
    "fuzzy_twin": "可能是同一次学习",
    "course_not_filed": "课程未备案",
    "longer_than_course": "学时多于课程备案",
    "burst_client": "一个密钥短时间内报送过多",
    "burst_address": "一个网络地址短时间内报送过多",
    "burst_course": "一门课程短时间内报送过多",
    "not_at_work": "学员已离职或退休",
    "year_closed": "年度已不再补报",
    "deadline_passed": "已过申报截止日期",
    "no_rule": "年度没有学时规定",
    "key_leaked": "接口密钥泄露，暂停计入",
    "contested": "本人提出不是自己学的",
    "twin_refused": "同一次学习的另一条记录不予计入",
}


def reasons_not_to_rule(reason: str) -> Iterator[Refusal]:
    """What a release, a refusal or a hold must say: the person and the platform read it."""
    said = reason.strip()
    if not said:
        yield Refusal("reason_missing", "请写明理由，本人和报送单位会看到。", field="reason")
    elif len(said) > REASON_LIMIT:
        yield Refusal("reason_long", f"理由最多 {REASON_LIMIT} 个字。", field="reason")
