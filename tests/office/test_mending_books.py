"""Each kind of error that the independent checker names: planted, named by the operator's page, mended by what the
runbook's entry says, and found no more. So a certificate that was rewritten, and what must not be mended.

A backup's database stands beside: of SQLite the file that `portal backup` made, of PostgreSQL a copy on the same server
(that one can be started from a backup as docs/operations/backup.md types it, shows test_beside.py).
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, Professional, User
from ceportal.kernel.models import AuditEvent, StoredFile
from ceportal.kernel.services.append_only import guard, unguard
from ceportal.kernel.services.sealing_trail import seal_trail
from ceportal.kernel.shelves.named import shelf_named
from ceportal.office.enums import LetterKind
from ceportal.office.models import Letter
from ceportal.office.rules.checking import KINDS
from ceportal.office.selectors.addressees import Meant
from ceportal.office.services import backing_up
from ceportal.office.services.checker import check_books
from ceportal.office.services.letters import send_letter, sheet_of
from certificates.models import Certificate, Suspicion
from credits.models import Claim, Declaration, HourEntry, YearAccount
from reviews.models import Decision
from tests.certificates import factories as certificates
from tests.databases import tables
from tests.office.mending import RUNBOOK, must_say, press, run, told
from tests.office.mending import Place as Portal
from tests.office.test_checker import count_in_another_year, exchange_sheet, rewrite
from tests.reviews import factories as reviews

pytestmark = pytest.mark.django_db(transaction=True)
HERE = {("record_differs", "")}
A_ROW = "portal restore --row KIND:REF --beside ADDRESS"


@dataclass
class Books:
    """What is planted into, and the address of the backup's database beside."""

    portal: Portal
    certificate: Certificate
    declaration: Declaration
    letter: Letter
    beside: str = ""

    def restore_files(self) -> None:
        with self.portal.backups():
            run("books_differ", "portal restore --files")

    def restore_row(self, kind: str, ref: str, code: str = "books_differ") -> None:
        run(code, A_ROW, {"KIND:REF": f"{kind}:{ref}", "ADDRESS": self.beside})


@pytest.fixture
def books(
    whole: None, operator: User, declarant: Professional, employer_reviewer: User, authority_reviewer: User,
    county_bureau: Organization, employer: Organization, county_officer: User, city_officer: User, client: Client,
    tmp_path_factory: Any, monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Books]:  # fmt: skip
    """At which nothing is wrong, with a backup made; it stands beside."""
    now = timezone.now()
    declaration = reviews.submitted(declarant, now=now, files=0)
    reviews.kept_file(declaration)
    reviews.approved(declaration, employer_reviewer, authority_reviewer, now=now)
    issued = certificates.issued(declarant, now=now)
    letter = send_letter(
        county_bureau, LetterKind.NOTICE, Meant(unit=employer), title="告知书", body="请按期报送年度计划。",
        by=county_officer, now=now,
    )  # fmt: skip
    sheet_of(letter, now=now)
    letter.refresh_from_db()
    seal_trail(now=timezone.now())
    client.force_login(operator)
    portal = Portal(client, operator, declarant, None, tmp_path_factory.mktemp("apart"), monkeypatch)  # type: ignore[arg-type]
    found = Books(portal, issued, declaration, letter)
    if connection.vendor == "postgresql":
        monkeypatch.setattr(backing_up, "_copy_database", lambda made: None)
    with portal.backups():
        run("books_differ", "portal backup")
    if connection.vendor == "sqlite":
        (made,) = (portal.folder / "backup").glob("2*/portal.sqlite3")
        found.beside = f"sqlite:///{made}"
        yield found
        return
    name = connection.settings_dict["NAME"]
    connection.close()
    _of_server(f'CREATE DATABASE "{name}_beside" TEMPLATE "{name}"')
    found.beside = tables.url_of(f"{name}_beside")
    yield found
    _of_server(f'DROP DATABASE "{name}_beside" WITH (FORCE)')


def _of_server(statement: str) -> None:
    with closing(psycopg2.connect(tables.url_of("postgres"))) as direct:
        direct.autocommit = True
        with direct.cursor() as cursor:
            cursor.execute(statement)


def checked(books: Books) -> set[tuple[str, str]]:
    """What rings after the check that the operator began."""
    press("books_differ", "现在核对", books.portal, "/operation/check/")
    check_books(now=timezone.now())
    return told()


