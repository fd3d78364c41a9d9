"""The described interface is the one there is: addresses, methods, shapes, states."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Professional
from credits.api.records import STATES
from credits.api.schema import described
from credits.enums import Outcome
from tests.credits.factories import NOW
from tests.credits.machines import BATCHES, HOURS, Machine, posted

NOT_DESCRIBED = {"/api/{rest}"}
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(autouse=True)
def _november(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def paths(resolver: URLResolver, above: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = above + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from paths(pattern, route)
        elif isinstance(pattern, URLPattern) and route.startswith("/api/"):
            yield route, pattern.callback


def methods(callback: Any) -> set[str]:
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    return {method for method in METHODS if hasattr(view, method)} if view else {"get"}


def test_every_address_and_method_is_described_and_no_other() -> None:
    served = {path: methods(callback) for path, callback in paths(get_resolver()) if "^" not in path}
    told = {path: set(item) & METHODS for path, item in described()["paths"].items()}
    assert served == told


def test_it_is_served_without_a_token_as_openapi() -> None:
    response = Client().get("/api/v1/schema")
    assert response.json()["openapi"] == "3.1.0"
    assert response.json() == described()


def test_every_reference_leads_somewhere() -> None:
    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    for reference in walk(described()):
        found = described()
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_states_and_outcomes_are_those_of_the_code() -> None:
    schemas = described()["components"]["schemas"]
    assert set(schemas["Item"]["properties"]["outcome"]["enum"]) == set(Outcome.values)
    assert set(schemas["RecordLine"]["properties"]["state"]["enum"]) == {*STATES.values(), "reversal_pending"}


def fits(value: Any, name: str) -> None:
    """All that is required is there, and nothing that is not described."""
    schemas = described()["components"]["schemas"]
    schema = schemas[name]
    parts = [schemas["RecordLine"], schema["allOf"][1]] if "allOf" in schema else [schema]
    assert {key for part in parts for key in part["required"]} <= value.keys()
    assert value.keys() <= {key for part in parts for key in part["properties"]}


@pytest.mark.usefixtures("henan_2026")
def test_what_is_answered_has_the_shapes_described(declarant: Professional) -> None:
    machine = Machine()
    for rehearsal in (True, False):
        answer = machine.post(
            posted(declarant), posted(declarant, "b", hours=8), posted(declarant, "c", hours="40"), dry_run=rehearsal
        )
        fits(answer, "BatchAnswer")
        for item in answer["items"]:
            fits(item, "Item")
    fits(answer["items"][1]["errors"][0], "Fault")
    fits(answer["items"][2]["reasons"][0], "Reason")
    fits(machine.get(HOURS).json()["items"][0], "RecordLine")
    fits(machine.correct("r-1", "replace", posted(declarant, hours="3.0")).json(), "Corrected")
    fits(machine.get(f"{HOURS}/r-1").json(), "RecordState")
    fits(machine.send(BATCHES, b"{").json(), "Problem")
