import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certificates.documents.lists import REVOCATIONS, ListRefused, read_list
from certificates.documents.signing import SigningKeyMissing
from certificates.enums import FileVerdict, PaperKind, Standing
from certificates.services.checking import judged, verdict_of
from certificates.services.sealing import trusted_certificates


class Command(BaseCommand):
    """Needs no database and no network: the file, the keys one trusts, and the lists one has fetched."""

    help = "Check a certificate's file without the portal. Exits 0 for a certificate, genuine and in no list, else 1."
    requires_system_checks = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--keys", type=Path, help="PEM, from /verify/keys.pem; left out: this portal's own")
        parser.add_argument(
            "--revocations", type=Path, action="append", default=[], help="a part of /api/v1/revocations; repeatable"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pdf = _read(options["file"])
        keys = _keys(options["keys"])
        finding = judged(pdf, keys)
        self.stdout.write(f"签名　{'完好，覆盖整个文件' if finding.is_genuine else verdict_of(finding).label}")
        if finding.is_genuine:
            self.stdout.write(f"种类　{_kind_named(finding.kind)}")
        parts = _parts(options["revocations"], keys)
        entry = _entry(hashlib.sha256(pdf).hexdigest(), parts)
        if entry is not None:
            onward = f"，由 {entry['successor']} 替代" if entry["successor"] else ""
            self.stdout.write(
                f"名单　编号 {entry['number']}，{Standing(entry['state']).label}，自 {entry['since']}{onward}"
            )
        elif not _is_whole(parts):
            raise CommandError("撤销名单不全：后面还有，请按 next 取齐各部分再查。", returncode=2)
        elif parts:
            until = min(str(part["issued_at"]) for part in parts)
            self.stdout.write(f"名单　不在所给的撤销名单里（名单截至 {until}）")
        else:
            self.stdout.write("名单　没有给撤销名单：现在是否有效，这里看不出来")
        if not finding.is_genuine or entry is not None:
            raise CommandError(FileVerdict.CHANGED.label if finding.is_signed and not entry else "不可采信")
        if finding.kind != PaperKind.CERTIFICATE:
            raise CommandError("不是年度证书")


def _kind_named(kind: str) -> str:
    """In words; a paper of ours that does not say what it is, and is no certificate by its title, is another one."""
    if kind == PaperKind.CERTIFICATE:
        return PaperKind.CERTIFICATE.label
    return f"{PaperKind(kind).label if kind else '本平台签名的其他文件'}，不是年度证书"


def _keys(path: Path | None) -> bytes:
    try:
        return _read(path) if path else trusted_certificates()
    except SigningKeyMissing as error:
        raise CommandError("没有签名公钥证书：请用 --keys 给出。", returncode=2) from error


def _parts(lists: list[Path], keys: bytes) -> list[dict[str, Any]]:
    found = []
    for path in lists:
        try:
            found.append(read_list(_read(path).decode("ascii", "replace"), trusted=keys, kind=REVOCATIONS))
        except ListRefused as error:
            raise CommandError(f"{path.name}：{error}", returncode=2) from error
    return found


def _is_whole(parts: list[dict[str, Any]]) -> bool:
    """Whether the parts follow one another from the first to the last; also where there are none."""
    starts = {part["after"] for part in parts}
    return not parts or ("" in starts and {part["next"] for part in parts} <= starts | {""})


def _entry(digest: str, parts: list[dict[str, Any]]) -> dict[str, str] | None:
    return next((entry for part in parts for entry in part["entries"] if entry["sha256"] == digest), None)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"读不到文件 {path.name}", returncode=2) from error
