"""Keys of machines: how many, from where, how much a day, and what lets one call in earnest (design: api)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from ceportal.kernel.rules.moments import moment_in
from ceportal.kernel.rules.refusal import Refusal

PLATFORM_SCOPES = ("hours:write", "hours:read", "identity:check")
# Chosen by the platform when it makes a key, or later: to send its courses to be filed (S4-06).
COURSE_SCOPE = "courses:file"
ENTRY_SCOPES = ("openid", "profile")
REVIEW_SCOPES = ("identity:check", "eligibility:read")
# Two of a line, so that a machine can change over to the next one.
MOST_LIVE = 2
MOST_LINES = 10
MOST_ADDRESSES = 20
NAME_LIMIT = 50
URL_LIMIT = 200
_NOT_IN_URLS = frozenset(' "<>\\^`{|}')
CEILING_LIMIT = 100_000_000
# What a report must say was tried, and how old it may be.
REPORT_KIND = "ceportal-conformance/1"
REPORT_AGE = timedelta(days=30)
MOST_CHECKS = 200
# The rules of `scripts/conformance.py`, each by its name: a report tells of all of them.
RULES_TRIED = (
    "取得令牌，一小时有效",
    "密码错误不发令牌",
    "没有令牌不受理",
    "令牌只能做它的权限内的事",
    "合格的记录当场计入，可以查询",
    "重复报送只计一次",
    "同一编号不同内容是冲突，原记录不变",
    "一条有错不影响其他，改正后可以再报",
    "多余字段、数字学时、未来日期都是错误",
    "同一批里编号重复，两条都不受理",
    "查无此人的保留，重复报送不新增",
    "有疑问的暂不计入，说明原因",
    "试算不留下记录",
    "请求体不合格整批不受理",
    "更正另记一笔，原来的撤销",
    "撤回后不再计入，先撤后报也一样",
    "可以逐页查询自己的记录",
    "核对身份只答是或否",
    "一天的对账单和逐条查询一致",
    "课程报备案逐门答复，重复的不新增，没有权限的不受理",
    "答复里有剩余的调用次数",
)


@dataclass(frozen=True)
class KeyFacts:
    """A key as the rules see it: which line it is of, whether it lives, is in force, is of the signed-in entry."""

    line: int
    is_sandbox: bool
    is_live: bool
    is_entry: bool = False
    is_released: bool = False


def reasons_not_to_make(keys: Iterable[KeyFacts], *, is_sandbox: bool, is_for_review: bool) -> Iterator[Refusal]:
    """Why no new line begins: a platform has one line of each kind, and rotates its key."""
    lines = {key.line for key in keys if key.is_live and key.is_sandbox == is_sandbox and not key.is_entry}
    if lines and not is_for_review:
        kind = "沙箱密钥" if is_sandbox else "正式密钥"
        yield Refusal("has_key", f"已经有{kind}。需要换新的，请点“更换”；旧的停用前两个都能用。")
    elif len(lines) >= MOST_LINES:
        yield Refusal("many_keys", f"同时最多有 {MOST_LINES} 个系统的密钥，请先停用不再使用的。")


def reasons_not_to_rotate(keys: Iterable[KeyFacts], line: int) -> Iterator[Refusal]:
    """Why no further key of a line: two live at once are enough to change over."""
    if sum(key.is_live and key.line == line for key in keys) >= MOST_LIVE:
        yield Refusal("two_live", "已有两个密钥同时有效。请先停用旧的，再更换。")


def reasons_not_to_open_entry(keys: Iterable[KeyFacts], *, in_sandbox: bool = False) -> Iterator[Refusal]:
    """Why people cannot come by the portal's sign-in yet: the platform is not known by a key in earnest, or has it."""
    living = [key for key in keys if key.is_live]
    if any(key.is_entry for key in living):
        yield Refusal("has_entry", "已经开通登录入口。需要换密码请点“更换密钥”；要改网址，请先停用再重新开通。")
    elif not any(key.is_released and (in_sandbox or not key.is_sandbox) for key in living):
        yield Refusal("no_key", "正式密钥启用后才能开通登录入口。")


def reasons_not_to_lead(url: str, *, field: str) -> Iterator[Refusal]:
    """What is wrong with an address that people are sent to: HTTPS, or one's own machine while trying things out."""
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    is_own = parts.scheme == "http" and host in {"127.0.0.1", "localhost"}
    is_plain = text.isascii() and text.isprintable() and not set(text) & _NOT_IN_URLS
    if not host or not is_plain or len(text) > URL_LIMIT or not (parts.scheme == "https" or is_own):
        yield Refusal("url", f"请填写以 https:// 开头的完整网址，最多 {URL_LIMIT} 个字符。", field=field)
    elif parts.fragment or parts.username is not None:
        yield Refusal("url_parts", "网址里不能有 # 和用户名。", field=field)


