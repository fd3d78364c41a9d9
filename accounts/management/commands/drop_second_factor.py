"""`manage.py drop_second_factor`: for somebody who has lost both phone and recovery codes and has shown who they are.

The login is read from the terminal, never from the command line: a command line stands in histories and process lists.
Whoever must have a second factor sets a new one up at the next sign-in; the owner is told, the trail keeps it.
"""

from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.selectors.safety import account_of
from accounts.services.memberships import end_sessions
from accounts.services.second_factor import end_factor
from ceportal.kernel.rules.refusal import Refused


class Command(BaseCommand):
    help = "End the second factor of an account whose owner has lost it."

    def handle(self, *args: Any, **options: Any) -> None:
        user = account_of(getpass("证件号码或手机号码（不显示）："))
        if user is None:
            raise CommandError("没有这个账号。")
        if input(f"{user.name}（{user.phone_mask}）的动态口令将被关闭。身份证件已核对？输入“是”继续：").strip() != "是":
            raise CommandError("没有改动。")
        try:
            end_factor(user, by=None, now=timezone.now())
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        end_sessions(user)
        self.stdout.write("已关闭，所有登录已退出。")
