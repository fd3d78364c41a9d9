from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from certificates.documents.signing import SigningKeyMissing
from certificates.services.sealing import KeyNotInPlace, key_file, replace_signing_key


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
        except KeyNotInPlace as reason:
            raise CommandError(_what_is_left(options["with_file"], reason)) from reason
        except OSError as error:
            where = error.filename or key_file()
            raise CommandError(f"读不到或写不进 {where}（{error.strerror}）。密钥没有换。") from error
        self.stdout.write(f"{key_file()}")
        self.stdout.write(f"旧证书　{replaced.before}（已移入 signing-retired，原有证书仍可验证）")
        self.stdout.write(f"新证书　{replaced.after}")


def _what_is_left(with_file: Path | None, reason: KeyNotInPlace) -> str:
    """In an installation by the document the key's file is root's. It is read anew at each signature."""
    said = f"写不进密钥文件 {key_file()}（{reason}），密钥还没有换。"
    if reason.before:
        said += f"旧密钥的证书 {reason.before} 已留存，它签名的证书换钥后仍可验证。"
    if with_file is None:
        return f"{said}请先备好新密钥文件，再用 --with 指明。"
    said += "新密钥可以签名，请用 root 换上，并让运行平台的用户能读（不用重启；容器要重启）："
    return f"{said}\nmv {with_file} {key_file()}"
