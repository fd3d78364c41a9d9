"""What the regulation asks, for everybody: no token, no person (design: api)."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.web.machines import JsonAlone
from ceportal.kernel.rules.dated import FIRST_YEAR, LAST_YEAR, year_in
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.web.addresses import counted_address
from ceportal.kernel.web.limits import take
from ceportal.kernel.web.problems import Problem, json_answer
from credits.rules.ruleset import GROUPS, LEVELS
from credits.rules.telling import told
from credits.selectors.places import is_place
from credits.selectors.regulation import read_trade, requirements, rule_book

ASKED = ("area", "year", "level", "trade")


class RequirementsInForce(APIView):
    """`?area=410200&year=2021&level=中级&trade=会计`: the rule set in force, each number with its clause."""

    content_negotiation_class = JsonAlone

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        allowance = take(settings.API_REQUEST_RATE, "api", "public", counted_address(request))
        if not allowance.is_granted:
            message = "调用过于频繁，请稍后重试。"
            raise Problem(429, "too_many", message, headers={"Retry-After": str(allowance.reset)})

    def get(self, request: Request) -> HttpResponse:
        given = request.query_params
        if repeated := [name for name in given if len(given.getlist(name)) > 1]:
            raise Problem(400, "repeated", f"参数 {repeated[0][:20]} 只能给一次。")
        book = rule_book()
        trade, of_trade = read_trade(given.get("trade", ""), book)
        if faults := [*_faults(given), *of_trade]:
            raise Problem(400, faults[0].code, faults[0].message, errors=faults)
        area, year, level = given["area"], int(given["year"]), given["level"]
        found = requirements(area, year, level, trade, book=book)
        return json_answer({"area": area, "year": year, "level": level, "trade": trade} | told(found))


def _faults(given: Mapping[str, str]) -> Iterator[Refusal]:
    """What is wrong with the question, its trade apart; `field` is the name of the parameter."""
    if given.keys() - set(ASKED):
        yield Refusal("unknown_parameter", f"只接受参数 {'、'.join(ASKED)}。")
    if not is_place(given.get("area", "")):
        yield Refusal("area", "area 应为六位地区代码，例如 410200；全国为 CN。", field="/area")
    if year_in(given.get("year", "")) is None:
        yield Refusal("year", f"year 应为 {FIRST_YEAR} 至 {LAST_YEAR} 之间的四位年份。", field="/year")
    levels = (*LEVELS, *GROUPS)
    if given.get("level", "") not in levels:
        yield Refusal("level", f"level 应为 {'、'.join(levels)} 之一。", field="/level")
