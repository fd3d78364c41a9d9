"""What an application for recognition says, with whom it waits first, when a list is announced (S2-06, S2-09)."""

from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from bases.enums import RecognitionKind, RecognitionStage
from bases.rules.classes import SUBJECTS
from ceportal.kernel.rules.outgoing import target_of
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept

CLAUSE = "S2-09"
SITE_LIMIT, URL_LIMIT, TRADE_LIMIT, DOCUMENT_LIMIT = 100, 200, 40, 120


def first_stage(*, has_authority: bool, is_recommended: bool) -> RecognitionStage:
    """The authority first, unless it has recommended the unit itself or there is none (S2-09, A11)."""
    return RecognitionStage.AUTHORITY if has_authority and not is_recommended else RecognitionStage.BUREAU


def reasons_not_to_apply(
    *, kind: str, year: int, subjects: Collection[str], trade: str, site_name: str, url: str, this_year: int,
    is_listed: bool, was_removed: bool, is_recommended: bool,
) -> Iterator[Refusal]:  # fmt: skip
    """Why a place on a list cannot be asked for so. `was_removed`: it was taken away and has not been given back."""
    is_platform = kind == RecognitionKind.PLATFORM
    if kind not in RecognitionKind.values:
        yield Refusal("kind", "请选择种类。", field="kind")
    if year not in ((this_year,) if is_platform else (this_year, this_year + 1)):
        words = f"{this_year} 年度" if is_platform else f"{this_year} 或 {this_year + 1} 年度"
        yield Refusal("year", f"现在只能申请 {words}。", field="year", clause=CLAUSE)
    if not subjects or not set(subjects) <= set(SUBJECTS):
        yield Refusal("subjects", "请选择公需科目、专业科目或两者。", field="subjects")
    if kind == RecognitionKind.TRADE_BASE:
        yield from reasons_not_to_accept(trade, field="trade", label="行业", limit=TRADE_LIMIT)
    if is_platform:
        yield from reasons_not_to_accept(site_name, field="site_name", label="平台名称", limit=SITE_LIMIT)
        yield from _about_url(url)
        if is_recommended:
            yield Refusal("own_platform", "平台由举办单位自己申请备案。", field="kind", clause=CLAUSE)
    if is_listed:
        yield Refusal("listed", f"{year} 年度的名单里已经有这一项，不用再申请。", field="kind")
    if was_removed:
        message = "资格已被取消。恢复资格由作出决定的人社部门办理，不能另行申请。"
        yield Refusal("removed", message, field="kind", clause="S2-06")


def reasons_not_to_announce(document: str, *, count: int) -> Iterator[Refusal]:
    if not count:
        yield Refusal("none", "没有等待公布的单位。")
    yield from reasons_not_to_accept(document, field="document", label="公布文件", limit=DOCUMENT_LIMIT)


def _about_url(url: str) -> Iterator[Refusal]:
    if len(url) > URL_LIMIT or isinstance(target_of(url, schemes=("https", "http")), Refusal):
        yield Refusal("url", "网址请以 https:// 或 http:// 开头，例如 https://xuexi.example.cn/。", field="url")
    elif "." not in (urlsplit(url).hostname or ""):
        yield Refusal("url", "网址请填写完整的域名。", field="url")
