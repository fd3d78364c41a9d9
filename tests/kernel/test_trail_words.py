"""Whatever the code records stands in the trail in Chinese."""

import re

from django.apps import apps
from django.conf import settings
from django.db.models import Model

from accounts.enums import Move
from accounts.rules.privacy import LOOKED_UP, UNMASK
from ceportal.kernel.rules.trail_words import in_words

_RECORDED = re.compile(r'\b(?:record|leave_trail_of)\(\s*"([a-z_.]+)"')
_ROOMS = ("accounts", "bases", "ceportal", "certificates", "credits", "reviews")


def _names(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.get_fields()}


def test_every_recorded_action_has_its_words() -> None:
    texts = [path.read_text(encoding="utf-8") for room in _ROOMS for path in (settings.BASE_DIR / room).rglob("*.py")]
    actions = {action for text in texts for action in _RECORDED.findall(text)}
    assert {"row.bring_back", "check.end", "certificate.share"} <= actions
    routed = [model for model in apps.get_models() if {"waiting_on", "state", "round"} <= _names(model)]
    assert len(routed) > 5
    actions |= {f"{model._meta.model_name}.{move}" for model in routed for move in (*Move, "redated")}
    assert sorted(action for action in actions | {LOOKED_UP, UNMASK} if re.search("[a-z]", in_words(action))) == []
