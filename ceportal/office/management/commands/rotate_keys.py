"""`manage.py rotate_keys [begin|work|end]`: other keys while the portal runs; alone it says how far that has come."""

import secrets
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from ceportal.kernel.fields import INDEX, SEALING, name_of, ring
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.selectors.jobs import OPEN
from ceportal.office.selectors.rotation import last_rotation, told
from ceportal.office.services import key_files, key_rotation

_BY_HAND = """密钥来自环境变量。请把下面两个新密钥分别写在原有密钥之前（用空格隔开），然后依次重启网页服务、工作进程：
CEPORTAL_INDEX_KEY    = {index} <原密钥>
CEPORTAL_SEALING_KEY  = {sealing} <原密钥>
重启后轮换自动进行；结束后再去掉原密钥。"""
_BY_ROOT = """密钥文件不归运行平台的用户改写。请用 root 依次运行下面两行，轮换随后自动进行（不用重启；容器要重启）：
{lines}"""
_END_BY_ROOT = """密钥文件不归运行平台的用户改写。请用 root 依次运行下面各行，再运行一次 rotate_keys end：
{lines}"""


class Command(BaseCommand):
    help = "Rotate the sealing key and the index key: begin, work (here, to the end), end (put the old keys away)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", nargs="?", choices=["begin", "work", "end"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"begin": self._begin, "work": self._work, "end": self._end}.get(options["act"], self._status)()
        except Refused as refused:
            raise CommandError(refused.reasons[0].message) from refused

    def _begin(self) -> None:
        is_in_files = key_files.are_in_files()
        with transaction.atomic():
            key_rotation.begin_rotation(now=timezone.now())
            if is_in_files and key_files.are_ours():
                key_files.put_new_keys()
        if is_in_files and key_files.are_ours():
            self.stdout.write("新密钥已生效，旧密钥仍可读取。后台会逐块重新加密，可随时运行 rotate_keys 查看进度。")
        elif is_in_files:
            self.stdout.write(_BY_ROOT.format(lines="\n".join(key_files.lines_to_begin())))
        else:
            self.stdout.write(_BY_HAND.format(index=secrets.token_hex(32), sealing=secrets.token_hex(32)))
        self._status()

    def _work(self) -> None:
        """Round after round, as the clock does."""
        while (job := last_rotation()) is not None and job.state in OPEN:
            key_rotation.work_on_rotation(now=timezone.now())
            self._status()
            time.sleep(1)

    def _end(self) -> None:
        job = last_rotation()
        if job is None or job.state in OPEN or job.params["to"] != key_rotation.key_names():
            raise CommandError("轮换还没有完成，旧密钥还不能移除。")
        if not key_files.are_in_files():
            raise CommandError("密钥来自环境变量：请去掉写在后面的旧密钥，然后重启。")
        if not key_files.are_ours() and (lines := key_files.lines_to_end()):
            raise CommandError(_END_BY_ROOT.format(lines="\n".join(lines)))
        names = key_files.retire_keys() if key_files.are_ours() else []
        key_rotation.align_all()
        self.stdout.write(
            f"旧密钥 {'、'.join(names) or '（无）'} 已移出，存入同一文件夹的 *.retired，恢复以前的备份时还要用。"
        )

    def _status(self) -> None:
        for which, name in (("加密", SEALING), ("查找", INDEX)):
            first, *others = (name_of(key) for key in ring(name))
            self.stdout.write(f"{which}密钥：使用 {first}" + (f"，仍可读取 {'、'.join(others)}" if others else ""))
        job: Job | None = last_rotation()
        self.stdout.write(told(job) if job else "还没有轮换过密钥。")