def account() -> YearAccount:
    return YearAccount.objects.get()


def drop(shelf: str, digest: str, ending: str = "") -> None:
    shelf_named(shelf).drop(f"{digest[:2]}/{digest}{ending}")


def end_in_another_year(books: Books) -> str:
    count_in_another_year(books.certificate)
    return Claim.objects.get(hours=30).ref.hex


def constrain_again() -> None:
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            (constraint,) = [
                each for each in Claim._meta.constraints if each.name == "a_claim_counts_in_the_year_it_ended"
            ]
            editor.add_constraint(Claim, constraint)


def another_sheet(books: Books) -> str:
    exchange_sheet(books.certificate)
    return books.certificate.ref.hex


def add_to_account(books: Books) -> str:
    YearAccount.objects.update(public=Decimal("30.5"))
    return account().ref.hex


def lose_entry(books: Books) -> str:
    HourEntry.objects.filter(hours=30).delete()
    return account().ref.hex


def change_entry(books: Books) -> str:
    HourEntry.objects.filter(hours=40).update(hours=41)
    return account().ref.hex


def lose_decisions(books: Books) -> str:
    Decision.objects.all().delete()
    return books.declaration.ref.hex


def say_it_was_in_a_later_round(books: Books) -> str:
    Declaration.objects.update(round=2)
    return books.declaration.ref.hex


def rewrite_certificate(books: Books) -> str:
    rewrite(books.certificate)
    return books.certificate.ref.hex


def say_it_is_not_met(books: Books) -> str:
    YearAccount.objects.update(is_met=False, met_at=None)
    return books.certificate.ref.hex


def lose_account(books: Books) -> str:
    YearAccount.objects.all().delete()
    return HourEntry.objects.earliest("pk").ref.hex


def enter_as_another_kind(books: Books) -> str:
    HourEntry.objects.filter(hours=30).update(public_kind="compulsory")
    return HourEntry.objects.get(hours=30).ref.hex


def claim_more(books: Books) -> str:
    Claim.objects.filter(hours=30).update(hours=Decimal("30.5"))
    return Claim.objects.get(hours=Decimal("30.5")).ref.hex


def judge_by_another_rule(books: Books) -> str:
    YearAccount.objects.update(rule_set="another")
    return account().ref.hex


ROWS: dict[str, tuple[Callable[[Books], str], ...]] = {
    "total": (add_to_account, lose_entry, change_entry),
    "state": (lose_decisions, say_it_was_in_a_later_round),
    "year": (end_in_another_year,),
    "certificate": (rewrite_certificate, another_sheet, say_it_is_not_met),
    "entry": (lose_account, enter_as_another_kind),
    "claim": (claim_more,),
    "verdict": (judge_by_another_rule,),
}
# What is found wrong with it, and comes right with it.
ALSO = {
    lose_entry: {"certificate", "claim", "verdict"}, change_entry: {"certificate", "claim"},
    say_it_is_not_met: {"verdict"}, lose_account: {"certificate"}, enter_as_another_kind: {"total"},
}  # fmt: skip
FILES: dict[str, Callable[[Books], None]] = {
    "sheet": lambda books: drop("certificates", books.certificate.pdf_digest, ".pdf"),
    "letter": lambda books: drop("certificates", books.letter.pdf_digest, ".pdf"),
    "file": lambda books: drop("files", StoredFile.objects.get().shown_digest),
}


def test_the_entry_says_of_every_kind_what_to_do() -> None:
    (entry,) = [text for text in RUNBOOK.split("\n## ") if text.startswith("books_differ\n")]
    mend = entry.partition("**Mend.**")[2]
    assert [kind for kind in KINDS if f"`{kind}`" not in mend] == []


def test_each_kind_is_mended_as_the_runbook_says(books: Books) -> None:
    assert checked(books) == set()
    for kind, plants in ROWS.items():
        for plant in plants:
            ref = plant(books)
            assert checked(books) == {("books_differ", f"check.{each}") for each in {kind, *ALSO.get(plant, ())}}
            page = books.portal.client.get("/operation/").content.decode()
            assert KINDS[kind] in page
            assert ref[:8] in page
            books.restore_row(kind, ref)
            assert checked(books) == set(), plant
    constrain_again()
    for kind, lose in FILES.items():
        lose(books)
        assert checked(books) == {("books_differ", f"check.{kind}")}
        assert KINDS[kind] in books.portal.client.get("/operation/").content.decode()
        books.restore_files()
        assert checked(books) == set(), kind
    brought = AuditEvent.objects.filter(action="row.bring_back")
    assert brought.count() == sum(map(len, ROWS.values()))
    assert brought.get(after__kind="year").after == {
        "kind": "year", "rows": [{"table": "credits_claim", "number": Claim.objects.get(hours=30).pk,
                                  "columns": ["started_on", "ended_on"]}],
    }  # fmt: skip


