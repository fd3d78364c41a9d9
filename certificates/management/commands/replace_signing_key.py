from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from certificates.documents.signing import SigningKeyMissing
from certificates.services.sealing import key_file, replace_signing_key


class Command(BaseCommand):
    help = "Sign certificates by another key from now on. What the old key signed goes on verifying."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--with", type=Path, dest="with_file", help="PEM, key and certificate; left out: a key is made"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            replaced = replace_signing_key(with_file=options["with_file"], now=timezone.now())
        except SigningKeyMissing as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            words = "旧密钥仍在使用，它的证书已留存；密钥文件只读时，请换上新文件并重启。"
            raise CommandError(f"读不到或写不进密钥文件（{error.strerror}）。{words}") from error
        self.stdout.write(f"{key_file()}")
        self.stdout.write(f"旧证书　{replaced.before}（已移入 signing-retired，原有证书仍可验证）")
        self.stdout.write(f"新证书　{replaced.after}")
