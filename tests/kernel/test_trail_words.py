"""Whatever the code records stands in the trail in Chinese."""

import re

from django.conf import settings

from accounts.rules.privacy import LOOKED_UP, UNMASK
from ceportal.kernel.rules.trail_words import in_words

_RECORDED = re.compile(r'\brecord\(\s*"([a-z_.]+)"')
_ROOMS = ("accounts", "bases", "ceportal", "certificates", "credits", "reviews")


def test_every_recorded_action_has_its_words() -> None:
    texts = [path.read_text(encoding="utf-8") for room in _ROOMS for path in (settings.BASE_DIR / room).rglob("*.py")]
    actions = {action for text in texts for action in _RECORDED.findall(text)}
    assert {"row.bring_back", "check.end", "certificate.share"} <= actions
    assert sorted(action for action in actions | {LOOKED_UP, UNMASK} if re.search("[a-z]", in_words(action))) == []
