"""docs/policy.md: the one table of duty × action × scope (accounts/rules/policy.py), for people to read.

`python -m tests.security.policy` writes it. It reads what the code is built on, so it cannot say anything else.
"""

import sys
from collections.abc import Collection
from pathlib import Path

from accounts.enums import OrganizationKind
from accounts.rules.duties import DUTIES
from accounts.rules.policy import POLICY

PAGE = Path(__file__).resolve().parents[2] / "docs" / "policy.md"
HEAD = """# 权限表

由 `make policy` 从 `accounts/rules/policy.py` 和 `accounts/rules/duties.py` 生成，请勿手改。

一个人凭在某个单位承担的职责办事；查得到，才办得了。本人的事项（申报、申请、查看、撤回）不需要职责，不在表中。
谁都不能处理自己的事项（A24）。不在范围内的，与不存在的回答完全一样（`tests/matrix`）。

## 职责、事项与范围

| 事项 | 凭职责（任一） | 在哪类单位 | 能及于 | 办理或导出时再次确认身份 | 须两人 |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The page in Markdown."""
    lines = [
        f"| {act.value} | {'、'.join(duty.label for duty in said.duties)} "
        f"| {'、'.join(kind.label for kind in said.at) or '不限'} | {said.scope.value} "
        f"| {'是' if said.proof else ''} | {'是' if said.two else ''} |"
        for act, said in POLICY.items()
    ]
    lines += ["", "## 职责", "", "| 职责 | 做什么 | 可设在 | 依据 |", "|---|---|---|---|"]
    lines += [
        f"| {duty.label} | {rule.lets} | {'、'.join(kind.label for kind in kinds(rule.held_at))} | {rule.clause} |"
        for duty, rule in DUTIES.items()
    ]
    return HEAD + "\n".join(lines) + "\n"


def kinds(held_at: Collection[OrganizationKind]) -> list[OrganizationKind]:
    """In the order of their table."""
    return [kind for kind in OrganizationKind if kind in held_at]


def main() -> int:
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
