"""`manage.py redraw CAMPAIGN`: draw a spot check again from what was published of it, and compare."""

import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviews.models import Campaign
from reviews.rules.drawing import differences
from reviews.selectors.spot_checks import published


class Command(BaseCommand):
    help = "Draw a spot check again from its published data. Ends with 0 only when the same comes out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", help="its ref, or the file published.json as it was downloaded")

    def handle(self, *args: Any, **options: Any) -> None:
        data = _data(options["campaign"])
        if "seed" not in data:
            raise CommandError("这次抽查还没有抽取，种子没有公开。")
        found = list(differences(data))
        for difference in found:
            self.stdout.write(difference)
        if found:
            sys.exit(1)
        self.stdout.write(f"一致：名册 {len(data['frame'])} 件，抽中 {len(data['drawn'])} 件，重新抽取的结果相同。")


def _data(text: str) -> dict[str, Any]:
    if text.endswith(".json"):
        return dict(json.loads(Path(text).read_text(encoding="utf-8")))
    try:
        campaign = Campaign.objects.select_related("bureau").get(ref=UUID(text))
    except (ValueError, Campaign.DoesNotExist) as error:
        raise CommandError(f"没有编号为“{text}”的抽查。") from error
    return published(campaign)
