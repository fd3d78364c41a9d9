"""For how long a holder lets others read a certificate whole."""

from collections.abc import Iterator

from ceportal.kernel.rules.refusal import Refusal

DAYS = (7, 30, 90)
MOST_LINKS = 10


def reasons_not_to_share(*, is_valid: bool, links: int) -> Iterator[Refusal]:
    """`links` are open already."""
    if not is_valid:
        yield Refusal("not_valid", "只有有效的证书可以分享。")
    elif links >= MOST_LINKS:
        yield Refusal("too_many_links", f"一份证书最多同时有 {MOST_LINKS} 个分享链接，请先停用不再需要的。")
