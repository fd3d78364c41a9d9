"""What a declarant does: begin, fill in, prove, hand in, take back. Each move once; a refusal changes nothing."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Duty, Move
from accounts.models import Notice, Organization, Professional, User
from ceportal.kernel.models import AuditEvent, StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import STAGE_AUTHORITY, STAGE_EMPLOYER, DeclarationState, Subject
from credits.models import Declaration, DeclarationStep, Evidence
from credits.rules.declaring import MOST_DRAFTS
from credits.services.declaring import (
    add_evidence,
    remove_evidence,
    save_draft,
    start_declaration,
    submit_declaration,
    withdraw_declaration,
)
from credits.services.ruling import reject, send_back
from tests import factories as people
from tests.credits import drafts
from tests.credits import factories as make
from tests.credits.factories import NOW, SHANGHAI

pytestmark = pytest.mark.usefixtures("henan_2026")


def code_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def save(declaration: Declaration, **changes: Any) -> Declaration:
    return save_draft(declaration, changes=changes, by=declaration.declarant, now=NOW)


def submit(declaration: Declaration, now: datetime = NOW) -> Declaration:
    return submit_declaration(declaration, by=declaration.declarant, now=now)


def returned(declaration: Declaration, by: User, now: datetime = NOW) -> Declaration:
    return send_back(declaration, version=declaration.version, by=by, now=now, reason="缺少培训通知")


def test_a_draft_begins_empty_with_its_way(declarant: Professional) -> None:
    draft = start_declaration(professional=declarant, by=declarant.user, now=NOW, activity=drafts.way())
    assert (draft.state, draft.version, draft.round, draft.waiting_on) == (DeclarationState.DRAFT, 1, 0, None)
    assert AuditEvent.objects.get(subject_ref=draft.ref).action == "declaration.start"


def test_pressing_begin_twice_gives_one_draft(declarant: Professional) -> None:
    way = drafts.way()
    one = start_declaration(professional=declarant, by=declarant.user, now=NOW, activity=way)
    assert start_declaration(professional=declarant, by=declarant.user, now=NOW, activity=way) == one
    save(one, title="已经写了字")
    assert start_declaration(professional=declarant, by=declarant.user, now=NOW, activity=way) != one


def test_nobody_begins_for_another(declarant: Professional, stranger: User) -> None:
    with pytest.raises(Refused) as refused:
        start_declaration(professional=declarant, by=stranger, now=NOW)
    assert code_of(refused) == ["not_own"]
    assert not Declaration.objects.exists()


def test_there_is_an_end_to_drafts(declarant: Professional) -> None:
    Declaration.objects.bulk_create(
        Declaration(professional=declarant, declarant=declarant.user, version=2, created_at=NOW, changed_at=NOW)
        for _ in range(MOST_DRAFTS)
    )
    with pytest.raises(Refused) as refused:
        start_declaration(professional=declarant, by=declarant.user, now=NOW)
    assert code_of(refused) == ["too_many_drafts"]


def test_saving_raises_the_version_only_when_something_changed(declarant: Professional) -> None:
    draft = drafts.draft(declarant, files=0)
    version = draft.version
    save(draft, title=draft.title)
    assert draft.version == version
    save(draft, title="另一个名称")
    assert (draft.version, Declaration.objects.get().title) == (version + 1, "另一个名称")
    event = AuditEvent.objects.filter(action="declaration.edit").first()
    assert event
    assert event.after == {"version": version + 1, "fields": ["title"]}


def test_the_year_is_that_of_the_end_date_and_goes_with_it(declarant: Professional) -> None:
    draft = drafts.draft(declarant, started_on=date(2025, 12, 30), ended_on=date(2026, 1, 3))
    assert draft.year == 2026
    assert save(draft, ended_on=date(2025, 12, 31)).year == 2025
    assert save(draft, ended_on=None).year is None


def test_another_subject_forgets_the_kind(declarant: Professional) -> None:
    draft = drafts.draft(declarant, subject=Subject.PUBLIC, public_kind="compulsory")
    assert draft.public_kind == "compulsory"
    assert save(draft, subject=Subject.PROFESSIONAL).public_kind == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"hours_claimed": Decimal("0.3")},
        {"hours_claimed": Decimal("0")},
        {"hours_claimed": Decimal("90.5")},
        {"title": "坏\u0000字"},
        {"title": "长" * 121},
        {"started_on": date(2026, 10, 15)},
        {"ended_on": date(1, 1, 1)},
    ],
)
def test_what_cannot_be_is_not_kept_even_in_a_draft(declarant: Professional, changes: dict[str, Any]) -> None:
    draft = drafts.draft(declarant)
    before = Declaration.objects.values().get()
    with pytest.raises(Refused):
        save(draft, **changes)
    assert Declaration.objects.values().get() == before


def test_only_content_is_saved(declarant: Professional) -> None:
    with pytest.raises(ValueError, match="state"):
        save(drafts.draft(declarant), state=DeclarationState.APPROVED)


def test_an_older_page_does_not_overwrite(declarant: Professional) -> None:
    draft = drafts.draft(declarant)
    older = Declaration.objects.get(pk=draft.pk)
    save(draft, title="新的")
    with pytest.raises(MovedOn):
        save(older, title="旧的")
    assert Declaration.objects.get().title == "新的"


def test_evidence_raises_the_version_and_stands_in_order(declarant: Professional) -> None:
    draft = drafts.draft(declarant, files=0)
    version = draft.version
    first = add_evidence(draft, stored=drafts.stored(declarant), label="结业证书", by=declarant.user, now=NOW)
    second = add_evidence(draft, stored=drafts.stored(declarant), label="其他材料", by=declarant.user, now=NOW)
    assert draft.version == version + 2
    assert (first.position, second.position) == (1, 2)


def test_the_same_file_twice_is_one_piece_of_evidence(declarant: Professional) -> None:
    draft = drafts.draft(declarant, files=0)
    stored = drafts.stored(declarant)
    one = add_evidence(draft, stored=stored, label="结业证书", by=declarant.user, now=NOW)
    version = draft.version
    assert add_evidence(draft, stored=stored, label="培训通知", by=declarant.user, now=NOW) == one
    assert (Evidence.objects.count(), draft.version) == (1, version)


def test_an_unknown_label_and_a_twenty_first_file_are_refused(declarant: Professional) -> None:
    draft = drafts.draft(declarant, files=0)
    with pytest.raises(Refused) as refused:
        add_evidence(draft, stored=drafts.stored(declarant), label="身份证", by=declarant.user, now=NOW)
    assert code_of(refused) == ["label_unknown"]
    for number in range(20):
        row = StoredFile.objects.create(
            digest=f"{number:064d}", shown_digest="0" * 64, size=1, shown_size=1, content_type="image/png",
            name="x.png", owner_id=declarant.user_id, stored_at=NOW,
        )  # fmt: skip
        Evidence.objects.create(declaration=draft, file=row, label="其他材料", added_at=NOW)
    with pytest.raises(Refused) as refused:
        add_evidence(draft, stored=drafts.stored(declarant), label="其他材料", by=declarant.user, now=NOW)
    assert code_of(refused) == ["too_many_files"]


def test_evidence_taken_off_leaves_the_stored_file(declarant: Professional) -> None:
    draft = drafts.draft(declarant)
    version = draft.version
    remove_evidence(draft.evidence.get(), by=declarant.user, now=NOW)
    assert not Evidence.objects.exists()
    assert StoredFile.objects.count() == 1
    assert Declaration.objects.get().version == version + 1


def test_handing_in_sends_it_to_the_employer_with_five_working_days(
    declarant: Professional, employer: Organization, employer_reviewer: User
) -> None:
    declaration = drafts.handed_in(declarant)
    assert (declaration.state, declaration.stage, declaration.round) == (
        DeclarationState.AT_EMPLOYER,
        STAGE_EMPLOYER,
        1,
    )
    assert (declaration.waiting_on, declaration.organization) == (employer, employer)
    assert declaration.duty == Duty.REVIEW_HOURS
    assert declaration.due_at == datetime(2026, 11, 28, tzinfo=SHANGHAI)
    assert declaration.submitted_at == declaration.first_submitted_at == NOW
    step = DeclarationStep.objects.get()
    assert (step.move, step.state, step.organization) == (Move.SUBMIT, DeclarationState.AT_EMPLOYER, None)
    notice = Notice.objects.get()
    assert notice.to == employer_reviewer
    assert notice.link == f"/reviews/{declaration.ref}/"
    assert AuditEvent.objects.filter(action="declaration.submit", subject_ref=declaration.ref).count() == 1


def test_what_is_incomplete_stays_a_draft(declarant: Professional) -> None:
    draft = drafts.draft(declarant, files=0, payer="")
    with pytest.raises(Refused) as refused:
        submit(draft)
    assert code_of(refused) == ["no_payer", "no_evidence"]
    assert Declaration.objects.get().state == DeclarationState.DRAFT
    assert not Notice.objects.exists()


def test_without_the_promise_nothing_is_handed_in(declarant: Professional) -> None:
    draft = drafts.draft(declarant)
    with pytest.raises(Refused) as refused:
        submit_declaration(draft, by=declarant.user, now=NOW, is_promised=False)
    assert code_of(refused) == ["not_promised"]


def test_whoever_is_not_approved_or_has_left_hands_nothing_in(declarant: Professional) -> None:
    draft = drafts.draft(declarant)
    for changes in ({"approved_at": None}, {"approved_at": NOW, "left_at": NOW}):
        Professional.objects.update(**changes)
        with pytest.raises(Refused) as refused:
            submit(Declaration.objects.get(pk=draft.pk))
        assert code_of(refused) == ["not_approved"]


def test_handing_in_twice_is_refused(declarant: Professional) -> None:
    declaration = drafts.handed_in(declarant)
    with pytest.raises(Refused) as refused:
        submit(declaration)
    assert code_of(refused) == ["no_such_move"]
    assert Declaration.objects.get().round == 1


def test_an_older_copy_is_not_handed_in(declarant: Professional) -> None:
    draft = drafts.draft(declarant)
    older = Declaration.objects.get(pk=draft.pk)
    save(draft, hours_claimed=Decimal(8))
    with pytest.raises(MovedOn):
        submit(older)
    assert Declaration.objects.get().state == DeclarationState.DRAFT


def test_the_same_training_is_declared_once(declarant: Professional, employer_reviewer: User) -> None:
    first = drafts.handed_in(declarant)
    again = drafts.draft(declarant, title=" 中学数学骨干教师 研修班 ".strip())
    with pytest.raises(Refused) as refused:
        submit(again)
    assert code_of(refused) == ["declared_before"]
    reject(first, version=first.version, by=employer_reviewer, now=NOW, reason="不属于继续教育")
    assert submit(again).state == DeclarationState.AT_EMPLOYER


def test_the_only_reviewer_is_not_asked_about_themself(declarant: Professional, employer: Organization) -> None:
    """A24: it goes to the second reviewer at once."""
    people.give(declarant.user, employer, Duty.REVIEW_HOURS)
    declaration = drafts.handed_in(declarant)
    assert (declaration.state, declaration.stage) == (DeclarationState.AT_AUTHORITY, STAGE_AUTHORITY)
    assert declaration.waiting_on == employer.supervisor
    event = AuditEvent.objects.get(action="declaration.submit")
    assert "A24" in event.after["note"]
    assert withdraw_declaration(declaration, by=declarant.user, now=NOW).state == DeclarationState.WITHDRAWN


def test_with_another_reviewer_it_stays_at_the_employer(
    declarant: Professional, employer: Organization, employer_reviewer: User
) -> None:
    people.give(declarant.user, employer, Duty.REVIEW_HOURS)
    assert drafts.handed_in(declarant).state == DeclarationState.AT_EMPLOYER
    assert list(Notice.objects.values_list("to", flat=True)) == [employer_reviewer.pk]


def test_an_employer_without_reviewer_is_waited_for(declarant: Professional) -> None:
    assert drafts.handed_in(declarant).state == DeclarationState.AT_EMPLOYER


def test_returned_mended_and_handed_in_again_it_starts_anew(declarant: Professional, employer_reviewer: User) -> None:
    """A25: a new round, a new version, a new clock; the first submission is remembered (A3)."""
    declaration = returned(drafts.handed_in(declarant), employer_reviewer)
    assert (declaration.state, declaration.state_reason) == (DeclarationState.RETURNED, "缺少培训通知")
    assert (declaration.waiting_on, declaration.due_at) == (None, None)
    version = declaration.version
    add_evidence(declaration, stored=drafts.stored(declarant), label="培训通知", by=declarant.user, now=NOW)
    later = NOW + timedelta(days=3)
    submit(declaration, later)
    assert (declaration.round, declaration.version) == (2, version + 2)
    assert declaration.due_at == datetime(2026, 12, 1, tzinfo=SHANGHAI)
    assert (declaration.first_submitted_at, declaration.submitted_at) == (NOW, later)
    assert (declaration.state_reason, declaration.decided_at, declaration.hours_recognised) == ("", None, None)


def test_under_review_nothing_can_be_changed(declarant: Professional) -> None:
    declaration = drafts.handed_in(declarant)
    for act in (
        lambda: save(declaration, title="改"),
        lambda: add_evidence(
            declaration, stored=drafts.stored(declarant), label="其他材料", by=declarant.user, now=NOW
        ),
        lambda: remove_evidence(declaration.evidence.get(), by=declarant.user, now=NOW),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert code_of(refused) == ["not_editable"]
    assert Evidence.objects.count() == 1


def test_it_is_taken_back_until_somebody_decides(declarant: Professional) -> None:
    declaration = drafts.handed_in(declarant)
    withdraw_declaration(declaration, by=declarant.user, now=NOW)
    assert (declaration.state, declaration.waiting_on) == (DeclarationState.WITHDRAWN, None)
    with pytest.raises(Refused) as refused:
        withdraw_declaration(declaration, by=declarant.user, now=NOW)
    assert code_of(refused) == ["no_such_move"]
    assert DeclarationStep.objects.filter(move=Move.WITHDRAW).count() == 1


def test_a_copy_read_before_the_decision_cannot_take_it_back(declarant: Professional, employer_reviewer: User) -> None:
    declaration = drafts.handed_in(declarant)
    older = Declaration.objects.get(pk=declaration.pk)
    returned(declaration, employer_reviewer)
    with pytest.raises(MovedOn) as lost:
        withdraw_declaration(older, by=declarant.user, now=NOW)
    assert "开封市第一实验中学" in str(lost.value)
    assert employer_reviewer.name not in str(lost.value)


def test_what_was_rejected_lends_its_content_to_a_new_one(declarant: Professional, employer_reviewer: User) -> None:
    old = drafts.handed_in(declarant)
    reject(old, version=old.version, by=employer_reviewer, now=NOW, reason="材料看不清")
    new = start_declaration(professional=declarant, by=declarant.user, now=NOW, previous=old)
    assert (new.previous, new.state, new.title, new.year) == (old, DeclarationState.DRAFT, old.title, 2026)
    assert new.evidence.count() == old.evidence.count() == 1
    assert submit(new).state == DeclarationState.AT_EMPLOYER
    assert Declaration.objects.get(pk=old.pk).state == DeclarationState.REJECTED


def test_what_still_stands_is_not_made_anew(declarant: Professional, other_declarant: Professional) -> None:
    live = drafts.handed_in(declarant)
    for person, previous in ((declarant, live), (other_declarant, live)):
        with pytest.raises(Refused) as refused:
            start_declaration(professional=person, by=person.user, now=NOW, previous=previous)
        assert code_of(refused) == ["not_renewable"]


@pytest.mark.parametrize(
    ("moment", "codes"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=SHANGHAI), []),
        (datetime(2027, 1, 1, 0, 0, 0, tzinfo=SHANGHAI), ["year_closed"]),
    ],
)
def test_the_year_closes_at_midnight_in_shanghai(declarant: Professional, moment: datetime, codes: list[str]) -> None:
    make.rule_set("henan-2027", year_from=2027)
    draft = drafts.draft(declarant)
    if not codes:
        assert submit(draft, moment).due_is_provisional
        return
    with pytest.raises(Refused) as refused:
        submit(draft, moment)
    assert code_of(refused) == codes


def test_a_step_is_written_once_a_round(declarant: Professional) -> None:
    declaration = drafts.handed_in(declarant)
    with pytest.raises(IntegrityError), transaction.atomic():
        DeclarationStep.objects.create(
            declaration=declaration, round=1, move=Move.SUBMIT, state=DeclarationState.AT_EMPLOYER, at=NOW
        )


def test_the_same_file_stands_once_in_a_declaration(declarant: Professional) -> None:
    declaration = drafts.draft(declarant)
    there = declaration.evidence.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(declaration=declaration, file=there.file, label="x", added_at=NOW)
