"""Other keys while the portal runs: everybody is found all along, nobody registers twice, nothing stays behind."""

import re
import stat
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import BinaryField

from accounts.models import Organization, Professional, User
from accounts.selectors.people import find_by_id_number
from accounts.selectors.safety import account_of
from accounts.services.accounts import make_user
from ceportal.kernel.enums import JobState
from ceportal.kernel.fields import head_of
from ceportal.kernel.models import AuditEvent, Job
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.claims import claim
from ceportal.office.selectors.rotation import last_rotation, told
from ceportal.office.services import key_files, key_rotation
from ceportal.office.services.key_rotation import SETTLING, begin_rotation, work_on, work_on_rotation
from ceportal.office.services.sealed_columns import LOOKED_UP, PASSING, SEALED
from credits.models import UnmatchedPerson
from credits.selectors.matching import person_of, ready_to_match
from tests import factories as make
from tests.house.files import RIVER, sources
from tests.office.sealed import plant

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
OLD, NEW, OLD_INDEX, NEW_INDEX = "11" * 32, "a1" * 32, "22" * 32, "b2" * 32
NUMBER, PHONE, LATER = "410203198403121230", "13911112222", "410203198605172347"


# --- the list of columns


def sealed_fields() -> set[str]:
    models = [model for model in apps.get_models() if model._meta.app_label in RIVER]
    fields = [field for model in models for field in model._meta.concrete_fields]
    kept = [f for f in fields if isinstance(f, BinaryField) or re.search("_index(_before)?$", f.name)]
    return {f"{field.model._meta.db_table}.{field.name}" for field in kept}


def unknown(found: set[str]) -> set[str]:
    known = {f"{column.model._meta.db_table}.{name}" for column in SEALED for name in column.fields}
    return found - known - PASSING


def test_every_sealed_column_and_every_index_is_reached_by_other_keys() -> None:
    assert unknown(sealed_fields()) == set(), "add them to ceportal/office/services/sealed_columns.py"
    assert unknown({"accounts_user.bank_account_sealed"})
    assert "credits_correction.replacement_sealed" in sealed_fields()


ONE_KEY = re.compile(r"(?:id|phone)_index=(?:id|phone)_index\(")


def test_whoever_is_looked_for_is_looked_for_by_every_key() -> None:
    assert {name for name, source in sources().items() if ONE_KEY.search(source)} == set()
    assert ONE_KEY.search("User.objects.filter(phone_index={}(phone))".format("phone_index"))


# --- a rotation


@pytest.fixture
def town(db: None, employer: Organization, monkeypatch: pytest.MonkeyPatch) -> Professional:
    """Three people and a row of every kind."""
    monkeypatch.setattr(key_rotation, "_BREATH", 0)
    person = make.professional(
        "先来的人", works_at=employer, number=NUMBER, account=make.user("先来的人", number=PHONE)
    )
    plant(person, employer, waits_for=LATER, now=NOW)
    assert all(column.model._default_manager.filter(**{f"{column.name}__isnull": False}) for column in SEALED)
    return person


