"""Which way our keys point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Field

from tests.house.files import RIVER, may_know


def our_keys() -> Iterator[Field[Any, Any]]:
    """Every foreign key, one-to-one and many-to-many of our models (those a third party's base class brings too)."""
    for config in apps.get_app_configs():
        if config.label not in RIVER:
            continue
        for model in config.get_models(include_auto_created=True):
            yield from (field for field in model._meta.get_fields() if field.is_relation and field.concrete)


def points_downstream(room: str, other: str) -> bool:
    """Whether a key from `room` to `other` runs against the river. Third parties' tables stand below the ground."""
    return other in RIVER and not may_know(room, other)


def against_the_river(keys: Iterable[Field[Any, Any]]) -> list[str]:
    return [
        str(key)
        for key in keys
        if key.related_model and points_downstream(key.model._meta.app_label, key.related_model._meta.app_label)
    ]


def readable_from_upstream(keys: Iterable[Field[Any, Any]]) -> list[str]:
    """Keys to another room whose reverse name upstream code could write (`declaration.decisions`)."""
    return [
        str(key)
        for key in keys
        if key.related_model
        and key.related_model._meta.app_label in set(RIVER) - {key.model._meta.app_label}
        and not key.remote_field.hidden
    ]
