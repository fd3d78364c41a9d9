"""What keys of machines have sent, and what came of it."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform

from accounts.models import ApiClient, RefusedCalls
from accounts.rules.clients import COURSE_SCOPE, PLATFORM_SCOPES
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


def kind_of(client: ApiClient) -> str:
    """What a key is for, in a word."""
    if client.is_entry:
        return "登录入口"
    if not is_of_platform(client):
        return "评审系统"
    return "沙箱" if client.is_sandbox else "正式"


def may_file(client: ApiClient) -> bool:
    """Whether it may send courses to be filed."""
    return COURSE_SCOPE in client.allowed_scopes.split()


def scopes_in_words(client: ApiClient) -> list[str]:
    """What a key may do, as its keeper reads it."""
    words = settings.OAUTH2_PROVIDER["SCOPES"]
    return [f"{words.get(scope, scope)}（{scope}）" for scope in client.allowed_scopes.split()]


def batches_of_key(client: ApiClient) -> QuerySet[HourBatch]:
    return HourBatch.objects.filter(organization=client.organization_id, client=client)


def calls_of_key(client: ApiClient) -> QuerySet[HourBatch]:
    """The same to be listed, with the `counts` of its outcomes: what became of a thousand records is left unread."""
    return batches_of_key(client).defer("answer").annotate(counts=KeyTransform("counts", "answer"))


def refused_of(client: ApiClient) -> QuerySet[RefusedCalls]:
    """What the interface has refused this key lately, the last first."""
    return RefusedCalls.objects.filter(client=client).order_by("-last_at", "-id")


def is_of_platform(client: ApiClient) -> bool:
    return client.is_entry or bool(set(client.allowed_scopes.split()) & set(PLATFORM_SCOPES[:2]))