def everybody_is_found(person: Professional) -> None:
    assert find_by_id_number(NUMBER) == person
    assert account_of(PHONE) == account_of(NUMBER) == person.user
    with pytest.raises(Refused, match="已经注册过"):
        make_user(name="别人", phone=PHONE, password=make.PASSWORD, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.professional("别人", number=NUMBER)


def chunks(start: datetime) -> Iterator[datetime]:
    """The job's chunks one by one, as a worker does them; yields after each, until it is done."""
    moment = start
    for _ in range(300):
        moment += timedelta(seconds=30)
        open_job = Job.objects.filter(kind=key_rotation.ROTATE, state__in=key_rotation.OPEN)
        if not open_job.exists():
            return
        Job.objects.update(claimed_until=None, attempts=0)
        assert claim(open_job, now=moment)
        work_on(open_job.get(), now=moment)
        yield moment
    raise AssertionError("it does not end")


def test_keys_change_while_everybody_is_found(town: Professional, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(key_rotation, "CHUNK", 1)
    begin_rotation(now=NOW)
    assert not work_on_rotation(now=NOW), "the old keys still stand first"
    settings.INDEX_KEY, settings.SEALING_KEY = f"{NEW_INDEX} {OLD_INDEX}", f"{NEW} {OLD}"
    newcomer = make.professional("新来的人", number=make.id_number("410225"))
    registered, stages = False, set()
    for step, _ in enumerate(chunks(NOW)):
        everybody_is_found(town)
        job = last_rotation()
        assert job is not None
        stages.add(told(job).partition("，")[0])
        if step == 5 and not registered:
            registered = bool(make.professional("后来的人", number=LATER))
        if registered:
            waiting = UnmatchedPerson.objects.get()
            assert list(ready_to_match()) == [waiting]
            assert person_of(waiting) == Professional.objects.get(name="后来的人")
    job = last_rotation()
    assert job is not None
    assert (job.state, job.done) == (JobState.DONE, job.total)
    assert job.result == {"unused": {"sealing": name(OLD), "index": name(OLD_INDEX)}, "unreadable": {}}
    assert len(stages) == 4, stages
    settings.INDEX_KEY, settings.SEALING_KEY = NEW_INDEX, NEW
    everybody_is_found(town)
    assert Professional.objects.filter(pk=newcomer.pk, id_index=newcomer.id_index).exists()
    for column in SEALED:
        assert not column.under_another_key().exists()
        for row in column.model._default_manager.filter(**{f"{column.name}__isnull": False}):
            column.change_keys(row)
    assert not any(column.apart().exists() for column in LOOKED_UP)
    assert AuditEvent.objects.filter(action__in=["key_rotation.begin", "key_rotation.finish"]).count() == 2


def name(key: str) -> str:
    return head_of(bytes.fromhex(key))[1:].hex()


def test_what_a_slow_hand_writes_back_is_found_before_the_old_index_goes(town: Professional, settings: Any) -> None:
    """A request that read the row before writes all of it again, old index and all."""
    begin_rotation(now=NOW)
    settings.INDEX_KEY, settings.SEALING_KEY = f"{NEW_INDEX} {OLD_INDEX}", f"{NEW} {OLD}"
    held, has_saved = Professional.objects.get(pk=town.pk), False
    for _ in chunks(NOW):
        job = last_rotation()
        if job and "clean_since" in job.params and not has_saved:
            held.save()
            has_saved = True
    assert has_saved
    settings.INDEX_KEY, settings.SEALING_KEY = NEW_INDEX, NEW
    everybody_is_found(town)


def test_what_no_key_opens_is_named_and_holds_up_nobody(town: Professional, settings: Any) -> None:
    spoilt = make.user("坏了的行")
    User.objects.filter(pk=spoilt.pk).update(phone_sealed=b"\x02spoilt")
    begin_rotation(now=NOW)
    settings.INDEX_KEY, settings.SEALING_KEY = f"{NEW_INDEX} {OLD_INDEX}", f"{NEW} {OLD}"
    assert list(chunks(NOW))
    job = last_rotation()
    assert job is not None
    assert job.result["unreadable"] == {"accounts_user.phone_sealed": [spoilt.pk]}
    assert "1 行用任何密钥都打不开" in told(job)


def test_a_worker_that_lost_its_lease_writes_nothing(town: Professional, settings: Any) -> None:
    held = begin_rotation(now=NOW)
    settings.INDEX_KEY, settings.SEALING_KEY = f"{NEW_INDEX} {OLD_INDEX}", f"{NEW} {OLD}"
    Job.objects.update(claimed_until=NOW + timedelta(hours=1))
    assert not work_on(held, now=NOW)
    assert Job.objects.get().params["stage"] == key_rotation.AWAIT


def test_one_rotation_at_a_time_and_none_before_the_old_keys_are_put_away(town: Professional, settings: Any) -> None:
    begin_rotation(now=NOW)
    with pytest.raises(Refused, match="还没有结束"):
        begin_rotation(now=NOW)
    Job.objects.update(state=JobState.DONE)
    settings.INDEX_KEY = f"{NEW_INDEX} {OLD_INDEX}"
    with pytest.raises(Refused, match="旧密钥"):
        begin_rotation(now=NOW)


def test_the_command_changes_the_files_and_puts_the_old_keys_away(
    town: Professional, settings: Any, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setattr(key_rotation, "SETTLING", SETTLING * 0)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    for ring, key in (("SEALING_KEY", OLD), ("INDEX_KEY", OLD_INDEX)):
        path = tmp_path / ring.lower()
        path.write_text(key)
        setattr(settings, f"{ring}_FILE", str(path))
    call_command("rotate_keys")
    call_command("rotate_keys", "begin")
    with pytest.raises(CommandError, match="还没有完成"):
        call_command("rotate_keys", "end")
    everybody_is_found(town)
    call_command("rotate_keys", "work")
    call_command("rotate_keys", "end")
    said = capsys.readouterr().out
    assert "还没有轮换过密钥" in said
    assert f"旧密钥 {name(OLD)}（加密）、" in said
    assert not any(key in said for key in (OLD, OLD_INDEX, (tmp_path / "sealing_key").read_text().strip()))
    everybody_is_found(town)
    assert (tmp_path / "sealing_key.retired").read_text().split() == [OLD]
    for path in tmp_path.iterdir():
        if path.suffix != ".txt":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert len(path.read_text().split()) == 1
    assert not {OLD, OLD_INDEX} & {path.read_text().strip() for path in tmp_path.glob("*_key")}


def test_where_the_files_are_roots_the_command_says_what_root_types(
    town: Professional, settings: Any, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    """As install.md leaves them: whoever runs the portal may read them, and replace none."""
    monkeypatch.setattr(key_rotation, "SETTLING", SETTLING * 0)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr(key_files, "are_ours", lambda: False)
    folder = tmp_path / "of the portal"
    folder.mkdir()
    for ring, key in (("SEALING_KEY", OLD), ("INDEX_KEY", OLD_INDEX)):
        path = folder / ring.lower()
        path.write_text(key)
        path.chmod(0o640)
        setattr(settings, f"{ring}_FILE", str(path))

    def typed_by_root(said: str) -> None:
        lines = [line for line in said.splitlines() if line.startswith("(umask")]
        assert len(lines) == 2
        for line in lines:
            assert subprocess.run(["sh", "-euc", line], check=True, capture_output=True, text=True).stderr == ""

    call_command("rotate_keys", "begin")
    assert (folder / "sealing_key").read_text() == OLD, "nothing was written"
    retired: dict[str, list[str]] = {"sealing_key": [], "index_key": []}
    for typed in (capsys.readouterr().out, None):
        if typed is None:
            call_command("rotate_keys", "begin")
        for kept, keys in retired.items():
            keys += (folder / kept).read_text().split()
        typed_by_root(typed or capsys.readouterr().out)
        everybody_is_found(town)
        call_command("rotate_keys", "work")
        with pytest.raises(CommandError) as refused:
            call_command("rotate_keys", "end")
        typed_by_root(str(refused.value))
        call_command("rotate_keys", "end")
        everybody_is_found(town)
        capsys.readouterr()
    assert [keys[0] for keys in retired.values()] == [OLD, OLD_INDEX]
    for kept, keys in retired.items():
        assert (folder / f"{kept}.retired").read_text().split() == keys, "one a line, after a second rotation too"
        assert len((folder / kept).read_text().split()) == 1
        assert stat.S_IMODE((folder / kept).stat().st_mode) == 0o640
        assert stat.S_IMODE((folder / f"{kept}.retired").stat().st_mode) == 0o600
    assert {path.suffix for path in folder.iterdir()} == {"", ".retired"}


def test_without_a_folder_to_write_into_nothing_is_changed(settings: Any, tmp_path: Path) -> None:
    for ring in ("SEALING_KEY", "INDEX_KEY"):
        setattr(settings, f"{ring}_FILE", str(tmp_path / "gone" / ring.lower()))
    for change in (key_files.put_new_keys, key_files.retire_keys):
        with pytest.raises(Refused, match="root"):
            change()
