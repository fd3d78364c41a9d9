"""An old year leaves for a file and comes back; the ledger proves whole before, meanwhile and after."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Professional
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from ceportal.office.selectors.readers import READERS
from certificates.models import Certificate
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sheets import make_sheets
from credits.enums import PublicKind, Subject
from credits.models import ChangedAccount, Claim, HourEntry, YearAccount
from credits.selectors.reconciliation import mismatches
from credits.services.accounts import print_anew
from credits.services.archiving import bring_back, check_archive, remove_archived, write_archive
from tests import factories as make
from tests.credits.factories import NOW, credit

OLD = 2021
# Of the checker's kinds those that read no file; nobody here has an approved declaration.
READ = ("total", "state", "year", "certificate", "entry", "claim", "verdict")


@pytest.fixture
def people(regulation: None, employer: Any) -> list[Professional]:
    """Two people, each with three courses of an old year and one of this."""
    found = [make.professional(employer) for _ in range(2)]
    for person in found:
        for month, subject in ((3, Subject.PUBLIC), (5, Subject.PROFESSIONAL), (6, Subject.PROFESSIONAL)):
            day = date(OLD, month, 4)
            credit(person, "8", subject=subject, started_on=day, ended_on=day)
        credit(person)
    settle_changed_accounts(now=NOW)
    ChangedAccount.objects.all().delete()
    return found


def _ledger() -> str:
    rows = (*Claim.objects.order_by("pk"), *HourEntry.objects.order_by("pk"), *YearAccount.objects.order_by("pk"))
    return str(serialize("json", rows))


def _is_whole() -> bool:
    return not list(mismatches()) and not any(READERS[kind](0).findings for kind in READ)


@pytest.mark.django_db
def test_there_and_back(people: list[Professional], tmp_path: Path) -> None:
    file, before = tmp_path / "2021.jsonl.gz", _ledger()
    archived = write_archive(OLD, file, now=NOW)
    assert archived.counts == {"accounts": 2, "claims": 6, "entries": 6, "sessions": 0}
    assert _ledger() == before
    assert remove_archived(file, digest=archived.digest, now=NOW) == (2, 0)
    assert remove_archived(file, digest=archived.digest, now=NOW) == (2, 0), "begun again after a kill"
    left = HourEntry.objects.filter(year=OLD, professional=people[0]).order_by("subject")
    assert [(one.subject, one.hours) for one in left] == [("professional", Decimal(16)), ("public", Decimal(8))]
    assert _is_whole()
    assert AuditEvent.objects.filter(action="ledger_year.remove", after__sha256=archived.digest).count() == 2
    assert bring_back(file, digest=archived.digest, now=NOW) == (2, 0)
    assert _ledger() == before
    assert _is_whole()


@pytest.mark.django_db
def test_a_certificate_whose_items_have_left_stands(people: list[Professional], tmp_path: Path) -> None:
    """Its items are in the archive, and not taken back: whatever is looked at later, it has lost nothing."""
    person, day, file = people[0], date(OLD, 9, 1), tmp_path / "2021.jsonl.gz"
    for subject, kind in ((Subject.PUBLIC, PublicKind.COMPULSORY), (Subject.PROFESSIONAL, "")):
        credit(person, "60", subject=subject, public_kind=kind, started_on=day, ended_on=day)
    settle_changed_accounts(now=NOW)
    make_sheets(now=NOW)
    certificate = Certificate.objects.get(professional=person, year=OLD)
    archived = write_archive(OLD, file, now=NOW)
    assert remove_archived(file, digest=archived.digest, now=NOW) == (2, 0)
    assert not Claim.objects.filter(ref__in=[item["ref"] for item in certificate.snapshot["items"]]).exists()
    assert _is_whole()
    print_anew(person, now=NOW)
    assert settle_changed_accounts(now=NOW) > 0
    certificate.refresh_from_db()
    assert (certificate.state, certificate.ended_because) == ("issued", "")
    assert _is_whole()


@pytest.mark.django_db
def test_sums_are_found_by_their_whole_names(people: list[Professional], tmp_path: Path) -> None:
    """How a name begins is looked for among the sums of everybody: one person would cost as much as all do."""
    file = tmp_path / "2021.jsonl.gz"
    archived = write_archive(OLD, file, now=NOW)
    remove_archived(file, digest=archived.digest, now=NOW)
    with CaptureQueriesContext(connection) as asked:
        assert bring_back(file, digest=archived.digest, now=NOW) == (2, 0)
    of_sums = [one["sql"] for one in asked if "platform:archive" in one["sql"]]
    assert of_sums
    assert [sql for sql in of_sums if "LIKE" in sql.upper()] == []
    assert not Claim.objects.filter(source="platform:archive").exists()


@pytest.mark.django_db
def test_who_changed_since_stays_and_nothing_is_removed_by_another_file(
    people: list[Professional], tmp_path: Path
) -> None:
    file = tmp_path / "2021.jsonl.gz"
    archived = write_archive(OLD, file, now=NOW)
    with pytest.raises(Refused, match="不是同一份"):
        remove_archived(file, digest="0" * 64, now=NOW)
    Claim.objects.filter(professional=people[0], year=OLD).update(title="后来更正的名称")
    assert remove_archived(file, digest=archived.digest, now=NOW) == (1, 1)
    assert HourEntry.objects.filter(professional=people[0], year=OLD).count() == 3
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(CommandError, match="归档文件"):
        call_command("archive_year", file, bring_back=archived.digest)


@pytest.mark.django_db
def test_the_command_says_the_digest(people: list[Professional], tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "2021.jsonl.gz"
    call_command("archive_year", file, year=OLD)
    assert check_archive(file).digest in capsys.readouterr().out
    with pytest.raises(CommandError, match="还不能归档"):
        call_command("archive_year", tmp_path / "x", year=NOW.year)
    assert not (tmp_path / "x").exists()


@pytest.mark.django_db
def test_a_folder_that_nobody_made_is_said_in_words(people: list[Professional], tmp_path: Path) -> None:
    before = _ledger()
    with pytest.raises(CommandError, match=r"归档文件写不进 .*/archive（No such file or directory）"):
        call_command("archive_year", tmp_path / "archive" / "2021.jsonl.gz", year=OLD)
    assert _ledger() == before
