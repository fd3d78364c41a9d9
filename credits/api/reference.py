"""The machine interface as its engineers read it: the same file that machines are served, told as a page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from credits.api.schema import described

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    is_required: bool
    says: str


@dataclass(frozen=True)
class Call:
    """One call: how it is asked, and what its answers mean."""

    number: int
    method: str
    path: str
    summary: str
    says: str
    is_open: bool
    parameters: list[Field]
    fields: list[Field]
    answers: list[tuple[str, str]]


@login_not_required
@require_safe
def show_reference(request: HttpRequest) -> HttpResponse:
    whole = described()
    return render(request, "credits/reference.html", {"info": whole["info"], "calls": list(_calls(whole))})


def _calls(whole: Mapping[str, Any]) -> Iterator[Call]:
    number = 0
    for path, item in whole["paths"].items():
        for method in _METHODS:
            if method not in item:
                continue
            number += 1
            call = item[method]
            parameters = [_resolved(each, whole) for each in [*item.get("parameters", []), *call.get("parameters", [])]]
            yield Call(
                number,
                method.upper(),
                path,
                call.get("summary", ""),
                call.get("description", ""),
                call.get("security") == [],
                [_field(each["name"], each.get("schema", {}), each, whole) for each in parameters],
                _fields_of_body(call, whole),
                _answers(call, whole),
            )


def _answers(call: Mapping[str, Any], whole: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Codes that mean the same stand together."""
    codes: dict[str, list[str]] = {}
    for code, answer in call["responses"].items():
        codes.setdefault(_resolved(answer, whole).get("description", ""), []).append(code)
    return [("、".join(alike), said) for said, alike in codes.items()]


def _fields_of_body(call: Mapping[str, Any], whole: Mapping[str, Any]) -> list[Field]:
    """The fields of what is sent; of a list of records those of a record."""
    content = _resolved(call.get("requestBody", {}), whole).get("content", {})
    first: Mapping[str, Any] = next(iter(content.values())) if content else {}
    schema = _resolved(first.get("schema", {}), whole)
    records = schema.get("properties", {}).get("records")
    if records:
        schema = _resolved(_resolved(records, whole).get("items", {}), whole)
    required = set(schema.get("required", []))
    return [
        _field(name, each, {"required": name in required}, whole) for name, each in schema.get("properties", {}).items()
    ]


def _field(name: str, schema: Mapping[str, Any], said: Mapping[str, Any], whole: Mapping[str, Any]) -> Field:
    schema = _resolved(schema, whole)
    kind = "、".join(str(each) for each in schema["enum"]) if "enum" in schema else schema.get("const", "")
    kind = str(kind or schema.get("type", ""))
    return Field(name, kind, bool(said.get("required")), said.get("description") or schema.get("description", ""))


def _resolved(node: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference within the file."""
    while "$ref" in node:
        found: Any = whole
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node
