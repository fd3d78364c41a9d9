"""What keys of machines have sent, and what came of it."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import ApiClient
from accounts.rules.clients import PLATFORM_SCOPES
from credits.models import HourBatch


@dataclass(frozen=True)
class KeyState:
    label: str
    tone: str


def state_of(client: ApiClient) -> KeyState:
    """Where a key stands, in the words of its keeper."""
    if client.revoked_at:
        return KeyState("已停用", "bad")
    if client.released_at:
        return KeyState("沙箱可用" if client.is_sandbox else "使用中", "ok")
    if client.asked_at and not client.refusal:
        return KeyState("等待人社部门启用", "wait")
    return KeyState("退回，待重新提交报告" if client.refusal else "待提交测试报告", "warn")


def batches_of_key(client: ApiClient) -> QuerySet[HourBatch]:
    return HourBatch.objects.filter(organization=client.organization_id, client=client)


def is_of_platform(client: ApiClient) -> bool:
    return bool(set(client.allowed_scopes.split()) & set(PLATFORM_SCOPES[:2]))