def scopes_with(scopes: Iterable[str], *, files_courses: bool) -> tuple[str, ...]:
    """The scopes of a platform's key that may send courses, or may not."""
    others = tuple(scope for scope in scopes if scope != COURSE_SCOPE)
    return (*others, COURSE_SCOPE) if files_courses else others


def reasons_not_to_call_it(name: str) -> Iterator[Refusal]:
    if not name.strip():
        yield Refusal("name", "请填写用途，例如“学习平台正式环境”。", field="name")
    elif len(name.strip()) > NAME_LIMIT:
        yield Refusal("name", f"用途最多 {NAME_LIMIT} 个字。", field="name")


def networks_in(text: str) -> list[str]:
    """The networks of a list, a line each, as they are kept. Give it a list without faults."""
    return [str(_network(line)) for line in _lines(text)]


def reasons_not_to_admit(text: str) -> Iterator[Refusal]:
    """What is wrong with a list of addresses (`203.0.113.7`, `10.1.0.0/16`, IPv6 too)."""
    lines = _lines(text)
    if len(lines) > MOST_ADDRESSES:
        yield Refusal("many_addresses", f"最多填写 {MOST_ADDRESSES} 个地址。", field="addresses")
    for number, line in enumerate(lines, start=1):
        network = _network(line)
        if network is None:
            yield Refusal("address", f"第 {number} 行不是 IP 地址或网段，例如 203.0.113.7。", field="addresses")
        elif network.prefixlen == 0:
            yield Refusal("everywhere", f"第 {number} 行包括所有地址。不限制时请留空。", field="addresses")


def is_admitted(address: str, networks: Sequence[str]) -> bool:
    """Whether a key bound to `networks` (none: to nothing) may be used from `address`. What cannot be read may not."""
    if not networks:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    plain = getattr(found, "ipv4_mapped", None) or found
    return any(plain in ip_network(network) for network in networks)


def reasons_not_to_bound(ceiling: int) -> Iterator[Refusal]:
    """Records a day; 0 is no bound of its own."""
    if not 0 <= ceiling <= CEILING_LIMIT:
        yield Refusal("ceiling", f"每日上限应在 0 至 {CEILING_LIMIT} 之间，0 表示不另设上限。", field="ceiling")


def reasons_not_to_take_report(report: object, *, now: datetime) -> Iterator[Refusal]:
    """Why a report does not open the way to a key in earnest: not ours, too old, something failed or was not tried.

    Nobody signs a report: it shows what a platform's engineer has run, and proves nothing against who makes one up.
    """
    if not isinstance(report, Mapping) or report.get("kind") != REPORT_KIND:
        yield Refusal("report", "这不是一致性测试报告。请用 scripts/conformance.py 的 --report 生成。", field="report")
        return
    said, checks = report.get("made_at"), report.get("checks")
    made = moment_in(said) if isinstance(said, str) else None
    if made is None or made.tzinfo is None or not isinstance(checks, list) or not _are_checks(checks):
        yield Refusal("report_shape", "报告内容不完整，请重新运行测试。", field="report")
        return
    if not now - REPORT_AGE <= made <= now + timedelta(hours=1):
        yield Refusal("report_old", f"报告应是最近 {REPORT_AGE.days} 天内的。请重新运行测试。", field="report")
    failed = [check["name"][:80] for check in checks if not check["passed"]]
    if failed:
        named = "、".join(failed[:3])
        yield Refusal("report_failed", f"有 {len(failed)} 项没有通过：{named}。改好后请重新运行测试。", field="report")
    told = {check["name"] for check in checks}
    if lacking := [name for name in RULES_TRIED if name not in told]:
        message = f"报告缺少 {len(lacking)} 项：{'、'.join(lacking[:3])}。请用平台现行的 conformance.py 重新运行测试。"
        yield Refusal("report_lacks", message, field="report")


def told_of_report(report: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a report without faults."""
    checks = [{"name": check["name"][:80], "passed": True} for check in report["checks"]]
    return {"made_at": report["made_at"], "url": str(report.get("url", ""))[:200], "checks": checks}


def _are_checks(checks: Sequence[Any]) -> bool:
    if not 0 < len(checks) <= MOST_CHECKS:
        return False
    return all(
        isinstance(check, Mapping) and isinstance(check.get("name"), str) and isinstance(check.get("passed"), bool)
        for check in checks
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace(",", "\n").replace("，", "\n").splitlines() if line.strip()]


def _network(line: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(line, strict=False)
    except ValueError:
        return None
