"""The interface described for machines: OpenAPI 3.1, kept by hand beside the code, checked for drift by a test."""

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ceportal.kernel.selectors.data_files import read_yaml
from ceportal.kernel.web.problems import json_answer

FILE = Path(__file__).with_name("openapi.yaml")


@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    return json_answer(described())


@cache
def described() -> dict[str, Any]:
    return read_yaml(FILE)
