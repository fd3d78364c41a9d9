"""`manage.py doctor`: says part by part what a portal still lacks to be opened, and how to mend it.

Ends with 1 as long as anything is missing that it cannot be opened without. With `--send-test-sms` it sends one text
and nothing else; the number is read from the terminal, never from the command line, which stands in histories, process
lists and the journal.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.services.gateways import send_trial
from ceportal.kernel.rules.id_number import reasons_not_to_accept_phone
from ceportal.office.rules.readiness import Finding
from ceportal.office.services.readiness import findings


class Command(BaseCommand):
    help = "Say what is missing before the portal is opened."
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--send-test-sms", action="store_true", help="ask for a number and send one text to it")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["send_test_sms"]:
            self._send_test_sms()
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


def _mark(finding: Finding) -> str:
    if finding.is_missing:
        return "缺失"
    return "注意" if finding.remedy else "正常"
