"""The folder of backups, as commands are told of it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser


def add_folder(parser: CommandParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, help="where backups lie; BACKUP_DIR unless it is said")


def folder_of(options: dict[str, Any]) -> Path:
    folder = options["folder"] or settings.BACKUP_DIR
    if not folder:
        raise CommandError("请写明备份所在的文件夹，或者设置 BACKUP_DIR。")
    return Path(folder)
