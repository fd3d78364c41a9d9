from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from certificates.services.sealing import key_file, make_signing_key


class Command(BaseCommand):
    help = "Make the key that signs certificates, once. An existing key is never replaced."

    def handle(self, *args: Any, **options: Any) -> None:
        was_made = make_signing_key(now=timezone.now())
        self.stdout.write(f"{'made' if was_made else 'kept'} {key_file()}")
