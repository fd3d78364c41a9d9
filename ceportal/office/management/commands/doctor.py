"""`manage.py doctor`: says part by part what a portal still lacks to be opened, and how to mend it.

Ends with 1 as long as anything is missing that it cannot be opened without. With `--send-test-sms` or
`--send-test-mail` it sends one text or letter and nothing else; to whom is read from the terminal, never from the
command line, which stands in histories, process lists and the journal.
"""

import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from accounts.services.channels import send_trial_letter
from accounts.services.gateways import send_trial
from ceportal.kernel.rules.id_number import reasons_not_to_accept_phone
from ceportal.office.rules.readiness import Finding
from ceportal.office.services.readiness import findings


class Command(BaseCommand):
    help = "Say what is missing before the portal is opened."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--send-test-sms", action="store_true", help="ask for a number and send one text to it")
        parser.add_argument("--send-test-mail", action="store_true", help="ask for an address and send one letter")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["send_test_sms"]:
            self._send_test_sms()
            return
        if options["send_test_mail"]:
            self._send_test_mail()
            return
        found = list(findings(now=timezone.now()))
        for finding in found:
            remedy = f" → {finding.remedy}" if finding.remedy else ""
            self.stdout.write(f"{_mark(finding)}  {finding.part}：{finding.text}{remedy}")
        missing = sum(finding.is_missing for finding in found)
        if missing:
            self.stdout.write(f"\n有 {missing} 项必须先处理。")
            sys.exit(1)
        self.stdout.write("\n可以运行。")

    def _send_test_sms(self) -> None:
        number = input("发到哪个手机号码：").strip()
        for reason in reasons_not_to_accept_phone(number):
            raise CommandError(reason.message)
        try:
            send_trial(number)
        except OSError as error:
            raise CommandError(
                f"短信没有发出（{type(error).__name__}：{error}）。运行 manage.py doctor 查看原因。"
            ) from error
        self.stdout.write("短信网关已接受。请看手机上是否收到。")

    def _send_test_mail(self) -> None:
        address = input("发到哪个邮箱：").strip()
        try:
            validate_email(address)
        except ValidationError as error:
            raise CommandError("这不是一个邮箱地址。") from error
        try:
            send_trial_letter(address)
        except OSError as error:
            raise CommandError(f"邮件没有发出（{type(error).__name__}）。运行 manage.py doctor 查看原因。") from error
        self.stdout.write("已交给邮件服务器。请看邮箱里是否收到。")


def _mark(finding: Finding) -> str:
    if finding.is_missing:
        return "缺失"
    return "注意" if finding.remedy else "正常"
