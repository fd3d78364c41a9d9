"""Why a year stands as it does: to its person by their session, to title-review systems by number and name (S3-09)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.fields import id_indexes
from accounts.models import Professional
from accounts.selectors.people import approved_people, goes_on
from accounts.web.machines import JsonAlone, MachineView
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import person_name, reasons_not_to_accept
from ceportal.kernel.web.problems import Problem, json_answer
from credits.rules.records import NAME_LIMIT
from credits.rules.telling import told_why
from credits.selectors.explaining import explanation_of

# The longest number of any kind, with room for what is typed between.
NUMBER_LIMIT = 30
_ASKED = frozenset({"id_number", "name", "year"})


class OwnExplanation(APIView):
    """The signed-in person's own year, as the page tells it."""

    authentication_classes = (SessionAuthentication,)
    content_negotiation_class = JsonAlone

    def get(self, request: Request, year: str) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            raise Problem(401, "unauthorized", "请先登录。", headers={"WWW-Authenticate": 'Session realm="portal"'})
        people = Professional.objects.select_related("area", "title_series")
        person = people.filter(user=user.pk).first()
        if person is None or person.approved_at is None:
            raise Problem(403, "no_professional", "只有注册已核准的专业技术人员可以查看本人的学时。")
        now, asked = timezone.now(), year_in(year)
        if asked is None or asked > timezone.localdate(now).year:
            raise Http404
        return json_answer(
            told_why(explanation_of(person, asked, now=now), is_own=True), headers={"Cache-Control": "no-store"}
        )


class Explanations(MachineView):
    """`{"id_number": …, "name": …, "year": …}`: 404 unless both match somebody registered, whatever was wrong."""

    scopes: ClassVar = {"POST": "eligibility:read"}

    def post(self, request: Request) -> HttpResponse:
        asked, _ = self.body(request)
        year = _year(asked.get("year")) if isinstance(asked, dict) else None
        faults = list(_faults(asked))
        if faults or year is None:
            raise Problem(400, faults[0].code, faults[0].message, errors=faults)
        name, found = person_name(asked["name"]), approved_people(id_indexes(normalise(asked["id_number"])))
        person = next((each for each in found if each.name == name), None)
        if person is None:
            raise Problem(404, "no_match", "没有证件号码和姓名都相符的人员。")
        return json_answer(told_why(explanation_of(goes_on(person), year, now=timezone.now()), is_own=False))


def _faults(asked: Any) -> Iterator[Refusal]:
    if not isinstance(asked, dict):
        yield Refusal("not_an_object", '请求体应是 JSON 对象：{"id_number": …, "name": …, "year": …}。')
        return
    if asked.keys() - _ASKED:
        yield Refusal("unknown_key", "只接受 id_number、name 和 year。")
    for key, label, limit in (("id_number", "证件号码", NUMBER_LIMIT), ("name", "姓名", NAME_LIMIT)):
        value = asked.get(key)
        if not isinstance(value, str):
            yield Refusal(key, f"{key} 应为文本。", field=f"/{key}")
        else:
            yield from reasons_not_to_accept(value, field=f"/{key}", label=label, limit=limit)
    if _year(asked.get("year")) is None:
        yield Refusal("year", f"year 应为四位数字的年度，不晚于 {timezone.localdate().year}。", field="/year")


def _year(value: Any) -> int | None:
    """A number as strict JSON is read (Decimal); no year to come."""
    year = year_in(str(value)) if isinstance(value, Decimal) else None
    return year if year is not None and year <= timezone.localdate().year else None
