"""Numbers of ours that a page carries are read as we wrote them."""

import pytest
from django.core.exceptions import ValidationError

from ceportal.kernel.web.hidden import CountField


@pytest.mark.parametrize("text", ["1", "42", "999999999"])
def test_as_we_wrote_it(text: str) -> None:
    assert CountField().clean(text) == int(text)


@pytest.mark.parametrize(
    "text",
    ["٤", "４", "四", "0", "-1", "+1", "1.0", "1e1", "01", "1_0", "1\n", "1\u00a0", "1000000000", "9" * 5000, ""],
)
def test_in_no_other_way(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CountField().clean(text)
    assert refused.value.messages == ["页面内容不完整，请刷新后重试。"]


def test_a_summary_of_errors_calls_it_the_page_unless_told_otherwise() -> None:
    assert CountField().label == "页面"
    assert CountField(label="第几次").label == "第几次"
