"""The clock's doors. Each may run twice and at the same time as itself."""

from celery import shared_task
from django.utils import timezone

from accounts.services import (
    clients,
    codes,
    delivery,
    deputizing,
    devices,
    registration_clock,
    request_clock,
    staffing,
)


@shared_task(name="accounts.redate_registrations")
def redate_registrations() -> None:
    registration_clock.redate_registrations(now=timezone.now())


@shared_task(name="accounts.remind_registrations")
def remind_registrations() -> None:
    registration_clock.remind_registrations(now=timezone.now())


@shared_task(name="accounts.mark_overdue_registrations")
def mark_overdue_registrations() -> None:
    registration_clock.mark_overdue_registrations(now=timezone.now())


@shared_task(name="accounts.redate_requests")
def redate_requests() -> None:
    request_clock.redate_requests(now=timezone.now())


@shared_task(name="accounts.remind_requests")
def remind_requests() -> None:
    request_clock.remind_requests(now=timezone.now())


@shared_task(name="accounts.mark_overdue_requests")
def mark_overdue_requests() -> None:
    request_clock.mark_overdue_requests(now=timezone.now())


@shared_task(name="accounts.deliver_notices")
def deliver_notices() -> None:
    delivery.deliver_notices(now=timezone.now())


@shared_task(name="accounts.send_codes")
def send_codes() -> None:
    codes.send_codes(now=timezone.now())


@shared_task(name="accounts.forget_codes")
def forget_codes() -> None:
    codes.forget_codes(now=timezone.now())


@shared_task(name="accounts.forget_what_ended")
def forget_what_ended() -> None:
    devices.forget_what_ended(now=timezone.now())


@shared_task(name="accounts.forget_invitations")
def forget_invitations() -> None:
    staffing.forget_invitations(now=timezone.now())


@shared_task(name="accounts.end_deputies")
def end_deputies() -> None:
    deputizing.end_deputies(now=timezone.now())


@shared_task(name="accounts.forget_tokens")
def forget_tokens() -> None:
    clients.forget_tokens(now=timezone.now())