def test_what_the_portal_changed_since_is_not_undone(books: Books) -> None:
    """Nor is anything, where the checker would still find the row wrong."""
    certificates.credit(books.portal.person, "5", title="备份以后的学习")
    YearAccount.objects.update(public=Decimal("30.5"))
    with pytest.raises(CommandError, match="仍然不符"):
        books.restore_row("total", account().ref.hex)
    assert account().public == Decimal("30.5")
    assert not AuditEvent.objects.filter(action="row.bring_back").exists()


def test_what_cannot_be_brought_back_is_said(books: Books) -> None:
    for row, address, why in (
        ("total", books.beside, "32 位"), (f"total:{'0' * 32}", books.beside, "没有这一行"),
        ("chain:1", books.beside, "--row"), (f"total:{account().ref.hex}", None, "--beside"),
        (f"total:{account().ref.hex}", "mysql://nowhere/x", "不是同一种"),
    ):  # fmt: skip
        more = ["--beside", address] if address else []
        with pytest.raises(CommandError, match=why):
            call_command("restore", "--row", row, *more, stdout=StringIO())


def test_a_certificate_that_was_rewritten_comes_back_and_the_bureau_rules(
    books: Books, city_officer: User, client: Client
) -> None:
    one = books.certificate
    rewrite(one)
    assert client.get(f"/v/{one.token}/").status_code == 409
    assert told() == {("record_differs", "")}
    assert "<code>record_differs</code>" in client.get("/operation/").content.decode()
    books.restore_row("certificate", one.ref.hex, "record_differs")
    assert told() == {("record_differs", "")}, "until the bureau has ruled"
    assert client.get(f"/v/{one.token}/").status_code == 200
    must_say("record_differs", "the bureau rules on the report in 可疑证书举报")
    client.force_login(city_officer)
    place = reverse("admin:certificates_suspicion_item", args=[Suspicion.objects.get().ref])
    answer = client.post(place, {"finding": "sound", "because": "已从备份恢复"})
    assert answer.status_code == 302
    assert told() == set()


def test_a_trail_that_was_changed_is_kept_and_compared(books: Books, tmp_path: Path) -> None:
    """Nothing of it is mended: the alarm goes on for as long as the trail is what it is."""
    first = AuditEvent.objects.earliest("id")
    unguard()
    AuditEvent.objects.filter(pk=first.pk).update(action="user.nothing")
    guard()
    assert checked(books) == {("books_differ", "check.chain")}
    assert KINDS["chain"] in books.portal.client.get("/operation/").content.decode()
    with books.portal.backups():
        run("books_differ", "portal backup")
    with pytest.raises(SystemExit):
        run("books_differ", "portal verify_audit")
    if connection.vendor == "postgresql":
        was, now = compared(books, tmp_path)
        assert was.startswith(f"< {first.pk}|")
        assert now == was.replace("< ", "> ").replace(first.action, "user.nothing")
    assert checked(books) == {("books_differ", "check.chain")}


def compared(books: Books, folder: Path) -> list[str]:
    """What the entry's own command says, with the two databases of the test at the two ports."""
    (command,) = [line for line in RUNBOOK.splitlines() if "kernel_auditevent" in line]
    (folder / "incident").mkdir()
    runuser = folder / "runuser"
    here, beside = tables.url_of(connection.settings_dict["NAME"]), books.beside
    assert "runuser -u postgres -- psql -p $PORT -Atc" in command
    runuser.write_text(f'#!/bin/sh\n[ "$6" = 5433 ] && url="{beside}" || url="{here}"\nexec psql -Atc "$8" "$url"\n')
    runuser.chmod(0o755)
    typed = command.replace("/backup/incident", str(folder / "incident")).replace("NUMBER", "1")
    told = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    ran = subprocess.run(["sh", "-c", typed], env=told, capture_output=True, text=True, check=True)
    return [line for line in ran.stdout.splitlines() if line[0] in "<>"]
