"""The door of the machine interface: token, scope, limits, one body of strict JSON, problems instead of pages."""

import math
import re
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.conf import settings
from django.utils import timezone
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import ApiClient, Organization
from accounts.selectors.clients import Pass, is_at_home, is_suspended, line_of, owner_of, pass_of
from accounts.services.refused import NOTED, note_refusal
from ceportal.kernel.rules.circumstances import circumstances
from ceportal.kernel.web.limits import Allowance, take
from ceportal.kernel.web.problems import Problem, problem_of
from ceportal.kernel.web.strict_json import read_json

MOST_BYTES = 2 * 1024 * 1024
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]{1,500}=*)", re.ASCII | re.IGNORECASE)
_JSON = re.compile(r'application/json *(; *charset *= *"?utf-8"?)? *', re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Caller:
    """A machine in the trail: by the name of its organization, as no person."""

    label: str
    pk: None = None
    role: str = "接口"


class JsonAlone(BaseContentNegotiation):
    """The answer is JSON whatever a client says it likes."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class MachineView(APIView):
    """`scopes` names what each method asks for. `machine` is the caller while a request is answered."""

    scopes: ClassVar[dict[str, str]] = {}
    content_negotiation_class = JsonAlone
    machine: Pass
    allowance: Allowance | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.machine = _pass(request)
        if not is_at_home(self.client, circumstances.get().address):
            raise Problem(403, "address", "这个地址不在密钥允许的范围内，请核对密钥的地址设置。")
        self.spend("requests", settings.API_REQUEST_RATE)
        scope = self.scopes.get(request.method or "")
        if scope and scope not in self.machine.scopes:
            raise Problem(403, "scope_missing", f"令牌没有 {scope} 权限。")
        if is_suspended(self.machine.client):
            raise Problem(403, "suspended", "本单位目前不能调用接口，请联系人社部门。")

    def handle_exception(self, exc: Exception) -> Any:
        """What is refused is noted for the keeper of the key."""
        problem = problem_of(exc)
        is_noted = problem is not None and problem.status in NOTED
        # A database that is away is not asked whose key this was: its second refusal would be nobody's answer.
        client = self._refused_client() if is_noted else None
        if problem is not None and client is not None:
            match = self.request.resolver_match
            route = _PARAMETER.sub(r"{\1}", match.route if match else "")
            note_refusal(
                client, status=problem.status, code=problem.code, call=f"{self.request.method} /{route}",
                message=problem.message, address=circumstances.get().address, now=timezone.now(),
            )  # fmt: skip
        return super().handle_exception(exc)

    def _refused_client(self) -> ApiClient | None:
        if held := getattr(self, "machine", None):
            return cast(Pass, held).client
        found = _BEARER.fullmatch(self.request.META.get("HTTP_AUTHORIZATION", ""))
        return owner_of(found.group(1)) if found else None

    @property
    def client(self) -> ApiClient:
        return self.machine.client

    @property
    def organization(self) -> Organization:
        if self.client.organization is None:
            raise Problem(403, "suspended", "这个密钥不属于任何单位。")
        return self.client.organization

    @property
    def caller(self) -> Caller:
        return Caller(self.organization.name)

    @property
    def is_rehearsal_alone(self) -> bool:
        """A sandbox key keeps nothing where hours are counted in earnest."""
        return self.client.is_sandbox and not settings.SANDBOX

    def refuse_rehearsal(self) -> None:
        """Who has only promised to try things out asks about nobody real."""
        if self.is_rehearsal_alone:
            raise Problem(403, "sandbox_key", "沙箱密钥不能查询正式环境中的人员，请在沙箱环境中试用。")

    def spend_records(self, count: int) -> None:
        """Count records against the rate of all clients, and against the ceiling of the key's line a day. 413 for more
        at once than the ceiling: waiting would not help.
        """
        self.spend("records", settings.API_RECORD_RATE, cost=count)
        if ceiling := self.client.daily_ceiling:
            if count > ceiling:
                told = f"这个密钥每天最多报送 {ceiling} 条，这一次就有 {count} 条，请分几天报送或调高上限。"
                raise Problem(413, "above_ceiling", told)
            self.spend("day", f"{ceiling}/day", cost=count, of=f"line:{line_of(self.client)}")

    def spend_questions(self, count: int) -> None:
        """Whatever tells who is registered and leaves nothing behind is counted together: nobody tries people out."""
        if not settings.SANDBOX:
            self.spend("checks", settings.API_CHECK_RATE, cost=count)

    def spend(self, what: str, rate: str, cost: int = 1, of: str = "") -> None:
        """Count `cost` against the client's rate; 429 when it is used up.

        The headers tell of the first rate that was counted, or of the one that refused.
        """
        allowance = take(rate, "api", what, of or self.client.client_id, cost=cost)
        if self.allowance is None or not allowance.is_granted:
            self.allowance = allowance
        if not allowance.is_granted:
            raise Problem(
                429, "too_many", "调用过于频繁，请稍后重试；已确认的记录不受影响。",
                headers={"Retry-After": str(math.ceil(allowance.reset))},
            )  # fmt: skip

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        finished: Any = super().finalize_response(request, response, *args, **kwargs)
        if allowance := self.allowance:
            finished["RateLimit-Limit"] = str(allowance.limit)
            finished["RateLimit-Remaining"] = str(allowance.remaining)
            finished["RateLimit-Reset"] = str(allowance.reset)
        finished.setdefault("Cache-Control", "no-store")
        return finished

    def body(self, request: Request) -> tuple[Any, bytes]:
        """The JSON that was sent, and its bytes. As `sent`, and 400 for what is no JSON."""
        raw = self.sent(request)
        return read_json(raw), raw

    def sent(self, request: Request) -> bytes:
        """The bytes that were sent as JSON. 413 beyond 2 MB, 415 for another kind."""
        plain = request._request
        if not _JSON.fullmatch(plain.META.get("CONTENT_TYPE", "")) or plain.META.get("HTTP_CONTENT_ENCODING"):
            raise Problem(415, "not_json_type", "请用 Content-Type: application/json 报送，不压缩。")
        if "CONTENT_LENGTH" not in plain.META:
            raise Problem(411, "no_length", "请带上 Content-Length。")
        raw = plain.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise Problem(413, "too_large", "请求体超过 2 MB，请分批报送。")
        return raw


def _pass(request: Request) -> Pass:
    found = _BEARER.fullmatch(request.META.get("HTTP_AUTHORIZATION", ""))
    held = pass_of(found.group(1), now=timezone.now()) if found else None
    if held is None:
        raise Problem(401, "unauthorized", "令牌缺失、无效或已过期。", headers={"WWW-Authenticate": "Bearer"})
    return held
