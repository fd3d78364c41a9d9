"""`manage.py load_reference`: places, title series, bureaus, authorities, bases and platforms. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.reference import load_places_and_units
from bases.services.recognitions import load_recognitions


class Command(BaseCommand):
    help = "Load areas, title series, bureaus, industry authorities, bases and platforms (idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = load_places_and_units() | load_recognitions()
        if options["verbosity"]:
            self.stdout.write(", ".join(f"{number} {what}" for what, number in counts.items()))
