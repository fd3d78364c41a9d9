"""`manage.py first_administrator`: an account for the first person who looks after a bureau; they invite all others.

Name, phone and password are read from the terminal, never from the command line, which stands in histories and process
lists. Only for a bureau that nobody looks after yet: afterwards 职责分工 and 更换管理员 are the ways.
"""

from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.enums import Duty
from accounts.forms.handing_over import AccountForm
from accounts.models import Organization, User
from accounts.selectors.duties import holders_of
from accounts.services.accounts import make_user
from accounts.services.memberships import grant
from ceportal.kernel.rules.refusal import Refused

PROVINCE = "410000"
DUTIES = (Duty.MANAGE_UNIT, Duty.APPROVE_UNITS, Duty.APPROVE_PEOPLE, Duty.OPERATE)


class Command(BaseCommand):
    help = "Make the account of a bureau's first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", default=PROVINCE, help="the bureau's place (default: the province)")

    def handle(self, *args: Any, **options: Any) -> None:
        bureau = Organization.objects.filter(area=options["area"], is_bureau=True).first()
        if bureau is None:
            raise CommandError("没有这个地区的人社部门，请先运行 manage.py prepare。")
        if holders_of(bureau, Duty.MANAGE_UNIT).exists():
            raise CommandError(f"{bureau.name}已有管理员，请由其在“职责分工”里邀请。")
        form = AccountForm(
            {
                "name": input(f"{bureau.name}管理员的姓名："),
                "phone": input("登录用的手机号码："),
                "password": getpass("密码（不显示）："),
                "password_again": getpass("再输入一次密码："),
            }
        )
        if not form.is_valid():
            raise CommandError("\n".join(str(error) for errors in form.errors.values() for error in errors))
        made = _made(form, bureau)
        self.stdout.write(f"已建立{bureau.name}管理员 {made.name}（{made.phone_mask}）的账号。首次登录须设置动态口令。")


def _made(form: AccountForm, bureau: Organization) -> User:
    """The account and its duties, both or neither."""
    data, now = form.cleaned_data, timezone.now()
    try:
        with transaction.atomic():
            made = make_user(name=data["name"], phone=data["phone"].strip(), password=data["password"], now=now)
            grant(made, bureau, DUTIES, by=None, now=now)
    except Refused as refused:
        raise CommandError(str(refused)) from refused
    return made
